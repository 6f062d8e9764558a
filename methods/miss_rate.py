"""How much a sieve misses, from a random sample of what it did not pass on.

What the sieve passes on is read whole; of the rest each unit is drawn on its own with a known probability. A
positive of the sample stands for as many units of the rest as one over that probability (Horvitz & Thompson
1952). The interval is about these units, not about units to come: chance enters by the draw alone, so it
does not matter how positives cluster. Sources: Horvitz & Thompson 1952; Fay & Feuer 1997 (gamma interval of
a weighted sum of few counts). Whether whoever reads is right does not belong here.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike

from methods.errors import InvalidArgumentError, InvalidCountsError
from methods.intervals import check_confidence
from methods.weighted_counts import fay_feuer

MINIMUM_SAMPLED = 30
"""Units of the rest that must have been read before anything is said, unless all of it was."""

MOST_UNANSWERED = 0.1
"""Up to this share the units without an answer are taken to be like the others of their stratum."""


class MissState(StrEnum):
    """What can be said of a rate of misses."""

    ESTIMATED = "estimated"
    """A share with its interval."""
    BOUNDED = "bounded"
    """No miss was seen in the sample: how many there are has an upper bound and no value."""
    NONE_CONFIRMED = "none_confirmed"
    """Nothing that was passed on is confirmed: misses have a number with an interval, and no share."""
    TOO_FEW_SAMPLED = "too_few_sampled"
    """Fewer than MINIMUM_SAMPLED units of the rest were read."""
    UNANSWERED = "unanswered"
    """More than MOST_UNANSWERED of what was to be read was not: what it holds may be what matters."""


@dataclass(frozen=True)
class MissRate:
    """Missed units, and their share of all positives, with the ends of their intervals; NaN is not known.

    `method` is `weighted_gamma`, `census` (all of the rest was read) or `none`.
    """

    state: MissState
    method: str = "none"
    missed: float = np.nan
    missed_low: float = np.nan
    missed_high: float = np.nan
    value: float = np.nan
    low: float = np.nan
    high: float = np.nan


def estimate_miss_rate(
    seen: ArrayLike,
    *,
    read: ArrayLike,
    rest: ArrayLike,
    inclusion: ArrayLike,
    confirmed: float,
    unanswered_share: float = 0.0,
    confidence: float = 0.95,
) -> MissRate:
    """Missed over missed and confirmed, with strata (such as days) along the arrays.

    Args:
        seen: positives among the units of the rest that were read.
        read: units of the rest that were drawn and read.
        rest: units that the sieve did not pass on.
        inclusion: probability with which each of these was read, above 0 and at most 1.
        confirmed: positives among what was passed on, all of which was to be read.
        unanswered_share: of what was to be read, the share that was not.
        confidence: of the interval.

    Raises:
        InvalidArgumentError: the arrays differ in shape, or a probability is none.
        InvalidCountsError: not 0 <= seen <= read <= rest, or a negative number was confirmed.
    """
    k, n, big, p = (np.atleast_1d(np.asarray(each, dtype=float)) for each in (seen, read, rest, inclusion))
    check_confidence(confidence)
    if not k.shape == n.shape == big.shape == p.shape or np.any((p <= 0) | (p > 1)):
        raise InvalidArgumentError("each stratum needs its counts and a probability above 0 and at most 1")
    if np.any((k < 0) | (k > n) | (n > big)) or confirmed < 0:
        raise InvalidCountsError("0 <= seen <= read <= rest is required in every stratum, and 0 <= confirmed")
    unread = float((big - n)[p < 1].sum())  # with a probability of 1 all that can be read was read
    if unanswered_share > MOST_UNANSWERED:
        return MissRate(MissState.UNANSWERED)
    if unread > 0 and n.sum() < MINIMUM_SAMPLED:
        return MissRate(MissState.TOO_FEW_SAMPLED)
    missed, low, high = _estimate_missed(k, p, unread=unread, confidence=confidence)
    method = "weighted_gamma" if unread > 0 else "census"
    if missed == 0 and unread > 0:
        missed = np.nan  # none was seen, which is not that there is none
    if confirmed == 0:
        return MissRate(MissState.NONE_CONFIRMED, method, missed, low, high)
    state = MissState.BOUNDED if np.isnan(missed) else MissState.ESTIMATED
    value, share_low, share_high = (each / (each + confirmed) for each in (missed, low, high))
    return MissRate(state, method, missed, low, high, value, share_low, share_high)


def _estimate_missed(
    k: np.ndarray, p: np.ndarray, *, unread: float, confidence: float
) -> tuple[float, float, float]:
    """How many there are in the rest, at least those that were seen, at most these and all unread ones."""
    seen, is_drawn = float(k.sum()), p < 1
    if unread == 0:
        return seen, seen, seen
    certain = float(k[~is_drawn].sum())
    ends = fay_feuer(1 / p[is_drawn], k[is_drawn], confidence=confidence)
    missed = certain + float((k / p)[is_drawn].sum())
    low, high = (float(np.clip(certain + end, seen, seen + unread)) for end in ends)
    return min(missed, seen + unread), low, high
