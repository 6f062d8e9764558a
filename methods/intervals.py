"""Intervals for shares, rates and ratios of rates, vectorised over arrays.

Sources: Wilson 1927; Clopper & Pearson 1934; Newcombe 1998 (Stat Med 17:857); Brown, Cai & DasGupta 2001;
Ulm 1990 (exact Poisson); Cochran 1977, Rao & Scott 1992, Korn & Graubard 1998 (clusters of users: ratio
estimator, design effect, Wilson on the effective number), Kish 1965 (effective number of clusters), Bell &
McCaffrey 2002 (jackknife residuals). Corrections for detector error are in `correction`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from methods.errors import InvalidArgumentError, InvalidCountsError

FloatArray = NDArray[np.float64]

FEW_EVENTS = 10
"""Below it an estimated design effect is noise and the prior is its floor."""

FEW_EVENTS_OF_A_RATIO = 10
"""With fewer in either arm the log interval of a ratio does not hold; the exact conditional one is given."""

FEW_CLUSTERS = 10
"""Below it a between-cluster variance says little; the exact interval on effective counts is given."""

ICC_PRIOR = 0.05
"""Intra-user correlation assumed when it cannot be estimated: 5 units a user give a design effect of 1.2."""


@dataclass(frozen=True)
class Interval:
    """A lower and an upper end, arrays of one shape (numpy floats for single values), and the method's name.

    Unpacks as `low, high = wilson(events, trials)`. Not known is NaN, never 0.
    """

    low: Any
    high: Any
    method: str

    def __iter__(self) -> Iterator[Any]:
        yield self.low
        yield self.high


@dataclass(frozen=True)
class ClusterProportion:
    """A share over clusters. Arrays have the shape of the input without its last axis; NaN is not known.

    `method` is `none`, `wilson_effective`, `wilson_effective_prior` or `exact_effective_few_clusters`.
    `clusters` counts them as so many of one size as the units are spread over, (sum m)^2 / sum m^2: one that
    has half of all units beside 300 small ones makes four of them.
    """

    value: Any
    low: Any
    high: Any
    method: Any
    deff: Any
    effective_n: Any
    clusters: Any


def wilson(events: ArrayLike, trials: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Score interval of a share, for display. Fractional (effective) counts are allowed; 0 trials: NaN."""
    x, n = check_counts(events, trials)
    z = normal_quantile(confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = x / n
        centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return _close(centre - half, centre + half, x=x, n=n, method="wilson")


def clopper_pearson(events: ArrayLike, trials: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Exact interval of a share: covers at least as often as it says, at the price of width."""
    x, n = check_counts(events, trials)
    tail = (1 - check_confidence(confidence)) / 2
    low = special.betaincinv(np.maximum(x, np.finfo(float).tiny), n - x + 1, tail)
    high = special.betaincinv(x + 1, np.maximum(n - x, np.finfo(float).tiny), 1 - tail)
    return _close(low, high, x=x, n=n, method="clopper_pearson")


def clopper_pearson_upper(events: ArrayLike, trials: ArrayLike, *, confidence: float = 0.95) -> Any:
    """One-sided exact upper bound of a share, for claims "below a limit" (0 of n gives about 3/n)."""
    x, n = check_counts(events, trials)
    check_confidence(confidence)
    high = special.betaincinv(x + 1, np.maximum(n - x, np.finfo(float).tiny), confidence)
    return _close(np.zeros_like(high), high, x=x, n=n, method="clopper_pearson").high


def clopper_pearson_lower(events: ArrayLike, trials: ArrayLike, *, confidence: float = 0.95) -> Any:
    """One-sided exact lower bound of a share, for claims that a rate is above a limit."""
    x, n = check_counts(events, trials)
    tail = 1 - check_confidence(confidence)
    low = special.betaincinv(np.maximum(x, np.finfo(float).tiny), n - x + 1, tail)
    return _close(low, np.ones_like(low), x=x, n=n, method="clopper_pearson").low


def jeffreys(events: ArrayLike, trials: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Beta(1/2, 1/2) interval of a share, with the lower end 0 at no event and the upper end 1 at all."""
    x, n = check_counts(events, trials)
    tail = (1 - check_confidence(confidence)) / 2
    low = special.betaincinv(x + 0.5, n - x + 0.5, tail)
    high = special.betaincinv(x + 0.5, n - x + 0.5, 1 - tail)
    return _close(low, high, x=x, n=n, method="jeffreys")


def poisson_rate(
    events: ArrayLike, exposure: ArrayLike, *, per: float = 1000.0, confidence: float = 0.95
) -> Interval:
    """Exact interval of a rate `per` units of exposure; use it when one unit can hold several events."""
    x, e = _as_floats(events, exposure)
    if np.any(x < 0) or np.any(e < 0):
        raise InvalidCountsError("events and exposure must not be negative")
    tail = (1 - check_confidence(confidence)) / 2
    # chi2 quantile with 2x degrees of freedom / 2 is the gamma quantile of shape x.
    low = np.where(x == 0, 0.0, special.gammaincinv(np.maximum(x, np.finfo(float).tiny), tail))
    high = special.gammaincinv(x + 1, 1 - tail)
    known = (e > 0) & np.isfinite(x)
    scale = np.where(known, per / np.where(known, e, 1.0), np.nan)
    return Interval((low * scale)[()], (high * scale)[()], "poisson_exact")


def poisson_rate_ratio(
    events: ArrayLike,
    exposure: ArrayLike,
    *,
    reference_events: ArrayLike,
    reference_exposure: ArrayLike,
    confidence: float = 0.95,
) -> Interval:
    """Exact conditional interval of (events/exposure) over the reference rate.

    Given the sum, events are binomial with odds ratio*exposure/reference_exposure; the ends are the
    transformed Clopper-Pearson ends. No event in one arm gives 0 or infinity: report such a ratio one-sided.
    No event in either arm, or no exposure, gives NaN.
    """
    x, e, x0, e0 = _as_floats(events, exposure, reference_events, reference_exposure)
    if any(np.any(value < 0) for value in (x, e, x0, e0)):
        raise InvalidCountsError("events and exposure must not be negative")
    share = clopper_pearson(x, x + x0, confidence=confidence)
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.where((e > 0) & (e0 > 0), e0 / e, np.nan)
        low = share.low / (1 - share.low) * scale
        high = np.where(np.asarray(share.high) == 1, np.inf, share.high / (1 - share.high)) * scale
    return Interval(np.asarray(low)[()], np.asarray(high)[()], "poisson_ratio_conditional")


def cluster_proportion(
    numerators: ArrayLike,
    denominators: ArrayLike,
    *,
    confidence: float = 0.95,
    icc_prior: float = ICC_PRIOR,
    prior_cluster_size: ArrayLike | None = None,
    minimum_deff: float = 0.0,
) -> ClusterProportion:
    """Share with an interval that allows for clustering; clusters lie along the last axis.

    `prior_cluster_size` is the usual number of units a user has. Give it when the clusters are hash buckets
    of many users: the size of a bucket says nothing about repeated use, and would make the prior far too
    wide. `minimum_deff` is 1 for alarms; for display a design effect below 1 may stand. Of fewer than ten
    effective clusters the design effect allows for its being estimated (`widen_few`), from the prior up to
    that of clusters whose units are all alike; of a single one with and without events it is the latter.
    """
    y, m = check_counts(numerators, denominators)
    if y.ndim == 0:
        raise InvalidArgumentError("clusters must lie along the last axis; single values have none")
    events, units = y.sum(axis=-1), m.sum(axis=-1)
    counted, clusters = (m > 0).sum(axis=-1), count_effective(m)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(units > 0, events / units, np.nan)
        # A cluster with much of all units pulls the share to itself: it is held against that of the others.
        residual = (y - share[..., None] * m) / (1 - m / units[..., None])
        variance = (counted - 1) / counted * (residual**2).sum(axis=-1) / units**2
        estimated = variance / (share * (1 - share) / units)
    size = units / np.maximum(clusters, 1) if prior_cluster_size is None else np.asarray(prior_cluster_size)
    prior = 1 + np.maximum(size - 1, 0) * icc_prior
    # With few events on either side (hardly any, or hardly any without) the estimate is noise.
    rare = np.minimum(events, units - events) < FEW_EVENTS
    few = clusters < FEW_CLUSTERS
    usable = np.where(np.isfinite(estimated), estimated, 0.0)
    usable = np.where((counted == 1) & (events > 0) & (events < units), np.inf, usable)
    # The size of a bucket is no prior, but no person in it has more.
    widened = np.minimum(usable * widen_few(clusters, confidence=confidence), units / np.maximum(clusters, 1))
    deff = np.where(rare | few, np.maximum(np.where(few, widened, usable), prior), usable)
    deff = np.maximum(deff, np.maximum(minimum_deff, 1e-3))
    return close_clustered(events, units, deff=deff, clusters=clusters, confidence=confidence)


def widen_few(clusters: ArrayLike, *, confidence: float = 0.95) -> FloatArray:
    """By how much fewer units count because their variance is itself estimated, on clusters - 1 degrees.

    Source: Korn & Graubard 1998.
    """
    count = np.asarray(clusters, dtype=np.float64)
    quantile = np.abs(special.stdtrit(np.maximum(count - 1, 1), (1 - confidence) / 2))
    return np.asarray((quantile / normal_quantile(confidence)) ** 2, dtype=np.float64)


def close_clustered(
    events: ArrayLike,
    units: ArrayLike,
    *,
    deff: ArrayLike,
    clusters: ArrayLike,
    confidence: float = 0.95,
) -> ClusterProportion:
    """Share with the interval that a known design effect and number of clusters give; arrays of one shape."""
    x, n = check_counts(events, units)
    factor, count = np.asarray(deff, dtype=np.float64), np.asarray(clusters, dtype=np.float64)
    rare, few = np.minimum(x, n - x) < FEW_EVENTS, count < FEW_CLUSTERS
    share = np.divide(x, n, out=np.full(x.shape, np.nan), where=n > 0)
    effective = n / factor
    effective = np.where(rare | few, effective, effective / widen_few(count, confidence=confidence))
    counted = np.where(n > 0, share * effective, 0.0)
    score = wilson(counted, effective, confidence=confidence)
    exact = clopper_pearson(counted, effective, confidence=confidence)
    method = np.select(
        [n == 0, few, rare],
        ["none", "exact_effective_few_clusters", "wilson_effective_prior"],
        "wilson_effective",
    )
    return ClusterProportion(
        value=share[()],
        low=np.where(few, exact.low, score.low)[()],
        high=np.where(few, exact.high, score.high)[()],
        method=method[()],
        deff=np.where(n > 0, factor, np.nan)[()],
        effective_n=np.where(n > 0, effective, 0.0)[()],
        clusters=np.asarray(clusters)[()],
    )


def estimate_cluster_size(units: ArrayLike) -> Any:
    """How many units a person has, as the mean over units, from units in hash buckets along the last axis.

    All buckets must be given, empty ones as 0. A bucket mixes people; what the sums of squares lie above
    those of an even spread is, over all ways to hash, the sum over people of their squared units, with a
    relative standard deviation of sqrt(2 / buckets) at the most (0.18 of 64). Never below 1.
    """
    m = np.asarray(units, dtype=np.float64)
    buckets, total = m.shape[-1], m.sum(axis=-1)
    squares = ((m - (total / buckets)[..., None]) ** 2).sum(axis=-1) * buckets / (buckets - 1)
    return np.maximum(squares / np.where(total > 0, total, 1.0), 1.0)[()]


def count_effective(units: ArrayLike) -> FloatArray:
    """How many clusters of one size spread the units as much, along the last axis; 0 without units."""
    m = np.asarray(units, dtype=np.float64)
    squares = (m**2).sum(axis=-1)
    return np.asarray(m.sum(axis=-1) ** 2 / np.where(squares > 0, squares, 1.0), dtype=np.float64)


def check_counts(events: ArrayLike, trials: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Both as float arrays of one shape; refuses negative counts and more events than trials."""
    x, n = _as_floats(events, trials)
    wrong = (x < 0) | (n < 0) | (x > n * (1 + 1e-12))
    if np.any(wrong):
        first = np.argwhere(wrong)[0]
        position = f" at position {tuple(int(i) for i in first)}" if first.size else ""
        raise InvalidCountsError(
            f"{int(wrong.sum())} count(s) refused{position}: {x[tuple(first)]:g} events of "
            f"{n[tuple(first)]:g} trials; 0 <= events <= trials is required"
        )
    return np.minimum(x, n), n


def check_confidence(confidence: float) -> float:
    """The confidence itself, if it lies between 0 and 1."""
    if not 0 < confidence < 1:
        raise InvalidArgumentError(f"confidence is {confidence}; it must lie between 0 and 1, such as 0.95")
    return confidence


def normal_quantile(confidence: float) -> float:
    """Two-sided normal quantile, 1.96 for 0.95."""
    return float(special.ndtri(0.5 + check_confidence(confidence) / 2))


def _as_floats(*values: ArrayLike) -> tuple[FloatArray, ...]:
    try:
        return tuple(np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in values)))
    except ValueError as error:
        raise InvalidArgumentError(f"the arrays do not fit together: {error}") from error


def _close(low: NDArray[Any], high: NDArray[Any], *, x: FloatArray, n: FloatArray, method: str) -> Interval:
    """Exact 0 and 1 at the boundary (rounding leaves 1e-17 there), NaN where there were no trials."""
    known = (n > 0) & np.isfinite(x)
    low = np.where(x == 0, 0.0, np.clip(low, 0.0, 1.0))
    high = np.where(x == n, 1.0, np.clip(high, 0.0, 1.0))
    return Interval(np.where(known, low, np.nan)[()], np.where(known, high, np.nan)[()], method)
