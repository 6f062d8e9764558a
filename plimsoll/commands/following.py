"""`plimsoll incident`: open, judge, follow and close incidents, through the same rules as the pages."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from plimsoll.commands import holding, informing
from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, as_document, show
from plimsoll.commands.incident import IncidentArgument, find_incident
from plimsoll.commands.option import MOMENT, HomeOption, JsonOption, write_json
from risk_register.acceptability import Severity
from risk_register.account.accounts import Action
from risk_register.incident import clocks as incident_clocks
from risk_register.incident import closing as incident_closing
from risk_register.incident import holds, incidents
from risk_register.incident import work as incident_work
from risk_register.incident.states import Causality, Nature, Origin

app = typer.Typer(no_args_is_help=True)
COLUMNS = {
    "incident_id": "incident",
    "severity": "severity",
    "state": "state",
    "nature": "kind",
    "aware_at": "known since",
    "opened_by": "by",
    "title": "title",
}
app.command("hold")(holding.hold)
app.command("approve")(holding.approve)
app.command("release")(holding.release)
app.command("confirm-release")(holding.confirm_release)
app.command("holds")(holding.list_holds)
app.command("decide")(informing.decide)
app.command("reported")(informing.reported)


@app.command("list")
def list_incidents(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The incidents, newest first."""
    acting = act(home, account, deployment, Action.VIEW)
    found = incidents.list_incidents(acting.store, acting.deployment_id)
    show(found, COLUMNS, as_json=as_json, nothing="There is no incident.")


@app.command("show")
def show_incident(
    number: IncidentArgument,
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """One incident with its clocks, tasks, timeline and holds, and what keeps it from being closed."""
    acting = act(home, account, deployment, Action.VIEW)
    found = find_incident(acting, number)
    clocks = incident_clocks.find_clocks(acting.store, found)
    left = incident_closing.find_what_is_left(acting.store, number)
    timeline = incident_work.list_entries(acting.store, number)
    parts = {
        "incident": found,
        "left": left,
        "clocks": [
            {"regime_id": one.regime.id, "due_on": one.due_on, "is_in_force": one.is_in_force,
             "is_overdue": one.is_overdue(acting.at), "excluded_by": one.excluded_by,
             "decision": one.decision}
            for one in clocks
        ],
        "tasks": incident_work.list_tasks(acting.store, number),
        "timeline": timeline,
        "holds": holds.list_holds(acting.store, incident_id=number),
    }  # fmt: skip
    if as_json:
        write_json(as_document(parts))
        return
    print(f"{number} {found.title}\n{found.severity}, {found.nature}, {found.causality}, {found.state}")
    for one in clocks:
        why_not = [] if one.excluded_by is None else [f"does not apply here, as {one.excluded_by} signed"]
        why_not += [] if one.is_in_force else [f"not in force before {one.in_force_from}"]
        force = "; ".join(why_not) or f"by {one.due_on}"
        print(f"  {one.regime.id}: {force}{' OVERDUE' if one.is_overdue(acting.at) else ''}")
    for entry in timeline:
        print(f"  {entry.happened_at:%Y-%m-%d %H:%M} {entry.words}")
    for line in left:
        print(f"  left: {line}")


@app.command("open")
def open_incident(
    *,
    title: Annotated[str, typer.Argument(help="What happened, without words of a conversation.")],
    account: AsOption,
    severity: Annotated[Severity, typer.Option(help="Severity of the harm.")],
    nature: Annotated[Nature, typer.Option("--kind", help="What kind it is; statutory clocks depend on it.")],
    origin: Annotated[Origin, typer.Option("--from", help="What brought it up.")] = Origin.BY_HAND,
    reference: Annotated[str | None, typer.Option(help="Id of the alarm, item or complaint.")] = None,
    description: Annotated[str, typer.Option(help="What is known; ids, no words of a conversation.")] = "",
    risk: Annotated[str | None, typer.Option(help="Id of the risk that came true.")] = None,
    aware: Annotated[
        dt.datetime | None, typer.Option(formats=MOMENT, help="When somebody first knew, in UTC, if earlier.")
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
        origin=origin,
        origin_reference=reference,
        nature=nature,
        actor=account,
        at=acting.at,
    )
    print(number)


@app.command()
def assess(
    *,
    number: IncidentArgument,
    account: AsOption,
    severity: Annotated[Severity, typer.Option(help="Severity of the harm.")],
    nature: Annotated[Nature, typer.Option("--kind", help="What kind it is.")],
    causality: Annotated[Causality, typer.Option(help="Had the product a part in it?")],
    cause: Annotated[str, typer.Option(help="What caused it, and how that is known.")] = "",
    affected: Annotated[int | None, typer.Option(help="People affected, if somebody knows.")] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say how grave it is, what kind, whether the product had a part in it, and how many it concerned."""
    acting = act(home, account, deployment, Action.CLOSE_INCIDENT)
    found = find_incident(acting, number)
    incidents.assess_incident(
        acting.store,
        incident_id=number,
        severity=severity,
        nature=nature,
        causality=causality,
        cause=cause,
        affected_count=affected,
        actor=account,
        at=acting.at,
        expected_version=found.version,
    )
    print(f"{number}: {severity}, {nature}, {causality}")


@app.command()
def note(
    *,
    number: IncidentArgument,
    words: Annotated[str, typer.Argument(help="What happened, without words of a conversation.")],
    account: AsOption,
    happened: Annotated[dt.datetime | None, typer.Option(formats=MOMENT, help="When, in UTC.")] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Write into the timeline."""
    acting = act(home, account, deployment, Action.OPEN_INCIDENT)
    find_incident(acting, number)
    moment = happened.replace(tzinfo=dt.UTC) if happened else acting.at
    incident_work.write_entry(
        acting.store, incident_id=number, happened_at=moment, words=words, actor=account, at=acting.at
    )
    print(f"{number}: written down")


@app.command()
def task(
    *,
    number: IncidentArgument,
    what: Annotated[str, typer.Argument(help="What is to be done.")],
    account: AsOption,
    owner: Annotated[str, typer.Option(help="Who does it.")],
    due: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="The last day.")],
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Give somebody something to do."""
    acting = act(home, account, deployment, Action.OPEN_INCIDENT)
    find_incident(acting, number)
    print(
        incident_work.add_task(
            acting.store,
            incident_id=number,
            what=what,
            owner=owner,
            due_on=due.date(),
            actor=account,
            at=acting.at,
        )
    )


@app.command()
def done(
    *,
    number: IncidentArgument,
    task_id: Annotated[int, typer.Argument(metavar="TASK", help="Number of the task.")],
    account: AsOption,
    words: Annotated[str, typer.Option("--note", help="What was done.")],
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say that a task is done."""
    acting = act(home, account, deployment, Action.OPEN_INCIDENT)
    find_incident(acting, number)
    incident_work.finish_task(
        acting.store, incident_id=number, task_id=task_id, note=words, actor=account, at=acting.at
    )
    print(f"Task {task_id} is done.")


@app.command("close")
def close_incident(
    number: IncidentArgument,
    account: AsOption,
    conclusion: Annotated[str, typer.Option(help="Cause, what was done, what was learned.")],
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Close an incident that somebody else opened and judged."""
    acting = act(home, account, deployment, Action.CLOSE_INCIDENT)
    found = find_incident(acting, number)
    incident_closing.close_incident(
        acting.store,
        incident_id=number,
        conclusion=conclusion,
        actor=account,
        at=acting.at,
        expected_version=found.version,
    )
    print(f"{number}: closed")


@app.command()
def reopen(
    number: IncidentArgument, account: AsOption, reason: ReasonOption, deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:  # fmt: skip
    """Open a closed incident again."""
    acting = act(home, account, deployment, Action.OPEN_INCIDENT)
    find_incident(acting, number)
    incident_closing.reopen_incident(
        acting.store, incident_id=number, reason=reason, actor=account, at=acting.at
    )
    print(f"{number}: open again")
