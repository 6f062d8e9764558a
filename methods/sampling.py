"""How many to review, and where: the design of a review sample. Drawing it belongs elsewhere.

Sources: Neyman 1934; Cochran 1977, ch. 5; Brown, Cai & DasGupta 2001 (Jeffreys limits for the guess of p).
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from methods.errors import InvalidArgumentError
from methods.intervals import FloatArray, jeffreys

MINIMUM_A_STRATUM = 30
"""Reviews that each stratum gets, so that a wrong guess can be corrected next time."""

PROPORTIONAL_SHARE = 0.20
"""Share of the budget that is spread by size, whatever the guess."""


def allocate_neyman(
    sizes: ArrayLike, spreads: ArrayLike, *, budget: float, costs: ArrayLike | None = None
) -> FloatArray:
    """n_h proportional to N_h S_h (over the root of the cost): least variance for a budget; not rounded."""
    big, spread = np.asarray(sizes, dtype=float), np.asarray(spreads, dtype=float)
    cost = np.ones_like(big) if costs is None else np.asarray(costs, dtype=float)
    if (
        not big.shape == spread.shape == cost.shape
        or np.any(big < 0)
        or np.any(spread < 0)
        or np.any(cost <= 0)
    ):
        raise InvalidArgumentError(
            "sizes and spreads must not be negative, costs above 0, one value a stratum"
        )
    weight = big * spread / np.sqrt(cost)
    if weight.sum() == 0:
        weight = big
    return np.asarray(budget * weight / weight.sum() if weight.sum() > 0 else weight, dtype=np.float64)


def allocate_reviews(
    sizes: ArrayLike,
    *,
    budget: int,
    earlier_reviewed: ArrayLike,
    earlier_confirmed: ArrayLike,
    minimum: int = MINIMUM_A_STRATUM,
    proportional_share: float = PROPORTIONAL_SHARE,
) -> NDArray[np.int_]:
    """Whole numbers of reviews a stratum: a minimum each, a fifth by size, the rest by Neyman.

    The guess of p is the upper 80 % Jeffreys limit of earlier reviews, so that a stratum in which nothing
    was found is still looked at. Never more than the stratum holds; the sum is the budget where the units
    allow it.
    """
    big = np.asarray(sizes, dtype=int)
    if budget < 0 or np.any(big < 0):
        raise InvalidArgumentError("the budget and the sizes must not be negative")
    # Two-sided 60 % has the one-sided 80 % limit as its upper end; without earlier reviews p is taken as a
    # half.
    upper = np.nan_to_num(jeffreys(earlier_confirmed, earlier_reviewed, confidence=0.60).high, nan=0.5)
    p = np.minimum(upper, 0.5)
    floor = np.minimum(big, minimum)
    if floor.sum() >= budget:
        return _round_to(floor * (budget / max(floor.sum(), 1)), budget=budget, ceiling=floor)
    left = budget - floor.sum()
    by_size = allocate_neyman(big, np.ones_like(p), budget=left * proportional_share)
    by_need = allocate_neyman(big, np.sqrt(p * (1 - p)), budget=left * (1 - proportional_share))
    return _round_to(floor + by_size + by_need, budget=budget, ceiling=big)


def _round_to(wanted: FloatArray, *, budget: int, ceiling: NDArray[np.int_]) -> NDArray[np.int_]:
    """Largest remainders, after what exceeds a stratum has gone to the others."""
    target = min(budget, int(ceiling.sum()))
    share = np.minimum(wanted, ceiling)
    while share.sum() < target - 1e-9:
        open_strata = share < ceiling
        weight = np.where(open_strata, np.maximum(wanted, 1e-9), 0.0)
        share = np.minimum(share + (target - share.sum()) * weight / weight.sum(), ceiling)
    whole = np.floor(share + 1e-9).astype(int)
    order = np.argsort(-(share - whole), kind="stable")
    for position in order[: target - whole.sum()]:
        whole[position] += 1
    return whole
