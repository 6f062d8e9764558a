"""How a notice reaches people: one delivery a person and route, claimed, tried, and tried again.

The claim is written before anything leaves and the outcome after it, each in a write of its own, so whoever
is killed in between leaves a delivery that is tried again under the same message id: a page is never lost,
and what a server had accepted already can be told by that id. Sending itself is not done here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import Select, or_, select

from risk_register.database.model import columns_of
from risk_register.database.store import Store, Write
from risk_register.database.tables.notice import Notice, NoticeDelivery
from risk_register.errors import UnknownRecordError
from risk_register.notice.kinds import NoticeState
from risk_register.notice.notices import NoticeRecord, as_record, can_step
from risk_register.steps import check_allowed

LEASE = dt.timedelta(minutes=2)
"""How long a sender has for one attempt; after that it counts as killed and another may try."""
LONGEST_RETRY = dt.timedelta(minutes=10)
"""What was refused never waits longer than this."""
TURN = dt.timedelta(minutes=2)
"""How much older than another's a sender's moment may be, because it waited for its turn to write."""


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    """To be tried, or tried and refused."""
    SENDING = "sending"
    """A sender has it."""
    ACCEPTED = "accepted"
    """A server took it."""
    DROPPED = "dropped"
    """Somebody acknowledged the notice first."""


_D = DeliveryState
TRANSITIONS: MappingProxyType[DeliveryState, tuple[DeliveryState, ...]] = MappingProxyType(
    {
        _D.WAITING: (_D.SENDING, _D.DROPPED),
        _D.SENDING: (_D.ACCEPTED, _D.WAITING, _D.SENDING),
        _D.ACCEPTED: (),
        _D.DROPPED: (),
    }
)


@dataclass(frozen=True)
class Target:
    """A person, a route to them, and the step of the escalation."""

    step: int
    person: str
    route: str


@dataclass(frozen=True)
class DeliveryRecord:
    """A delivery as it stands."""

    delivery_id: int
    notice_id: int
    step: int
    person: str
    route: str
    message_id: str
    state: DeliveryState
    planned_at: dt.datetime
    attempt_count: int
    next_attempt_at: dt.datetime
    leased_until: dt.datetime | None
    accepted_at: dt.datetime | None
    last_error: str | None


@dataclass(frozen=True)
class Claim:
    """A delivery that this sender has now, with its notice."""

    delivery: DeliveryRecord
    notice: NoticeRecord


def plan(store: Store, *, notice_id: int, targets: Sequence[Target], actor: str, at: dt.datetime) -> int:
    """Write down who is to be told; targets that are planned already stay as they are. Returns how many came.

    Raises:
        UnknownRecordError: there is no such notice.
    """
    with store.write(actor=actor, at=at) as write:
        notice = write.session.get(Notice, notice_id)
        if notice is None:
            raise UnknownRecordError(f"There is no notice {notice_id}.")
        known = {
            Target(row.step, row.person, row.route)
            for row in write.session.scalars(select(NoticeDelivery).filter_by(notice_id=notice_id))
        }
        new = [] if notice.state == NoticeState.ACKNOWLEDGED else [one for one in targets if one not in known]
        for target in new:
            write.session.add(
                NoticeDelivery(
                    notice_id=notice_id,
                    step=target.step,
                    person=target.person,
                    route=target.route,
                    message_id=_name(notice, target),
                    state=DeliveryState.WAITING.value,
                    planned_at=at,
                    attempt_count=0,
                    next_attempt_at=at,
                )
            )
        if new:
            write.record(
                "notice_planned",
                subject=notice.reference_id,
                deployment_id=notice.deployment_id,
                notice_id=notice_id,
                people=sorted({target.person for target in new}),
                step=max(target.step for target in new),
            )
        return len(new)


def claim(store: Store, *, actor: str, at: dt.datetime) -> Claim | None:
    """Take the next delivery that is due, the gravest and oldest first; None where nothing is due."""
    if not is_due(store, at):
        return None
    with store.write(actor=actor, at=at) as write:
        while (row := _next(write, at)) is not None:
            notice = write.session.get_one(Notice, row.notice_id)
            if notice.state == NoticeState.ACKNOWLEDGED and row.state == DeliveryState.WAITING:
                _step(row, to_state=DeliveryState.DROPPED)
                _trace(write, notice, row, "notice_dropped")
                continue
            _step(row, to_state=DeliveryState.SENDING)
            row.leased_until, row.attempt_count = at + LEASE, row.attempt_count + 1
            _trace(write, notice, row, "notice_tried")
            return Claim(_as_delivery(row), as_record(notice))
    return None


def accept(store: Store, *, delivery_id: int, actor: str, at: dt.datetime) -> None:
    """A server took it: the notice is sent."""
    with store.write(actor=actor, at=at) as write:
        row, notice = _find(write, delivery_id)
        _step(row, to_state=DeliveryState.ACCEPTED)
        row.accepted_at, row.leased_until, row.last_error = at, None, None
        if can_step(NoticeState(notice.state), to_state=NoticeState.SENT):
            notice.state, notice.sent_at = NoticeState.SENT.value, at
        _trace(write, notice, row, "notice_sent")


def refuse(
    store: Store, *, delivery_id: int, error: str, next_attempt_at: dt.datetime, actor: str, at: dt.datetime
) -> None:
    """A server did not take it; `error` names what kind of failure it was, nothing that a server said."""
    with store.write(actor=actor, at=at) as write:
        row, notice = _find(write, delivery_id)
        _step(row, to_state=DeliveryState.WAITING)
        row.leased_until, row.last_error, row.next_attempt_at = None, error[:80], next_attempt_at
        if can_step(NoticeState(notice.state), to_state=NoticeState.FAILED):
            notice.state = NoticeState.FAILED.value
        _trace(write, notice, row, "notice_refused")


def set_right(store: Store, *, actor: str, at: dt.datetime) -> int:
    """Let what a clock that was ahead has put off count from now; returns how many deliveries that were.

    Nothing is planned for later, waits longer than `LONGEST_RETRY` or is held longer than `LEASE`. A moment
    further ahead is that of a wrong clock, and would keep a page, or the next person, silent until then.
    """
    with store.read() as session:
        if session.scalar(_ahead(at).limit(1)) is None:
            return 0
    with store.write(actor=actor, at=at) as write:
        rows = write.session.scalars(_ahead(at)).all()
        for row in rows:
            row.planned_at, row.next_attempt_at = min(row.planned_at, at), min(row.next_attempt_at, at)
            if row.leased_until is not None:  # its sender may be at work
                row.leased_until = min(row.leased_until, at + LEASE)
            _trace(write, write.session.get_one(Notice, row.notice_id), row, "notice_set_right")
        return len(rows)


def is_due(store: Store, at: dt.datetime) -> bool:
    """Whether there is a delivery to try now."""
    with store.read() as session:
        return session.scalar(_due(at).limit(1)) is not None


def list_deliveries(store: Store, *, notice_id: int | None = None) -> tuple[DeliveryRecord, ...]:
    """Deliveries in the order in which they were planned; of one notice or of all."""
    query = select(NoticeDelivery).order_by(NoticeDelivery.delivery_id)
    if notice_id is not None:
        query = query.filter_by(notice_id=notice_id)
    with store.read() as session:
        return tuple(_as_delivery(row) for row in session.scalars(query))


def _due(at: dt.datetime) -> Select[NoticeDelivery]:
    waits = (NoticeDelivery.state == DeliveryState.WAITING.value) & (NoticeDelivery.next_attempt_at <= at)
    lost = (NoticeDelivery.state == DeliveryState.SENDING.value) & (NoticeDelivery.leased_until <= at)
    return select(NoticeDelivery).where(or_(waits, lost))


def _ahead(at: dt.datetime) -> Select[NoticeDelivery]:
    """Deliveries of what nobody has acknowledged with a moment that no right clock can have written."""
    waits = NoticeDelivery.state == DeliveryState.WAITING.value
    put_off = waits & (NoticeDelivery.next_attempt_at > at + LONGEST_RETRY + TURN)
    is_held = NoticeDelivery.state == DeliveryState.SENDING.value
    held = is_held & (NoticeDelivery.leased_until > at + LEASE + TURN)
    return (
        select(NoticeDelivery)
        .join(Notice, Notice.notice_id == NoticeDelivery.notice_id)
        .where(Notice.state != NoticeState.ACKNOWLEDGED.value)
        .where(or_(NoticeDelivery.planned_at > at + TURN, put_off, held))
    )


def _next(write: Write, at: dt.datetime) -> NoticeDelivery | None:
    found: NoticeDelivery | None = write.session.scalar(
        _due(at)
        .join(Notice, Notice.notice_id == NoticeDelivery.notice_id)
        .order_by(Notice.severity != "page", NoticeDelivery.planned_at, NoticeDelivery.delivery_id)
        .limit(1)
    )
    return found


def _find(write: Write, delivery_id: int) -> tuple[NoticeDelivery, Notice]:
    row = write.session.get(NoticeDelivery, delivery_id)
    if row is None:
        raise UnknownRecordError(f"There is no delivery {delivery_id}.")
    return row, write.session.get_one(Notice, row.notice_id)


def _step(row: NoticeDelivery, *, to_state: DeliveryState) -> None:
    state = DeliveryState(row.state)
    check_allowed(row.message_id, state, to_state=to_state, allowed=TRANSITIONS[state])
    row.state = to_state.value


def _trace(write: Write, notice: Notice, row: NoticeDelivery, action: str) -> None:
    write.record(
        action,
        subject=notice.reference_id,
        deployment_id=notice.deployment_id,
        message_id=row.message_id,
        attempt=row.attempt_count,
        error=row.last_error,
    )


def _name(notice: Notice, target: Target) -> str:
    """The same for every attempt, and of no other delivery, also of another home's."""
    queued = f"{notice.queued_at:%Y%m%d%H%M%S%f}"
    return f"plimsoll-{queued}-{notice.notice_id}-{target.step}-{target.person}-{target.route}"


def _as_delivery(row: NoticeDelivery) -> DeliveryRecord:
    return DeliveryRecord(**{**columns_of(row), "state": DeliveryState(row.state)})
