"""The end of an incident: what is left to do, closing by a second person, opening again.

An incident closes when its cause is judged, its tasks are done, and every regime in force has its decision
and its report.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_register.errors import NotAllowedError
from risk_register.four_eyes import check_second_person
from risk_register.incident_clocks import read_clocks
from risk_register.incident_states import TRANSITIONS, Causality, IncidentStatus, Nature
from risk_register.incident_tables import IncidentTask
from risk_register.incidents import find_incident
from risk_register.model import Incident
from risk_register.store import Store


def close_incident(store: Store, *, incident_id: str, conclusion: str, actor: str, at: dt.datetime) -> None:
    """Close an incident with what was learned.

    Raises:
        SelfApprovalError: the person who opened it cannot close it.
        NotAllowedError: it is closed already, the conclusion is blank, or something is left to do.
    """
    if not conclusion.strip():
        raise NotAllowedError(
            f"Closing {incident_id} needs a conclusion: cause, what was done, what was learned."
        )
    with store.write(actor=actor, at=at) as write:
        row = find_incident(write.session, incident_id)
        _check_step(row, to_state=IncidentStatus.CLOSED)
        check_second_person(
            write,
            first=[row.opened_by],
            message=f"You opened {incident_id}; another person must close it.",
        )
        left = _find_left(write.session, row)
        if left:
            raise NotAllowedError(f"{incident_id} cannot be closed yet: {'; '.join(left)}.")
        row.state, row.closed_at, row.closed_by = IncidentStatus.CLOSED.value, at, actor
        row.conclusion = conclusion.strip()
        write.record("incident_closed", subject=incident_id, deployment_id=row.deployment_id)


def reopen_incident(store: Store, *, incident_id: str, reason: str, actor: str, at: dt.datetime) -> None:
    """Open a closed incident again; the conclusion stays and the audit keeps who closed it.

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


def _find_left(session: Session, row: Incident) -> tuple[str, ...]:
    left = []
    if row.causality == Causality.NOT_ASSESSED.value:
        left.append("nobody has judged the cause")
    tasks = select(IncidentTask).filter_by(incident_id=row.incident_id, done_at=None)
    left += [f"task {task.task_id} is not done" for task in session.scalars(tasks)]
    clocks = read_clocks(session, row.incident_id, nature=Nature(row.nature), aware_at=row.aware_at)
    left += [
        f"{clock.regime.id} waits for {'a decision' if clock.decision is None else 'its report'}"
        for clock in clocks
        if not clock.is_settled
    ]
    return tuple(left)


def _check_step(row: Incident, *, to_state: IncidentStatus) -> None:
    if to_state not in TRANSITIONS[IncidentStatus(row.state)]:
        raise NotAllowedError(f"{row.incident_id} is {row.state} and cannot become {to_state.value}.")
