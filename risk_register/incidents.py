"""Incidents: something went wrong for people; opened by anyone, closed by a second person.

A title and a description say what happened in general and name ids; words of a conversation do not belong in
them. Statutory clocks and dossiers are the reports' business; the moment of awareness is kept here for them.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import func, select

from risk_register.acceptability import Severity
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.four_eyes import check_second_person
from risk_register.model import Deployment, Incident, RiskState, columns_of
from risk_register.store import Store, Write


class IncidentStatus(StrEnum):
    """Where an incident stands."""

    OPEN = "open"
    CLOSED = "closed"
    """A person other than its opener confirmed the conclusion."""


TRANSITIONS: MappingProxyType[IncidentStatus, tuple[IncidentStatus, ...]] = MappingProxyType(
    {
        IncidentStatus.OPEN: (IncidentStatus.CLOSED,),
        IncidentStatus.CLOSED: (IncidentStatus.OPEN,),
    }
)


@dataclass(frozen=True)
class IncidentRecord:
    """An incident as it stands."""

    incident_id: str
    deployment_id: str
    title: str
    severity: Severity
    description: str
    state: IncidentStatus
    risk_id: str | None
    aware_at: dt.datetime
    opened_at: dt.datetime
    opened_by: str
    closed_at: dt.datetime | None
    closed_by: str | None
    conclusion: str


def open_incident(
    store: Store,
    *,
    deployment_id: str,
    title: str,
    severity: Severity,
    description: str = "",
    risk_id: str | None = None,
    aware_at: dt.datetime | None = None,
    actor: str,
    at: dt.datetime,
) -> str:
    """Open an incident; `aware_at` is when somebody first knew, if earlier than now. Returns its id.

    Raises:
        NotAllowedError: the title is blank, or awareness lies in the future.
        UnknownRecordError: the register does not know the deployment or the risk.
    """
    with store.write(actor=actor, at=at) as write:
        return open_within(
            write,
            deployment_id=deployment_id,
            title=title,
            severity=severity,
            description=description,
            risk_id=risk_id,
            aware_at=aware_at,
        )


def open_within(
    write: Write,
    *,
    deployment_id: str,
    title: str,
    severity: Severity,
    description: str = "",
    risk_id: str | None = None,
    aware_at: dt.datetime | None = None,
) -> str:
    """`open_incident` as part of a write that does more, so that both happen or neither."""
    if not title.strip():
        raise NotAllowedError("An incident needs a title.")
    if aware_at is not None and aware_at > write.at:
        raise NotAllowedError(f"Nobody can have been aware at {aware_at.isoformat()}, after the opening.")
    if write.session.get(Deployment, deployment_id) is None:
        raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
    if risk_id is not None and write.session.get(RiskState, (deployment_id, risk_id)) is None:
        raise UnknownRecordError(f"The register of {deployment_id} has no risk {risk_id}.")
    known = write.session.scalar(select(func.count()).select_from(Incident)) or 0
    incident_id = f"incident_{known + 1:04d}"
    write.session.add(
        Incident(
            incident_id=incident_id,
            deployment_id=deployment_id,
            title=title.strip(),
            severity=Severity(severity).value,
            description=description.strip(),
            state=IncidentStatus.OPEN.value,
            risk_id=risk_id,
            aware_at=aware_at or write.at,
            opened_at=write.at,
            opened_by=write.actor,
        )
    )
    write.record(
        "incident_opened",
        subject=incident_id,
        deployment_id=deployment_id,
        severity=Severity(severity).value,
        risk_id=risk_id,
    )
    return incident_id


def close_incident(store: Store, *, incident_id: str, conclusion: str, actor: str, at: dt.datetime) -> None:
    """Close an incident with what was learned.

    Raises:
        SelfApprovalError: the person who opened it cannot close it.
        NotAllowedError: it is closed already, or the conclusion is blank.
    """
    if not conclusion.strip():
        raise NotAllowedError(
            f"Closing {incident_id} needs a conclusion: cause, what was done, what was learned."
        )
    with store.write(actor=actor, at=at) as write:
        row = _find(write, incident_id)
        _check_step(row, to_state=IncidentStatus.CLOSED)
        check_second_person(
            write,
            first=[row.opened_by],
            message=f"You opened {incident_id}; another person must close it.",
        )
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
        row = _find(write, incident_id)
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


def list_incidents(store: Store, deployment_id: str) -> tuple[IncidentRecord, ...]:
    """The incidents of a deployment, newest first."""
    with store.read() as session:
        rows = session.scalars(
            select(Incident)
            .filter_by(deployment_id=deployment_id)
            .order_by(Incident.opened_at.desc(), Incident.incident_id.desc())
        )
        return tuple(
            IncidentRecord(
                **{
                    **columns_of(row),
                    "severity": Severity(row.severity),
                    "state": IncidentStatus(row.state),
                }
            )
            for row in rows
        )


def _check_step(row: Incident, *, to_state: IncidentStatus) -> None:
    if to_state not in TRANSITIONS[IncidentStatus(row.state)]:
        raise NotAllowedError(f"{row.incident_id} is {row.state} and cannot become {to_state.value}.")


def _find(write: Write, incident_id: str) -> Incident:
    row = write.session.get(Incident, incident_id)
    if row is None:
        raise UnknownRecordError(f"There is no incident {incident_id}.")
    return row
