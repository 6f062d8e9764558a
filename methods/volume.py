"""How much data a day should bring, judged by the same weekday of the weeks before; is silence usual.

A count is compared with the median of its weekday, on the log scale: it is unusual when it is both half or
double of that (practical) and beyond what such days have varied (robust, never less than Poisson noise).
Sources: Rousseeuw & Croux 1993 (median absolute deviation); Serfling 1963 (weekday and season in counts).
It judges data, not people: whether a change is harm is the business of `alarms`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

WEEKS = 6
"""Weeks of the same weekday that a day is compared with: enough for a median, few enough to follow growth."""

MINIMUM_WEEKS = 4
"""Fewer same weekdays with data say nothing of what is usual."""

MINIMUM_EXPECTED = 10.0
"""Rows. Of fewer, half or double is chance."""

FACTOR = 2.0
"""Half or double: less is of no use to whoever is called."""

Z = 3.5
"""Robust standard deviations; of normal days one in two thousand lies beyond."""

BESIDE = 6
"""Days within which an empty day must have data before and after it to tell of a habit: a week's pattern."""

RESIDUAL_DAYS = 56
MINIMUM_RESIDUALS = 14
EARLY_SPREAD = 0.25
"""Standard deviation of log counts that is assumed until two weeks are known."""

MAD_TO_SD = 1.4826
MEDIAN_VARIANCE = np.pi / 2
"""Variance of a median over that of a mean."""

FloatArray = NDArray[np.float64]


class Volume(StrEnum):
    """How a day's count compares with its weekday."""

    NOT_ASSESSED = "not_assessed"  # too little is known of the weekday, or too little is expected
    USUAL = "usual"
    SILENT = "silent"  # nothing came, and something was expected
    QUIET = "quiet"  # nothing came, as is usual on this weekday
    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True)
class DayVolume:
    """The judgement of one day; limits are None where nothing is known."""

    verdict: Volume
    expected: float | None = None
    low: float | None = None
    high: float | None = None


def judge_volume(counts: Sequence[float]) -> list[DayVolume]:
    """Judge consecutive days, the oldest first, each by the days before it.

    Args:
        counts: rows a day; 0 where nothing came, NaN where something came and was not counted.
    """
    values = np.asarray(counts, dtype=float)
    habit = _find_habit(values)
    residuals: FloatArray = np.full(len(values), np.nan)
    found = []
    for day in range(len(values)):
        weeks = slice(max(day - 7 * WEEKS, day % 7), day, 7)
        past = values[weeks]
        known = past[past > 0]
        if np.isnan(values[day]):
            found.append(DayVolume(Volume.NOT_ASSESSED))
            continue
        if values[day] == 0 and not is_expected(past[habit[weeks]]):
            found.append(DayVolume(Volume.QUIET))
            continue
        expected = float(np.median(known)) if len(known) >= MINIMUM_WEEKS else None
        if expected is None or expected < MINIMUM_EXPECTED:
            verdict = Volume.NOT_ASSESSED if values[day] > 0 else Volume.SILENT
            found.append(DayVolume(verdict, expected))
            continue
        limit = max(
            np.log(FACTOR), Z * _spread(residuals[max(0, day - RESIDUAL_DAYS) : day], expected, len(known))
        )
        low, high = float(expected * np.exp(-limit)), float(expected * np.exp(limit))
        if values[day] > 0:
            residuals[day] = np.log(values[day] / expected)
        found.append(DayVolume(_verdict(values[day], low, high), expected, low, high))
    return found


def is_expected(past: Sequence[float] | FloatArray) -> bool:
    """Whether data are expected on a day, from the same weekdays before it: at least half of them had some.

    A weekday of which nothing is known is expected to bring data: silence must not pass as usual.
    """
    values = np.asarray(past, dtype=float)
    return len(values) == 0 or bool((~(values <= 0)).mean() >= 0.5)


def _find_habit(values: FloatArray) -> NDArray[np.bool_]:
    """Which days tell of a weekday's habit: those with data, and empty ones with data before and after.

    A silence that lasts tells of none; or it would make itself usual within weeks.
    """
    has_data = ~(values <= 0)
    days = np.flatnonzero(has_data)
    if len(days) == 0:
        return np.asarray(has_data, dtype=np.bool_)
    every = np.arange(len(values))
    place = np.searchsorted(days, every)
    after = days[np.minimum(place, len(days) - 1)]
    before = days[np.maximum(place - 1, 0)]
    is_between = (place > 0) & (place < len(days)) & (every - before <= BESIDE) & (after - every <= BESIDE)
    return np.asarray(has_data | is_between, dtype=np.bool_)


def _spread(residuals: FloatArray, expected: float, weeks: int) -> float:
    noise = float(np.sqrt((1 + MEDIAN_VARIANCE / weeks) / expected))
    known = residuals[np.isfinite(residuals)]
    if len(known) < MINIMUM_RESIDUALS:
        return max(EARLY_SPREAD, noise)
    return max(float(MAD_TO_SD * np.median(np.abs(known))), noise)


def _verdict(count: float, low: float, high: float) -> Volume:
    if count == 0:
        return Volume.SILENT
    if count < low:
        return Volume.LOW
    return Volume.HIGH if count > high else Volume.USUAL
