"""How well a score tells positives from negatives, with intervals from resampled clusters.

Every measure takes weights of shape (rows,) or (draws, rows), so that one call gives it for all draws of a
bootstrap. What does not exist (no positive, no negative, nothing flagged) is NaN, never 0. Sources: Davis &
Goadrich 2006 (average precision without interpolation); Hanley & McNeil 1982 (AUROC as a rank statistic);
Brier 1950; Naeini, Cooper & Hauskrecht 2015 (expected calibration error); Field & Welsh 2007 (clusters).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from methods.errors import InvalidArgumentError
from methods.intervals import FloatArray, Interval, check_confidence

CALIBRATION_BINS = 10
DRAWS = 500
"""Draws of a bootstrap; the ends of a 95 % interval then rest on about a dozen draws each."""

AT_ONCE = 20
"""Draws of which a statistic is taken together: all at once, many rows would fill the memory."""


def average_precision(scores: ArrayLike, truth: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """Area under precision over recall; rows with equal scores enter together.

    Without a negative every order is right: that is no figure.
    """
    true, false = _running_counts(scores, truth, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        precision = true / (true + false)
        recall = true / true[..., -1:]
        gain = np.diff(recall, prepend=0.0, axis=-1)
    is_known = (true[..., -1] > 0) & (false[..., -1] > 0)
    return np.where(is_known, np.nansum(gain * precision, axis=-1), np.nan)


def auroc(scores: ArrayLike, truth: ArrayLike, weights: ArrayLike | None = None) -> FloatArray:
    """Chance that a positive scores above a negative; equal scores count one half."""
    true, false = _running_counts(scores, truth, weights)
    new_false = np.diff(false, prepend=0.0, axis=-1)
    before = true - np.diff(true, prepend=0.0, axis=-1) / 2
    with np.errstate(invalid="ignore", divide="ignore"):
        return (new_false * before).sum(axis=-1) / (true[..., -1] * false[..., -1])


def recall_at_false_positive_rate(
    scores: ArrayLike, truth: ArrayLike, rate: float, weights: ArrayLike | None = None
) -> FloatArray:
    """The highest recall with at most this share of negatives flagged: ranking, not an operating point."""
    true, false = _running_counts(scores, truth, weights)
    with np.errstate(invalid="ignore", divide="ignore"):
        allowed = false / false[..., -1:] <= rate
        recall = true / true[..., -1:]
    best = np.where(allowed, recall, 0.0).max(axis=-1)
    return np.where((true[..., -1] > 0) & (false[..., -1] > 0), best, np.nan)


def precision_recall_f1(
    flagged: ArrayLike, truth: ArrayLike, weights: ArrayLike | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Precision, recall and their harmonic mean of a yes or no."""
    said, is_true = np.asarray(flagged, dtype=bool), np.asarray(truth, dtype=bool)
    weight = _weights(weights, is_true.size)
    hits = (weight * (said & is_true)).sum(axis=-1)
    flags, positives = (weight * said).sum(axis=-1), (weight * is_true).sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return hits / flags, hits / positives, 2 * hits / (flags + positives)


def brier_score(scores: ArrayLike, truth: ArrayLike) -> float:
    """Mean squared distance between a probability and what was true."""
    chance, is_true = np.asarray(scores, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    return float(np.mean((chance - is_true) ** 2)) if chance.size else float("nan")


def expected_calibration_error(scores: ArrayLike, truth: ArrayLike, *, bins: int = CALIBRATION_BINS) -> float:
    """Mean distance between said and seen shares over bins of equal width, weighted by their rows."""
    chance, is_true = np.asarray(scores, dtype=np.float64), np.asarray(truth, dtype=np.float64)
    if not chance.size:
        return float("nan")
    place = np.minimum((chance * bins).astype(int), bins - 1)
    gaps = np.bincount(place, weights=chance - is_true, minlength=bins)
    return float(np.abs(gaps).sum() / chance.size)


def predictive_value(recall: float, false_positive_rate: float, prevalence: float) -> float:
    """Of the flagged, the share that would be positive where the prevalence is this (Bayes)."""
    hits = recall * prevalence
    total = hits + false_positive_rate * (1 - prevalence)
    return hits / total if total > 0 else float("nan")


def draw_clusters(clusters: ArrayLike, *, seed: int, draws: int = DRAWS) -> NDArray[np.float32]:
    """Weights of shape (draws, rows): how often the cluster of each row was drawn, with replacement."""
    _, member = np.unique(np.asarray(clusters), return_inverse=True)
    count = int(member.max()) + 1 if member.size else 0
    if not count:
        raise InvalidArgumentError("there is no cluster to draw from")
    random = np.random.default_rng(seed)
    drawn = random.multinomial(count, np.full(count, 1 / count), size=draws)
    return drawn.astype(np.float32)[:, member]  # small whole numbers: half the memory, and as exact


def bootstrap_interval(
    statistic: Callable[[ArrayLike], FloatArray], weights: NDArray[Any], *, confidence: float = 0.95
) -> Interval:
    """Percentile interval of a statistic of the weights; draws in which it does not exist are left out."""
    tail = (1 - check_confidence(confidence)) / 2
    parts = [statistic(weights[start : start + AT_ONCE]) for start in range(0, len(weights), AT_ONCE)]
    values = np.concatenate(parts)
    values = values[np.isfinite(values)]
    if not values.size:
        return Interval(np.float64("nan"), np.float64("nan"), "none")
    low, high = np.quantile(values, [tail, 1 - tail])
    return Interval(low, high, "cluster_bootstrap")


def _running_counts(
    scores: ArrayLike, truth: ArrayLike, weights: ArrayLike | None
) -> tuple[FloatArray, FloatArray]:
    """Weighted positives and negatives at or above each distinct score, from the highest down."""
    score, is_true = np.asarray(scores, dtype=np.float64), np.asarray(truth, dtype=bool)
    if score.shape != is_true.shape or score.ndim != 1 or not score.size:
        raise InvalidArgumentError(
            f"scores {score.shape} and truth {is_true.shape} must be equally many rows"
        )
    order = np.argsort(-score, kind="stable")
    last = np.flatnonzero(np.r_[np.diff(score[order]) != 0, True])
    weight = _weights(weights, score.size)[..., order]
    truth_in_order = is_true[order]
    true = np.cumsum(weight * truth_in_order, axis=-1)[..., last]
    false = np.cumsum(weight * ~truth_in_order, axis=-1)[..., last]
    return true, false


def _weights(weights: ArrayLike | None, rows: int) -> FloatArray:
    return np.ones(rows) if weights is None else np.asarray(weights, dtype=np.float64)
