"""The end of an incident: what is left to do, closing by a second person, opening again.

An incident closes when its cause is judged, its tasks are done, and every regime in force has its decision
and its report. Whoever closes it has neither opened it, nor judged it last, nor decided last that it is not
reported: for each of these another person has said the same.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_register.acceptability import Severity
from risk_register.account.four_eyes import check_second_person, find_tie
from risk_register.database.model import Incident
from risk_register.database.store import Store, Write
from risk_register.database.tables.incident import IncidentReport, IncidentTask
from risk_register.errors import NotAllowedError
from risk_register.incident.clocks import read_clocks
from risk_register.incident.incidents import check_seen, find_incident
from risk_register.incident.states import TRANSITIONS, Causality, IncidentStatus, Nature
from risk_register.notice.kinds import NoticeKind
from risk_register.notice.notices import acknowledge_within
from risk_register.steps import check_allowed


def close_incident(
    store: Store,
    *,
    incident_id: str,
    conclusion: str,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Close an incident with what was learned; calls about it then wait for nobody.

    Raises:
        SelfApprovalError: who opened it, judged it last, or decided against reporting it cannot close it.
        NotAllowedError: it is closed already, the conclusion is blank, or something is left to do.
        ChangedMeanwhileError: somebody judged or decided since the version that the caller saw.
    """
    if not conclusion.strip():
        raise NotAllowedError(
            f"Closing {incident_id} needs a conclusion: cause, what was done, what was learned."
        )
    with store.write(actor=actor, at=at) as write:
        row = find_incident(write.session, incident_id)
        _check_step(row, to_state=IncidentStatus.CLOSED)
        check_seen(write, row, expected_version)
        _check_second(write, row)
        left = _find_left(write.session, row)
        if left:
            raise NotAllowedError(f"{incident_id} cannot be closed yet: {'; '.join(left)}.")
        row.state, row.closed_at, row.closed_by = IncidentStatus.CLOSED.value, at, actor
        row.conclusion = conclusion.strip()
        row.version += 1
        # Who is in danger is looked after by whoever takes that call, and closing says nothing of it.
        acknowledge_within(write, reference_id=incident_id, but=NoticeKind.DANGER)
        write.record(
            "incident_closed",
            subject=incident_id,
            deployment_id=row.deployment_id,
            conclusion=row.conclusion,
        )


def reopen_incident(store: Store, *, incident_id: str, reason: str, actor: str, at: dt.datetime) -> None:
    """Open a closed incident again; the conclusion stays until the next, and the audit keeps both.

    Raises:
        NotAllowedError: it is open, or the reason is blank.
    """
    if not reason.strip():
        raise NotAllowedError(f"Opening {incident_id} again needs a reason.")
    with store.write(actor=actor, at=at) as write:
        row = find_incident(write.session, incident_id)
        _check_step(row, to_state=IncidentStatus.OPEN)
        closed_by = row.closed_by
        row.state, row.closed_at, row.closed_by = IncidentStatus.OPEN.value, None, None
        row.version += 1
        write.record(
            "incident_reopened",
            subject=incident_id,
            deployment_id=row.deployment_id,
            closed_by=closed_by,
            reason=reason.strip(),
        )


def find_what_is_left(store: Store, incident_id: str) -> tuple[str, ...]:
    """What keeps an incident from being closed, in words; empty when nothing does.

    Raises:
        UnknownRecordError: there is no such incident.
    """
    with store.read() as session:
        return _find_left(session, find_incident(session, incident_id))


def find_hindrance(store: Store, incident_id: str, *, actor: str) -> str | None:
    """Why this account cannot be the one who closes an incident, in words; None if it can.

    Raises:
        UnknownRecordError: there is no such incident.
    """
    with store.read() as session:
        row = find_incident(session, incident_id)
        for message, names in _list_first_halves(session, row):
            tie = find_tie(session, actor, names, subject=incident_id, deployment_id=row.deployment_id)
            if tie is not None:
                return f"{message}{tie}"
    return None


def _check_second(write: Write, row: Incident) -> None:
    for message, names in _list_first_halves(write.session, row):
        check_second_person(
            write, first=names, message=message, subject=row.incident_id, deployment_id=row.deployment_id
        )


def _list_first_halves(session: Session, row: Incident) -> list[tuple[str, list[str | None]]]:
    """What somebody else must have done than whoever closes, with the words for them, and who did it."""
    against = select(IncidentReport.decided_by).filter_by(incident_id=row.incident_id, is_reportable=False)
    return [
        ("You opened it; another person must close it.", [row.opened_by]),
        (
            "You judged it last; another person must close it, or judge it anew so that you can.",
            [row.judged_by],
        ),
        (
            "You decided that it is not to be reported; another person must close it.",
            list(session.scalars(against)),
        ),
    ]


def _find_left(session: Session, row: Incident) -> tuple[str, ...]:
    left = []
    if row.causality == Causality.NOT_ASSESSED.value:
        left.append("nobody has judged the cause")
    if row.severity == Severity.S5 and row.nature == Nature.NOT_SERIOUS:
        left.append("S5 is a death or a threat to life, and it is held to be not serious: judge it again")
    tasks = select(IncidentTask).filter_by(incident_id=row.incident_id, done_at=None)
    left += [f"task {task.task_id} is not done" for task in session.scalars(tasks)]
    owed = {
        report.regime_id
        for report in session.scalars(
            select(IncidentReport).filter_by(
                incident_id=row.incident_id, is_reportable=True, reported_at=None
            )
        )
    }
    clocks = read_clocks(
        session,
        row.incident_id,
        deployment_id=row.deployment_id,
        nature=Nature(row.nature),
        aware_at=row.aware_at,
    )
    undecided = {clock.regime.id for clock in clocks if not clock.is_settled and clock.decision is None}
    left += [f"{regime_id} waits for a decision" for regime_id in sorted(undecided)]
    # Whatever kind of event it is called since: who decided that a report is due has to take it back.
    left += [f"{regime_id} waits for its report" for regime_id in sorted(owed - undecided)]
    return tuple(left)


def _check_step(row: Incident, *, to_state: IncidentStatus) -> None:
    state = IncidentStatus(row.state)
    check_allowed(row.incident_id, state, to_state=to_state, allowed=TRANSITIONS[state])
