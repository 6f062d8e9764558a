"""Whether reviewers agree: without that their labels correct nothing.

Undefined (all labels the same, or nothing labelled twice) is NaN, never 1. With rare positives kappa is
unstable, so positive agreement and PABAK stand beside it. Sources: Krippendorff 2011, Computing
Krippendorff's alpha-reliability; Cohen 1960; Fleiss, Cohen & Everitt 1969 (standard error); Byrt, Bishop &
Carlin 1993 (PABAK).
"""

from dataclasses import dataclass
from enum import StrEnum

import krippendorff
import numpy as np
from numpy.typing import ArrayLike
from statsmodels.stats.inter_rater import cohens_kappa

from methods.errors import InvalidArgumentError, InvalidCountsError
from methods.intervals import FloatArray, Interval, clopper_pearson, normal_quantile

RELIABLE, TENTATIVE = 0.80, 0.667
"""Krippendorff's customary limits."""

LEAST_PAIRS = 10
"""Items labelled twice, as the indicator of agreement needs: three that happen to agree show nothing."""


class Scale(StrEnum):
    """What the labels are."""

    NOMINAL = "nominal"
    """Categories."""
    ORDINAL = "ordinal"
    """Levels in an order."""
    INTERVAL = "interval"
    """Numbers whose differences mean the same everywhere."""


class LabelQuality(StrEnum):
    """What the agreement allows."""

    RELIABLE = "reliable"
    """Alpha of at least .80."""
    TENTATIVE = "tentative"
    """From .667 to below .80."""
    LOW = "low"
    """Below: recalibrate reviewers, mark estimates."""
    UNKNOWN = "unknown"
    """Not defined."""


@dataclass(frozen=True)
class Kappa:
    """Two reviewers on one question; `null_standard_error` is for the test of no agreement only."""

    value: float
    standard_error: float
    low: float
    high: float
    null_standard_error: float
    observed_agreement: float
    positive_agreement: float
    pabak: Interval


def krippendorff_alpha(ratings: ArrayLike, *, scale: Scale = Scale.NOMINAL) -> float:
    """Alpha of any number of reviewers (rows) over units (columns); NaN is not rated."""
    return _alpha(*_count_values(ratings), scale=scale)


def bootstrap_alpha(
    ratings: ArrayLike,
    *,
    seed: int,
    scale: Scale = Scale.NOMINAL,
    draws: int = 1000,
    confidence: float = 0.95,
) -> Interval:
    """Percentile interval over resampled units; draws without two different labels are left out."""
    values, counts = _count_values(ratings)
    if not np.isfinite(_alpha(values, counts, scale=scale)):
        return Interval(np.nan, np.nan, "bootstrap_units")
    generator = np.random.default_rng(seed)
    drawn = [
        _alpha(values, counts[generator.integers(0, len(counts), len(counts))], scale=scale)
        for _ in range(draws)
    ]
    known = np.array([each for each in drawn if np.isfinite(each)])
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return Interval(float(low), float(high), "bootstrap_units")


def judge_labels(alpha: float, *, pair_count: int) -> LabelQuality:
    """Krippendorff's limits: a value on a limit reaches it. Fewer pairs than LEAST_PAIRS say nothing."""
    if not np.isfinite(alpha) or pair_count < LEAST_PAIRS:
        return LabelQuality.UNKNOWN
    if alpha >= RELIABLE:
        return LabelQuality.RELIABLE
    return LabelQuality.TENTATIVE if alpha >= TENTATIVE else LabelQuality.LOW


def cohen_kappa(table: ArrayLike, *, confidence: float = 0.95) -> Kappa:
    """Kappa, positive agreement and PABAK of a 2 x 2 table, [[both yes, first only], [second only, both no]].

    The interval uses the standard error that holds when there is agreement; some programs print the narrower
    one of the test of no agreement. PABAK's interval is the exact one of the observed agreement,
    transformed.
    """
    cells = np.asarray(table, dtype=float)
    if cells.shape != (2, 2):
        raise InvalidArgumentError("kappa of two reviewers on a yes/no question needs a 2 x 2 table")
    if np.any(cells < 0):
        raise InvalidCountsError("counts of a table must not be negative")
    total, agreed = float(cells.sum()), float(np.trace(cells))
    exact = clopper_pearson(agreed, total, confidence=confidence)
    pabak = Interval(2 * exact.low - 1, 2 * exact.high - 1, "clopper_pearson")
    said_yes = 2 * cells[0, 0] + cells[0, 1] + cells[1, 0]
    positive = float(2 * cells[0, 0] / said_yes) if said_yes else np.nan
    observed = agreed / total if total else np.nan
    if total == 0 or cells[0].sum() * cells[:, 0].sum() in (0, total**2):
        return Kappa(np.nan, np.nan, np.nan, np.nan, np.nan, observed, positive, pabak)
    found = cohens_kappa(cells)
    half = normal_quantile(confidence) * float(found.std_kappa)
    value = float(found.kappa)
    return Kappa(
        value=value,
        standard_error=float(found.std_kappa),
        low=max(value - half, -1.0),
        high=min(value + half, 1.0),
        null_standard_error=float(found.std_kappa0),
        observed_agreement=observed,
        positive_agreement=positive,
        pabak=pabak,
    )


def _count_values(ratings: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """The values that occur, and for each unit how often; units with one label only pair with nothing."""
    table = np.asarray(ratings, dtype=float)
    if table.ndim != 2:
        raise InvalidArgumentError("ratings need a row a reviewer and a column a unit")
    values = np.unique(table[np.isfinite(table)])
    counts = (table[:, :, None] == values).sum(axis=0).astype(float)
    return values, counts[counts.sum(axis=1) >= 2]


def _alpha(values: FloatArray, counts: FloatArray, *, scale: Scale) -> float:
    """Alpha of labels counted by unit; NaN where fewer than two different labels occur."""
    occurs = counts.sum(axis=0) > 0
    if occurs.sum() < 2:
        return float("nan")
    return float(
        krippendorff.alpha(
            value_counts=counts[:, occurs],
            value_domain=values[occurs],
            level_of_measurement=scale.value,
        )
    )
