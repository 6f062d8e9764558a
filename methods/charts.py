"""Control charts: what belongs to the usual variation of this deployment, and what does not.

Charts are for reading; they page nobody (`alarms` does). Limits come from a frozen baseline and are never
moved by the data that they judge; a new phase is a person's decision. Where limits are not known the
variation is `not_assessed`, never common cause. Run rules of the NHS are in `run_rules`. Sources:
Montgomery, Introduction to SQC; Laney 2002 (p', u'); Nelson 1982 (screening of moving ranges); Mohammed et
al. 2013; Provost & Murray 2011 (g and t charts).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from methods.errors import InvalidArgumentError, InvalidCountsError
from methods.intervals import FloatArray

BASELINE_POINTS = 56
"""Points of the frozen first phase, unless the caller marks them: eight weeks of days."""

MINIMUM_POINTS = 20
"""Fewer baseline points give no limits, only a centre line."""

MINIMUM_EVENTS = 20
"""Fewer baseline events give no limits."""

MINIMUM_TRIALS = 20
"""A point with a smaller denominator is not judged."""

WEEKDAY_WEIGHT = 20
"""Pseudo-events that pull a weekday's factor towards 1."""

FULL_WEEKS = 4
"""Weekday factors need that many of each weekday in the baseline."""


class Variation(StrEnum):
    """A point against history; a different judgement from its level against the appetite."""

    NOT_ASSESSED = "not_assessed"
    """No limits, no exposure, or a denominator too small."""
    COMMON_CAUSE = "common_cause"
    """Inside what this deployment usually shows."""
    SPECIAL_CAUSE_HIGH = "special_cause_high"
    """Above it."""
    SPECIAL_CAUSE_LOW = "special_cause_low"
    """Below it."""


class ChartKind(StrEnum):
    """What a point is."""

    PROPORTION = "proportion"
    """Units with the event over units (p, p')."""
    RATE = "rate"
    """Events over exposure, where a unit can hold several (u, u')."""


@dataclass(frozen=True)
class Chart:
    """Point-wise values and limits, arrays of the input's length; NaN is not known and draws a gap."""

    value: FloatArray
    centre: FloatArray
    low: FloatArray
    high: FloatArray
    variation: NDArray[Any]
    sigma_z: float
    is_baseline: NDArray[np.bool_]


def laney_chart(
    events: ArrayLike,
    exposure: ArrayLike,
    *,
    kind: ChartKind = ChartKind.PROPORTION,
    weekdays: ArrayLike | None = None,
    is_baseline: ArrayLike | None = None,
    sigma_z: float | None = None,
    minimum_points: int = MINIMUM_POINTS,
    minimum_events: float = MINIMUM_EVENTS,
    minimum_exposure: float = MINIMUM_TRIALS,
) -> Chart:
    """Laney's p' or u' chart around a weekday-adjusted expectation, limits from the baseline alone.

    Without `is_baseline` it is the first 56 observed points. A missing point has NaN or no exposure.
    `sigma_z` fixes the overdispersion (1 gives the classical p or u chart); otherwise it is max(1, moving
    range, SD) of the baseline, because days in a row resemble each other and the moving range alone is then
    too small.
    """
    x, n = _series(events, exposure, kind=kind)
    observed = np.isfinite(x) & (n > 0)
    baseline = _baseline(is_baseline, observed)
    value = np.divide(x, n, out=np.full_like(x, np.nan), where=observed)
    total = n[baseline].sum()
    mean = float(x[baseline].sum() / total) if total > 0 else np.nan
    # The rarer side carries the information: 19 of 20 is a chart of 1 of 20, upside down.
    flipped = kind is ChartKind.PROPORTION and mean > 0.5
    counted = n - x if flipped else x
    rate = (1 - mean if flipped else mean) * _weekday_factors(
        counted, n, baseline=baseline, weekdays=weekdays
    )
    if kind is ChartKind.PROPORTION:
        rate = np.minimum(rate, 1.0)
    centre = np.where(observed, 1 - rate if flipped else rate, np.nan)
    variance = rate * (1 - rate) if kind is ChartKind.PROPORTION else rate
    spread = np.sqrt(variance / np.where(observed, n, np.nan))
    z = np.divide(value - centre, spread, out=np.full_like(x, np.nan), where=observed & (spread > 0))
    enough = baseline.sum() >= minimum_points and counted[baseline].sum() >= minimum_events
    if sigma_z is None:
        sigma_z = _overdispersion(z[baseline & np.isfinite(z)]) if enough else np.nan
    half = 3 * spread * sigma_z if enough else np.full_like(x, np.nan)
    top = 1.0 if kind is ChartKind.PROPORTION else np.inf
    low, high = np.clip(centre - half, 0.0, top), np.clip(centre + half, 0.0, top)
    judged = observed & (n >= minimum_exposure)
    return Chart(value, centre, low, high, judge(value, low, high, where=judged), float(sigma_z), baseline)


def xmr_chart(
    values: ArrayLike,
    *,
    is_baseline: ArrayLike | None = None,
    screen: bool = True,
    minimum_points: int = MINIMUM_POINTS,
) -> Chart:
    """Individuals chart: mean and 2.66 mean moving ranges, where denominators vary by less than 1.5 times."""
    y = np.asarray(values, dtype=float)
    observed = np.isfinite(y)
    baseline = _baseline(is_baseline, observed)
    enough = baseline.sum() >= max(minimum_points, 2)
    mean = y[baseline].mean() if baseline.any() else np.nan
    half = 2.66 * mean_moving_range(y[baseline], screen=screen) if enough else np.nan
    centre = np.full_like(y, mean)
    low, high = centre - half, centre + half
    return Chart(y, centre, low, high, judge(y, low, high, where=observed), np.nan, baseline)


def g_chart(
    gaps: ArrayLike, *, is_baseline: ArrayLike | None = None, minimum_points: int = MINIMUM_POINTS
) -> Chart:
    """Units (conversations rather than days) between events, for events rarer than one a day.

    Centre at the median, upper limit m + 3 sqrt(m (m + 1)), lower 0: only unusually long gaps can be seen, so
    the chart shows improvement; worsening is the work of `alarms`.
    """
    y = np.asarray(gaps, dtype=float)
    if np.any(y < 0):
        raise InvalidCountsError("gaps between events must not be negative")
    observed = np.isfinite(y)
    baseline = _baseline(is_baseline, observed)
    mean = y[baseline].mean() if baseline.sum() >= max(minimum_points, 1) else np.nan
    centre = np.full_like(y, np.median(y[baseline]) if baseline.any() else np.nan)
    low, high = np.zeros_like(y), np.full_like(y, mean + 3 * np.sqrt(mean * (mean + 1)))
    return Chart(y, centre, low, high, judge(y, low, high, where=observed), np.nan, baseline)


def t_chart(
    gaps: ArrayLike, *, is_baseline: ArrayLike | None = None, minimum_points: int = MINIMUM_POINTS
) -> Chart:
    """Time between events by Nelson's transform: XmR of y^(1/3.6), transformed back.

    A gap of 0 has no place on it: spread the events of one day evenly over the day first.
    """
    y = np.asarray(gaps, dtype=float)
    if np.any(y <= 0):
        raise InvalidCountsError(
            "times between events must be above 0; spread the events of one day over the day"
        )
    power = 3.6
    inner = xmr_chart(y ** (1 / power), is_baseline=is_baseline, minimum_points=minimum_points)
    low, high = np.clip(inner.low, 0.0, None) ** power, inner.high**power
    return Chart(y, inner.centre**power, low, high, inner.variation, np.nan, inner.is_baseline)


def mean_moving_range(values: ArrayLike, *, screen: bool = True) -> float:
    """Mean of the moving ranges; those above 3.267 times the mean are left out once (Nelson 1982)."""
    ranges = np.abs(np.diff(np.asarray(values, dtype=float)))
    if screen and ranges.size:
        ranges = ranges[ranges <= 3.267 * ranges.mean()]
    return float(ranges.mean()) if ranges.size else float("nan")


def laney_sigma(z: ArrayLike) -> float:
    """Laney's sigma_z: the screened mean moving range of the standardised points over 1.128."""
    return mean_moving_range(z) / 1.128


def judge(value: FloatArray, low: FloatArray, high: FloatArray, *, where: NDArray[np.bool_]) -> NDArray[Any]:
    """The variation of each point: outside its limits or not. A point on a limit is inside."""
    known = where & np.isfinite(value) & np.isfinite(low) & np.isfinite(high)
    choices = [
        Variation.NOT_ASSESSED.value,
        Variation.SPECIAL_CAUSE_HIGH.value,
        Variation.SPECIAL_CAUSE_LOW.value,
    ]
    with np.errstate(invalid="ignore"):
        return np.select([~known, value > high, value < low], choices, Variation.COMMON_CAUSE.value)


def _series(events: ArrayLike, exposure: ArrayLike, *, kind: ChartKind) -> tuple[FloatArray, FloatArray]:
    x, n = np.asarray(events, dtype=float), np.asarray(exposure, dtype=float)
    if x.ndim != 1 or x.shape != n.shape:
        raise InvalidArgumentError(
            f"a chart needs two series of one length, not shapes {x.shape} and {n.shape}"
        )
    n = np.where(np.isfinite(n), n, 0.0)
    if np.any(x < 0) or np.any(n < 0) or (kind is ChartKind.PROPORTION and np.any(x > n)):
        raise InvalidCountsError("0 <= events <= trials is required at every point of a chart")
    return x, n


def _baseline(is_baseline: ArrayLike | None, observed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    if is_baseline is None:
        return observed & (np.cumsum(observed) <= BASELINE_POINTS)
    marked = np.asarray(is_baseline, dtype=bool)
    if marked.shape != observed.shape:
        raise InvalidArgumentError("is_baseline must have one value a point")
    return marked & observed


def _weekday_factors(
    x: FloatArray, n: FloatArray, *, baseline: NDArray[np.bool_], weekdays: ArrayLike | None
) -> FloatArray:
    """(O + 20)/(E + 20) of each weekday in the baseline; 1 everywhere without four of each weekday."""
    if weekdays is None:
        return np.ones_like(x)
    days = np.asarray(weekdays, dtype=int)
    if days.shape != x.shape or np.any((days < 0) | (days > 6)):
        raise InvalidArgumentError("weekdays must be 0 (Monday) to 6, one a point")
    if np.bincount(days[baseline], minlength=7).min() < FULL_WEEKS:
        return np.ones_like(x)
    observed = np.bincount(days[baseline], weights=x[baseline], minlength=7)
    expected = (
        np.bincount(days[baseline], weights=n[baseline], minlength=7) * observed.sum() / n[baseline].sum()
    )
    return ((observed + WEEKDAY_WEIGHT) / (expected + WEEKDAY_WEIGHT))[days]


def _overdispersion(z: FloatArray) -> float:
    return max(1.0, laney_sigma(z), float(z.std(ddof=1))) if z.size > 1 else float("nan")
