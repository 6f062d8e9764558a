"""`plimsoll appetite`, `change`, `incident` and `audit`, through the same rules as the pages."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Annotated

import typer

from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, as_document, show
from plimsoll.commands.option import HomeOption, JsonOption, write_json
from risk_register import appetites, audit, changes, incidents
from risk_register.acceptability import Severity
from risk_register.accounts import Action
from risk_register.administration import find_month_end, list_text_readers
from risk_register.appetites import Side
from risk_register.changes import Subject
from risk_register.errors import StoreError, UnknownRecordError

appetite = typer.Typer(
    no_args_is_help=True, help="How much is too much: proposed by one, approved by another."
)
change = typer.Typer(no_args_is_help=True, help="Changes of model, prompt or policy, drawn on every chart.")
incident = typer.Typer(no_args_is_help=True, help="Incidents: opened by anyone, closed by a second person.")
trail = typer.Typer(no_args_is_help=True, help="The audit: verify its chain, export it.")
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
    "reason": "reason",
}
CHANGE_COLUMNS = {
    "change_id": "change",
    "effective_on": "on",
    "what": "what",
    "is_planned": "planned",
    "declared_by": "by",
    "note": "note",
}
INCIDENT_COLUMNS = {
    "incident_id": "incident",
    "severity": "severity",
    "state": "state",
    "opened_at": "opened",
    "opened_by": "by",
    "title": "title",
}
READER_COLUMNS = {"actor": "who", "total": "times", "first_at": "first", "last_at": "last", "counts": "what"}


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


@change.command("list")
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


@change.command("declare")
def declare_change(
    *,
    what: Annotated[Subject, typer.Argument(help="What changes.")],
    account: AsOption,
    note: Annotated[str, typer.Option(help="From what to what.")],
    effective: Annotated[dt.datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="First day.")],
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
    )
    print(number)


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


@trail.command("verify")
def verify_audit(
    account: AsOption,
    head: Annotated[str | None, typer.Option(help="A head that was kept elsewhere.")] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check every link of the chain; keep the head that it prints elsewhere."""
    acting = act(home, account, deployment, Action.VIEW_AUDIT)
    check = audit.verify_chain(acting.store, expected_head=head)
    if as_json:
        write_json(as_document(check))
    if not check.is_intact:
        where = "" if check.broken_at is None else f" at entry {check.broken_at}"
        raise StoreError(f"The audit is broken{where}: {check.problem}")
    if not as_json:
        print(f"{check.entry_count} entries, every link holds. Head: {check.head}")


@trail.command("export")
def export_audit(
    account: AsOption, reason: ReasonOption, deployment: DeploymentOption = None, home: HomeOption = None
) -> None:
    """Write the deployment's entries as JSON lines, oldest first; leaves a trace."""
    acting = act(home, account, deployment, Action.VIEW_AUDIT)
    audit.record_access(
        acting.store,
        action="audit_exported",
        subject=acting.deployment_id,
        deployment_id=acting.deployment_id,
        reason=reason,
        actor=account,
        at=acting.at,
    )
    for line in audit.write_entries(acting.store, deployment_id=acting.deployment_id):
        sys.stdout.buffer.write(line)


@trail.command("readers")
def list_readers(
    account: AsOption,
    month: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m"], help="The month, such as 2026-11; else this one.")
    ] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who read words of people in a month, and how often; for administrators."""
    acting = act(home, account, deployment, Action.MANAGE_ACCOUNTS)
    first = (month.date() if month else acting.at.date()).replace(day=1)
    found = list_text_readers(
        acting.store, deployment_id=acting.deployment_id, first=first, last=find_month_end(first)
    )
    nothing = f"Nobody read words of people of {acting.deployment_id} in {first:%Y-%m}."
    show(found, READER_COLUMNS, as_json=as_json, nothing=nothing)
