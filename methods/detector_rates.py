"""Error rates of a detector from a table of two by two: what it finds, misses and invents.

For labels of a whole set or a simple random sample; reviewed samples with strata are `review_estimates`.
Sources: Clopper & Pearson 1934 (shares); Simel, Samsa & Matchar 1991 (likelihood ratios); Youden 1950.
"""

from dataclasses import dataclass

import numpy as np

from methods.errors import InvalidCountsError
from methods.intervals import check_confidence, clopper_pearson, normal_quantile


@dataclass(frozen=True)
class Rate:
    """A value with its interval; NaN is not known."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class DetectorRates:
    """What a table says of a detector; Youden's index takes both lower, and both upper, ends."""

    sensitivity: Rate
    specificity: Rate
    positive_predictive_value: Rate
    negative_predictive_value: Rate
    likelihood_ratio_positive: Rate
    likelihood_ratio_negative: Rate
    youden: Rate
    prevalence: Rate
    accuracy: Rate


def describe_detector(
    true_positives: int,
    false_positives: int,
    false_negatives: int,
    true_negatives: int,
    *,
    confidence: float = 0.95,
) -> DetectorRates:
    """Shares with exact intervals, ratios with log intervals; a ratio that needs an empty cell is NaN.

    Raises:
        InvalidCountsError: a count is negative, or the table is empty.
    """
    tp, fp, fn, tn = (
        float(each) for each in (true_positives, false_positives, false_negatives, true_negatives)
    )
    if min(tp, fp, fn, tn) < 0 or tp + fp + fn + tn == 0:
        raise InvalidCountsError("a table needs four counts of 0 or more, and at least one unit")
    check_confidence(confidence)
    sensitivity = _share(tp, tp + fn, confidence)
    specificity = _share(tn, tn + fp, confidence)
    return DetectorRates(
        sensitivity=sensitivity,
        specificity=specificity,
        positive_predictive_value=_share(tp, tp + fp, confidence),
        negative_predictive_value=_share(tn, tn + fn, confidence),
        likelihood_ratio_positive=_ratio(tp, tp + fn, fp, fp + tn, confidence),
        likelihood_ratio_negative=_ratio(fn, tp + fn, tn, fp + tn, confidence),
        youden=Rate(
            sensitivity.value + specificity.value - 1,
            sensitivity.low + specificity.low - 1,
            sensitivity.high + specificity.high - 1,
        ),
        prevalence=_share(tp + fn, tp + fp + fn + tn, confidence),
        accuracy=_share(tp + tn, tp + fp + fn + tn, confidence),
    )


def _share(events: float, units: float, confidence: float) -> Rate:
    if units == 0:
        return Rate(float("nan"), float("nan"), float("nan"))
    low, high = clopper_pearson(events, units, confidence=confidence)
    return Rate(events / units, float(low), float(high))


def _ratio(events: float, units: float, others: float, other_units: float, confidence: float) -> Rate:
    if min(events, others) == 0:
        return Rate(float("nan"), float("nan"), float("nan"))
    value = (events / units) / (others / other_units)
    spread = np.sqrt(1 / events - 1 / units + 1 / others - 1 / other_units)
    half = normal_quantile(confidence) * spread
    return Rate(value, float(value * np.exp(-half)), float(value * np.exp(half)))
