"""Incidents: something went wrong for people; opened by anyone, judged, closed by a second person.

A title and a description say what happened in general and name ids; words of a conversation do not belong in
them. Timeline and tasks are `work`, statutory clocks `clocks`, holds `holds`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_register.acceptability import Severity
from risk_register.database.model import Deployment, Incident, RiskState, columns_of
from risk_register.database.numbering import next_name
from risk_register.database.store import Store, Write
from risk_register.database.versions import check_version
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.incident.states import Causality, IncidentStatus, Nature, Origin
from risk_register.notice.kinds import NoticeKind, NoticeSeverity
from risk_register.notice.notices import queue_notice

GRAVE = frozenset({Severity.S4, Severity.S5})  # the clinical on-call hears of it today

# Longer ago is a slip of the year: services of this kind are hardly older, every clock has run out.
LONGEST_AWARE = dt.timedelta(days=3 * 365)


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
    origin: Origin
    origin_reference: str | None
    nature: Nature
    affected_count: int | None
    causality: Causality
    cause: str
    judged_by: str | None
    version: int


def open_incident(
    store: Store,
    *,
    deployment_id: str,
    title: str,
    severity: Severity,
    description: str = "",
    risk_id: str | None = None,
    aware_at: dt.datetime | None = None,
    origin: Origin = Origin.BY_HAND,
    origin_reference: str | None = None,
    nature: Nature = Nature.NOT_SERIOUS,
    actor: str,
    at: dt.datetime,
) -> str:
    """Open an incident; `aware_at` is when somebody first knew, if earlier than now. Returns its id.

    `origin_reference` is an id: of the alarm, the review item, or the operator's own of a complaint.

    Raises:
        NotAllowedError: the title is blank, or awareness lies in the future or years back.
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
            origin=origin,
            origin_reference=origin_reference,
            nature=nature,
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
    origin: Origin = Origin.BY_HAND,
    origin_reference: str | None = None,
    nature: Nature = Nature.NOT_SERIOUS,
) -> str:
    """`open_incident` as part of a write that does more, so that both happen or neither."""
    if not title.strip():
        raise NotAllowedError("An incident needs a title.")
    if aware_at is not None and aware_at > write.at:
        raise NotAllowedError(
            f"Nobody can have known at {say_moment(aware_at)}: that is still to come, it is "
            f"{say_moment(write.at)}."
        )
    if aware_at is not None and aware_at < write.at - LONGEST_AWARE:
        raise NotAllowedError(
            f"Somebody first knew at {say_moment(aware_at)}? That is more than three years ago: look at the "
            "year. The clocks of reports run from this moment."
        )
    if write.session.get(Deployment, deployment_id) is None:
        raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
    if risk_id is not None and write.session.get(RiskState, (deployment_id, risk_id)) is None:
        raise UnknownRecordError(f"The register of {deployment_id} has no risk {risk_id}.")
    incident_id = next_name(write.session, Incident, "incident", deployment_id=deployment_id)
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
            origin=Origin(origin).value,
            origin_reference=(origin_reference or "").strip() or None,
            nature=Nature(nature).value,
            causality=Causality.NOT_ASSESSED.value,
            cause="",
        )
    )
    write.record(
        "incident_opened",
        subject=incident_id,
        deployment_id=deployment_id,
        severity=Severity(severity).value,
        risk_id=risk_id,
        origin=Origin(origin).value,
        nature=Nature(nature).value,
        aware_at=(aware_at or write.at).isoformat(),
    )
    if origin is not Origin.REVIEW and severity in GRAVE:  # what a review raises pages the on-call itself
        _call_clinicians(write, incident_id, deployment_id=deployment_id, version=1)
    return incident_id


def say_moment(moment: dt.datetime) -> str:
    """A moment in words, such as 20 Nov 2026, 14:30 UTC."""
    utc = moment.astimezone(dt.UTC)
    return f"{utc.day} {utc:%b %Y, %H:%M} UTC"


def assess_incident(
    store: Store,
    *,
    incident_id: str,
    severity: Severity,
    nature: Nature,
    causality: Causality,
    cause: str,
    affected_count: int | None,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Say how grave it is, what kind, whether the product had a part in it, and how many it concerned.

    May be said again as more becomes known; the audit keeps every judgement. One that becomes grave is told
    like one that is opened as grave. `affected_count` is None while nobody knows.

    Raises:
        NotAllowedError: the incident is closed, a count is negative, or a judged cause has no words.
        ChangedMeanwhileError: somebody judged or decided since the version that the caller saw.
    """
    if affected_count is not None and affected_count < 0:
        raise NotAllowedError(f"{affected_count} people cannot be affected; give a count, or nothing.")
    if causality is not Causality.NOT_ASSESSED and not cause.strip():
        raise NotAllowedError("A judgement of the cause needs words: what caused it, and how that is known.")
    with store.write(actor=actor, at=at) as write:
        row = find_open_incident(write, incident_id, expected_version=expected_version)
        was_grave = row.severity in GRAVE
        row.severity, row.nature = Severity(severity).value, Nature(nature).value
        row.causality, row.cause = Causality(causality).value, cause.strip()
        row.affected_count, row.judged_by = affected_count, actor
        row.version += 1
        write.record(
            "incident_assessed",
            subject=incident_id,
            deployment_id=row.deployment_id,
            severity=row.severity,
            nature=row.nature,
            causality=row.causality,
            affected_count=affected_count,
            cause=row.cause,
        )
        if row.severity in GRAVE and not was_grave:
            _call_clinicians(write, incident_id, deployment_id=row.deployment_id, version=row.version)


def _call_clinicians(write: Write, incident_id: str, *, deployment_id: str, version: int) -> None:
    """Once each time that it becomes grave: a version is of one judgement."""
    queue_notice(
        write,
        key=f"incident:{incident_id}:{version}",
        deployment_id=deployment_id,
        kind=NoticeKind.INCIDENT,
        severity=NoticeSeverity.ATTENTION,
        reference_id=incident_id,
        link=f"/incidents?deployment={deployment_id}&incident={incident_id}",
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
                    "origin": Origin(row.origin),
                    "nature": Nature(row.nature),
                    "causality": Causality(row.causality),
                }
            )
            for row in rows
        )


def find_open_incident(write: Write, incident_id: str, *, expected_version: int | None = None) -> Incident:
    """The incident, for a change of what is known about it.

    Raises:
        UnknownRecordError: there is none.
        ChangedMeanwhileError: it is no longer at the version that the caller saw.
        NotAllowedError: it is closed.
    """
    row = find_incident(write.session, incident_id)
    check_seen(write, row, expected_version)
    if row.state != IncidentStatus.OPEN.value:
        raise NotAllowedError(f"{incident_id} is closed; open it again to change what is known about it.")
    return row


def check_seen(write: Write, row: Incident, expected_version: int | None) -> None:
    """Raise if an incident is no longer at the version that the caller saw.

    Raises:
        ChangedMeanwhileError: somebody judged or decided since.
    """
    check_version(
        write,
        current=row.version,
        expected=expected_version,
        subject=row.incident_id,
        deployment_id=row.deployment_id,
    )


def find_incident(session: Session, incident_id: str) -> Incident:
    """The row of an incident.

    Raises:
        UnknownRecordError: there is none.
    """
    row = session.get(Incident, incident_id)
    if row is None:
        raise UnknownRecordError(f"There is no incident {incident_id}.")
    return row
