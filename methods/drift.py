"""How far a week's mix has moved from a reference, and whether that is more than weeks always move.

Two conditions, both needed: the distance reaches a practical threshold, and it exceeds what the reference
weeks show among themselves (leave one week out), for a week of as many messages (`week_null`). A number of
one tool is never mixed with that of another: bins, smoothing and distance differ. Drift is no harm by itself;
it opens a check of the detectors. Sources: Lin 1991 (Jensen-Shannon); Endres & Schindelin 2003 (its root is a
metric); Yurdakul 2018 (null of the PSI); Rabanser et al. 2019.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special, stats

from methods.errors import InvalidArgumentError, InvalidCountsError

JENSEN_SHANNON_THRESHOLD = 0.10
"""Practical threshold of the Jensen-Shannon distance (base 2)."""

WASSERSTEIN_THRESHOLD = 0.2
"""Practical threshold of the Wasserstein distance in reference standard deviations."""

RELATIVE_SHARE_CHANGE, ABSOLUTE_SHARE_CHANGE = 0.20, 0.01
"""A share has moved in practice when it changed by 20 % of itself and by one percentage point."""

MINIMUM_BLOCKS = 8
"""Fewer reference weeks cannot say how weeks differ."""

REFERENCE_WEEKS = 8
"""The first whole weeks, to which all are compared."""

MINIMUM_UNITS = 50
"""Below it on either side nothing is judged."""

LEAVING_STEP = 0.05
"""Steps in which a distance leaves: exact ones of some weeks are those of but one table of counts. Half the
practical threshold. Owner: clinical safety; a placeholder of 2026-12-01."""

Statistic = Callable[[NDArray[Any], NDArray[Any]], Any]


class DriftStatus(StrEnum):
    """What the distance says."""

    STABLE = "stable"
    """Below the practical threshold, or no more than reference weeks show among themselves."""
    MOVED = "moved"
    """At or above the practical threshold and above the null."""
    INSUFFICIENT_DATA = "insufficient_data"
    """Too few units, or too few reference weeks, to say either."""


def jensen_shannon(p_counts: ArrayLike, q_counts: ArrayLike) -> Any:
    """Distance (root of the divergence, base 2) in [0, 1] of two count vectors along the last axis.

    Symmetric; empty categories are allowed; NaN where a side holds nothing.
    """
    p, q = _shares(p_counts), _shares(q_counts)
    middle = (p + q) / 2
    divergence = (special.rel_entr(p, middle) + special.rel_entr(q, middle)).sum(axis=-1) / 2 / np.log(2)
    return np.sqrt(np.clip(divergence, 0.0, 1.0))[()]


def psi(reference_counts: ArrayLike, current_counts: ArrayLike, *, smoothing: float = 0.5) -> Any:
    """Population stability index, for display: its null is (1/n + 1/m) chi-square; 0.1 alone says nothing.

    Half a count is added to each bin; without it an empty bin makes the value whatever the smallest float
    gives.
    """
    reference, current = _counts(reference_counts), _counts(current_counts)
    bins = reference.shape[-1]
    p, q = (
        (side + smoothing) / (side.sum(axis=-1, keepdims=True) + smoothing * bins)
        for side in (reference, current)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        return ((q - p) * np.log(q / p)).sum(axis=-1)[()]


def wasserstein_standardised(
    reference: ArrayLike,
    current: ArrayLike,
    *,
    reference_counts: ArrayLike | None = None,
    current_counts: ArrayLike | None = None,
) -> float:
    """Wasserstein-1 distance over the reference standard deviation; NaN if that is 0 or a side is empty.

    With counts, the first two arguments are the values (middles of bins) that were counted.
    """
    values, others = np.asarray(reference, dtype=float), np.asarray(current, dtype=float)
    if reference_counts is None and current_counts is None:
        values, others = np.sort(values), np.sort(others)  # scipy is twice as fast on what is in order
    weights = None if reference_counts is None else _counts(reference_counts)
    other_weights = None if current_counts is None else _counts(current_counts)
    if any(side.size == 0 for side in (values, others)):
        return float("nan")
    if any(side is not None and side.sum() == 0 for side in (weights, other_weights)):
        return float("nan")
    mean = np.average(values, weights=weights)
    spread = float(np.sqrt(np.average((values - mean) ** 2, weights=weights)))
    if spread == 0:
        return float("nan")
    return float(stats.wasserstein_distance(values, others, weights, other_weights)) / spread


def binned_wasserstein(places: ArrayLike, reference_counts: ArrayLike, current_counts: ArrayLike) -> Any:
    """`wasserstein_standardised` of counts at the same places, for many pairs along the last axis."""
    at = np.asarray(places, dtype=float)
    order = np.argsort(at)
    at = at[order]
    p, q = _shares(reference_counts)[..., order], _shares(current_counts)[..., order]
    mean = (p * at).sum(axis=-1, keepdims=True)
    spread = np.sqrt((p * (at - mean) ** 2).sum(axis=-1))
    area = (np.abs((p - q).cumsum(axis=-1))[..., :-1] * np.diff(at)).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(spread > 0, area / spread, np.nan)[()]


def kolmogorov_smirnov(
    reference: ArrayLike,
    current: ArrayLike,
    *,
    reference_counts: ArrayLike | None = None,
    current_counts: ArrayLike | None = None,
) -> float:
    """Greatest difference between the cumulative shares of two samples, in [0, 1]; NaN if a side is empty.

    Exact, and for reading alone: its null is 1.36 sqrt(1/n + 1/m), so that at 100,000 a side any difference
    is significant. With counts, the first two arguments are the values (bins in order) that were counted; the
    difference inside a bin is then not seen.
    """
    sides = [
        _cumulate(values, counts)
        for values, counts in ((reference, reference_counts), (current, current_counts))
    ]
    if any(heights[-1] == 0 for _, heights in sides):
        return float("nan")
    at = np.sort(np.concatenate([values for values, _ in sides]), kind="stable")
    shares = [heights[np.searchsorted(values, at, side="right")] / heights[-1] for values, heights in sides]
    return float(np.abs(shares[0] - shares[1]).max())


def distances_between(blocks: Sequence[ArrayLike], *, statistic: Statistic) -> NDArray[np.float64]:
    """Distance of each reference block (a week's counts) to the sum of the others.

    Empty where fewer than `MINIMUM_BLOCKS` can be told. Blocks are whole weeks, so that season, weekday and
    dependence inside a day are part of them.

    Args:
        blocks: count vectors of one length, a row a week and a column a category.
        statistic: takes two count vectors; what it cannot tell is NaN, and such blocks do not count.
    """
    table = np.asarray(blocks, dtype=float)
    if len(table) < MINIMUM_BLOCKS:
        return np.zeros(0)
    if table.ndim != 2:
        raise InvalidArgumentError(
            "blocks must be count vectors of one length: a row a week, a column a category"
        )
    total = table.sum(axis=0)
    values = np.array([float(statistic(total - block, block)) for block in table])
    return values if np.isfinite(values).sum() >= MINIMUM_BLOCKS else np.zeros(0)


def round_distance(distance: ArrayLike) -> NDArray[np.float64]:
    """A distance, spread or gap as it may leave, to the nearest step; NaN stays. The exact one is judged."""
    return np.round(np.round(np.asarray(distance, dtype=float) / LEAVING_STEP) * LEAVING_STEP, 2)


def leave_distance(distance: float | None) -> float | None:
    """One distance as it may leave; None stays."""
    return None if distance is None else float(round_distance(distance))


def list_reference(weeks: Iterable[dt.date]) -> list[dt.date]:
    """Of whole weeks, by their Mondays, those of the reference in order, however few messages they have."""
    return sorted(set(weeks))[:REFERENCE_WEEKS]


def judge_drift(
    distance: float,
    null_high: float,
    *,
    threshold: float,
    current_count: float,
    reference_count: float,
    minimum_units: int = MINIMUM_UNITS,
) -> DriftStatus:
    """Both conditions or nothing: at least the practical threshold, and above the null."""
    if min(current_count, reference_count) < minimum_units:
        return DriftStatus.INSUFFICIENT_DATA
    if not (np.isfinite(distance) and np.isfinite(null_high)):
        return DriftStatus.INSUFFICIENT_DATA
    return DriftStatus.MOVED if distance >= threshold and distance > null_high else DriftStatus.STABLE


def locate_change(counts: ArrayLike, *, drop: float = 3.0) -> tuple[int, int]:
    """First and last row (a day's counts) from which the shares may be others; the likeliest lies between.

    Likelihood of one change between two mixtures, for a stretch that is known to hold one. `drop` is how far
    below the best log-likelihood a row may lie: 3 leaves out days that are twenty times less likely.
    """
    table = _counts(counts)
    if table.ndim != 2 or len(table) < 2:
        raise InvalidArgumentError("a change lies between days: at least two rows of counts are needed")
    before = table.cumsum(axis=0)[:-1]
    after = table.sum(axis=0) - before
    likelihood = np.array(
        [_log_likelihood(b) + _log_likelihood(a) for b, a in zip(before, after, strict=True)]
    )
    likely = np.flatnonzero(likelihood >= likelihood.max() - drop) + 1
    return int(likely[0]), int(likely[-1])


def is_share_change_practical(reference: float, current: float) -> bool:
    """Whether a share changed by at least 20 % of itself and by at least one percentage point."""
    change = round(abs(current - reference), 12)
    return change >= ABSOLUTE_SHARE_CHANGE and change >= round(RELATIVE_SHARE_CHANGE * reference, 12)


def _log_likelihood(counts: NDArray[np.float64]) -> float:
    total = counts.sum()
    return float(special.xlogy(counts, counts / total).sum()) if total > 0 else 0.0


def _counts(values: ArrayLike) -> NDArray[np.float64]:
    counts = np.asarray(values, dtype=float)
    if np.any(counts < 0):
        raise InvalidCountsError("counts must not be negative")
    return counts


def _cumulate(values: ArrayLike, counts: ArrayLike | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Sorted values, and how many lie at or below each, from none on."""
    places = np.asarray(values, dtype=float)
    if counts is None:
        return np.sort(places), np.arange(len(places) + 1.0)
    order = np.argsort(places)
    return places[order], np.concatenate([[0.0], _counts(counts)[order].cumsum()])


def _shares(values: ArrayLike) -> NDArray[np.float64]:
    counts = _counts(values)
    total = counts.sum(axis=-1, keepdims=True)
    return np.where(total > 0, counts / np.where(total > 0, total, 1.0), np.nan)
