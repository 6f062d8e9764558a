"""What a stream would have done on a deployment's own history, before anybody lets it call people.

The same detector as in use, without late records, without buckets of people, so that messages of one person
count as those of several, and without anybody who acknowledges: an alarm ends when its evidence is gone.
Beside it stands how fast the stream can be at this volume.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from methods.alarms import ALTERNATIVES, MINIMUM_CV2, WATCH_SHARE, beta_binomial_e_values, run_detector
from methods.errors import InvalidArgumentError
from methods.simulation import Performance, Setting, measure_alarms
from methods.spread import learn_spread

RUNS = 200
LONGEST_DELAY = 180


@dataclass(frozen=True)
class Spell:
    """An alarm that would have been raised: positions of its days; `last` is None while it lasts."""

    first: int
    last: int | None


@dataclass(frozen=True)
class BackTest:
    """Days judged, alarms that would have been raised, days at watch, and how fast a doubling is found."""

    days: int
    events: float
    units: float
    appetite: float
    threshold: float
    spells: tuple[Spell, ...]
    watch_days: int
    median_delay: float
    late_delay: float

    def figures(self) -> Mapping[str, float | None]:
        """What is kept of it with the decision to switch the stream on."""
        return {
            "days": self.days,
            "events": self.events,
            "units": self.units,
            "appetite": self.appetite,
            "threshold": self.threshold,
            "alarm_count": len(self.spells),
            "watch_days": self.watch_days,
            "median_delay": None if np.isinf(self.median_delay) else self.median_delay,
        }


def run_back_test(
    events: ArrayLike, units: ArrayLike, *, appetite: float, threshold: float, seed: int = 0
) -> BackTest:
    """Run the default detector over a history of days.

    Args:
        events: bad events a day, oldest first; NaN where nothing is known.
        units: units a day.
        appetite: share of units that is acceptable.
        threshold: mean days between false alarms.
        seed: of the simulation that says how fast the stream is.

    Raises:
        InvalidArgumentError: no day has units, or the appetite is no share.
    """
    x, n = np.nan_to_num(np.asarray(events, dtype=float)), np.nan_to_num(np.asarray(units, dtype=float))
    if not n.sum():
        raise InvalidArgumentError("a back-test needs days with units")
    cv2 = learn_spread(x, n).cv2
    e_values = beta_binomial_e_values(x, n, appetite=appetite, cv2=cv2)
    found = run_detector(e_values, threshold=threshold, ceiling=threshold * len(ALTERNATIVES))
    speed = _measure_speed(n, appetite=appetite, cv2=float(cv2[-1]), threshold=threshold, seed=seed)
    is_watched = (found.statistic >= threshold / WATCH_SHARE) & (found.statistic < threshold)
    return BackTest(
        days=int(np.count_nonzero(n)),
        events=float(x.sum()),
        units=float(n.sum()),
        appetite=appetite,
        threshold=threshold,
        spells=_find_spells(found.statistic, threshold),
        watch_days=int(is_watched.sum()),
        median_delay=speed.median_delay,
        late_delay=speed.late_delay,
    )


def _measure_speed(
    units: np.ndarray, *, appetite: float, cv2: float, threshold: float, seed: int
) -> Performance:
    """How many days a doubling of the appetite takes at the volume of the last four weeks."""
    recent = units[-28:][units[-28:] > 0] if units[-28:].any() else units[units > 0]
    setting = Setting(
        units_a_day=max(round(float(recent.mean())), 1),
        rate=appetite,
        variation=float(np.sqrt(max(cv2, MINIMUM_CV2))),
        weekend_effect=0.0,
        days=LONGEST_DELAY,
    )
    return measure_alarms(setting, runs=RUNS, threshold=threshold, seed=seed)


def _find_spells(statistic: np.ndarray, threshold: float) -> tuple[Spell, ...]:
    spells: list[Spell] = []
    first: int | None = None
    for day, value in enumerate(statistic):
        if first is None and value >= threshold:
            first = day
        elif first is not None and value < threshold / WATCH_SHARE:
            spells.append(Spell(first, day))
            first = None
    if first is not None:
        spells.append(Spell(first, None))
    return tuple(spells)
