"""What a review sample would tell: the intervals that follow from what might be found in it.

Said before anybody reads, so that a capacity can be chosen by what it buys. Estimates are `correction`'s.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from methods.correction import Estimate, estimate_share

LIKELY_SHARE = 0.05
"""The share for which the width is foretold; a common order of magnitude of shares at risk."""


@dataclass(frozen=True)
class Precision:
    """`unflagged` is the estimate if none of the unflagged ones is a case; None when all are flagged.

    `likely` is the estimate if `share` of every stratum are cases.
    """

    unflagged: Estimate | None
    unflagged_reviewed: int
    unflagged_size: int
    likely: Estimate
    share: float
    size: int


def foresee(
    sizes: ArrayLike, *, reviewed: ArrayLike, is_flagged: ArrayLike, share: float = LIKELY_SHARE
) -> Precision:
    """The intervals that so many reviews a stratum would give.

    Args:
        sizes: conversations N_h of each stratum.
        reviewed: reviews n_h of each; at least one where there are conversations.
        is_flagged: whether the detectors flagged the stratum.
        share: the share of cases to foretell the width for.

    Raises:
        InvalidCountsError: a stratum with conversations has no review.
    """
    big, n = np.asarray(sizes, dtype=int), np.asarray(reviewed, dtype=int)
    rest = ~np.asarray(is_flagged, dtype=bool)
    unflagged = None
    if rest.any() and big[rest].sum() > 0:
        unflagged = estimate_share(big[rest], reviewed=n[rest], confirmed=np.zeros_like(n[rest]))
    found = np.minimum(n, np.rint(share * n).astype(int))
    return Precision(
        unflagged=unflagged,
        unflagged_reviewed=int(n[rest].sum()),
        unflagged_size=int(big[rest].sum()),
        likely=estimate_share(big, reviewed=n, confirmed=found),
        share=share,
        size=int(big.sum()),
    )


def say_precision(found: Precision) -> tuple[str, ...]:
    """The same in sentences."""
    lines = []
    if found.unflagged is not None:
        lines.append(
            f"If none of the {found.unflagged_reviewed:,} whose user was not flagged is at risk, at most "
            f"{_say_share(found.unflagged.high, 2)} of the {found.unflagged_size:,} of the week are (95 %)."
        )
    lines.append(
        f"A share of about {_say_share(found.share, 0)} over all {found.size:,} conversations would be known "
        f"as {_say_share(found.likely.low, 1)} to {_say_share(found.likely.high, 1)} (95 %)."
    )
    return tuple(lines)


def _say_share(share: float, digits: int) -> str:
    return f"{100 * share:.{digits}f} %"
