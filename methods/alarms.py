"""Alarms with a budget of false ones: e-SR detectors on day counts against an appetite.

Each day gives an e-value, a bet against "the rate is at or below the appetite" whose mean is at most 1 if
that is true. The detector M_t = (M_{t-1} + 1) e_t alarms at A: then A days pass on average between false
alarms, whatever the volume. Alternatives of 1.5, 2 and 4 times the appetite are run side by side and
averaged. M_t is no e-value itself (its mean grows with t). Pure: freezing, acknowledgement and late rows are
decided by the caller. Sources: Shin, Ramdas & Rinaldo 2023 (e-detectors); Waudby-Smith & Ramdas 2024
(betting); Ville 1939.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from methods.errors import InvalidArgumentError
from methods.intervals import FloatArray, check_counts

ALTERNATIVES = (1.5, 2.0, 4.0)
"""Multiples of the appetite that the bets are placed on."""

MINIMUM_DAYS = 1000.0
"""The detector waits at least that many days on average for a false alarm."""

TOLERATED_PER_YEAR = 4.0
"""False pages a year, over all streams of a deployment."""

WATCH_SHARE = 20.0
"""Watch opens at the threshold over this."""

CEILING = 1e12
"""Far above any threshold: without it the path would overflow in a long, unacknowledged alarm."""

MINIMUM_CV2 = 0.10**2
"""Squared coefficient of variation of day rates that is assumed at the least."""


class AlarmState(StrEnum):
    """Where a detector stands."""

    QUIET = "quiet"
    """Below watch."""
    WATCH = "watch"
    """At least a twentieth of the threshold: on the dashboard, pages nobody."""
    ALARM = "alarm"
    """At the threshold: a false one is within the budget."""


@dataclass(frozen=True)
class Detector:
    """The statistic after each day (last axis) and the checkpoint from which the next day goes on."""

    statistic: FloatArray
    state: NDArray[Any]
    threshold: float
    checkpoint: FloatArray

    @property
    def first_alarm(self) -> int | None:
        """Position of the first day at the threshold, of a single stream."""
        found = np.flatnonzero(self.statistic >= self.threshold)
        return int(found[0]) if found.size else None


def alarm_threshold(paging_streams: int, *, tolerated_per_year: float = TOLERATED_PER_YEAR) -> float:
    """A in days: the budget is split evenly over the paging streams; 60 streams and 4 a year give 5,475."""
    if paging_streams < 1 or tolerated_per_year <= 0:
        raise InvalidArgumentError(
            "an alarm budget needs at least one paging stream and a tolerated number above 0"
        )
    return max(MINIMUM_DAYS, 365.0 * paging_streams / tolerated_per_year)


def run_detector(
    e_values: ArrayLike,
    *,
    threshold: float,
    checkpoint: ArrayLike | None = None,
    acknowledged: ArrayLike | None = None,
    skipped: ArrayLike | None = None,
    ceiling: float = CEILING,
) -> Detector:
    """The e-SR path. `e_values` has the alternatives first, days last; streams may lie between.

    `acknowledged` marks days after which the detector starts again from 0. `checkpoint` continues an earlier
    path. Days of `skipped` have no units and leave the statistic as it is: with the e-value 1 it would grow
    by 1 a day and reach watch on nothing at all. A `ceiling` lets a statistic that nobody acknowledges fall
    again when days are good; it only ever delays alarms. At less than the threshold times the number of
    alternatives, no single one could alarm.
    """
    e = np.asarray(e_values, dtype=float)
    if e.ndim < 2:
        raise InvalidArgumentError("e-values need an axis of alternatives and one of days")
    if not np.all(e >= 0):
        raise InvalidArgumentError(
            "e-values must not be negative or NaN; a day without units has the e-value 1"
        )
    current = np.zeros(e.shape[:-1]) if checkpoint is None else np.array(checkpoint, dtype=float)
    if current.shape != e.shape[:-1]:
        raise InvalidArgumentError(
            f"the checkpoint has shape {current.shape}, the e-values need {e.shape[:-1]}"
        )
    none = np.zeros(e.shape[-1], dtype=bool)
    resets = none if acknowledged is None else np.asarray(acknowledged, dtype=bool)
    empty = none if skipped is None else np.asarray(skipped, dtype=bool)
    statistic = np.empty(e.shape[1:])
    for day in range(e.shape[-1]):
        if not empty[day]:
            current = np.minimum((current + 1) * e[..., day], ceiling)
        statistic[..., day] = current.mean(axis=0)
        if resets[day]:
            current = np.zeros_like(current)
    state = np.select(
        [statistic >= threshold, statistic >= threshold / WATCH_SHARE],
        [AlarmState.ALARM.value, AlarmState.WATCH.value],
        AlarmState.QUIET.value,
    )
    return Detector(statistic, state, threshold, current)


def beta_binomial_e_values(
    events: ArrayLike,
    trials: ArrayLike,
    *,
    appetite: float,
    cv2: ArrayLike,
    alternatives: tuple[float, ...] = ALTERNATIVES,
) -> FloatArray:
    """Likelihood ratios of overdispersed day counts, alternatives first: the default detector.

    Valid when day rates vary no more than `cv2`, one for all days or one a day; a plain binomial ratio is not
    valid on day data at all. The dispersion is that at the appetite for both sides: the ratio then rises with
    the count, so that a day far below a large appetite cannot speak for an alarm. Days without units have the
    e-value 1.
    """
    x, n, theta = _day_counts(events, trials, appetite=appetite)
    # Intra-day correlation; above a half the day rates would be close to all or nothing.
    rho = np.minimum(_floor(cv2) * theta / (1 - theta), 0.5)
    size = 1 / rho - 1
    null = special.betaln(x + theta * size, n - x + (1 - theta) * size) - special.betaln(
        theta * size, (1 - theta) * size
    )
    ratios = []
    for other in _alternatives(theta, alternatives):
        alpha, beta = other * size, (1 - other) * size
        ratios.append(special.betaln(x + alpha, n - x + beta) - special.betaln(alpha, beta) - null)
    return np.where(n > 0, np.exp(np.clip(np.stack(ratios), -600, 600)), 1.0)


def betting_e_values(
    events: ArrayLike,
    trials: ArrayLike,
    *,
    appetite: float,
    cv2: ArrayLike,
    alternatives: tuple[float, ...] = ALTERNATIVES,
) -> FloatArray:
    """Bets on day rates, alternatives first: the robust detector, slower, without a model of the day rates.

    Valid for any day rates whose mean given the past is at most the appetite; `cv2` only sizes the bets.
    """
    x, n, theta = _day_counts(events, trials, appetite=appetite)
    units = np.maximum(n, 1.0)
    e_values = []
    for other in _alternatives(theta, alternatives):
        delta = other - theta
        variance = other * (1 - other) / units + _floor(cv2) * other**2
        stake = np.minimum(delta / (variance + delta**2), 0.9 / theta)
        e_values.append(1 + stake * (x / units - theta))
    return np.where(n > 0, np.stack(e_values), 1.0)


def review_share_e_values(
    missed: ArrayLike,
    weights: ArrayLike,
    *,
    appetite: float,
    alternatives: tuple[float, ...] = ALTERNATIVES,
) -> FloatArray:
    """One e-value a reviewed case, alternatives first, for the share of cases that were missed.

    Cases are the reviewed items at which the question arises at all (a person at risk); the others bet
    nothing. The bet is on weight x (missed - appetite), whose mean over a probability sample is at most 0 if
    the share of missed cases is at or below the appetite. Stakes depend on the weights alone, which the
    design fixes before anybody looks. Source: Waudby-Smith & Ramdas 2024, for a ratio of two totals.

    Args:
        missed: 0 or 1 a case, in the random order of review.
        weights: units of the frame that a case stands for, over their mean in the whole sample.
        appetite: the largest share that is acceptable.
    """
    y, w = np.broadcast_arrays(np.asarray(missed, dtype=float), np.asarray(weights, dtype=float))
    if np.any((y != 0) & (y != 1)) or np.any(w <= 0) or not 0 < appetite < 1:
        raise InvalidArgumentError("missed must be 0 or 1, weights above 0, and the appetite between 0 and 1")
    if not w.size:
        return np.ones((len(alternatives), 0))
    largest, spread = float(w.max()), float(w.sum() / (w**2).sum())
    stakes = [
        min((other - appetite) / other * spread, 0.9 / (appetite * largest))
        for other in _alternatives(appetite, alternatives)
    ]
    return np.stack([1 + stake * w * (y - appetite) for stake in stakes])


def _day_counts(
    events: ArrayLike, trials: ArrayLike, *, appetite: float
) -> tuple[FloatArray, FloatArray, float]:
    if not 0 < appetite < 1:
        raise InvalidArgumentError(f"the appetite is {appetite}; a share must lie between 0 and 1")
    x, n = np.asarray(events, dtype=float), np.asarray(trials, dtype=float)
    missing = ~(np.isfinite(x) & np.isfinite(n))
    return *check_counts(np.where(missing, 0.0, x), np.where(missing, 0.0, n)), appetite


def _floor(cv2: ArrayLike) -> FloatArray:
    return np.maximum(np.asarray(cv2, dtype=float), MINIMUM_CV2)


def _alternatives(appetite: float, multiples: tuple[float, ...]) -> list[float]:
    """Multiples of the appetite, held halfway to 1 where they would leave the range of a share."""
    return [min(multiple * appetite, (1 + appetite) / 2) for multiple in multiples]
