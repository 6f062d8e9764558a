"""`plimsoll change`: changes of model, prompt or policy, announced by people or by CI."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from plimsoll.commands.acting import AsOption, DeploymentOption, act, show
from plimsoll.commands.option import HomeOption, JsonOption
from risk_register.account.accounts import Action
from risk_register.deployment import changes
from risk_register.deployment.changes import Subject

app = typer.Typer(no_args_is_help=True)
CHANGE_COLUMNS = {
    "change_id": "change",
    "effective_on": "on",
    "what": "what",
    "is_planned": "planned",
    "declared_by": "by",
    "risk_ids": "risks",
    "note": "note",
}


@app.command("list")
def list_changes(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The declared changes, by the day they take effect."""
    acting = act(home, account, deployment, Action.VIEW)
    found = changes.list_changes(acting.store, acting.deployment_id)
    show(found, CHANGE_COLUMNS, as_json=as_json, nothing="No change has been declared.")


@app.command("declare")
def declare_change(
    *,
    what: Annotated[Subject, typer.Argument(help="What changes.")],
    account: AsOption,
    note: Annotated[str, typer.Option(help="From what to what.")],
    effective: Annotated[dt.datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="First day.")],
    risk: Annotated[
        list[str] | None, typer.Option(help="Id of a risk that it touches; may be given several times.")
    ] = None,
    is_planned: Annotated[bool, typer.Option("--planned/--unplanned", help="Was it planned?")] = True,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Announce a change, before or after it happened; made for people and for CI."""
    acting = act(home, account, deployment, Action.DECLARE_CHANGE)
    number = changes.declare(
        acting.store,
        deployment_id=acting.deployment_id,
        effective_on=effective.date(),
        what=what,
        note=note,
        is_planned=is_planned,
        actor=account,
        at=acting.at,
        risk_ids=risk or (),
    )
    print(number)
