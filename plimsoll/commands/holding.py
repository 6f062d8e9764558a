"""The part of `plimsoll incident` that keeps conversations: ask for a hold, approve, let go, list.

Holds of counsel, without an incident, are `plimsoll hold`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, show
from plimsoll.commands.option import HomeOption, JsonOption
from risk_register.account.accounts import Action
from risk_register.errors import UnknownRecordError
from risk_register.incident import holds, incidents

HoldArgument = Annotated[str, typer.Argument(metavar="HOLD", help="Id of the hold.")]
RELEASED = "{}: released. What it kept goes with the next `plimsoll retention` or `plimsoll erase`."
COLUMNS = {
    "hold_id": "hold",
    "incident_id": "incident",
    "conversation_id": "conversation",
    "expires_on": "until",
    "requested_by": "asked by",
    "approved_by": "approved by",
    "release_asked_by": "release asked by",
    "released_by": "released by",
    "reason": "reason",
}


def hold(
    *,
    number: Annotated[str, typer.Argument(metavar="INCIDENT", help="Id of the incident.")],
    conversation: Annotated[str, typer.Argument(help="Id of the conversation; its whole thread is kept.")],
    account: AsOption,
    reason: ReasonOption,
    until: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day of the hold.")],
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Keep a conversation from retention and erasure, at once; another person approves it within a week."""
    from pipelines.hold import find_thread
    from pipelines.lake.lake import Lake  # Arrow takes long to load

    acting = act(home, account, deployment, Action.CLOSE_INCIDENT)
    known = {one.incident_id for one in incidents.list_incidents(acting.store, acting.deployment_id)}
    if number not in known:
        raise UnknownRecordError(f"There is no incident {number} in {acting.deployment_id}.")
    hold_id = holds.request_hold(
        acting.store,
        incident_id=number,
        conversation_id=conversation,
        thread_id=find_thread(Lake(acting.home.lake), acting.deployment_id, conversation),
        reason=reason,
        expires_on=until.date(),
        actor=account,
        at=acting.at,
    )
    print(
        f"{hold_id} keeps it until {until.date()}. Another person: plimsoll incident approve {hold_id} --as"
    )


def approve(
    hold_id: HoldArgument, account: AsOption, deployment: DeploymentOption = None, home: HomeOption = None
) -> None:
    """Let a hold stand, as the second person."""
    acting = act(home, account, deployment, Action.CLOSE_INCIDENT)
    holds.approve_hold(
        acting.store, hold_id=hold_id, deployment_id=acting.deployment_id, actor=account, at=acting.at
    )
    print(f"{hold_id}: stands")


def release(
    hold_id: HoldArgument,
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Ask for the end of a hold; another person confirms it, unless it is your own and nobody approved it."""
    acting = act(home, account, deployment, Action.CLOSE_INCIDENT)
    has_ended = holds.ask_release(
        acting.store, hold_id=hold_id, deployment_id=acting.deployment_id, reason=reason, actor=account,
        at=acting.at,
    )  # fmt: skip
    if has_ended:
        print(RELEASED.format(hold_id))
    else:
        print(
            f"{hold_id} protects until another person confirms within a week: plimsoll incident "
            f"confirm-release {hold_id} --as"
        )


def confirm_release(
    hold_id: HoldArgument, account: AsOption, deployment: DeploymentOption = None, home: HomeOption = None
) -> None:
    """End a hold, as the second person; what it kept goes with the next retention or erasure."""
    acting = act(home, account, deployment, Action.CLOSE_INCIDENT)
    holds.confirm_release(
        acting.store, hold_id=hold_id, deployment_id=acting.deployment_id, actor=account, at=acting.at
    )
    print(RELEASED.format(hold_id))


def list_holds(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The holds of incidents."""
    acting = act(home, account, deployment, Action.VIEW)
    found = holds.list_holds(acting.store, deployment_id=acting.deployment_id)
    show(found, COLUMNS, as_json=as_json, nothing="No incident keeps a conversation.")
