"""The part of `plimsoll incident` that keeps conversations: ask for a hold, approve, release, list.

Holds of counsel, without an incident, are `plimsoll hold`.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from pipelines.lake import Lake
from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, show
from plimsoll.commands.option import HomeOption, JsonOption
from risk_register import holds, incidents
from risk_register.accounts import Action
from risk_register.errors import UnknownRecordError

HoldArgument = Annotated[str, typer.Argument(metavar="HOLD", help="Id of the hold.")]
COLUMNS = {
    "hold_id": "hold",
    "incident_id": "incident",
    "conversation_id": "conversation",
    "expires_on": "until",
    "requested_by": "asked by",
    "approved_by": "approved by",
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
    from pipelines.privacy.hold import find_thread

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
    """End a hold; what it kept goes with the next retention or erasure."""
    acting = act(home, account, deployment, Action.CLOSE_INCIDENT)
    holds.release_hold(
        acting.store, hold_id=hold_id, deployment_id=acting.deployment_id, reason=reason, actor=account,
        at=acting.at,
    )  # fmt: skip
    print(f"{hold_id}: released. What it kept goes with the next `plimsoll retention` or `plimsoll erase`.")


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
