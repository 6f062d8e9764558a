"""What of a coverage may leave, so that the units that nobody read are not counted by it.

A coverage of 341/342 says that one message was not read, which is the cell that the rate of unsupported
languages hides, in every row over the same messages. So a coverage leaves in steps, and only where a step is
several units wide. What counts as small, and how uncertain it must stay, is in `suppression`.
"""

import numpy as np
from numpy.typing import ArrayLike

from methods.intervals import FloatArray
from methods.suppression import MINIMUM_WIDTH

STEP = 0.05
"""Coverage leaves rounded down to multiples: half of what an indicator may lack and still be judged."""

LEAST_UNITS = MINIMUM_WIDTH / STEP
"""With fewer units a step would leave less open than a hidden count must stay."""

_SLACK = 1e-9  # 0.15 is no multiple of 0.05 in binary


def round_coverage(coverage: ArrayLike, denominator: ArrayLike | None) -> FloatArray:
    """Coverage (0-1) as it may leave: whole, or rounded down to a step; NaN where it may not, or is unknown.

    `denominator` is what the coverage stands beside, if it is known; the units that it is about are no fewer.
    It is for rows whose numbers are shown: of a hidden row no coverage leaves.
    """
    share, units = np.asarray(coverage, dtype=float), np.asarray(denominator, dtype=float)
    steps = np.round(np.floor(share / STEP + _SLACK) * STEP, 2)
    return np.where(share >= 1, 1.0, np.where(units >= LEAST_UNITS, steps, np.nan))
