"""Funnel limits: how far a unit of its size may lie from the mean of all units, with overdispersion.

Sources: Spiegelhalter 2005 (Stat Med 24:1185; arcsine and additive overdispersion); limits as in FunnelPlotR.
Ratios of groups, and the words for them, are in `equity`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from methods.errors import InvalidArgumentError
from methods.intervals import (
    FloatArray,
    Interval,
    check_counts,
    clopper_pearson,
    normal_quantile,
    poisson_rate,
)

WINSORISE = 0.10
"""Share of z-scores at each end that is drawn in before overdispersion is estimated."""

MINIMUM_UNITS = 6
"""Fewer units cannot say how units differ; the overdispersion of days stands in."""


@dataclass(frozen=True)
class Overdispersion:
    """Multiplicative phi, and the additive variance tau2 between units on the scale of the z-scores."""

    phi: float
    tau2: float


@dataclass(frozen=True)
class Funnel:
    """Limits of each unit at 95 % and 99.8 %, with its z-score on the arcsine scale."""

    centre: float
    low_95: FloatArray
    high_95: FloatArray
    low_998: FloatArray
    high_998: FloatArray
    z: FloatArray
    overdispersion: Overdispersion


def draw_funnel(events: ArrayLike, trials: ArrayLike, *, phi_of_days: float = 1.0) -> Funnel:
    """Limits around the pooled share: exact when units differ by chance only, else widened.

    With fewer than six units their own spread is not used; `phi_of_days` (at least 1) widens the limits
    instead.
    """
    x, n = check_counts(events, trials)
    if x.ndim != 1 or n.sum() == 0:
        raise InvalidArgumentError("a funnel needs a list of units, some of them with trials")
    centre = float(x.sum() / n.sum())
    spread = np.divide(1.0, 2 * np.sqrt(n), out=np.full(x.shape, np.nan), where=n > 0)
    share = np.divide(x, n, out=np.full(x.shape, np.nan), where=n > 0)
    z = (np.arcsin(np.sqrt(share)) - np.arcsin(np.sqrt(centre))) / spread
    seen = np.isfinite(z)
    if seen.sum() < MINIMUM_UNITS:
        found = Overdispersion(max(1.0, phi_of_days), 0.0)
    else:
        found = estimate_overdispersion(z[seen], spread[seen])
    is_by_days = bool(seen.sum() < MINIMUM_UNITS)
    limits = [
        _limits(centre, n, spread=spread, found=found, is_by_days=is_by_days, level=level)
        for level in (0.95, 0.998)
    ]
    return Funnel(centre, limits[0][0], limits[0][1], limits[1][0], limits[1][1], z, found)


def estimate_overdispersion(
    z: ArrayLike, standard_errors: ArrayLike, *, winsorise: float = WINSORISE
) -> Overdispersion:
    """Phi of the winsorised z-scores and the moment estimate of the variance between units."""
    scores, error = np.asarray(z, dtype=float), np.asarray(standard_errors, dtype=float)
    low, high = np.quantile(scores, [winsorise, 1 - winsorise])
    phi = float((np.clip(scores, low, high) ** 2).mean())
    weights = 1 / error**2
    units = scores.size
    between = (units * phi - (units - 1)) / (weights.sum() - (weights**2).sum() / weights.sum())
    return Overdispersion(phi, float(max(0.0, between)))


def poisson_limits(expected: ArrayLike, *, level: float = 0.95) -> Interval:
    """Exact limits of observed over expected counts around 1, as arrays."""
    mean = np.asarray(expected, dtype=float)
    return poisson_rate(mean, mean, per=1.0, confidence=level)


def _limits(
    centre: float, n: FloatArray, *, spread: FloatArray, found: Overdispersion, is_by_days: bool, level: float
) -> tuple[FloatArray, FloatArray]:
    if found.tau2 == 0 and not (is_by_days and found.phi > 1):
        ends = clopper_pearson(centre * n, n, confidence=level)
        return np.asarray(ends.low), np.asarray(ends.high)
    factor = found.phi if is_by_days else 1.0
    half = normal_quantile(level) * np.sqrt(spread**2 * factor + found.tau2)
    angle = np.arcsin(np.sqrt(centre))
    return np.sin(np.clip(angle - half, 0, np.pi / 2)) ** 2, np.sin(np.clip(angle + half, 0, np.pi / 2)) ** 2
