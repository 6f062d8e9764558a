"""What the true rate is, when a detector errs: estimates from a random review, with their intervals.

The stratified estimate of a two-phase sample is the primary one; prediction-powered inference is the same
estimator with its power tuned; Rogan-Gladen only serves where no review exists and refuses weak detectors.
How many to review is in `sampling`, whether reviewers agree in `agreement`, intervals of few events in
`weighted_counts`. Sources: Cochran 1977; Rogan & Gladen 1978; Reiczigel et al. 2010; Angelopoulos, Duchi &
Zrnic 2023 (PPI++).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from methods.errors import EstimateRefusedError, InvalidArgumentError, InvalidCountsError
from methods.intervals import FloatArray, check_confidence, clopper_pearson, normal_quantile, wilson
from methods.weighted_counts import bound_odds, has_few_events, weigh_events

FEW_POSITIVES = 20
"""Below it the normal interval of prediction-powered inference does not hold."""

MINIMUM_YOUDEN = 0.2
"""Below it a detector hardly tells cases from others, and a correction would multiply noise fivefold."""


@dataclass(frozen=True)
class Estimate:
    """A corrected share with its standard error and interval; `method` names how; NaN is not known."""

    value: float
    standard_error: float
    low: float
    high: float
    method: str


@dataclass(frozen=True)
class RoganGladen:
    """A share corrected by error rates; invalid when fewer were flagged than false positives alone give."""

    value: float
    standard_error: float
    low: float
    high: float
    unclipped: float
    is_valid: bool


def estimate_share(
    sizes: ArrayLike, *, reviewed: ArrayLike, confirmed: ArrayLike, confidence: float = 0.95
) -> Estimate:
    """Share of confirmed units in all strata: sizes N_h, n_h reviewed at random, k_h confirmed.

    A stratum with units and no review has no estimate and is refused. No confirmed unit in a stratum counts
    as half a one for the variance only. Few effective events on either side: gamma intervals, which never
    have width zero unless everything was reviewed.
    """
    big, n, k = _check_strata(sizes, reviewed, confirmed)
    share = big / big.sum()
    value = float((share * k / np.where(n > 0, n, 1)).sum())
    error = float(np.sqrt((share**2 * _mean_variance(big, n, k)).sum()))
    if np.all(n == big):
        return Estimate(value, 0.0, value, value, "census")
    weights, spread = weigh_events(big, n)
    others = n - k
    if not has_few_events(spread, k, others=others):
        low, high = _logit_ends(
            value, error, degrees=float((np.maximum(n - 1, 0)).sum()), confidence=confidence
        )
        return Estimate(value, error, low, high, "stratified_logit_t")
    ends = bound_odds(weights, k, others=others, spread=spread, confidence=confidence)
    return Estimate(value, error, float(ends.low), float(ends.high), "stratified_gamma")


def estimate_sensitivity(
    sizes: ArrayLike,
    *,
    reviewed: ArrayLike,
    confirmed: ArrayLike,
    is_flagged: ArrayLike,
    confidence: float = 0.95,
) -> Estimate:
    """Share of true units that the detector flagged, TP / (TP + FN), from reviews of both sides.

    With no confirmed unit among the unflagged only a lower bound exists; then value and upper end are not
    known.
    """
    big, n, k = _check_strata(sizes, reviewed, confirmed)
    flagged = np.asarray(is_flagged, dtype=bool)
    if flagged.shape != big.shape or flagged.all() or not flagged.any():
        raise EstimateRefusedError(
            "sensitivity needs reviews of flagged and of unflagged units, marked a stratum each"
        )
    totals = big * k / np.where(n > 0, n, 1)
    variances = big**2 * _mean_variance(big, n, k)
    hits, misses = float(totals[flagged].sum()), float(totals[~flagged].sum())
    if misses == 0:
        low = _sensitivity_bound(big, n, k, flagged=flagged, confidence=confidence)
        return Estimate(np.nan, np.nan, low, np.nan, "lower_bound_no_miss_seen")
    if hits == 0:
        raise EstimateRefusedError(
            "no flagged unit was confirmed: the sensitivity of this detector cannot be estimated"
        )
    both = hits + misses
    error = float(
        np.sqrt(
            (misses / both**2) ** 2 * variances[flagged].sum()
            + (hits / both**2) ** 2 * variances[~flagged].sum()
        )
    )
    value = hits / both
    low, high = _logit_ends(value, error, degrees=float(np.maximum(n - 1, 0).sum()), confidence=confidence)
    return Estimate(value, error, low, high, "linearised_logit_t")


def rogan_gladen(
    positives: float,
    trials: float,
    *,
    sensitivity: float,
    specificity: float,
    sensitivity_trials: float | None = None,
    specificity_trials: float | None = None,
    confidence: float = 0.95,
) -> RoganGladen:
    """True share from the flagged share and the detector's error rates.

    With error rates taken as known the ends are Wilson's, transformed; with the sizes of their validation the
    interval is normal with their error in it. Outside [0, 1] it is clipped and marked invalid.
    """
    youden = sensitivity + specificity - 1
    if youden < MINIMUM_YOUDEN:
        raise EstimateRefusedError(
            f"sensitivity {sensitivity:g} + specificity {specificity:g} - 1 is {youden:.3g}, "
            f"below {MINIMUM_YOUDEN}: this detector is too weak to correct by; review a random sample instead"
        )
    if trials <= 0:
        return RoganGladen(np.nan, np.nan, np.nan, np.nan, np.nan, False)
    ends = wilson(positives, trials, confidence=confidence)
    apparent = positives / trials
    raw = (apparent + specificity - 1) / youden
    variance = apparent * (1 - apparent) / trials
    low, high = ((end + specificity - 1) / youden for end in ends)
    if sensitivity_trials and specificity_trials:
        variance += raw**2 * sensitivity * (1 - sensitivity) / sensitivity_trials
        variance += (1 - raw) ** 2 * specificity * (1 - specificity) / specificity_trials
        half = normal_quantile(confidence) * np.sqrt(variance) / youden
        low, high = raw - half, raw + half
    value, low, high = (float(np.clip(each, 0.0, 1.0)) for each in (raw, low, high))
    return RoganGladen(value, float(np.sqrt(variance) / youden), low, high, float(raw), bool(0 <= raw <= 1))


def estimate_powered_mean(
    labels: ArrayLike,
    predictions: ArrayLike,
    *,
    unlabelled_predictions: ArrayLike,
    weight: float | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """PPI++ mean of 0/1 labels of a simple random sample, with predictions for it and for the rest.

    The weight of the predictions is tuned and lies in [0, 1]: a useless detector gets 0 and the classical
    estimate remains. With fewer than 20 positives or negatives the exact interval of the labels alone is
    given.
    """
    y, f, rest = (np.asarray(each, dtype=float) for each in (labels, predictions, unlabelled_predictions))
    if y.ndim != 1 or y.shape != f.shape or y.size < 2 or rest.size < 1 or not np.all((y == 0) | (y == 1)):
        raise InvalidArgumentError("needs 0/1 labels with one prediction each, and unlabelled predictions")
    if min(y.sum(), (1 - y).sum()) < FEW_POSITIVES:
        low, high = clopper_pearson(y.sum(), y.size, confidence=confidence)
        return Estimate(
            float(y.mean()), float(np.sqrt(y.var() / y.size)), float(low), float(high), "labels_only_exact"
        )
    if weight is None:
        spread = np.concatenate([f, rest]).var()
        tuned = np.cov(y, f, ddof=0)[0, 1] / ((1 + y.size / rest.size) * spread) if spread > 0 else 0.0
        weight = float(np.clip(tuned, 0.0, 1.0))
    value = float(weight * rest.mean() + (y - weight * f).mean())
    error = float(np.sqrt(weight**2 * rest.var() / rest.size + (y - weight * f).var() / y.size))
    half = normal_quantile(confidence) * error
    return Estimate(value, error, max(value - half, 0.0), min(value + half, 1.0), "prediction_powered")


def _check_strata(
    sizes: ArrayLike, reviewed: ArrayLike, confirmed: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    big, n, k = (np.atleast_1d(np.asarray(each, dtype=float)) for each in (sizes, reviewed, confirmed))
    if not big.shape == n.shape == k.shape:
        raise InvalidArgumentError("sizes, reviewed and confirmed must have one value a stratum")
    if np.any(k < 0) or np.any(k > n) or np.any(n > big):
        raise InvalidCountsError("0 <= confirmed <= reviewed <= size is required in every stratum")
    unseen = np.flatnonzero((n == 0) & (big > 0))
    if unseen.size:
        raise EstimateRefusedError(
            f"strata at positions {unseen.tolist()} hold units and no review; review some, or merge them"
        )
    if big.sum() == 0:
        raise EstimateRefusedError("there are no units in any stratum")
    return big, n, k


def _mean_variance(big: FloatArray, n: FloatArray, k: FloatArray) -> FloatArray:
    """Variance of each stratum's mean: finite population, and half a case where none (or all) were found."""
    units = np.maximum(n, 1)
    p = np.where((k == 0) | (k == n), (k + 0.5) / (n + 1), k / units)
    return (1 - n / np.maximum(big, 1)) * p * (1 - p) / np.maximum(n - 1, 1)


def _logit_ends(value: float, error: float, *, degrees: float, confidence: float) -> tuple[float, float]:
    quantile = float(special.stdtrit(max(degrees, 1.0), 0.5 + check_confidence(confidence) / 2))
    if not 0 < value < 1:
        return value, value
    half = quantile * error / (value * (1 - value))
    centre = special.logit(value)
    return float(special.expit(centre - half)), float(special.expit(centre + half))


def _sensitivity_bound(
    big: FloatArray, n: FloatArray, k: FloatArray, *, flagged: np.ndarray, confidence: float
) -> float:
    """TP_low / (TP_low + FN_high)."""
    hits = estimate_share(big[flagged], reviewed=n[flagged], confirmed=k[flagged], confidence=confidence)
    rest = estimate_share(big[~flagged], reviewed=n[~flagged], confirmed=k[~flagged], confidence=confidence)
    least, most = hits.low * big[flagged].sum(), rest.high * big[~flagged].sum()
    return float(least / (least + most)) if least + most > 0 else 0.0
