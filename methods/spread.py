"""How much days of a stream vary when nothing is wrong, learnt from the days before the one that is judged.

Two things make days differ beside chance: messages of one person resemble each other (the design effect,
known from buckets of people), and the rate of a day is not that of another (the spread). The statistic itself
is in `alarms`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from methods.baselines import MINIMUM_DAYS, estimate_day_effect, estimate_dispersion
from methods.intervals import count_effective

BASELINE_DAYS = 56
"""Days from which it is learnt how much days vary; frozen then, so that harm cannot widen what is usual.
Where they held too little to know it, learning goes on, and at least `EARLY_CV2` is taken for usual."""

EARLY_CV2 = 0.25**2
"""Squared coefficient of variation of day rates that is assumed until two weeks are known."""

GREATEST_CV2 = 0.5**2
"""The most that is learnt: days that vary more are news, and must not widen what is usual."""

ENOUGH_EVENTS = 500
"""Of 56 days with fewer the spread is known to no better than 15 % (coefficient of variation)."""

ENOUGH_DAYS = 28
"""Days of one size, (sum n)^2 / sum n^2: eight weeks of a pilot are one day of what follows a launch."""

LATER_STEP = 7
"""Days after which what is learnt beyond the baseline is learnt again."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Buckets:
    """Events and units of consecutive days (rows) in the buckets of people."""

    events: FloatArray
    units: FloatArray


@dataclass(frozen=True)
class Spread:
    """For each day the squared coefficient of variation of day rates, and for how many units one counts."""

    cv2: FloatArray
    effects: FloatArray


def learn_spread(events: FloatArray, units: FloatArray, buckets: Buckets | None = None) -> Spread:
    """For each day what the days before it say; a day never takes part in judging itself."""
    is_enough = False
    cv2, effects = np.full(len(events), EARLY_CV2), np.ones(len(events))
    for day in range(1, len(events)):
        if day > BASELINE_DAYS and is_enough:
            cv2[day:], effects[day:] = cv2[day - 1], effects[day - 1]
            break
        if day > BASELINE_DAYS and (day - BASELINE_DAYS) % LATER_STEP:
            cv2[day], effects[day] = cv2[day - 1], effects[day - 1]
            continue
        if buckets is not None:
            effects[day] = estimate_day_effect(buckets.events[:day], buckets.units[:day])
        if np.count_nonzero(units[:day]) >= MINIMUM_DAYS:
            found = estimate_dispersion(events[:day] / effects[day], units[:day] / effects[day])
            cv2[day] = min(found.cv2, GREATEST_CV2)
            is_enough = (
                float(events[:day].sum()) >= ENOUGH_EVENTS * effects[day]
                and float(count_effective(units[:day])) >= ENOUGH_DAYS
            )
            if day >= BASELINE_DAYS and not is_enough:
                cv2[day] = max(cv2[day], EARLY_CV2)
    return Spread(cv2, effects)
