"""Shares among units that only a review can tell, such as misses among people really at risk.

A reviewed ratio divides two estimated totals of a stratified sample. With the detector's own counts of every
unit beside it the same ratio gets narrower (PPI++ as a difference estimator, its power tuned inside the
strata). Simple shares are in `correction`, groups of people in `group_shares`, intervals of few events in
`weighted_counts`. Sources: Cochran 1977, ch. 6 (separate linearisation of a combined ratio); Angelopoulos,
Duchi & Zrnic 2023 (PPI++); Fisch et al. 2024 (stratified PPI).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from methods.correction import Estimate
from methods.errors import EstimateRefusedError, InvalidArgumentError, InvalidCountsError
from methods.intervals import FloatArray, check_confidence
from methods.weighted_counts import bound_odds, has_few_events, weigh_events


@dataclass(frozen=True)
class PoweredEstimate:
    """A reviewed ratio with the detector's counts beside it; `weight` 0 leaves the reviews alone."""

    value: float
    standard_error: float
    low: float
    high: float
    weight: float
    method: str


@dataclass(frozen=True)
class Moments:
    """What a sample says of its strata: reviewed units, sums (H, k) and sums of products (H, k, k)."""

    reviewed: FloatArray
    sums: FloatArray
    products: FloatArray


def gather_moments(strata: ArrayLike, values: ArrayLike, *, count: int) -> Moments:
    """Moments of reviewed units; `strata` are positions from 0 to `count` - 1, `values` has a row a unit."""
    place, table = np.asarray(strata, dtype=int), np.asarray(values, dtype=float)
    if table.ndim != 2 or len(place) != len(table) or np.any((place < 0) | (place >= count)):
        raise InvalidArgumentError("every unit needs a row of values and a stratum that exists")
    width = table.shape[1]
    sums, products = np.zeros((count, width)), np.zeros((count, width, width))
    np.add.at(sums, place, table)
    np.add.at(products, place, table[:, :, None] * table[:, None, :])
    return Moments(np.bincount(place, minlength=count).astype(float), sums, products)


def estimate_ratio(
    sizes: ArrayLike,
    *,
    reviewed: ArrayLike,
    sums: ArrayLike,
    products: ArrayLike,
    alike: ArrayLike | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Total of a first quantity over the total of a second, such as misses over people at risk.

    Args:
        sizes: units in each stratum, N_h.
        reviewed: of these, reviewed at random, n_h.
        sums: (H, 2) sums over the reviewed units of numerator and denominator.
        products: (H, 2, 2) sums of their products.
        alike: strata with the same number are one kind, such as the weeks of one stratum: where a kind shows
            no event at all, half a one among all its reviews is allowed for; without it each stands alone.
        confidence: of the interval.

    Few effective events on either side take the gamma intervals of the two weighted counts. Where no
    reviewed unit belongs to the population value and interval are NaN. A stratum with units and no review is
    refused.
    """
    strata = check_strata(sizes, reviewed, sums, products, alike)
    top, bottom = strata.totals[:2]
    if bottom <= 0:
        return Estimate(np.nan, np.nan, np.nan, np.nan, "none_in_population")
    value = float(top / bottom)
    if np.all(strata.reviewed == strata.sizes):
        return Estimate(value, 0.0, value, value, "census")
    error = strata.error(np.array([1.0, -value]), value) / bottom
    if not strata.has_few_events:
        half = strata.quantile(confidence) * error / (value * (1 - value))
        ends = special.expit(special.logit(value) + np.array([-half, half]))
        return Estimate(value, float(error), float(ends[0]), float(ends[1]), "ratio_logit_t")
    gamma = bound_odds(
        strata.weights, strata.events, others=strata.others, spread=strata.spread, confidence=confidence
    )
    return Estimate(value, float(error), float(gamma.low), float(gamma.high), "ratio_gamma")


def estimate_powered_ratio(
    sizes: ArrayLike,
    *,
    reviewed: ArrayLike,
    sums: ArrayLike,
    products: ArrayLike,
    counted: float,
    counted_of: float,
    alike: ArrayLike | None = None,
    confidence: float = 0.95,
) -> PoweredEstimate:
    """The ratio of `estimate_ratio`, with what the detector counted over all units.

    Args:
        sizes: units in each stratum.
        reviewed: of these, reviewed at random.
        sums: (H, 4) sums of numerator and denominator by review, then by the detector.
        products: (H, 4, 4) sums of their products.
        counted: the detector's numerator over all units of the strata.
        counted_of: its denominator over all of them.
        alike: as for `estimate_ratio`.
        confidence: of the interval.

    The weight of the detector's counts is tuned to the least variance and lies in [0, 1]. With few effective
    events the interval is not known: a normal one does not hold, and that of the reviews alone does.
    """
    strata = check_strata(sizes, reviewed, sums, products, alike)
    top, bottom, flagged, flagged_of = strata.totals
    if bottom <= 0:
        return PoweredEstimate(np.nan, np.nan, np.nan, np.nan, 0.0, "none_in_population")
    ratio = top / bottom
    own, theirs = np.array([1.0, -ratio, 0.0, 0.0]), np.array([0.0, 0.0, 1.0, -ratio])
    spread = strata.covariance(theirs, theirs)
    power = float(np.clip(strata.covariance(own, theirs) / spread, 0.0, 1.0)) if spread > 0 else 0.0
    gap = (counted - ratio * counted_of) - (flagged - ratio * flagged_of)
    value = float(np.clip(ratio + power * gap / bottom, 0.0, 1.0))
    error = strata.error(own - power * theirs, float(ratio)) / bottom
    if not 0 < value < 1 or strata.has_few_events:
        return PoweredEstimate(value, float(error), np.nan, np.nan, power, "prediction_powered")
    half = strata.quantile(confidence) * error / (value * (1 - value))
    low, high = special.expit(special.logit(value) + np.array([-half, half]))
    return PoweredEstimate(value, float(error), float(low), float(high), power, "prediction_powered")


@dataclass(frozen=True)
class Strata:
    """Checked strata: sizes, reviewed units, sums and sums of products."""

    sizes: FloatArray
    reviewed: FloatArray
    sums: FloatArray
    products: FloatArray
    alike: NDArray[np.int_]

    @property
    def totals(self) -> FloatArray:
        """Estimated totals over all units."""
        return np.asarray((self.weights[:, None] * self.sums).sum(axis=0), dtype=np.float64)

    @property
    def events(self) -> FloatArray:
        """Reviewed units that count in the numerator."""
        return np.maximum(self.sums[:, 0], 0.0)

    @property
    def others(self) -> FloatArray:
        """Reviewed units of the population that do not."""
        return np.maximum(self.sums[:, 1] - self.sums[:, 0], 0.0)

    @property
    def weights(self) -> FloatArray:
        """Units that a reviewed one stands for."""
        return weigh_events(self.sizes, self.reviewed)[0]

    @property
    def spread(self) -> FloatArray:
        """What chance moves of the weights."""
        return weigh_events(self.sizes, self.reviewed)[1]

    @property
    def has_few_events(self) -> bool:
        """Whether a logit interval would be too narrow."""
        return has_few_events(self.spread, self.events, others=self.others)

    def covariance(self, one: FloatArray, other: FloatArray, floor: FloatArray | float = 0.0) -> float:
        """Of the estimated totals of two contrasts; a stratum with one review takes the spread of all.

        `floor` is the least spread of a unit of each stratum.
        """
        n = np.where(self.reviewed > 0, self.reviewed, 1)
        product = np.einsum("i,hij,j->h", one, self.products, other)
        centred = product - (self.sums @ one) * (self.sums @ other) / n
        degrees = np.maximum(self.reviewed - 1, 0)
        pooled = centred.sum() / max(float(degrees.sum()), 1.0)
        within = np.where(self.reviewed > 1, centred / np.maximum(degrees, 1), pooled)
        within = np.maximum(within, floor) if np.any(floor) else within
        unseen = 1 - self.reviewed / np.maximum(self.sizes, 1)
        return float((self.sizes**2 * unseen * within / n)[self.reviewed > 0].sum())

    def floor(self, ratio: float) -> FloatArray:
        """Half a case where none, or nothing else, was seen: a sample makes no stratum certain."""
        n, events, units = (
            np.bincount(self.alike, weights=each)[self.alike]
            for each in (self.reviewed, self.sums[:, 0], self.sums[:, 1])
        )
        p = 0.5 / (n + 1)
        scale = np.where(units == n, 1.0, max(ratio, 1 - ratio) ** 2)
        own = self.reviewed / np.maximum(self.reviewed - 1, 1)
        return np.where((events == 0) | (events == units), p * (1 - p) * scale * own, 0.0)

    def error(self, contrast: FloatArray, ratio: float) -> float:
        """Standard error of the estimated total of a contrast."""
        return float(np.sqrt(max(self.covariance(contrast, contrast, self.floor(ratio)), 0.0)))

    def quantile(self, confidence: float) -> float:
        """Student's, with the degrees of freedom of the reviews."""
        degrees = max(float(np.maximum(self.reviewed - 1, 0).sum()), 1.0)
        return float(special.stdtrit(degrees, 0.5 + check_confidence(confidence) / 2))


def check_strata(
    sizes: ArrayLike, reviewed: ArrayLike, sums: ArrayLike, products: ArrayLike, alike: ArrayLike | None
) -> Strata:
    """The arguments of `estimate_ratio` as strata; refuses what does not fit together or has no review."""
    big, n = np.asarray(sizes, dtype=float), np.asarray(reviewed, dtype=float)
    total, square = np.asarray(sums, dtype=float), np.asarray(products, dtype=float)
    if (
        total.shape[:1] != big.shape
        or n.shape != big.shape
        or square.shape != (*total.shape, total.shape[-1])
    ):
        raise InvalidArgumentError("sizes, reviewed, sums and products must have one row a stratum")
    if np.any(n > big) or np.any(n < 0):
        raise InvalidCountsError("0 <= reviewed <= size is required in every stratum")
    if unseen := np.flatnonzero((n == 0) & (big > 0)).tolist():
        raise EstimateRefusedError(f"strata at positions {unseen} hold units and no review")
    kinds = np.arange(len(big)) if alike is None else np.asarray(alike, dtype=int)
    if kinds.shape != big.shape:
        raise InvalidArgumentError("alike must have one number a stratum")
    return Strata(big, n, total, square, kinds)
