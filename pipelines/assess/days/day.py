"""The state of every reporting day of a deployment: whole, changed later, partial, missing, or not usable.

Days without data have a state, too: silence hides harm. What is usual is in `methods.volume`; what somebody
should do about it is in `data_alert`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from methods.volume import DayVolume, Volume, judge_volume
from pipelines.assess.days.calendar import DAY, list_days

MANY_REJECTED = 0.2
"""Share of a delivery's records that may be rejected before the days that came in it are called partial."""

MINIMUM_RECORDS = 20
"""Records. Of fewer, a share of rejected ones says nothing."""

NOT_SCORED = 0.1
"""Share of a day's messages that detectors may fail on before the day is called failed."""

DAYS_OF_A_DELIVERY = 7
"""A delivery that brought more days is a backfill; which of them a broken file was about is not known."""

MATERIAL_SHARE = 0.01
"""Share of a day's records from which records that came after the lateness window mark its numbers."""

LONGEST_PAUSE = 365
"""Days from one with data to the next after which a deployment begins anew. What lies before starts no
silence: most often it is a record of a wrong clock. A silence that lasts is told from its second day on."""

RECENT_DELIVERIES = 28
USUAL_GAP = 0.9
"""Quantile of the days between deliveries that is still usual."""


class DayState(StrEnum):
    """What is known of a day's data, the best first."""

    COMPLETE = "complete"
    QUIET = "quiet"  # no data, as is usual on this weekday
    RESTATED = "restated"  # changed after the lateness window
    PARTIAL = "partial"  # running, far fewer rows than usual, a part not read, or messages owed
    LATE = "late"  # data that should have come has not
    WAITING = "waiting"  # came, and is not computed yet
    FAILED = "failed"  # held by a stop rule, or not scored


RANK = {state: place for place, state in enumerate(DayState)}
NO_TOTAL: dict[str, Any] = {}


@dataclass(frozen=True)
class DataDay:
    """A day: its state and why, its volume, and the row of `sql/assessment/day_total.sql`."""

    deployment_id: str
    day: dt.date
    state: DayState
    reasons: tuple[str, ...]
    volume: DayVolume
    total: Mapping[str, Any]

    @property
    def message_count(self) -> int:
        """Messages accepted."""
        return int(self.total.get("message_count", 0))


@dataclass(frozen=True)
class Arrivals:
    """When records came: the newest reporting day that each day of delivery brought."""

    newest: Mapping[dt.date, dt.date]

    def overdue(self, last: dt.date, today: dt.date) -> int:
        """Days after the last one with data that should have come by now.

        How long a day is usually waited for is learnt from the newest deliveries: how old their newest day
        was, and how long it was to the next one.
        """
        received = sorted(self.newest)[-RECENT_DELIVERIES:]
        if not received:
            return 0
        lag = float(np.median([(day - self.newest[day]).days for day in received]))
        gaps = [(after - before).days for before, after in pairwise(received)]
        gap = float(np.quantile(gaps, USUAL_GAP, method="higher")) if gaps else 1.0
        return max(0, (today - last).days - int(np.ceil(lag + gap)))


def assess_days(
    totals: Iterable[Mapping[str, Any]],
    *,
    present: Collection[dt.date],
    arrivals: Arrivals,
    restated: Collection[dt.date],
    computed: Collection[dt.date],
    deployment_id: str,
    today: dt.date,
) -> list[DataDay]:
    """Every day of one deployment from its first to the last that has come or should have, in order.

    No day is listed of a pause that is longer than `LONGEST_PAUSE`.

    Args:
        totals: rows of `sql/assessment/day_total.sql` of this deployment.
        present: days with data.
        arrivals: when records came.
        restated: days that changed after the lateness window.
        computed: days whose indicators were counted.
        deployment_id: the deployment.
        today: the running day in the deployment's zone.
    """
    if not present:
        return []
    by_day = {row["day"]: row for row in totals}
    last = max(present)
    end = last + arrivals.overdue(last, today) * DAY
    incomplete = _find_incomplete(by_day.values())
    days, volumes = [], []
    for first, until in _find_stretches(present, end):
        stretch = list_days(first, until)
        days += stretch
        volumes += judge_volume(
            [_count(by_day.get(day, NO_TOTAL), is_present=day in present) for day in stretch]
        )
    found = []
    for day, volume in zip(days, volumes, strict=True):
        total = by_day.get(day, NO_TOTAL)
        reasons = _failures(total)
        state = DayState.FAILED
        if not reasons and day in present and day not in computed:
            state, reasons = DayState.WAITING, ["not_computed"]
        elif not reasons and day not in present:
            state = DayState.QUIET if volume.verdict is Volume.QUIET else DayState.LATE
            reasons = ["no_data"] if state is DayState.LATE else []
        elif not reasons:
            reasons = ["running"] if day >= today else []
            reasons += ["low_volume"] if volume.verdict is Volume.LOW else []
            reasons += incomplete.get(day, [])
            reasons += [reason for reason in str(total.get("owed_reasons", "")).split(",") if reason]
            state = DayState.PARTIAL if reasons else DayState.COMPLETE
            if day in restated:
                reasons.append("restated")
                state = max(state, DayState.RESTATED, key=lambda one: RANK[one])
        found.append(DataDay(deployment_id, day, state, tuple(reasons), volume, total))
    return found


def worst_state(states: Iterable[DayState]) -> DayState:
    """The state of a period: that of its worst day; days that are usually quiet take nothing away."""
    worst = max(states, key=lambda one: RANK[one], default=DayState.COMPLETE)
    return DayState.COMPLETE if worst is DayState.QUIET else worst


def is_material(restatement: Mapping[str, Any]) -> bool:
    """Whether late records are enough of a day to mark it; all are listed."""
    return bool(restatement["record_count"] >= MATERIAL_SHARE * restatement["record_count_before"])


def local_today(at: dt.datetime, zone: str) -> dt.date:
    """The running day in an IANA zone."""
    return at.astimezone(ZoneInfo(zone)).date()


def _find_stretches(present: Collection[dt.date], end: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """First and last day of each stretch without a pause that is too long; the newest goes on to `end`."""
    days = sorted(present)
    first = days[0]
    for day, following in pairwise(days):
        if (following - day).days > LONGEST_PAUSE:
            yield first, day
            first = following
    yield first, end


def _count(total: Mapping[str, Any], *, is_present: bool) -> float:
    count = float(total.get("message_count", 0))
    return float("nan") if is_present and count == 0 else count  # came, and is not computed yet


def _failures(total: Mapping[str, Any]) -> list[str]:
    stops = [f"stop:{rule}" for rule in str(total.get("stop_rules", "")).split(",") if rule]
    is_unread = total and total["failed_count"] > NOT_SCORED * max(total["message_count"], 1)
    return stops or (["not_scored"] if is_unread else [])


def _find_incomplete(totals: Iterable[Mapping[str, Any]]) -> dict[dt.date, list[str]]:
    """Days that came in a delivery of which a part could not be read."""
    rows = list(totals)
    brought: dict[dt.date, list[dt.date]] = {}
    for row in rows:
        if row["first_received_on"] is not None:
            brought.setdefault(row["first_received_on"], []).append(row["day"])
    found: dict[dt.date, list[str]] = {}
    for row in rows:
        days: Sequence[dt.date] = brought.get(row["day"], [row["day"]])
        reasons = find_delivery_faults(row)
        for day in days if len(days) <= DAYS_OF_A_DELIVERY else ():
            found.setdefault(day, []).extend(reasons)
    return found


def find_delivery_faults(total: Mapping[str, Any]) -> list[str]:
    """What is wrong with what was delivered on a day."""
    if not total:
        return []
    is_many = (
        total["delivered_count"] >= MINIMUM_RECORDS
        and total["rejected_count"] > MANY_REJECTED * total["delivered_count"]
    )
    return ["broken_file"] * bool(total["broken_file_count"]) + ["many_rejected"] * bool(is_many)
