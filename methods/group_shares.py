"""Shares of groups from reviews, and their ratio: a claim about people, not about the reviewed weeks.

Shares of a week are in `review_estimates`, groups by raw counts in `equity`. Sources: Cochran 1977, ch. 6;
Deming & Stephan 1941 (a census is itself a draw); Katz et al. 1978 (log interval); Kish 1965 (design effect).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from methods.intervals import Interval, check_confidence
from methods.review_estimates import check_strata


@dataclass(frozen=True)
class GroupShare:
    """A share of a group's units; `standard_error` takes each unit for a person of its own.

    `unit_count` are the reviewed units of the population; `effective_count` as many of one weight as vary as
    much as these.
    """

    value: float
    standard_error: float
    unit_count: float
    effective_count: float

    @property
    def turned(self) -> GroupShare:
        """The share of the units without the event."""
        return replace(self, value=1 - self.value)


def estimate_group_share(
    sizes: ArrayLike,
    *,
    reviewed: ArrayLike,
    sums: ArrayLike,
    products: ArrayLike,
    alike: ArrayLike | None = None,
) -> GroupShare:
    """The ratio of `estimate_ratio`, with the error of a claim about the people and not about these weeks.

    The conversations of a week are themselves a draw: another week would have others. So what was reviewed
    whole is not certain, and how many conversations fell into each stratum is chance too. The variance is
    that of the sample plus the weighted squares about the share; of one stratum read whole it is
    p(1 - p) / n. NaN where no reviewed unit belongs to the population. The arguments, and what is refused,
    as there.
    """
    strata = check_strata(sizes, reviewed, sums, products, alike)
    top, bottom = strata.totals[:2]
    units = float(strata.sums[:, 1].sum())
    if bottom <= 0:
        return GroupShare(np.nan, np.nan, units, 0.0)
    value = float(top / bottom)
    contrast = np.array([1.0, -value])
    squares = np.einsum("i,hij,j->h", contrast, strata.products, contrast)
    variance = strata.error(contrast, value) ** 2 + float((strata.weights * squares).sum())
    effective = bottom**2 / float((strata.weights**2 * strata.sums[:, 1]).sum())
    return GroupShare(value, float(np.sqrt(variance) / bottom), units, effective)


def compare_group_shares(
    own: GroupShare,
    rest: GroupShare,
    *,
    deff: float = 1.0,
    rest_deff: float = 1.0,
    degrees: float = np.inf,
    confidence: float = 0.95,
) -> Interval:
    """Log interval of the ratio of two shares above 0, widened by clustering.

    Args:
        own: share of the group.
        rest: share of all others.
        deff: design effect of the group.
        rest_deff: design effect of the others.
        degrees: of freedom of Student's t, such as the people of the smaller side less one; 1 at the least.
        confidence: of the interval.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = own.value / rest.value
        variance = deff * (own.standard_error / own.value) ** 2
        variance += rest_deff * (rest.standard_error / rest.value) ** 2
    quantile = special.stdtrit(max(degrees, 1.0), 0.5 + check_confidence(confidence) / 2)
    half = quantile * np.sqrt(variance)
    return Interval(float(ratio * np.exp(-half)), float(ratio * np.exp(half)), "log_t")
