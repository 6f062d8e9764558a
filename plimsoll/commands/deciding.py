"""`plimsoll appetite` and `incident`, through the same rules as the pages."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, show
from plimsoll.commands.option import HomeOption, JsonOption
from risk_register import appetites, incidents
from risk_register.acceptability import Severity
from risk_register.accounts import Action
from risk_register.appetites import Side
from risk_register.errors import UnknownRecordError

appetite = typer.Typer(
    no_args_is_help=True, help="How much is too much: proposed by one, approved by another."
)
incident = typer.Typer(no_args_is_help=True, help="Incidents: opened by anyone, closed by a second person.")
Day = Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"])]
APPETITE_COLUMNS = {
    "proposal_id": "proposal",
    "indicator_id": "indicator",
    "side": "side",
    "watch": "watch",
    "breach": "breach",
    "effective_from": "from",
    "proposed_by": "proposed by",
    "approved_by": "approved by",
    "declined_by": "declined by",
    "reason": "reason",
}
INCIDENT_COLUMNS = {
    "incident_id": "incident",
    "severity": "severity",
    "state": "state",
    "opened_at": "opened",
    "opened_by": "by",
    "title": "title",
}


@appetite.command("list")
def list_appetites(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every proposal, approved or not."""
    acting = act(home, account, deployment, Action.VIEW)
    found = appetites.list_decisions(acting.store, acting.deployment_id)
    show(found, APPETITE_COLUMNS, as_json=as_json, nothing="Nobody has proposed an appetite.")


@appetite.command("propose")
def propose_appetite(
    *,
    indicator: Annotated[str, typer.Argument(help="Id of the indicator.")],
    account: AsOption,
    side: Annotated[Side, typer.Option(help="Which side of the limits is bad.")],
    watch: Annotated[float, typer.Option(help="Limit from which it is watched.")],
    breach: Annotated[float, typer.Option(help="Limit from which it is too much.")],
    reason: ReasonOption,
    effective: Annotated[dt.datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Put limits up for approval by another person."""
    from pipelines.indicators.definition import load_definitions

    acting = act(home, account, deployment, Action.PROPOSE_APPETITE)
    if indicator not in {one.indicator_id for one in load_definitions()}:
        raise UnknownRecordError(
            f"There is no indicator {indicator}. docs/generated/indicators.md lists them."
        )
    number = appetites.propose(
        acting.store,
        deployment_id=acting.deployment_id,
        indicator_id=indicator,
        side=side,
        watch=watch,
        breach=breach,
        reason=reason,
        effective_from=effective.date(),
        actor=account,
        at=acting.at,
    )
    print(f"Proposal {number} waits for another person: plimsoll appetite approve {number} --as ...")


@appetite.command("approve")
def approve_appetite(
    proposal: Annotated[int, typer.Argument(help="Number of the proposal.")],
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Make a proposal hold, as the second person."""
    acting = act(home, account, deployment, Action.APPROVE_APPETITE)
    known = appetites.list_decisions(acting.store, acting.deployment_id)
    if proposal not in {found.proposal_id for found in known}:
        raise UnknownRecordError(f"There is no proposal {proposal} in {acting.deployment_id}.")
    appetites.approve(acting.store, proposal_id=proposal, actor=account, at=acting.at)
    print(f"Proposal {proposal} holds.")


@appetite.command("decline")
def decline_appetite(
    proposal: Annotated[int, typer.Argument(help="Number of the proposal.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Leave the limits as they are, or withdraw a proposal of one's own."""
    acting = act(home, account, deployment, Action.PROPOSE_APPETITE)
    known = appetites.list_decisions(acting.store, acting.deployment_id)
    if proposal not in {found.proposal_id for found in known}:
        raise UnknownRecordError(f"There is no proposal {proposal} in {acting.deployment_id}.")
    appetites.decline(acting.store, proposal_id=proposal, reason=reason, actor=account, at=acting.at)
    print(f"Proposal {proposal} declined.")


@incident.command("list")
def list_incidents(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The incidents, newest first."""
    acting = act(home, account, deployment, Action.VIEW)
    found = incidents.list_incidents(acting.store, acting.deployment_id)
    show(found, INCIDENT_COLUMNS, as_json=as_json, nothing="There is no incident.")


@incident.command("open")
def open_incident(
    *,
    title: Annotated[str, typer.Argument(help="What happened, without words of a conversation.")],
    account: AsOption,
    severity: Annotated[Severity, typer.Option(help="Severity of the harm.")],
    description: Annotated[str, typer.Option(help="What is known; ids, no words of a conversation.")] = "",
    risk: Annotated[str | None, typer.Option(help="Id of the risk that came true.")] = None,
    aware: Annotated[
        dt.datetime | None,
        typer.Option(formats=["%Y-%m-%dT%H:%M"], help="When somebody first knew, in UTC, if earlier."),
    ] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Open an incident; the clocks run from awareness."""
    acting = act(home, account, deployment, Action.OPEN_INCIDENT)
    number = incidents.open_incident(
        acting.store,
        deployment_id=acting.deployment_id,
        title=title,
        severity=severity,
        description=description,
        risk_id=risk,
        aware_at=aware.replace(tzinfo=dt.UTC) if aware else None,
        actor=account,
        at=acting.at,
    )
    print(number)


@incident.command("close")
def close_incident(
    number: Annotated[str, typer.Argument(metavar="INCIDENT", help="Id of the incident.")],
    account: AsOption,
    conclusion: Annotated[str, typer.Option(help="Cause, what was done, what was learned.")],
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Close an incident that somebody else opened."""
    acting = act(home, account, deployment, Action.CLOSE_INCIDENT)
    known = incidents.list_incidents(acting.store, acting.deployment_id)
    if number not in {found.incident_id for found in known}:
        raise UnknownRecordError(f"There is no incident {number} in {acting.deployment_id}.")
    incidents.close_incident(
        acting.store, incident_id=number, conclusion=conclusion, actor=account, at=acting.at
    )
    print(f"{number}: closed")
