"""Alarms as cases: brought up to date from the lake, acknowledged and resolved by people.

Alarms of one cause are one alarm with members: a step is made with all of them. What a person decides is
appended; the detectors read it, so that alarms stay a function of the lake and of decisions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.alarm.states import CaseState, Resolution, check_step, follow_data
from risk_register.database.model import columns_of
from risk_register.database.store import Store, Write
from risk_register.database.tables.alarm import AlarmCase, AlarmDecision
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.notice.notices import acknowledge_within


@dataclass(frozen=True)
class SeenAlarm:
    """An alarm as an assessment found it; `state` is watch, alarm or passed."""

    alarm_id: str
    deployment_id: str
    stream_id: str
    kind: str
    cause: str
    opened_on: dt.date
    closed_on: dt.date | None
    judged_through: dt.date | None
    state: CaseState


@dataclass(frozen=True)
class CaseRecord:
    """An alarm as it stands."""

    alarm_id: str
    deployment_id: str
    stream_id: str
    kind: str
    cause: str
    opened_on: dt.date
    closed_on: dt.date | None
    judged_through: dt.date | None
    state: CaseState
    resolution: Resolution | None
    first_seen_at: dt.datetime
    notice_id: int | None


@dataclass(frozen=True)
class DecisionRecord:
    """A step that a person made."""

    alarm_id: str
    deployment_id: str
    stream_id: str
    from_state: CaseState
    to_state: CaseState
    resolution: Resolution | None
    reason: str
    judged_through: dt.date | None
    decided_by: str
    decided_at: dt.datetime


def sync_cases(write: Write, deployment_id: str, seen: Iterable[SeenAlarm]) -> None:
    """Bring the cases of a deployment up to date; one that is not seen any more has passed."""
    known = {
        row.alarm_id: row
        for row in write.session.scalars(select(AlarmCase).filter_by(deployment_id=deployment_id))
    }
    moved: list[str] = []
    found = {one.alarm_id: one for one in seen}
    for alarm_id, one in sorted(found.items()):
        row = known.get(alarm_id)
        if row is None:
            row = AlarmCase(
                alarm_id=alarm_id,
                deployment_id=deployment_id,
                state=one.state.value,
                first_seen_at=write.at,
            )
            write.session.add(row)
            moved.append(alarm_id)
        state = follow_data(CaseState(row.state), data_state=one.state)
        if state.value != row.state:
            moved.append(alarm_id)
        row.state = state.value
        row.stream_id, row.kind, row.cause = one.stream_id, one.kind, one.cause
        row.opened_on, row.closed_on, row.judged_through = one.opened_on, one.closed_on, one.judged_through
    for alarm_id, row in known.items():
        if alarm_id not in found and CaseState(row.state) in {CaseState.WATCH, CaseState.ALARM}:
            row.state = CaseState.PASSED.value
            moved.append(alarm_id)
    if moved or write.session.dirty:
        write.record(
            "alarms_assessed", subject=deployment_id, deployment_id=deployment_id, moved=sorted(set(moved))
        )


def acknowledge(
    store: Store, *, deployment_id: str, alarm_id: str, reason: str, actor: str, at: dt.datetime
) -> tuple[str, ...]:
    """Say "I have it", for the alarm and every member of its cause; returns the ids of all of them.

    Raises:
        UnknownRecordError: the deployment has no such alarm.
        NotAllowedError: it is not in a state to be acknowledged.
    """
    with store.write(actor=actor, at=at) as write:
        if CaseState(find_case(write, deployment_id, alarm_id).state) is CaseState.RESOLVED:
            raise NotAllowedError(f"{alarm_id} is resolved; taking it up again is a decision with a reason.")
        return _step(write, deployment_id, alarm_id, to_state=CaseState.ACKNOWLEDGED, reason=reason)


def resolve(
    store: Store,
    *,
    deployment_id: str,
    alarm_id: str,
    resolution: Resolution,
    reason: str,
    actor: str,
    at: dt.datetime,
) -> tuple[str, ...]:
    """Say what it was, for the alarm and every member of its cause; returns the ids of all of them.

    Raises:
        UnknownRecordError: the deployment has no such alarm.
        NotAllowedError: it is resolved already, or the reason is blank.
    """
    with store.write(actor=actor, at=at) as write:
        return resolve_within(
            write, deployment_id=deployment_id, alarm_id=alarm_id, resolution=resolution, reason=reason
        )


def resolve_within(
    write: Write, *, deployment_id: str, alarm_id: str, resolution: Resolution, reason: str
) -> tuple[str, ...]:
    """`resolve` as part of a write that does more."""
    if not reason.strip():
        raise NotAllowedError("Resolving an alarm needs a reason: what was looked at, and what it showed.")
    return _step(
        write,
        deployment_id,
        alarm_id,
        to_state=CaseState.RESOLVED,
        reason=reason,
        resolution=Resolution(resolution),
    )


def reopen(
    store: Store, *, deployment_id: str, alarm_id: str, reason: str, actor: str, at: dt.datetime
) -> tuple[str, ...]:
    """Take a resolved alarm up again, with its members.

    Raises:
        UnknownRecordError: the deployment has no such alarm.
        NotAllowedError: it is not resolved, or the reason is blank.
    """
    if not reason.strip():
        raise NotAllowedError("Taking an alarm up again needs a reason.")
    with store.write(actor=actor, at=at) as write:
        if CaseState(find_case(write, deployment_id, alarm_id).state) is not CaseState.RESOLVED:
            raise NotAllowedError(f"{alarm_id} is not resolved.")
        return _step(write, deployment_id, alarm_id, to_state=CaseState.ACKNOWLEDGED, reason=reason)


def list_cases(store: Store, deployment_id: str) -> tuple[CaseRecord, ...]:
    """The alarms of a deployment, newest first."""
    query = select(AlarmCase).filter_by(deployment_id=deployment_id)
    with store.read() as session:
        rows = session.scalars(query.order_by(AlarmCase.opened_on.desc(), AlarmCase.alarm_id))
        return tuple(as_case(row) for row in rows)


def list_decisions(store: Store, deployment_id: str) -> tuple[DecisionRecord, ...]:
    """What people decided about alarms of a deployment, oldest first."""
    query = select(AlarmDecision).filter_by(deployment_id=deployment_id)
    with store.read() as session:
        return tuple(
            DecisionRecord(
                **{
                    **columns_of(row, without="decision_id"),
                    "from_state": CaseState(row.from_state),
                    "to_state": CaseState(row.to_state),
                    "resolution": None if row.resolution is None else Resolution(row.resolution),
                }
            )
            for row in session.scalars(query.order_by(AlarmDecision.decision_id))
        )


def find_resets(decisions: Sequence[DecisionRecord]) -> dict[str, frozenset[dt.date]]:
    """Days after which detectors start again, by stream: the last ones judged when somebody took an alarm."""
    found: dict[str, set[dt.date]] = {}
    for one in decisions:
        is_first = one.from_state in {CaseState.ALARM, CaseState.WATCH}
        if is_first and one.judged_through is not None:
            found.setdefault(one.stream_id, set()).add(one.judged_through)
    return {stream: frozenset(days) for stream, days in found.items()}


def find_case(write: Write, deployment_id: str, alarm_id: str) -> AlarmCase:
    """The row of an alarm.

    Raises:
        UnknownRecordError: the deployment has no such alarm.
    """
    row = write.session.get(AlarmCase, alarm_id)
    if row is None or row.deployment_id != deployment_id:
        raise UnknownRecordError(f"{deployment_id} has no alarm {alarm_id}.")
    return row


def as_case(row: AlarmCase) -> CaseRecord:
    """A row as a record."""
    return CaseRecord(
        **{
            **columns_of(row),
            "state": CaseState(row.state),
            "resolution": None if row.resolution is None else Resolution(row.resolution),
        }
    )


def _step(
    write: Write,
    deployment_id: str,
    alarm_id: str,
    *,
    to_state: CaseState,
    reason: str,
    resolution: Resolution | None = None,
) -> tuple[str, ...]:
    """Make a step with an alarm and with those members of its cause that stand where it stands."""
    named = find_case(write, deployment_id, alarm_id)
    check_step(CaseState(named.state), to_state=to_state)
    from_state = named.state
    rows = write.session.scalars(
        select(AlarmCase)
        .filter_by(deployment_id=deployment_id, cause=named.cause, state=from_state)
        .order_by(AlarmCase.alarm_id)
    ).all()
    for row in rows:
        write.session.add(
            AlarmDecision(
                alarm_id=row.alarm_id,
                deployment_id=deployment_id,
                stream_id=row.stream_id,
                from_state=from_state,
                to_state=to_state.value,
                resolution=resolution.value if resolution else None,
                reason=reason.strip(),
                judged_through=row.judged_through,
                decided_by=write.actor,
                decided_at=write.at,
            )
        )
        row.state, row.resolution = to_state.value, resolution.value if resolution else None
        write.record(
            f"alarm_{to_state.value}",
            subject=row.alarm_id,
            deployment_id=deployment_id,
            resolution=row.resolution,
            reason=reason.strip(),
        )
        acknowledge_within(write, reference_id=row.alarm_id)
    return tuple(row.alarm_id for row in rows)
