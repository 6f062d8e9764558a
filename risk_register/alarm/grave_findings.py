"""The critical floor in the store: grave findings, whether people were told, and what they saw.

Each is known by a hash of its message, so that nothing here leads to a person once the lake has let go of it.
While the lake has the message, `dashboards.evidence` finds its conversation by the same hash.
Confirming one opens an incident in the same step. Keeping new ones and calling for them: `finding_call`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from risk_register.acceptability import Severity
from risk_register.database.model import columns_of
from risk_register.database.store import Store, Write
from risk_register.database.tables.alarm import GraveFinding
from risk_register.database.tables.notice import Notice
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.incident.incidents import open_within
from risk_register.incident.states import Nature, Origin
from risk_register.notice.kinds import NoticeKind
from risk_register.notice.notices import acknowledge_known
from risk_register.steps import check_allowed

KIND, HASH_DIGITS = "grave", 15
UNANSWERED_HIGH = "unanswered_high_risk"
"""A person at risk of level 3 whom nothing that follows answers: listed and decided on, calls nobody."""
TITLES = {
    "assistant_harm": "Grave harm by the assistant, confirmed",
    "unanswered_risk": "A person at grave risk was not answered, confirmed",
    UNANSWERED_HIGH: "A person at high risk was not answered, confirmed",
}


class FindingState(StrEnum):
    """Where a grave finding stands."""

    UNCONFIRMED = "unconfirmed"
    """A detector found it; nobody has looked."""
    CONFIRMED = "confirmed"
    """A person looked, and it is so; an incident is open."""
    NOT_CONFIRMED = "not_confirmed"
    """A person looked, and it is not so."""


_S = FindingState
TRANSITIONS: MappingProxyType[FindingState, tuple[FindingState, ...]] = MappingProxyType(
    {
        _S.UNCONFIRMED: (_S.CONFIRMED, _S.NOT_CONFIRMED),
        _S.NOT_CONFIRMED: (_S.CONFIRMED,),
        _S.CONFIRMED: (),
    }
)


@dataclass(frozen=True)
class GraveFindingRecord:
    """A grave finding as it stands.

    `called_at` is None while it waits for the next call. `told_at` is when its call reached people: when a
    server took it or somebody said "I have it", whichever was first; None where neither happened.
    """

    finding_id: str
    deployment_id: str
    day: dt.date
    what: str
    signal_id: str
    detector_id: str
    state: FindingState
    called_at: dt.datetime | None
    notice_id: int | None
    decided_by: str | None
    decided_at: dt.datetime | None
    reason: str
    incident_id: str | None
    told_at: dt.datetime | None


def name_finding(deployment_id: str, message_id: str, signal_id: str) -> str:
    """The id of a finding: a hash that cannot be turned back."""
    digest = hashlib.sha256("\x1f".join((KIND, deployment_id, message_id, signal_id)).encode())
    return f"finding_{int(digest.hexdigest()[:HASH_DIGITS], 16):018d}"


def read_hash(finding_id: str) -> str:
    """The first hexadecimal digits of the hash that an id is, as `name_finding` made it."""
    return f"{int(finding_id.removeprefix('finding_')):0{HASH_DIGITS}x}"


def confirm(
    store: Store,
    *,
    deployment_id: str,
    finding_id: str,
    severity: Severity,
    nature: Nature,
    reason: str,
    aware_at: dt.datetime | None = None,
    actor: str,
    at: dt.datetime,
) -> str:
    """A person looked and it is so: opens an incident and returns its id.

    Its clocks run from `aware_at`; without one from when the call reached people, else from now.

    Raises:
        UnknownRecordError: the deployment has no such finding.
        NotAllowedError: it is confirmed already, the reason is blank, or awareness lies ahead or years back.
    """
    with store.write(actor=actor, at=at) as write:
        known = write.session.get(GraveFinding, finding_id)
        told_at = _list_told(write.session, deployment_id).get(known.notice_id) if known is not None else None
        row = _step(write, deployment_id, finding_id, to_state=FindingState.CONFIRMED, reason=reason)
        row.incident_id = open_within(
            write,
            deployment_id=deployment_id,
            title=TITLES.get(row.what, "A grave finding, confirmed"),
            severity=severity,
            description=f"From {finding_id} of {row.day} ({row.signal_id}).",
            aware_at=aware_at or told_at,
            origin=Origin.GRAVE_FINDING,
            origin_reference=finding_id,
            nature=nature,
        )
        _trace(write, row)
        return row.incident_id


def dismiss(
    store: Store, *, deployment_id: str, finding_id: str, reason: str, actor: str, at: dt.datetime
) -> None:
    """A person looked and it is not so.

    Raises:
        UnknownRecordError: the deployment has no such finding.
        NotAllowedError: somebody decided already, or the reason is blank.
    """
    with store.write(actor=actor, at=at) as write:
        row = _step(write, deployment_id, finding_id, to_state=FindingState.NOT_CONFIRMED, reason=reason)
        _trace(write, row)


def list_findings(
    store: Store, deployment_id: str, *, is_waiting: bool = False
) -> tuple[GraveFindingRecord, ...]:
    """The grave findings that an assessment has seen, or those that wait for a person; newest day first."""
    query = select(GraveFinding).where(GraveFinding.what != UNANSWERED_HIGH)
    return _list(store, deployment_id, query, is_waiting=is_waiting)


def list_unanswered(
    store: Store, deployment_id: str, *, is_waiting: bool = False
) -> tuple[GraveFindingRecord, ...]:
    """Risk of level 3 that nothing answers, as last assessed, or as decided; else as `list_findings`."""
    query = select(GraveFinding).where(GraveFinding.what == UNANSWERED_HIGH)
    return _list(store, deployment_id, query, is_waiting=is_waiting)


def find_finding(store: Store, deployment_id: str, finding_id: str) -> GraveFindingRecord | None:
    """The grave finding, or unanswered risk of level 3, of an id; None where the deployment has none."""
    query = select(GraveFinding).filter_by(finding_id=finding_id)
    return next(iter(_list(store, deployment_id, query, is_waiting=False)), None)


def _list(
    store: Store, deployment_id: str, query: Select[GraveFinding], *, is_waiting: bool
) -> tuple[GraveFindingRecord, ...]:
    query = query.filter_by(deployment_id=deployment_id)
    if is_waiting:
        query = query.filter_by(state=FindingState.UNCONFIRMED.value)
    with store.read() as session:
        told = _list_told(session, deployment_id)
        rows = session.scalars(query.order_by(GraveFinding.day.desc(), GraveFinding.finding_id))
        return tuple(
            GraveFindingRecord(
                **{**columns_of(row), "state": FindingState(row.state)},
                told_at=told.get(row.notice_id),
            )
            for row in rows
        )


def _list_told(session: Session, deployment_id: str) -> dict[int | None, dt.datetime]:
    """When each call for eyes reached people, by its notice; one that reached nobody is not among them.

    A mail that was sent may be read before anybody answers: a clock that starts too early only hurries.
    """
    query = select(Notice.notice_id, Notice.sent_at, Notice.acknowledged_at).filter_by(
        deployment_id=deployment_id, kind=NoticeKind.NEEDS_EYES.value
    )
    told: dict[int | None, dt.datetime] = {}
    for notice_id, *moments in session.execute(query):
        known = [moment for moment in moments if moment is not None]
        if known:
            told[notice_id] = min(known)
    return told


def _step(
    write: Write, deployment_id: str, finding_id: str, *, to_state: FindingState, reason: str
) -> GraveFinding:
    row = write.session.get(GraveFinding, finding_id)
    if row is None or row.deployment_id != deployment_id:
        raise UnknownRecordError(f"{deployment_id} has no grave finding {finding_id}.")
    if not reason.strip():
        raise NotAllowedError(
            "Deciding on a grave finding needs a reason, without words of the conversation."
        )
    state = FindingState(row.state)
    check_allowed(_say_decided(row), state, to_state=to_state, allowed=TRANSITIONS[state])
    row.state, row.reason = to_state.value, reason.strip()
    row.decided_by, row.decided_at = write.actor, write.at
    if row.notice_id is not None and not _has_unread(write.session, row.notice_id):
        acknowledge_known(write, row.notice_id)
    return row


def _say_decided(row: GraveFinding) -> str:
    """A finding with who decided, when, and where it goes on: two people may have the same one open."""
    if row.decided_at is None:
        return row.finding_id
    where = f"; see /incidents?incident={row.incident_id}" if row.incident_id else ""
    return f"{row.finding_id}, decided by {row.decided_by} on {row.decided_at:%Y-%m-%d at %H:%M} UTC{where},"


def _has_unread(session: Session, notice_id: int) -> bool:
    """Whether a call tells of a finding that nobody has decided on: who read one may not have the others."""
    query = select(GraveFinding.finding_id).filter_by(
        notice_id=notice_id, state=FindingState.UNCONFIRMED.value
    )
    return session.scalars(query.limit(1)).first() is not None


def _trace(write: Write, row: GraveFinding) -> None:
    write.record(
        f"grave_finding_{row.state}",
        subject=row.finding_id,
        deployment_id=row.deployment_id,
        incident_id=row.incident_id,
        reason=row.reason,
    )
