"""Something that somebody should look at, whatever found it; and which of them are one story.

Concerns after one change, or beside one fault of the data, have one cause: they are one alarm with members.
What finds them is in `stream`, `critical` and `unannounced`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import pyarrow as pa

from pipelines.assess.days.calendar import DAY, Calendar
from pipelines.schemas.assessment import ALARM
from risk_register.alarm.cases import CaseRecord
from risk_register.alarm.states import CaseState

CHANGE_DAYS = 14
"""A concern this long after a change is told together with it."""

FAULT_DAYS = 7
"""A concern this long after a fault of the data is held: it may be the fault."""

GAP_DAYS = 2
"""Days in a row without data that count as a fault; silence hides harm."""


@dataclass(frozen=True)
class Concern:
    """A row of `assessment.alarm`; cause and paging are decided when all concerns are known."""

    alarm_id: str
    deployment_id: str
    indicator_id: str
    kind: str
    opened_on: dt.date
    state: str
    note: str
    closed_on: dt.date | None = None
    statistic: float | None = None
    threshold: float | None = None
    confirmed_on: dt.date | None = None
    checkpoint: str | None = None
    stream_id: str = ""
    judged_through: dt.date | None = None
    resolution: str | None = None
    held_by: str = ""
    cause: str = ""
    is_paging: bool = False
    evidence: str = ""


def tabulate_concerns(concerns: Sequence[Concern]) -> pa.Table:
    """The table `assessment.alarm`, by the day on which they opened."""
    names = ALARM.arrow_schema.names
    rows = sorted(concerns, key=lambda one: (one.opened_on, one.alarm_id))
    return pa.Table.from_pylist(
        [{name: getattr(one, name) for name in names} for one in rows], schema=ALARM.arrow_schema
    )


def place_concerns(
    concerns: Sequence[Concern],
    changes: pa.Table,
    calendars: Mapping[str, Calendar],
    cases: Iterable[CaseRecord] = (),
    faults: Mapping[str, frozenset[dt.date]] = MappingProxyType({}),
) -> list[Concern]:
    """Concerns with their causes, what holds them, and what people have made of them.

    Args:
        concerns: what the questions raised.
        changes: the table `assessment.change`.
        calendars: days with data by deployment.
        cases: what people made of earlier alarms.
        faults: days by deployment on which the data were implausible, beside those held or missing.
    """
    known = [(row["deployment_id"], row["effective_on"], row["change_id"]) for row in changes.to_pylist()]
    known += [
        (one.deployment_id, one.opened_on, one.alarm_id)
        for one in concerns
        if one.kind == "suspected_unannounced_change"
    ]
    decided = {case.alarm_id: case for case in cases}
    placed = [
        _place(one, known, calendars[one.deployment_id], faults.get(one.deployment_id, frozenset()))
        for one in concerns
    ]
    return [_follow(_decide(one, decided.get(one.alarm_id)), decided.values()) for one in placed]


def find_fault(calendar: Calendar, day: dt.date, faults: frozenset[dt.date] = frozenset()) -> dt.date | None:
    """The newest day near `day` that the gate held, that ended a gap in the data, or was implausible."""
    near = [day - back * DAY for back in range(FAULT_DAYS + 1)]
    return next((one for one in near if one in calendar.held | faults or _ends_gap(calendar, one)), None)


def _place(
    one: Concern,
    changes: Iterable[tuple[str, dt.date, str]],
    calendar: Calendar,
    faults: frozenset[dt.date],
) -> Concern:
    fault = find_fault(calendar, one.opened_on, faults)
    if one.kind == "suspected_unannounced_change":
        return replace(one, cause=f"change:{one.alarm_id}")
    if fault is not None and one.kind != "critical_finding":
        note = f"Held back: data of {fault} are missing, implausible or were held. {one.note}"
        return replace(one, cause=f"data:{one.deployment_id}:{fault}", note=note, held_by="data")
    before = [
        (effective_on, change)
        for deployment, effective_on, change in changes
        if deployment == one.deployment_id
        and one.opened_on - CHANGE_DAYS * DAY <= effective_on <= one.opened_on
    ]
    if before:
        newest = max(effective_on for effective_on, _ in before)
        change = min(change for effective_on, change in before if effective_on == newest)
        return replace(one, cause=f"change:{change}")
    return replace(one, cause=f"day:{one.deployment_id}:{one.opened_on}")


def _decide(one: Concern, case: CaseRecord | None) -> Concern:
    """What a person decided stands, whatever the data say; what passed by itself says so."""
    if case is not None and case.state in {CaseState.ACKNOWLEDGED, CaseState.RESOLVED}:
        resolution = case.resolution.value if case.resolution else None
        return replace(one, state=case.state.value, resolution=resolution)
    return replace(one, resolution="passed") if one.state == "resolved" else one


def _follow(one: Concern, cases: Iterable[CaseRecord]) -> Concern:
    """Evidence that adds up again while somebody has the stream's last alarm belongs to that alarm."""
    if one.state != "alarm":
        return one
    taken = [
        case
        for case in cases
        if case.state is CaseState.ACKNOWLEDGED
        and (case.deployment_id, case.stream_id) == (one.deployment_id, one.stream_id)
        and case.opened_on < one.opened_on
    ]
    if not taken:
        return one
    newest = max(taken, key=lambda case: case.opened_on)
    note = f"Evidence has added up again since {newest.alarm_id} was acknowledged. {one.note}"
    return replace(one, cause=newest.cause, note=note, held_by="taken")


def _ends_gap(calendar: Calendar, day: dt.date) -> bool:
    before = [day - back * DAY for back in range(1, GAP_DAYS + 1)]
    is_inside = calendar.first <= before[-1] and day <= calendar.last
    return is_inside and not any(one in calendar.present for one in before)
