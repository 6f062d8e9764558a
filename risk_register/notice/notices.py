"""The outbox: what people must be told, written in the transaction of what happened, and sent afterwards.

A notice carries a kind, numbers and ids: no text, no pseudonym. Its key makes it one however often it is
queued. Who is told by which way, and the attempts, are in `deliveries`; sending is not done here.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType

from sqlalchemy import select

from risk_register.database.model import Deployment, columns_of
from risk_register.database.numbering import number_of
from risk_register.database.store import Store, Write
from risk_register.database.tables.notice import Notice
from risk_register.database.tables.review import Page
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.notice.kinds import TRANSITIONS, Audience, NoticeKind, NoticeSeverity, NoticeState
from risk_register.steps import check_allowed

# Pseudonyms are 32 hexadecimal characters; a shorter run may be part of one.
PSEUDONYM = re.compile(r"[0-9a-f]{12,}", re.IGNORECASE)
ID = re.compile(r"[\w:.@+-]{1,200}")
LINK = re.compile(r"/[\w/?=&:.@%+-]{0,199}")
FIGURE = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True)
class NoticeRecord:
    """A notice as it stands; `deployment_id` is None where it is about the whole home."""

    notice_id: int
    key: str
    deployment_id: str | None
    kind: NoticeKind
    severity: NoticeSeverity
    audience: Audience
    reference_id: str
    link: str
    figures: Mapping[str, float]
    state: NoticeState
    queued_at: dt.datetime
    sent_at: dt.datetime | None
    acknowledged_at: dt.datetime | None
    acknowledged_by: str | None


def queue_notice(
    write: Write,
    *,
    key: str,
    deployment_id: str | None,
    kind: NoticeKind,
    severity: NoticeSeverity,
    reference_id: str,
    link: str,
    audience: Audience = Audience.CLINICAL,
    figures: Mapping[str, float] | None = None,
    names: Iterable[str] = (),
) -> int:
    """Put a notice into the outbox as part of a write that does more. Returns its id.

    A key that is known already changes nothing and gives the id of the notice that has it.

    Args:
        write: the caller's write: the notice exists if and only if what it tells of was written.
        key: what makes two notices the same, such as `alarm:<alarm_id>`.
        deployment_id: whom it concerns; None for the whole home.
        kind: decides the words.
        severity: a page is escalated until somebody acknowledges it.
        reference_id: id of the alarm, incident or page that is meant; acknowledging that acknowledges this.
        link: path of the dashboard that shows it, from the first slash on.
        audience: whose work it is.
        figures: numbers by name, such as the precision of a detector.
        names: what operators named, beside the deployment, and may stand in the key, reference or link: they
            may name it by what looks like a pseudonym.

    Raises:
        NotAllowedError: an id, link or name that could carry text or a pseudonym; a figure that is no number.
        UnknownRecordError: the register does not know the deployment.
    """
    shown = dict(figures or {})
    given = {name for name in (deployment_id, *names) if name}
    _check_fields(key=key, reference_id=reference_id, link=link, figures=shown, names=given)
    known = write.session.scalar(select(Notice).filter_by(key=key))
    if known is not None:
        return known.notice_id
    if deployment_id is not None and write.session.get(Deployment, deployment_id) is None:
        raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
    row = Notice(
        notice_id=number_of(write.session, Notice.notice_id, key),
        key=key,
        deployment_id=deployment_id,
        kind=NoticeKind(kind).value,
        severity=NoticeSeverity(severity).value,
        audience=Audience(audience).value,
        reference_id=reference_id,
        link=link,
        figures=json.dumps(shown, sort_keys=True),
        state=NoticeState.QUEUED.value,
        queued_at=write.at,
    )
    write.session.add(row)
    write.session.flush()
    write.record(
        "notice_queued",
        subject=reference_id,
        deployment_id=deployment_id,
        notice_id=row.notice_id,
        kind=row.kind,
        severity=row.severity,
    )
    return row.notice_id


def acknowledge_within(write: Write, *, reference_id: str, but: NoticeKind | None = None) -> tuple[int, ...]:
    """Acknowledge every notice about something, `but` those of a kind, in the write that deals with it.

    Returns their ids.
    """
    rows = write.session.scalars(
        select(Notice)
        .filter_by(reference_id=reference_id)
        .where(Notice.state != NoticeState.ACKNOWLEDGED.value)
        .order_by(Notice.notice_id)
    ).all()
    dealt_with = [row for row in rows if row.kind != but]
    for row in dealt_with:
        _acknowledge(write, row)
    return tuple(row.notice_id for row in dealt_with)


def acknowledge_known(write: Write, notice_id: int) -> None:
    """Acknowledge a notice if nobody has, as part of the write that deals with what it tells of."""
    row = write.session.get(Notice, notice_id)
    if row is not None and can_step(NoticeState(row.state), to_state=NoticeState.ACKNOWLEDGED):
        _acknowledge(write, row)


def acknowledge_notice(store: Store, *, notice_id: int, actor: str, at: dt.datetime) -> None:
    """Say "I have it": nobody else is called for it.

    Raises:
        UnknownRecordError: there is no such notice.
        NotAllowedError: somebody has it already.
    """
    with store.write(actor=actor, at=at) as write:
        row = write.session.get(Notice, notice_id)
        if row is None:
            raise UnknownRecordError(f"There is no notice {notice_id}.")
        check_step(NoticeState(row.state), to_state=NoticeState.ACKNOWLEDGED)
        _acknowledge(write, row)


def check_step(state: NoticeState, *, to_state: NoticeState) -> None:
    """Raise if the table has no such step.

    Raises:
        NotAllowedError: says which states are allowed.
    """
    check_allowed("A notice", state, to_state=to_state, allowed=TRANSITIONS[state])


def can_step(state: NoticeState, *, to_state: NoticeState) -> bool:
    """Whether `check_step` would pass."""
    return to_state in TRANSITIONS[state]


def list_notices(
    store: Store,
    deployment_id: str | None = None,
    *,
    reference_id: str | None = None,
    is_waiting: bool = False,
) -> tuple[NoticeRecord, ...]:
    """Notices, newest first; of one deployment, about one thing, or those alone that nobody acknowledged."""
    query = select(Notice).order_by(Notice.queued_at.desc(), Notice.notice_id.desc())
    if deployment_id is not None:
        query = query.filter_by(deployment_id=deployment_id)
    if reference_id is not None:
        query = query.filter_by(reference_id=reference_id)
    if is_waiting:
        query = query.where(Notice.state != NoticeState.ACKNOWLEDGED.value)
    with store.read() as session:
        return tuple(as_record(row) for row in session.scalars(query))


def list_calls(store: Store, deployment_id: str, *, is_waiting: bool = False) -> tuple[NoticeRecord, ...]:
    """Notices of a deployment and of the whole home, newest first; or those that nobody has acknowledged."""
    found = list_notices(store, is_waiting=is_waiting)
    return tuple(one for one in found if one.deployment_id in {None, deployment_id})


def list_known_keys(store: Store, keys: Iterable[str]) -> frozenset[str]:
    """Those of the keys that a notice has already; what it costs does not grow with the outbox."""
    with store.read() as session:
        return frozenset(session.scalars(select(Notice.key).where(Notice.key.in_(tuple(keys)))))


def as_record(row: Notice) -> NoticeRecord:
    """A row as a record."""
    return NoticeRecord(
        **{
            **columns_of(row),
            "kind": NoticeKind(row.kind),
            "severity": NoticeSeverity(row.severity),
            "audience": Audience(row.audience),
            "state": NoticeState(row.state),
            "figures": MappingProxyType(json.loads(row.figures)),
        }
    )


def _acknowledge(write: Write, row: Notice) -> None:
    row.state, row.acknowledged_at = NoticeState.ACKNOWLEDGED.value, write.at
    row.acknowledged_by = write.actor
    if row.kind == NoticeKind.DANGER.value:  # else the incident would still say that nobody has it
        _take_page(write, row.reference_id)
    write.record(
        "notice_acknowledged",
        subject=row.reference_id,
        deployment_id=row.deployment_id,
        notice_id=row.notice_id,
    )


def _take_page(write: Write, incident_id: str) -> None:
    for page in write.session.scalars(select(Page).filter_by(incident_id=incident_id, taken_by=None)):
        page.taken_by, page.taken_at = write.actor, write.at


def _check_fields(
    *, key: str, reference_id: str, link: str, figures: Mapping[str, float], names: Set[str]
) -> None:
    """What is sent must not be able to carry what somebody wrote, or whom it was about."""
    for name, value, pattern in (("key", key, ID), ("reference_id", reference_id, ID), ("link", link, LINK)):
        # Without the value: it may be what must not be repeated.
        if not pattern.fullmatch(value):
            raise NotAllowedError(f"The {name} of a notice is an id or a path, without blanks or text.")
        if PSEUDONYM.search(_leave_out(names, value)):
            raise NotAllowedError(f"The {name} of a notice looks like it holds a pseudonym; name the record.")
    for figure, number in figures.items():
        if not FIGURE.fullmatch(figure) or isinstance(number, bool) or not isinstance(number, int | float):
            raise NotAllowedError("The figures of a notice are numbers by a snake_case name.")


def _leave_out(names: Set[str], value: str) -> str:
    """Without the names where they stand as whole words: no part of a pseudonym is one."""
    for name in sorted(names, key=len, reverse=True):
        value = re.sub(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])", " ", value)
    return value
