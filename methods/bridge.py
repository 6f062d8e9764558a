"""How two versions of a detector compare on the same conversations: agreement, and the ratio of their rates.

The ratio is of matched pairs: what both flagged is in both rates, so only what one of them flagged alone
makes it vary. Delta method on the logarithm (Nam & Blackwelder 2002), with the design effect of users.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from methods.errors import InvalidCountsError
from methods.intervals import normal_quantile
from methods.suppression import HIDDEN_UP_TO

HALF = 0.5
"""Added to both kinds of disagreement, so that few conversations without any are no proof of none."""
LEAST_FLAGGED = 10
"""By each version; below it a ratio is an anecdote and there is none."""
LEAST_CLUSTERS = 10


@dataclass(frozen=True)
class Bridge:
    """Sums over all clusters. Ratio is new over old; None where too few were flagged."""

    both_count: int
    old_count: int
    new_count: int
    agreement: float | None
    """Of what either flagged, counted twice where both did, the share of both (positive agreement)."""
    ratio: float | None
    ci_low: float | None
    ci_high: float | None

    @property
    def is_small(self) -> bool:
        """Whether a count, or what two of them leave, is of so few that it is hidden."""
        lost, gained = self.old_count - self.both_count, self.new_count - self.both_count
        cells = (self.both_count, self.old_count, self.new_count, lost, gained)
        return any(0 < cell <= HIDDEN_UP_TO for cell in cells)


def measure_bridge(both: ArrayLike, only_old: ArrayLike, only_new: ArrayLike) -> Bridge:
    """The bridge from counts of conversations by cluster of users: flagged by both, and by one alone.

    Raises:
        InvalidCountsError: the arrays differ in length, or a count is negative.
    """
    shared, lost, gained = (np.asarray(one, dtype=float) for one in (both, only_old, only_new))
    if not shared.shape == lost.shape == gained.shape or any(
        (one < 0).any() for one in (shared, lost, gained)
    ):
        raise InvalidCountsError("Counts of a bridge are one each a cluster, and none is negative.")
    a, b, c = float(shared.sum()), float(lost.sum()), float(gained.sum())
    old, new = a + b, a + c
    agreement = 2 * a / (old + new) if old + new else None
    if min(old, new) < LEAST_FLAGGED:
        return Bridge(int(a), int(old), int(new), agreement, None, None, None)
    variance = _plain(a, b + HALF, c + HALF) * _design_effect(shared, lost, gained)
    half = normal_quantile(0.95) * math.sqrt(variance)
    ratio = new / old
    return Bridge(
        int(a), int(old), int(new), agreement, ratio, ratio * math.exp(-half), ratio * math.exp(half)
    )


def _plain(a: float, b: float, c: float) -> float:
    """Variance of the logarithm of the ratio if conversations were independent."""
    return (b + c) / ((a + b) * (a + c))


def _design_effect(shared: np.ndarray, lost: np.ndarray, gained: np.ndarray) -> float:
    """Variance between clusters over the plain one, at least 1; 1 where it cannot be told."""
    a, b, c = shared.sum(), lost.sum(), gained.sum()
    used = int(((shared + lost + gained) > 0).sum())
    plain = _plain(a, b, c)
    if used < LEAST_CLUSTERS or plain == 0:
        return 1.0
    residual = (shared + gained) / (a + c) - (shared + lost) / (a + b)
    return max(1.0, float(used / (used - 1) * (residual**2).sum() / plain))
