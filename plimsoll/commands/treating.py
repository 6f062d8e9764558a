"""`plimsoll register control` and `register action`: what is done against a risk, and by whom until when."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, show
from plimsoll.commands.option import HomeOption, JsonOption
from plimsoll.commands.risk import RiskArgument, find_risk
from risk_register.account.accounts import Action
from risk_register.register import actions, controls
from risk_register.register.actions import ActionStatus
from risk_register.register.controls import ControlKind, Effectiveness

control = typer.Typer(no_args_is_help=True, help="Controls: add, test, retire.")
action = typer.Typer(no_args_is_help=True, help="Actions: add, and say what became of them.")
NumberArgument = Annotated[int, typer.Argument(help="Number within the risk.")]
OwnerOption = Annotated[str, typer.Option(help="The role or account that answers for it.")]
CONTROL_COLUMNS = {
    "risk_id": "risk",
    "number": "number",
    "effectiveness": "effect",
    "tested_on": "tested",
    "test_due_on": "test due",
    "owner": "owner",
    "is_retired": "retired",
    "title": "control",
}
ACTION_COLUMNS = {
    "risk_id": "risk",
    "number": "number",
    "state": "state",
    "due_on": "due",
    "owner": "owner",
    "title": "action",
}


@control.command("list")
def list_controls(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The controls of every risk with their last test."""
    acting = act(home, account, deployment, Action.VIEW)
    found = controls.list_controls(acting.store, acting.deployment_id)
    show(found, CONTROL_COLUMNS, as_json=as_json, nothing="There is no control.")


@control.command("add")
def add_control(
    *,
    risk: RiskArgument,
    title: Annotated[str, typer.Argument(help="What is done.")],
    account: AsOption,
    kind: Annotated[ControlKind, typer.Option(help="How it works.")],
    owner: OwnerOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Write a control down."""
    acting = act(home, account, deployment, Action.EDIT_REGISTER)
    found = find_risk(acting.store, acting.deployment_id, risk)
    number = controls.add_control(
        acting.store, deployment_id=acting.deployment_id, risk_id=found.risk_id, title=title, kind=kind,
        owner=owner, reason=reason, actor=account, at=acting.at, expected_version=found.version,
    )  # fmt: skip
    print(f"{found.reference}: control {number}")


@control.command("test")
def record_test(
    *,
    risk: RiskArgument,
    number: NumberArgument,
    effectiveness: Annotated[Effectiveness, typer.Argument(help="What the test has shown.")],
    account: AsOption,
    tested: Annotated[dt.datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="Day of the test.")],
    reason: ReasonOption,
    due: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day of the next test.")
    ] = None,
    owner: OwnerOption = "",
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say what a test of a control has shown."""
    acting = act(home, account, deployment, Action.EDIT_REGISTER)
    found = find_risk(acting.store, acting.deployment_id, risk)
    controls.record_test(
        acting.store, deployment_id=acting.deployment_id, risk_id=found.risk_id, number=number,
        effectiveness=effectiveness, tested_on=tested.date(), reason=reason, actor=account, at=acting.at,
        test_due_on=due.date() if due else None, owner=owner, expected_version=found.version,
    )  # fmt: skip
    print(f"{found.reference}, control {number}: {effectiveness}")


@control.command("retire")
def retire_control(
    *,
    risk: RiskArgument,
    number: NumberArgument,
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say that a control is no longer in place."""
    acting = act(home, account, deployment, Action.EDIT_REGISTER)
    found = find_risk(acting.store, acting.deployment_id, risk)
    controls.retire_control(
        acting.store, deployment_id=acting.deployment_id, risk_id=found.risk_id, number=number, reason=reason,
        actor=account, at=acting.at, expected_version=found.version,
    )  # fmt: skip
    print(f"{found.reference}, control {number}: retired")


@action.command("list")
def list_actions(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The actions about every risk, with who owes them until when."""
    acting = act(home, account, deployment, Action.VIEW)
    found = actions.list_actions(acting.store, acting.deployment_id)
    show(found, ACTION_COLUMNS, as_json=as_json, nothing="There is no action.")


@action.command("add")
def add_action(
    *,
    risk: RiskArgument,
    title: Annotated[str, typer.Argument(help="What will be done.")],
    account: AsOption,
    owner: OwnerOption,
    due: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day.")],
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Write down what somebody will do until a day."""
    acting = act(home, account, deployment, Action.EDIT_REGISTER)
    found = find_risk(acting.store, acting.deployment_id, risk)
    number = actions.add_action(
        acting.store, deployment_id=acting.deployment_id, risk_id=found.risk_id, title=title, owner=owner,
        due_on=due.date(), reason=reason, actor=account, at=acting.at, expected_version=found.version,
    )  # fmt: skip
    print(f"{found.reference}: action {number}")


@action.command("move")
def move_action(
    *,
    risk: RiskArgument,
    number: NumberArgument,
    to: Annotated[ActionStatus, typer.Argument(help="What became of it.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say that an action is done, will not be done, or is owed again."""
    acting = act(home, account, deployment, Action.EDIT_REGISTER)
    found = find_risk(acting.store, acting.deployment_id, risk)
    actions.move_action(
        acting.store, deployment_id=acting.deployment_id, risk_id=found.risk_id, number=number, to_state=to,
        reason=reason, actor=account, at=acting.at, expected_version=found.version,
    )  # fmt: skip
    print(f"{found.reference}, action {number}: {to}")
