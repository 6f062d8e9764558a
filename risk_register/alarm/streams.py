"""Which streams of alarms may call a person: few, each switched on by somebody who saw its back-test.

A stream is one question about one indicator of a deployment. Those that are not on are lists: they are shown
and call nobody. The critical floor is no stream, so nothing here can silence it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from risk_register.database.model import Deployment, columns_of
from risk_register.database.store import Store, Write
from risk_register.database.tables.alarm import AlarmMute, AlarmStream
from risk_register.errors import NotAllowedError, UnknownRecordError

MAXIMUM_PAGING = 8
"""Streams of a deployment that may call a person: every one more costs sensitivity or false calls."""

LONGEST_MUTE = dt.timedelta(days=30)
"""A mute that nobody renews must end."""


class Question(StrEnum):
    """What a stream asks of an indicator."""

    LEVEL = "level"
    """Is the rate past the approved appetite?"""
    MISSED = "missed"
    """Do reviewed samples show more missed escalation than the appetite allows?"""
    RELEASE = "release"
    """Is it worse since a release than it was before?"""


@dataclass(frozen=True)
class StreamRecord:
    """The newest decision on a stream; `back_test` is what was shown to whoever decided."""

    deployment_id: str
    stream_id: str
    is_on: bool
    reason: str
    back_test: Mapping[str, object]
    decided_by: str
    decided_at: dt.datetime


@dataclass(frozen=True)
class MuteRecord:
    """A mute, ended early or not."""

    deployment_id: str
    stream_id: str
    reason: str
    muted_by: str
    muted_at: dt.datetime
    until: dt.datetime
    ended_by: str | None
    ended_at: dt.datetime | None

    def holds(self, at: dt.datetime) -> bool:
        """Whether it silences the stream at a moment."""
        return self.muted_at <= at < (self.ended_at or self.until)


def name_stream(question: Question, indicator_id: str) -> str:
    """The id of a stream within its deployment."""
    return f"{question.value}:{indicator_id}"


def switch_on(
    store: Store,
    *,
    deployment_id: str,
    stream_id: str,
    reason: str,
    back_test: Mapping[str, object],
    actor: str,
    at: dt.datetime,
) -> None:
    """Let a stream call people, on the ground of its back-test.

    Raises:
        NotAllowedError: it is on, there are eight already, the reason is blank, or there is no back-test.
        UnknownRecordError: there is no such question or deployment.
    """
    _check_stream(stream_id)
    if not reason.strip():
        raise NotAllowedError(f"Switching {stream_id} on needs a reason.")
    if not {"first", "last", "alarm_count", "threshold"} <= back_test.keys():
        raise NotAllowedError(f"{stream_id} has no back-test on this deployment's history; look at it first.")
    with store.write(actor=actor, at=at) as write:
        on = [one for one in _newest(write, deployment_id).values() if one.is_on]
        if stream_id in {one.stream_id for one in on}:
            raise NotAllowedError(f"{stream_id} is on already.")
        if len(on) >= MAXIMUM_PAGING:
            raise NotAllowedError(
                f"{MAXIMUM_PAGING} streams of {deployment_id} are on; switch one off before another."
            )
        _add(write, deployment_id, stream_id, is_on=True, reason=reason, back_test=back_test)


def switch_off(
    store: Store, *, deployment_id: str, stream_id: str, reason: str, actor: str, at: dt.datetime
) -> None:
    """Make a stream a list again.

    Raises:
        NotAllowedError: it is not on, or the reason is blank.
    """
    if not reason.strip():
        raise NotAllowedError(f"Switching {stream_id} off needs a reason.")
    with store.write(actor=actor, at=at) as write:
        if stream_id not in {one.stream_id for one in _newest(write, deployment_id).values() if one.is_on}:
            raise NotAllowedError(f"{stream_id} is not on.")
        _add(write, deployment_id, stream_id, is_on=False, reason=reason, back_test={})


def mute(
    store: Store,
    *,
    deployment_id: str,
    stream_id: str,
    until: dt.datetime,
    reason: str,
    actor: str,
    at: dt.datetime,
) -> None:
    """Silence a stream until a moment; its alarms are still shown.

    Raises:
        NotAllowedError: the reason is blank, the end is past or too far, or it is muted already.
        UnknownRecordError: there is no such stream; the critical floor is none.
    """
    _check_stream(stream_id)
    if not reason.strip():
        raise NotAllowedError(f"Muting {stream_id} needs a reason.")
    if not at < until <= at + LONGEST_MUTE:
        raise NotAllowedError(f"A mute ends within {LONGEST_MUTE.days} days from now.")
    with store.write(actor=actor, at=at) as write:
        if write.session.get(Deployment, deployment_id) is None:
            raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
        known = [as_mute(row) for row in write.session.scalars(_mutes(deployment_id, stream_id))]
        if any(one.holds(at) for one in known):
            raise NotAllowedError(f"{stream_id} is muted already; end that mute first.")
        row = AlarmMute(
            deployment_id=deployment_id,
            stream_id=stream_id,
            reason=reason.strip(),
            muted_by=actor,
            muted_at=at,
            until=until,
        )
        write.session.add(row)
        write.session.flush()
        write.record(
            "alarm_muted",
            subject=stream_id,
            deployment_id=deployment_id,
            until=until.isoformat(),
            reason=reason.strip(),
        )


def end_mute(store: Store, *, deployment_id: str, stream_id: str, actor: str, at: dt.datetime) -> None:
    """Let a muted stream call again.

    Raises:
        NotAllowedError: it is not muted.
    """
    with store.write(actor=actor, at=at) as write:
        rows = write.session.scalars(_mutes(deployment_id, stream_id)).all()
        holding = [row for row in rows if as_mute(row).holds(at)]
        if not holding:
            raise NotAllowedError(f"{stream_id} is not muted.")
        for row in holding:
            row.ended_by, row.ended_at = actor, at
        write.record("alarm_mute_ended", subject=stream_id, deployment_id=deployment_id)


def list_streams(store: Store, deployment_id: str) -> tuple[StreamRecord, ...]:
    """The newest decision on every stream, by id."""
    query = select(AlarmStream).filter_by(deployment_id=deployment_id).order_by(AlarmStream.decision_id)
    with store.read() as session:
        newest = {row.stream_id: row for row in session.scalars(query)}
        return tuple(
            StreamRecord(**{**columns_of(row, without="decision_id"), "back_test": json.loads(row.back_test)})
            for _, row in sorted(newest.items())
        )


def list_mutes(store: Store, deployment_id: str) -> tuple[MuteRecord, ...]:
    """Every mute of a deployment, newest first."""
    query = select(AlarmMute).filter_by(deployment_id=deployment_id).order_by(AlarmMute.mute_id.desc())
    with store.read() as session:
        return tuple(as_mute(row) for row in session.scalars(query))


def as_mute(row: AlarmMute) -> MuteRecord:
    """A row as a record."""
    return MuteRecord(**columns_of(row, without="mute_id"))


def _mutes(deployment_id: str, stream_id: str):  # type: ignore[no-untyped-def]  # the type of a select
    return select(AlarmMute).filter_by(deployment_id=deployment_id, stream_id=stream_id)


def _newest(write: Write, deployment_id: str) -> dict[str, AlarmStream]:
    if write.session.get(Deployment, deployment_id) is None:
        raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
    query = select(AlarmStream).filter_by(deployment_id=deployment_id).order_by(AlarmStream.decision_id)
    return {row.stream_id: row for row in write.session.scalars(query)}


def _add(
    write: Write,
    deployment_id: str,
    stream_id: str,
    *,
    is_on: bool,
    reason: str,
    back_test: Mapping[str, object],
) -> None:
    write.session.add(
        AlarmStream(
            deployment_id=deployment_id,
            stream_id=stream_id,
            is_on=is_on,
            reason=reason.strip(),
            back_test=json.dumps(dict(back_test), sort_keys=True, default=str),
            decided_by=write.actor,
            decided_at=write.at,
        )
    )
    write.record(
        "alarm_stream_on" if is_on else "alarm_stream_off",
        subject=stream_id,
        deployment_id=deployment_id,
        reason=reason.strip(),
    )


def _check_stream(stream_id: str) -> None:
    question, _, indicator = stream_id.partition(":")
    if question not in set(Question) or not indicator:
        allowed = ", ".join(f"{one.value}:<indicator>" for one in Question)
        raise UnknownRecordError(f"{stream_id} is no stream. Allowed: {allowed}.")
