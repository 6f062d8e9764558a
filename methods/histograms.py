"""Median and ninetieth percentile from counts in bins, when some values are only lower bounds.

A conversation in which the assistant never brought in help has no number of turns to it, only more than were
seen. Left out, it would make the median look better the worse the assistant is. Kaplan-Meier on the bins.
Sources: Kaplan & Meier 1958; Greenwood 1926; Brookmeyer & Crowley 1982 (interval of a quantile from the band
of the curve); Dorey & Korn 1987 (effective number of units for that band, here with Wilson's interval).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from methods.errors import InvalidArgumentError, InvalidCountsError
from methods.intervals import FloatArray, wilson


@dataclass(frozen=True)
class Quantile:
    """A quantile and its interval. NaN in `value` means it was not reached; then it is `at_least` that.

    That bound is the quantile if every lower bound were the value itself: it holds whatever became of those
    who were lost, also where few were followed for long. The ends are edges of bins: where in a bin its
    values lie is not known. An upper end that was not reached is infinite.
    """

    value: float
    low: float
    high: float
    at_least: float


def estimate_quantile(
    lower_edges: ArrayLike,
    counts: ArrayLike,
    *,
    censored: ArrayLike | None = None,
    quantile: float = 0.5,
    whole_numbers: bool = False,
    design_effect: float = 1.0,
    confidence: float = 0.95,
) -> Quantile:
    """A quantile of binned values; the last bin is open above, so a quantile inside it is not reached.

    `counts` are values that happened, `censored` lower bounds, by the bin they fall into; inside a bin
    events come before censorings. The value is linear inside a bin, with `whole_numbers` the whole number
    there (turns, messages); the interval reaches to the edges of the bins in which its ends fall.
    `design_effect` is for how many units one that stands alone counts, where people gave several.
    """
    edges, events, lost = _check(lower_edges, counts, censored)
    if not 0 < quantile < 1:
        raise InvalidArgumentError(f"quantile is {quantile}; it must lie between 0 and 1, such as 0.5")
    total = events.sum() + lost.sum()
    if total == 0:
        return Quantile(np.nan, np.nan, np.nan, np.nan)
    if not design_effect >= 1:
        raise InvalidArgumentError(f"design_effect is {design_effect}; it must be 1 or more")
    survival, low_band, high_band = _survival_bands(
        events, lost, design_effect=design_effect, confidence=confidence
    )
    level = 1 - quantile
    value = _cross(edges, survival, level=level, whole_numbers=whole_numbers)
    lowest, highest = (_find_bin(edges, curve, level=level) for curve in (low_band, high_band))
    last_seen = float(edges[np.flatnonzero(events + lost)[-1]])
    bound = float(edges[np.flatnonzero((events + lost).cumsum() >= quantile * total)[0]])
    return Quantile(
        value=value,
        low=last_seen if lowest is None else float(edges[lowest]),
        high=np.inf if highest is None else float(edges[highest + 1] - int(whole_numbers)),
        at_least=value if np.isfinite(value) else bound,
    )


def _check(
    lower_edges: ArrayLike, counts: ArrayLike, censored: ArrayLike | None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    edges, events = np.asarray(lower_edges, dtype=float), np.asarray(counts, dtype=float)
    lost = np.zeros_like(events) if censored is None else np.asarray(censored, dtype=float)
    if edges.ndim != 1 or not edges.shape == events.shape == lost.shape or edges.size == 0:
        raise InvalidArgumentError(
            "lower edges, counts and censored counts must be three lists of one length"
        )
    if np.any(np.diff(edges) <= 0):
        raise InvalidArgumentError("the lower edges of bins must rise")
    if np.any(events < 0) or np.any(lost < 0):
        raise InvalidCountsError("counts in bins must not be negative")
    return edges, events, lost


def _survival_bands(
    events: FloatArray, lost: FloatArray, *, design_effect: float, confidence: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Share above the upper edge of each bin with its band.

    The band is Wilson's on the number of uncensored units that would have Greenwood's variance, so that one
    value in one bin still has a wide interval, where the usual log-log band has none.
    """
    at_risk = (events + lost)[::-1].cumsum()[::-1]
    safe = np.where(at_risk > 0, at_risk, 1.0)
    survival = np.cumprod(1 - events / safe)
    with np.errstate(divide="ignore", invalid="ignore"):
        greenwood = np.cumsum(events / (safe * (safe - events)))
        effective = (1 - survival) / (survival * greenwood)
    effective = np.where(survival == 1, at_risk - lost, effective)
    effective = np.where(survival == 0, events.sum(), effective) / design_effect
    band = wilson(survival * effective, effective, confidence=confidence)
    low: FloatArray = np.minimum.accumulate(np.where(effective > 0, band.low, 0.0))
    high: FloatArray = np.maximum.accumulate(np.where(effective > 0, band.high, 1.0)[::-1])[::-1]
    return np.asarray(survival, dtype=np.float64), low, high


def _find_bin(edges: FloatArray, survival: FloatArray, *, level: float) -> int | None:
    """The bin in which the curve, 1 at the first edge, falls to `level`; None in the open last or never."""
    # Below the level by rounding alone is at the level: 0.1 + 0.2 must not push a quantile into the next bin.
    below = np.flatnonzero(survival <= level + 1e-12)
    return None if below.size == 0 or below[0] == len(edges) - 1 else int(below[0])


def _cross(edges: FloatArray, survival: FloatArray, *, level: float, whole_numbers: bool) -> float:
    """Where the curve falls to `level`, NaN if it does not."""
    position = _find_bin(edges, survival, level=level)
    if position is None:
        return float("nan")
    start = survival[position - 1] if position else 1.0
    share = (start - level) / (start - survival[position])
    left, right = edges[position], edges[position + 1]
    found = left + share * (right - left)
    return float(min(np.floor(found), right - 1)) if whole_numbers else float(found)
