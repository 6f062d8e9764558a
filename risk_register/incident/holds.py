"""Holds of an incident: named conversations that retention and erasure leave alone, with reason and expiry.

Asked for by one person and approved by another. A hold protects from the moment it is asked for, because what
has gone does not come back; without an approval it ends after a week. For the same reason its end takes two
people as well, and until the second agrees it protects. The pipelines read what is in force.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.account.four_eyes import check_second_person
from risk_register.database.model import columns_of
from risk_register.database.numbering import next_name
from risk_register.database.store import Store, Write
from risk_register.database.tables.incident import IncidentHold
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.incident.incidents import find_open_incident

APPROVE_WITHIN = dt.timedelta(days=7)
LONGEST = dt.timedelta(
    days=730
)  # then somebody looks again; a hold without an end is retention by the back door


@dataclass(frozen=True)
class HoldRecord:
    """A hold as it stands; it covers the whole thread of its conversation."""

    hold_id: str
    incident_id: str
    deployment_id: str
    conversation_id: str
    thread_id: str
    reason: str
    requested_by: str
    requested_at: dt.datetime
    expires_on: dt.date
    approved_by: str | None
    approved_at: dt.datetime | None
    release_asked_by: str | None
    release_asked_at: dt.datetime | None
    released_by: str | None
    released_at: dt.datetime | None
    release_reason: str

    def is_in_force(self, on: dt.date) -> bool:
        """Whether it protects on a day; its last day counts."""
        if self.released_at is not None or on > self.expires_on:
            return False
        return self.approved_by is not None or on <= (self.requested_at + APPROVE_WITHIN).date()

    def is_release_asked(self, on: dt.date) -> bool:
        """Whether its release waits for a second person on a day; after a week it was asked for in vain."""
        asked = self.release_asked_at
        return self.is_in_force(on) and asked is not None and on <= (asked + APPROVE_WITHIN).date()

    def may_be_withdrawn_by(self, name: str) -> bool:
        """Whether one person may end it: whoever asked for it, while nobody has approved it."""
        return self.approved_by is None and self.requested_by == name


def request_hold(
    store: Store,
    *,
    incident_id: str,
    conversation_id: str,
    thread_id: str,
    reason: str,
    expires_on: dt.date,
    actor: str,
    at: dt.datetime,
) -> str:
    """Ask for a hold; it protects at once. Returns its id.

    Raises:
        NotAllowedError: the incident is closed, the reason is blank, or the day has passed or is too far off.
    """
    if not reason.strip():
        raise NotAllowedError("A hold needs a reason, without words of the conversation.")
    if not at.date() <= expires_on <= (at + LONGEST).date():
        raise NotAllowedError(
            f"A hold ends between {at.date()} and {(at + LONGEST).date()}, not on {expires_on}. Ask again "
            "then."
        )
    with store.write(actor=actor, at=at) as write:
        row = find_open_incident(write, incident_id)
        hold_id = next_name(write.session, IncidentHold, "incident_hold", deployment_id=row.deployment_id)
        write.session.add(
            IncidentHold(
                hold_id=hold_id,
                incident_id=incident_id,
                deployment_id=row.deployment_id,
                conversation_id=conversation_id,
                thread_id=thread_id,
                reason=reason.strip(),
                requested_by=actor,
                requested_at=at,
                expires_on=expires_on,
            )
        )
        write.session.flush()
        _record(write, "hold_requested", write.session.get_one(IncidentHold, hold_id), reason=reason)
        return hold_id


def approve_hold(store: Store, *, hold_id: str, deployment_id: str, actor: str, at: dt.datetime) -> None:
    """Let a hold stand until its day, as the second person.

    Raises:
        SelfApprovalError: the person who asked for it cannot approve it.
        NotAllowedError: it is approved, released or expired.
    """
    with store.write(actor=actor, at=at) as write:
        row = _find_in_force(write, hold_id, deployment_id, at)
        if row.approved_by is not None:
            raise NotAllowedError(f"{hold_id} was approved by {row.approved_by} already.")
        check_second_person(
            write,
            first=[row.requested_by],
            message=f"You asked for {hold_id}; another person must approve it.",
            subject=hold_id,
            deployment_id=deployment_id,
        )
        row.approved_by, row.approved_at = actor, at
        _record(write, "hold_approved", row, reason=row.reason)


def ask_release(
    store: Store, *, hold_id: str, deployment_id: str, reason: str, actor: str, at: dt.datetime
) -> bool:
    """Ask for the end of a hold, which protects until another person agrees. Returns whether it has ended.

    It has for whoever asked for a hold that nobody has approved.

    Raises:
        NotAllowedError: it holds nothing any more, its release is asked for already, or the reason is blank.
    """
    if not reason.strip():
        raise NotAllowedError(f"Releasing {hold_id} needs a reason.")
    with store.write(actor=actor, at=at) as write:
        row = _find_in_force(write, hold_id, deployment_id, at)
        record = HoldRecord(**columns_of(row))
        row.release_reason = reason.strip()
        if record.may_be_withdrawn_by(actor):
            _end(write, row, at)
            return True
        if record.is_release_asked(at.date()):
            raise NotAllowedError(
                f"{row.release_asked_by} asked for the release of {hold_id} already; another person "
                "confirms it."
            )
        row.release_asked_by, row.release_asked_at = actor, at
        _record(write, "hold_release_asked", row, reason=reason)
        return False


def confirm_release(store: Store, *, hold_id: str, deployment_id: str, actor: str, at: dt.datetime) -> None:
    """End a hold as the second person; what it kept goes with the next retention or erasure.

    Raises:
        SelfApprovalError: the person who asked for its release cannot confirm it.
        NotAllowedError: it holds nothing any more, or nobody asked for its release within a week.
    """
    with store.write(actor=actor, at=at) as write:
        row = _find_in_force(write, hold_id, deployment_id, at)
        if not HoldRecord(**columns_of(row)).is_release_asked(at.date()):
            raise NotAllowedError(f"Nobody asked for the release of {hold_id} within the last week.")
        check_second_person(
            write,
            first=[row.release_asked_by],
            message=f"You asked for the release of {hold_id}; another person must confirm it.",
            subject=hold_id,
            deployment_id=deployment_id,
        )
        _end(write, row, at)


def list_holds(
    store: Store, *, deployment_id: str | None = None, incident_id: str | None = None
) -> tuple[HoldRecord, ...]:
    """Every hold, oldest first; of a deployment or an incident, or of all, for whoever enforces them."""
    wanted = {"deployment_id": deployment_id, "incident_id": incident_id}
    query = select(IncidentHold).filter_by(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    with store.read() as session:
        rows = session.scalars(query.order_by(IncidentHold.hold_id))
        return tuple(HoldRecord(**columns_of(row)) for row in rows)


def _end(write: Write, row: IncidentHold, at: dt.datetime) -> None:
    row.released_by, row.released_at = write.actor, at
    _record(write, "hold_released", row, reason=row.release_reason)


def _record(write: Write, action: str, row: IncidentHold, *, reason: str) -> None:
    # By its id alone: the audit outlives the data of the person whose conversation it is.
    write.record(
        action,
        subject=row.hold_id,
        deployment_id=row.deployment_id,
        incident_id=row.incident_id,
        reason=reason.strip(),
    )


def _find_in_force(write: Write, hold_id: str, deployment_id: str, at: dt.datetime) -> IncidentHold:
    row = write.session.get(IncidentHold, hold_id)
    if row is None or row.deployment_id != deployment_id:
        raise UnknownRecordError(f"There is no hold {hold_id} in {deployment_id}.")
    if row.released_at is not None:
        raise NotAllowedError(f"{hold_id} was released by {row.released_by} already.")
    if not HoldRecord(**columns_of(row)).is_in_force(at.date()):
        raise NotAllowedError(f"{hold_id} holds nothing any more; what must be kept is asked for anew.")
    return row
