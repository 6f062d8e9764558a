"""Many questions of one report: p-values adjusted, so that some do not stand by chance alone.

Alarms need none of it: their budget of false ones is split over the streams. Sources: Benjamini & Hochberg
1995; Benjamini & Yekutieli 2001.
"""

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.stats.multitest import multipletests

from methods.errors import InvalidArgumentError
from methods.intervals import FloatArray


class Adjustment(StrEnum):
    """How p-values of one report are adjusted."""

    BENJAMINI_HOCHBERG = "fdr_bh"
    """Groups that are about independent."""
    BENJAMINI_YEKUTIELI = "fdr_by"
    """Any dependence."""
    HOLM = "holm"
    """No false one at all, with the given confidence."""


def adjust_p_values(
    p_values: ArrayLike, *, adjustment: Adjustment = Adjustment.BENJAMINI_HOCHBERG
) -> FloatArray:
    """Adjusted p-values in the order given; NaN stays NaN and does not count among the questions asked."""
    p = np.asarray(p_values, dtype=float)
    known = np.isfinite(p)
    if np.any((p[known] < 0) | (p[known] > 1)):
        raise InvalidArgumentError("p-values must lie between 0 and 1")
    adjusted = np.full(p.shape, np.nan)
    if known.any():
        adjusted[known] = multipletests(p[known], method=adjustment.value)[1]
    return adjusted
