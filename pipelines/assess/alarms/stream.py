"""One watched indicator of one deployment, day by day: the statistic that alarms are read from.

The counts of a day are those that had been delivered three days later; what came after is an increment of
the day on which it came. So the path is a function of the lake. Words, causes and what is done about an alarm
are in `alarm`; the detectors' formulas are in `methods.alarms`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from methods.alarms import (
    ALTERNATIVES,
    WATCH_SHARE,
    beta_binomial_e_values,
    betting_e_values,
    run_detector,
)
from methods.spread import Buckets, Spread, learn_spread
from pipelines.assess.days.calendar import DAY

FREEZE_DAYS = 3
"""Days after which a day is judged; what is delivered later counts on the day it comes."""

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Arrival:
    """Units of one day whose last record was delivered on one day."""

    day: dt.date
    received_on: dt.date
    numerator: int
    denominator: int


@dataclass(frozen=True)
class Series:
    """Counts of consecutive days: as known three days later, and what came on a day for earlier days.

    `dated_events` and `dated_units` are all counts by the day that they are of, whenever they came. The first
    `frozen` days are judged; the days after them may still grow. `buckets` hold the same days as they are
    known by now.
    """

    first: dt.date
    events: FloatArray
    units: FloatArray
    late_events: FloatArray
    late_units: FloatArray
    dated_events: FloatArray
    dated_units: FloatArray
    frozen: int
    buckets: Buckets | None = None


@dataclass(frozen=True)
class Terms:
    """The appetite that a day is judged by, as a share of bad units; `is_below` turns events round.

    `version` is that of the approval: what is approved again unchanged judges alike.
    """

    appetite: float
    is_below: bool
    version: int = field(compare=False)


@dataclass(frozen=True)
class Episode:
    """From the day at the threshold to the day that is below watch again, or judged when a person took it.

    Where the evidence began anew meanwhile (`is_left`), its being low says nothing: then a person ends the
    episode, or the next one that opens.
    """

    opened_on: dt.date
    closed_on: dt.date | None
    highest: float
    confirmed_on: dt.date | None
    is_left: bool = False


@dataclass(frozen=True)
class Path:
    """The statistic after each day, that of the robust detector, the episodes and the checkpoint."""

    statistic: FloatArray
    robust: FloatArray
    episodes: tuple[Episode, ...]
    checkpoint: tuple[float, ...]


def lay_out(
    arrivals: Iterable[Arrival],
    *,
    first: dt.date,
    last: dt.date,
    known_on: dt.date,
    held: Iterable[dt.date] = (),
    asked_from: dt.date | None = None,
) -> Series:
    """Counts of the days from `first` to `last`; `known_on` is the newest delivery of the deployment.

    What came late for a day before `asked_from` is no increment: it says nothing of the days that are judged.
    """
    count = (last - first).days + 1
    table, dated = np.zeros((4, count)), np.zeros((2, count))
    skipped = set(held)
    for one in arrivals:
        day = (one.day - first).days
        if one.day in skipped or not 0 <= day < count:
            continue
        dated[:, day] += one.numerator, one.denominator
        is_late = one.received_on > one.day + FREEZE_DAYS * DAY
        if is_late and asked_from is not None and one.day < asked_from:
            continue
        place = min((one.received_on - first).days, count - 1) if is_late else day
        table[2 * is_late, place] += one.numerator
        table[2 * is_late + 1, place] += one.denominator
    frozen = min(max((known_on - first).days - FREEZE_DAYS + 1, 0), count)
    events, units, late_events, late_units = table
    return Series(first, events, units, late_events, late_units, dated[0], dated[1], frozen)


def follow(
    series: Series,
    terms: Sequence[Terms | None],
    *,
    threshold: float,
    resets: frozenset[dt.date] = frozenset(),
) -> Path:
    """Run the detectors over a series; a day without terms is not judged.

    The detectors start again from 0 where `goes_on` does not hold between two days, and after the days of
    `resets`, because a person had an alarm of theirs.
    """
    count = len(series.events)
    statistic, robust = np.zeros(count), np.zeros(count)
    weekly: dict[dt.date, float] = {}
    nothing = np.zeros(len(ALTERNATIVES))
    daily, hardy, by_week = nothing, nothing, nothing
    before: Terms | None = None
    spreads = {
        is_below: learn_spread(
            _turn(series.events, series.units, is_below=is_below), series.units, series.buckets
        )
        for is_below in {one.is_below for one in terms if one is not None}
    }
    begins = np.zeros(count, dtype=bool)
    anew = np.array([series.first + day * DAY in resets for day in range(count)], dtype=bool)
    for same, group in groupby(range(count), key=lambda day: terms[day]):
        days = list(group)
        if not goes_on(before, same):
            begins[days[0]] = True
            daily, hardy, by_week = nothing, nothing, nothing
        before = same
        if same is None:
            continue
        span = slice(days[0], days[-1] + 1)
        spread = spreads[same.is_below]
        run = partial(_run, series, span, same, spread, threshold=threshold, anew=anew)
        statistic[span], daily = run(checkpoint=daily, is_robust=False)
        robust[span], hardy = run(checkpoint=hardy, is_robust=True)
        found, by_week = _run_weeks(
            series, span, same, spread, threshold=threshold / 7, anew=anew, checkpoint=by_week
        )
        weekly |= found
    checkpoint = () if before is None else tuple(float(value) for value in daily)
    episodes = _find_episodes(series, statistic, weekly, threshold, begins=begins, anew=anew)
    return Path(statistic, robust, episodes, checkpoint)


def goes_on(before: Terms | None, after: Terms | None) -> bool:
    """Whether the evidence against terms is evidence against those that follow: the same, or stricter ones.

    A rate within the stricter appetite is within the other, too, so that a bet against the other is a fair
    bet against the stricter one.
    """
    if before is None or after is None:
        return False
    return before.is_below == after.is_below and after.appetite <= before.appetite


def _run(
    series: Series,
    span: slice,
    terms: Terms,
    spread: Spread,
    *,
    threshold: float,
    anew: BoolArray,
    checkpoint: FloatArray,
    is_robust: bool,
) -> tuple[FloatArray, FloatArray]:
    bet = betting_e_values if is_robust else beta_binomial_e_values
    cv2, effects = spread.cv2[span], spread.effects[span]
    e = np.ones((len(ALTERNATIVES), span.stop - span.start))
    for events, units in ((series.events, series.units), (series.late_events, series.late_units)):
        bad = _turn(events, units, is_below=terms.is_below)[span] / effects
        e = e * bet(bad, units[span] / effects, appetite=terms.appetite, cv2=cv2)
    # Any alternative alone may still reach the threshold, and all of them fall again in a week or two.
    found = run_detector(
        e,
        threshold=threshold,
        checkpoint=checkpoint,
        acknowledged=anew[span],
        skipped=((series.units + series.late_units) == 0)[span],
        ceiling=threshold * len(ALTERNATIVES),
    )
    return found.statistic, found.checkpoint


def _run_weeks(
    series: Series,
    span: slice,
    terms: Terms,
    spread: Spread,
    *,
    threshold: float,
    anew: BoolArray,
    checkpoint: FloatArray,
) -> tuple[dict[dt.date, float], FloatArray]:
    """Last day and statistic of the weeks (from Monday) of a span at the threshold, and the checkpoint."""
    start = span.start + (-(series.first + span.start * DAY).weekday()) % 7
    weeks = max((min(span.stop, series.frozen) - start) // 7, 0)
    if not weeks:
        return {}, checkpoint
    part = slice(start, start + 7 * weeks)
    all_units = series.units + series.late_units
    units = (all_units / spread.effects)[part]
    bad = _turn(series.events + series.late_events, all_units, is_below=terms.is_below)
    events = (bad / spread.effects)[part]
    # What days vary by is already raised where they resemble each other, so it divides by seven in a total.
    cv2 = spread.cv2[part][::7] / 7
    week_units = units.reshape(-1, 7).sum(axis=1)
    e = beta_binomial_e_values(
        events.reshape(-1, 7).sum(axis=1), week_units, appetite=terms.appetite, cv2=cv2
    )
    found = run_detector(
        e,
        threshold=threshold,
        checkpoint=checkpoint,
        acknowledged=anew[part].reshape(-1, 7).any(axis=1),
        skipped=week_units == 0,
        ceiling=threshold * len(ALTERNATIVES),
    )
    ends = [series.first + (start + 7 * week + 6) * DAY for week in range(weeks)]
    reached = zip(ends, found.statistic, strict=True)
    return {end: float(value) for end, value in reached if value >= threshold}, found.checkpoint


def _turn(events: FloatArray, units: FloatArray, *, is_below: bool) -> FloatArray:
    """Events that are bad: where too few of something is bad, the units without it."""
    return units - events if is_below else events


def _find_episodes(
    series: Series,
    statistic: FloatArray,
    weekly: dict[dt.date, float],
    threshold: float,
    *,
    begins: BoolArray,
    anew: BoolArray,
) -> tuple[Episode, ...]:
    episodes = []

    def end(start: int, day: int, *, is_over: bool) -> None:
        first, last = series.first + start * DAY, series.first + day * DAY
        confirming = [week for week in weekly if first <= week <= last + 6 * DAY]
        highest = float(statistic[start : day + 1].max())
        confirmed = min(confirming, default=None)
        episodes.append(Episode(first, last if is_over else None, highest, confirmed, is_left))

    opened: int | None = None
    is_left = False
    for day in range(series.frozen):
        is_left = is_left or bool(begins[day])
        if statistic[day] >= threshold and (opened is None or is_left):
            if opened is not None:
                end(opened, day, is_over=True)
            opened, is_left = day, False
        is_low = not is_left and statistic[day] < threshold / WATCH_SHARE
        if opened is not None and (is_low or anew[day]):
            end(opened, day, is_over=True)
            opened = None
    if opened is not None:
        end(opened, series.frozen - 1, is_over=False)
    return tuple(episodes)
