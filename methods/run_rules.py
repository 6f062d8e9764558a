"""The four rules of NHS England's Making Data Count, in the order of precedence of NHSRplotthedots.

For weekly and monthly charts only: on daily ones they give 1.4 to 4.3 false signals in 100 days. Rules never
span a re-base: the caller says which phase each point belongs to. Which direction is good is a question of
the indicator. Sources: NHS England, Making Data Count; NHSRplotthedots 0.2 (tests of its rule functions).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from methods.charts import Variation, xmr_chart
from methods.intervals import FloatArray

RUN_LENGTH = 7
"""Points in a row for a trend or a shift."""

Marks = NDArray[np.int_]


class Rule(StrEnum):
    """Which rule marks a point; the first that holds, in this order."""

    OUTSIDE_LIMITS = "outside_limits"
    """Beyond a process limit."""
    TREND = "trend"
    """Seven points, each above (or each below) the one before."""
    TWO_OF_THREE = "two_of_three"
    """Two of three in the outer third, all three on the same side."""
    SHIFT = "shift"
    """Seven points in a row on the same side of the mean."""
    NONE = "none"
    """Common cause."""


@dataclass(frozen=True)
class RunJudgement:
    """A `Rule` and a `Variation` for each point, in two arrays."""

    rules: NDArray[Any]
    variation: NDArray[Any]


def judge_runs(
    values: ArrayLike, *, phases: ArrayLike | None = None, screen: bool = True, minimum_points: int = 13
) -> RunJudgement:
    """Rule and variation of each point of a weekly or monthly series on XmR charts, one a phase.

    A point between its neighbours in a run is marked as part of it. A phase with fewer points than
    `minimum_points` is not assessed; missing points are left out of runs.
    """
    y = np.asarray(values, dtype=float)
    phase = (
        np.zeros(len(y), dtype=int)
        if phases is None
        else np.unique(np.asarray(phases), return_inverse=True)[1]
    )
    rules = np.full(len(y), Rule.NONE.value, dtype=object)
    variation = np.full(len(y), Variation.NOT_ASSESSED.value, dtype=object)
    for one in np.unique(phase):
        index = np.flatnonzero((phase == one) & np.isfinite(y))
        if len(index) < minimum_points:
            continue
        chart = xmr_chart(
            y[index],
            is_baseline=np.ones(len(index), dtype=bool),
            screen=screen,
            minimum_points=minimum_points,
        )
        found = apply_rules(y[index], mean=chart.centre, low=chart.low, high=chart.high)
        rules[index], variation[index] = found.rules, found.variation
    return RunJudgement(rules, variation)


def apply_rules(y: FloatArray, *, mean: FloatArray, low: FloatArray, high: FloatArray) -> RunJudgement:
    """The first rule that holds for each point, and the direction of it."""
    outside = np.where(y > high, 1, np.where(y < low, -1, 0))
    side = np.sign(y - mean).astype(int)
    outer_high, outer_low = mean + (high - mean) * 2 / 3, mean - (mean - low) * 2 / 3
    is_close = (outside == 0) & ((y > outer_high) | (y < outer_low))
    marks = (
        (Rule.OUTSIDE_LIMITS, outside),
        (Rule.TREND, spread_back(mark_trends(y), length=RUN_LENGTH)),
        (Rule.TWO_OF_THREE, mark_two_of_three(is_close, side)),
        (Rule.SHIFT, spread_back(mark_shifts(side), length=RUN_LENGTH)),
    )
    rules = np.select([mark != 0 for _, mark in marks], [rule.value for rule, _ in marks], Rule.NONE.value)
    direction = np.select([mark != 0 for _, mark in marks], [mark for _, mark in marks], 0)
    variation = np.select(
        [direction > 0, direction < 0],
        [Variation.SPECIAL_CAUSE_HIGH.value, Variation.SPECIAL_CAUSE_LOW.value],
        Variation.COMMON_CAUSE.value,
    )
    return RunJudgement(rules, variation)


def mark_shifts(side: ArrayLike) -> Marks:
    """1 or -1 where this and the six points before lie on the same side of the mean (+1, -1), else 0."""
    return _mark_runs(np.sign(np.asarray(side)).astype(int), length=RUN_LENGTH)


def mark_trends(values: ArrayLike) -> Marks:
    """1 or -1 where seven points, this the last, rise or fall without a pause, else 0."""
    steps = np.sign(np.diff(np.asarray(values, dtype=float))).astype(int)
    return (
        np.concatenate([[0], _mark_runs(steps, length=RUN_LENGTH - 1)])
        if steps.size
        else np.zeros(1, dtype=int)
    )


def spread_back(ends: ArrayLike, *, length: int) -> Marks:
    """Marks the whole run of `length` points whose last one is marked."""
    last = np.asarray(ends, dtype=int)
    result = last.copy()
    for position in np.flatnonzero(last):
        start = max(0, position - length + 1)
        result[start : position + 1] = np.where(
            last[start : position + 1] != 0, last[start : position + 1], last[position]
        )
    return result


def mark_two_of_three(is_close: ArrayLike, side: ArrayLike) -> Marks:
    """Marks all three points where two lie close to a limit and all three on the same side."""
    close, sides = np.asarray(is_close, dtype=int), np.asarray(side, dtype=int)
    result = np.zeros(len(close), dtype=int)
    for start in range(len(close) - 2):
        window = slice(start, start + 3)
        if close[window].sum() >= 2 and abs(sides[window].sum()) == 3:
            result[window] = sides[start]
    return result


def _mark_runs(signs: Marks, *, length: int) -> Marks:
    result = np.zeros(len(signs), dtype=int)
    run = 0
    for position, sign in enumerate(signs):
        run = run + 1 if position and sign == signs[position - 1] else 1
        result[position] = sign if run >= length else 0
    return result
