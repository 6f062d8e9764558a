"""`plimsoll alarm`: take alarms, say what they were, switch streams and mute them; the rules of the page."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import typer

from plimsoll.commands.acting import Acting, AsOption, DeploymentOption, ReasonOption, act, show
from plimsoll.commands.option import MOMENT, HomeOption, JsonOption, write_json
from risk_register.acceptability import Severity
from risk_register.account.accounts import Action
from risk_register.alarm import cases as alarm_cases
from risk_register.alarm import grave_findings
from risk_register.alarm import streams as alarm_streams
from risk_register.alarm.states import Resolution
from risk_register.alarm.suspected_changes import confirm_change
from risk_register.deployment.changes import Subject
from risk_register.incident.states import Nature

app = typer.Typer(no_args_is_help=True)
AlarmArgument = Annotated[str, typer.Argument(metavar="ALARM", help="Id of the alarm.")]
StreamArgument = Annotated[
    str, typer.Argument(metavar="STREAM", help="Question and indicator, such as level:harm_rate_per_1000.")
]
FindingArgument = Annotated[str, typer.Argument(metavar="FINDING", help="Id of the grave finding.")]
CASES = {
    "alarm_id": "alarm",
    "state": "state",
    "resolution": "was",
    "opened_on": "opened",
    "closed_on": "closed",
    "stream_id": "stream",
    "cause": "cause",
}
STREAMS = {"stream_id": "stream", "is_on": "on", "decided_by": "by", "decided_at": "at", "reason": "reason"}
FINDINGS = {
    "finding_id": "finding",
    "state": "state",
    "day": "day",
    "what": "what",
    "signal_id": "signal",
    "detector_id": "found by",
    "called_at": "called",
}


@app.command("list")
def list_alarms(
    *,
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every alarm with its state, newest first."""
    acting = act(home, account, deployment, Action.VIEW)
    found = alarm_cases.list_cases(acting.store, acting.deployment_id)
    show(found, CASES, as_json=as_json, nothing="There is no alarm.")


@app.command("acknowledge")
def acknowledge(
    *,
    alarm: AlarmArgument,
    account: AsOption,
    reason: Annotated[str, typer.Option("--reason", help="A note, if there is one.")] = "",
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say "I have it", for every alarm of its cause; the detectors begin anew."""
    acting = act(home, account, deployment, Action.ACKNOWLEDGE_ALARM)
    taken = alarm_cases.acknowledge(acting.store, alarm_id=alarm, reason=reason, **_who(acting))
    print("\n".join(f"{one}: acknowledged" for one in taken))


@app.command("resolve")
def resolve(
    *,
    alarm: AlarmArgument,
    account: AsOption,
    was: Annotated[Resolution, typer.Option("--as-was", help="What it turned out to have been.")],
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say what it was, for every alarm of its cause."""
    acting = act(home, account, deployment, Action.DECIDE_ALARM)
    done = alarm_cases.resolve(acting.store, alarm_id=alarm, resolution=was, reason=reason, **_who(acting))
    print("\n".join(f"{one}: resolved, {was.value}" for one in done))


@app.command("reopen")
def reopen(
    *,
    alarm: AlarmArgument,
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Take a resolved alarm up again."""
    acting = act(home, account, deployment, Action.DECIDE_ALARM)
    taken = alarm_cases.reopen(acting.store, alarm_id=alarm, reason=reason, **_who(acting))
    print("\n".join(f"{one}: acknowledged" for one in taken))


@app.command("confirm-change")
def confirm(
    *,
    alarm: AlarmArgument,
    account: AsOption,
    what: Annotated[Subject, typer.Option(help="What changed.")],
    effective: Annotated[dt.datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="First day.")],
    note: Annotated[str, typer.Option(help="From what to what, as far as is known.")],
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Make a suspected change a declared one."""
    acting = act(home, account, deployment, Action.DECIDE_ALARM)
    change = confirm_change(
        acting.store,
        alarm_id=alarm,
        what=what,
        effective_on=effective.date(),
        note=note,
        **_who(acting),
    )
    print(change)


@app.command("streams")
def list_streams(
    *,
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The streams that somebody decided on; every other one is a list."""
    acting = act(home, account, deployment, Action.VIEW)
    found = alarm_streams.list_streams(acting.store, acting.deployment_id)
    show(found, STREAMS, as_json=as_json, nothing="No stream is on: every one is a list.")


@app.command("back-test")
def back_test(
    *,
    stream: StreamArgument,
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """What a stream did on this deployment's own history, as one JSON document."""
    acting = act(home, account, deployment, Action.VIEW)
    write_json(_test(acting, stream))


@app.command("on")
def switch_on(
    *,
    stream: StreamArgument,
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Let a stream call people; its back-test is shown and kept with the decision."""
    acting = act(home, account, deployment, Action.DECIDE_ALARM)
    figures = _test(acting, stream)
    write_json(figures)
    alarm_streams.switch_on(acting.store, stream_id=stream, reason=reason, back_test=figures, **_who(acting))


@app.command("off")
def switch_off(
    *,
    stream: StreamArgument,
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Make a stream a list again."""
    acting = act(home, account, deployment, Action.DECIDE_ALARM)
    alarm_streams.switch_off(acting.store, stream_id=stream, reason=reason, **_who(acting))
    print(f"{stream}: a list")


@app.command("mute")
def mute(
    *,
    stream: StreamArgument,
    account: AsOption,
    until: Annotated[
        dt.datetime,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="End, in UTC, within 30 days."),
    ],
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Silence a stream for a while; grave findings cannot be silenced."""
    acting = act(home, account, deployment, Action.DECIDE_ALARM)
    end = until.replace(tzinfo=dt.UTC)
    alarm_streams.mute(acting.store, stream_id=stream, until=end, reason=reason, **_who(acting))
    print(f"{stream}: muted until {end:%Y-%m-%d %H:%M} UTC")


@app.command("unmute")
def unmute(
    *,
    stream: StreamArgument,
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Let a muted stream call again."""
    acting = act(home, account, deployment, Action.DECIDE_ALARM)
    alarm_streams.end_mute(acting.store, stream_id=stream, **_who(acting))
    print(f"{stream}: not muted")


@app.command("findings")
def list_findings(
    *,
    account: AsOption,
    unanswered: Annotated[
        bool, typer.Option("--unanswered", help="Risk of level 3 that nothing answers, in their place.")
    ] = False,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Grave findings, newest first; unanswered risk of level 3 calls nobody and is asked for."""
    acting = act(home, account, deployment, Action.VIEW)
    list_them = grave_findings.list_unanswered if unanswered else grave_findings.list_findings
    found = list_them(acting.store, acting.deployment_id)
    nothing = "There is no unanswered risk of level 3." if unanswered else "There is no grave finding."
    show(found, FINDINGS, as_json=as_json, nothing=nothing)


@app.command("confirm")
def confirm_finding(
    *,
    finding: FindingArgument,
    account: AsOption,
    severity: Annotated[Severity, typer.Option(help="Severity of the harm.")],
    nature: Annotated[Nature, typer.Option("--kind", help="What kind it is; clocks depend on it.")],
    reason: ReasonOption,
    aware: Annotated[
        dt.datetime | None,
        typer.Option(
            formats=MOMENT,
            help="When somebody first knew, in UTC; else when the call reached people, or now if it did not.",
        ),
    ] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """A person looked and it is so: opens an incident."""
    acting = act(home, account, deployment, Action.DECIDE_ALARM)
    incident = grave_findings.confirm(
        acting.store,
        finding_id=finding,
        severity=severity,
        nature=nature,
        reason=reason,
        aware_at=aware.replace(tzinfo=dt.UTC) if aware else None,
        **_who(acting),
    )
    print(incident)


@app.command("dismiss")
def dismiss_finding(
    *,
    finding: FindingArgument,
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """A person looked and it is not so."""
    acting = act(home, account, deployment, Action.DECIDE_ALARM)
    grave_findings.dismiss(acting.store, finding_id=finding, reason=reason, **_who(acting))
    print(f"{finding}: not confirmed")


def _who(acting: Acting) -> dict[str, Any]:
    return {"deployment_id": acting.deployment_id, "actor": acting.account, "at": acting.at}


def _test(acting: Acting, stream: str) -> dict[str, object]:
    from pipelines.assess.alarms.backtest import read_back_test

    return read_back_test(acting.home, acting.store, acting.deployment_id, stream)
