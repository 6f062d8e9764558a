"""Whether a group fares differently from the rest, and when that cannot be said.

A difference is one beyond an equivalence band, not merely beyond 1; what cannot be assessed is itself a
finding. Detectors err differently between groups, so raw flags make no claim: either the rates are corrected
group by group, or the range of the ratio over the error rates must leave 1 out. Sources: Katz et al. 1978
(log interval); Newcombe 1998 (difference); Marshall 1991, Clayton & Kaldor 1987 (shrinkage). Funnels are in
`funnels`.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from methods.errors import EstimateRefusedError, InvalidArgumentError
from methods.intervals import (
    FEW_EVENTS_OF_A_RATIO,
    FloatArray,
    Interval,
    check_confidence,
    check_counts,
    normal_quantile,
    poisson_rate_ratio,
    wilson,
)

BAND_LOW, BAND_HIGH = 0.8, 1.25
"""Ratios inside the band are alike in practice."""

MINIMUM_TRIALS = 100
"""A group with fewer units or fewer conversations is not assessed, nor one whose rest has fewer."""

MINIMUM_PERSONS = 10
"""A group of fewer people is not assessed, nor one whose rest is: it would be told what one person is like.

With the design effect of the group, one person of equal chance was called different in up to 16 % of draws,
and ten or more in at most 3 %. Owner: clinical safety, 2026-11-30.
"""


class EquityStatus(StrEnum):
    """What a comparison says."""

    EQUIVALENT = "equivalent"
    """The whole interval lies inside the band."""
    DIFFERENT = "different"
    """The whole interval lies outside the band."""
    MEASUREMENT_CANNOT_SEPARATE = "measurement_cannot_separate"
    """What the detector flagged says something that its error rates alone could make or hide."""
    NOT_ASSESSABLE = "not_assessable"
    """Too few units, or an interval that reaches from inside the band to outside."""


@dataclass(frozen=True)
class GroupComparison:
    """Each group against the rest of the population; arrays, NaN where not known.

    `low`, `high` are the interval by which `status` was decided; `high` is infinite where the rest has no
    event. `rests_on_few`: too few people or conversations, here or in the rest.
    """

    ratio: FloatArray
    low: FloatArray
    high: FloatArray
    difference_per_1000: FloatArray
    difference_low: FloatArray
    difference_high: FloatArray
    status: NDArray[Any]
    rests_on_few: NDArray[np.bool_]


@dataclass(frozen=True)
class ShrunkRates:
    """Raw rates beside rates drawn to their mean: for the order of a list, never to hide a group."""

    raw: FloatArray
    shrunk: FloatArray
    low: FloatArray
    high: FloatArray


def compare_with_rest(
    events: ArrayLike,
    trials: ArrayLike,
    *,
    deff: ArrayLike = 1.0,
    persons: ArrayLike = np.inf,
    conversations: ArrayLike = np.inf,
    confidence: float = 0.95,
    minimum_trials: float = MINIMUM_TRIALS,
) -> GroupComparison:
    """Each group against the sum of the others; the groups divide the population, one value a group.

    `persons` and `conversations` are how many of each a group rests on, at the least; with too few of them,
    or of trials, on a side nothing is said.
    Log interval with the design effect (at least 1) of each side; with few events on a side the exact
    conditional one. Where a side has none the ratio is shown with half an event.
    """
    x, n = check_counts(events, trials)
    if x.ndim != 1 or x.size < 2:
        raise InvalidArgumentError("a comparison with the rest needs at least two groups")
    own_deff = np.maximum(np.broadcast_to(np.asarray(deff, dtype=float), x.shape), 1.0)
    rest_x, rest_n = x.sum() - x, n.sum() - n
    known = (n > 0) & (rest_n > 0)
    weight = n.sum() - n
    rest_deff = np.divide((own_deff * n).sum() - own_deff * n, weight, out=np.ones_like(x), where=weight > 0)
    ratio, spread = _log_ratio(x, n, rest_x, rest_n, deff=own_deff, rest_deff=rest_deff)
    z = normal_quantile(confidence)
    # A design effect divides what is known: the exact and the score interval take effective counts.
    exact = poisson_rate_ratio(
        x / own_deff,
        n / own_deff,
        reference_events=rest_x / rest_deff,
        reference_exposure=rest_n / rest_deff,
        confidence=confidence,
    )
    gap = newcombe_difference(
        x / own_deff,
        n / own_deff,
        reference_events=rest_x / rest_deff,
        reference_trials=rest_n / rest_deff,
        confidence=confidence,
    )
    has_few = np.minimum(x, rest_x) < FEW_EVENTS_OF_A_RATIO
    low = np.where(has_few, exact.low, ratio * np.exp(-z * spread))
    high = np.where(has_few, exact.high, ratio * np.exp(z * spread))
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = np.where(known, x / n - rest_x / rest_n, np.nan)
    rests_on_many = _has_enough(persons, MINIMUM_PERSONS, x.size) & _has_enough(
        conversations, MINIMUM_TRIALS, x.size
    )
    enough = known & rests_on_many & _has_enough(n, minimum_trials, x.size)
    return GroupComparison(
        ratio=np.where(known, ratio, np.nan),
        low=np.where(known, low, np.nan),
        high=np.where(known, high, np.nan),
        difference_per_1000=1000 * difference,
        difference_low=1000 * np.asarray(gap.low),
        difference_high=1000 * np.asarray(gap.high),
        status=judge_ratio(low, high, is_assessable=enough),
        rests_on_few=~rests_on_many,
    )


def judge_ratio(low: ArrayLike, high: ArrayLike, *, is_assessable: ArrayLike = True) -> NDArray[Any]:
    """Status from an interval of a ratio: an end on the band's limit is still inside the band.

    An infinite upper end is one; NaN is none.
    """
    bottom, top = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    usable = np.asarray(is_assessable, dtype=bool) & ~np.isnan(bottom) & ~np.isnan(top)
    with np.errstate(invalid="ignore"):
        is_outside = (bottom > BAND_HIGH) | (top < BAND_LOW)
        is_inside = (bottom >= BAND_LOW) & (top <= BAND_HIGH)
    choices = [EquityStatus.DIFFERENT.value, EquityStatus.EQUIVALENT.value]
    return np.select([usable & is_outside, usable & is_inside], choices, EquityStatus.NOT_ASSESSABLE.value)


def katz_ratio(
    events: ArrayLike,
    trials: ArrayLike,
    *,
    reference_events: ArrayLike,
    reference_trials: ArrayLike,
    deff: ArrayLike = 1.0,
    reference_deff: ArrayLike = 1.0,
    confidence: float = 0.95,
) -> Interval:
    """Log interval of the ratio of two shares, widened by the design effect of each side."""
    x, n = check_counts(events, trials)
    other_x, other_n = check_counts(reference_events, reference_trials)
    ratio, spread = _log_ratio(x, n, other_x, other_n, deff=deff, rest_deff=reference_deff)
    z = normal_quantile(confidence)
    return Interval((ratio * np.exp(-z * spread))[()], (ratio * np.exp(z * spread))[()], "katz_log")


def newcombe_difference(
    events: ArrayLike,
    trials: ArrayLike,
    *,
    reference_events: ArrayLike,
    reference_trials: ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """Hybrid score interval of the difference of two shares (Newcombe 1998, Stat Med 17:873, method 10)."""
    x, n = check_counts(events, trials)
    x0, n0 = check_counts(reference_events, reference_trials)
    own, reference = wilson(x, n, confidence=confidence), wilson(x0, n0, confidence=confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        share, other = x / n, x0 / n0
    gap = share - other
    low = gap - np.sqrt((share - own.low) ** 2 + (reference.high - other) ** 2)
    high = gap + np.sqrt((own.high - share) ** 2 + (other - reference.low) ** 2)
    return Interval(np.asarray(low)[()], np.asarray(high)[()], "newcombe")


def bound_ratio(
    flagged_share: float,
    reference_share: float,
    *,
    sensitivity: tuple[float, float],
    specificity: tuple[float, float],
    reference_sensitivity: tuple[float, float],
    reference_specificity: tuple[float, float],
) -> Interval:
    """Range of the true ratio over all error rates inside their intervals (a box each side).

    The corrected share rises with specificity and falls with sensitivity, so that the corners hold the
    extremes.
    """
    own = _share_range(flagged_share, sensitivity, specificity)
    other = _share_range(reference_share, reference_sensitivity, reference_specificity)
    low = 0.0 if own.low == 0 else (own.low / other.high if other.high > 0 else np.inf)
    high = own.high / other.low if other.low > 0 else np.inf
    return Interval(float(low), float(high), "error_rate_box")


def judge_measurement(status: str, bounds: Interval) -> EquityStatus:
    """A verdict on raw flags stands only if it holds over the range that the detector's errors allow.

    A difference must leave 1 out of the range; groups are alike only if the whole range lies inside the band.
    """
    makes_difference = status == EquityStatus.DIFFERENT and bounds.low <= 1 <= bounds.high
    hides_difference = status == EquityStatus.EQUIVALENT and not (
        bounds.low >= BAND_LOW and bounds.high <= BAND_HIGH
    )
    if makes_difference or hides_difference:
        return EquityStatus.MEASUREMENT_CANNOT_SEPARATE
    return EquityStatus(status)


def shrink_rates(events: ArrayLike, exposure: ArrayLike, *, confidence: float = 0.95) -> ShrunkRates:
    """Gamma-Poisson shrinkage by moments (Marshall 1991); without spread between groups all get the mean."""
    x, n = np.broadcast_arrays(np.asarray(events, dtype=float), np.asarray(exposure, dtype=float))
    if np.any(x < 0) or np.any(n < 0) or n.sum() <= 0:
        raise InvalidArgumentError("events and exposure must not be negative, and some exposure is needed")
    tail = (1 - check_confidence(confidence)) / 2
    raw = np.divide(x, n, out=np.full(x.shape, np.nan), where=n > 0)
    mean = float(x.sum() / n.sum())
    between = float(np.nansum(n * (raw - mean) ** 2) / n.sum() - mean / n[n > 0].mean())
    if between <= 0 or mean == 0:
        same = np.full(x.shape, mean)
        return ShrunkRates(raw, same, same, same)
    rate = mean / between
    shape = mean * rate
    shrunk = (x + shape) / (n + rate)
    low = special.gammaincinv(x + shape, tail) / (n + rate)
    high = special.gammaincinv(x + shape, 1 - tail) / (n + rate)
    return ShrunkRates(raw, shrunk, low, high)


def _has_enough(counted: ArrayLike, minimum: float, groups: int) -> NDArray[np.bool_]:
    """Whether a group, and the others together, have at least so many."""
    own = np.broadcast_to(np.asarray(counted, dtype=float), (groups,))
    rest = np.array([np.delete(own, place).sum() for place in range(groups)])
    return (own >= minimum) & (rest >= minimum)


def _log_ratio(
    x: FloatArray,
    n: FloatArray,
    other_x: FloatArray,
    other_n: FloatArray,
    *,
    deff: ArrayLike,
    rest_deff: ArrayLike,
) -> tuple[FloatArray, FloatArray]:
    """Ratio and standard error of its logarithm; half an event where a side has none."""
    own, other = np.where(x == 0, 0.5, x), np.where(other_x == 0, 0.5, other_x)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (own / n) / (other / other_n)
        variance = np.asarray(deff) * (1 / own - 1 / n) + np.asarray(rest_deff) * (1 / other - 1 / other_n)
    return ratio, np.sqrt(np.maximum(variance, 0.0))


def _share_range(
    flagged: float, sensitivity: tuple[float, float], specificity: tuple[float, float]
) -> Interval:
    if sensitivity[0] + specificity[0] - 1 <= 0:
        raise EstimateRefusedError(
            f"sensitivity {sensitivity[0]:g} and specificity {specificity[0]:g} are no better than chance; "
            "no ratio can be bounded from such flags"
        )
    low = (flagged + specificity[0] - 1) / (sensitivity[1] + specificity[0] - 1)
    high = (flagged + specificity[1] - 1) / (sensitivity[0] + specificity[1] - 1)
    return Interval(float(np.clip(low, 0.0, 1.0)), float(np.clip(high, 0.0, 1.0)), "error_rate_box")
