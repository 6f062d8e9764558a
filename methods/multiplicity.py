"""Many questions at once: which of a list stand, when some would by chance.

Lists use e-values, which hold under any dependence and at any time; p-values are for reports at set dates.
The statistic of an alarm detector is no e-value (its mean grows with time) and must not enter here. Sources:
Wang & Ramdas 2022 (e-BH); Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001; Vovk & Wang 2021
(calibrator).
"""

from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray
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


def reject_by_e_values(e_values: ArrayLike, *, level: float = 0.05) -> NDArray[np.bool_]:
    """e-BH: the largest k with the k-th largest e-value at least K / (level k); NaN is never rejected."""
    e = np.nan_to_num(np.asarray(e_values, dtype=float), nan=0.0)
    if e.ndim != 1 or np.any(e < 0) or not 0 < level < 1:
        raise InvalidArgumentError(
            "e-values must be a list of numbers not below 0, the level between 0 and 1"
        )
    if e.size == 0:
        return np.zeros(0, dtype=bool)
    falling = np.sort(e)[::-1]
    passing = np.flatnonzero(falling >= e.size / (level * np.arange(1, e.size + 1)))
    return e >= falling[passing[-1]] if passing.size else np.zeros(e.shape, dtype=bool)


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


def calibrate_p_values(p_values: ArrayLike) -> FloatArray:
    """e = p^(-1/2) / 2: makes p-values of successive weeks e-values that may be multiplied or averaged."""
    p = np.asarray(p_values, dtype=float)
    if np.any((p <= 0) | (p > 1)):
        raise InvalidArgumentError("p-values must lie above 0 and at most at 1")
    return 0.5 / np.sqrt(p)
