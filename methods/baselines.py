"""What a baseline says before detectors look at new days: how much days vary, how high the old rate may be.

Sources: statistics of extra-binomial variation (Williams 1982); Kish 1965 (design effect); Cox &
Snell 1989 (quasi-likelihood scale); Clopper & Pearson 1934 (rare events, on counts over the scale).
Drawing limits belongs to `charts`, alarms to `alarms`.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from methods.alarms import MINIMUM_CV2
from methods.errors import InvalidArgumentError
from methods.intervals import FEW_EVENTS_OF_A_RATIO, check_confidence, check_counts, poisson_rate_ratio

UPPER_80 = 0.8416
"""Normal quantile of 0.80: a plug-in baseline doubles the false alarms of the following year."""

RARE_EVENTS = 20
"""With fewer the log limit does not hold, and without any there is none: the exact limit of the share."""

MINIMUM_DAYS = 14
"""Fewer days say nothing about how days vary."""

AUTOCORRELATION_LIMIT = 0.2
"""Above it days resemble each other enough to widen the variation."""


@dataclass(frozen=True)
class Dispersion:
    """Mean rate, squared coefficient of variation of days, lag-1 autocorrelation, scale X2/df, days used."""

    rate: float
    cv2: float
    autocorrelation: float
    scale: float
    days: int


@dataclass(frozen=True)
class RateChange:
    """New rate over old, with days as clusters; NaN where neither arm has an event.

    Without an old event ratio and upper end are infinite, without a new one ratio and lower end are 0: such a
    ratio is read one-sided.
    """

    ratio: float
    low: float
    high: float


def estimate_dispersion(events: ArrayLike, trials: ArrayLike) -> Dispersion:
    """How much the daily rate varies beyond chance; never below a coefficient of variation of 10 %.

    Days without units are left out. With fewer than 14 days or no event the floor is all that is known.
    """
    x, n = check_counts(
        np.nan_to_num(np.asarray(events, dtype=float)), np.nan_to_num(np.asarray(trials, dtype=float))
    )
    x, n = x[n > 0], n[n > 0]
    rate = float(x.sum() / n.sum()) if n.size else float("nan")
    if n.size < MINIMUM_DAYS or not 0 < rate < 1:
        return Dispersion(rate, MINIMUM_CV2, 0.0, 1.0, int(n.size))
    z = (x / n - rate) / np.sqrt(rate * (1 - rate) / n)
    rho = max(0.0, (z.var(ddof=1) - 1) / max(n.mean() - 1, 1.0))
    cv2 = max(rho * (1 - rate) / rate, MINIMUM_CV2)
    centred = z - z.mean()
    lag = float((centred[1:] * centred[:-1]).sum() / max((centred**2).sum(), 1e-12))
    if lag > AUTOCORRELATION_LIMIT:
        cv2 *= (1 + lag) / (1 - lag)
    scale = max(1.0, float((z**2).sum() / (n.size - 1)))
    return Dispersion(rate, float(cv2), lag, scale, int(n.size))


def estimate_day_effect(events: ArrayLike, trials: ArrayLike) -> float:
    """For how many units one counts because a day has several of one person; never below 1.

    Days are rows, clusters such as buckets of people columns. A cluster is held against its own day, so that
    neither days that differ nor people who come back on other days take part; of one cluster it says nothing.
    """
    x, n = check_counts(events, trials)
    several = (n > 0).sum(axis=-1) > 1
    x, n = x[several], n[several]
    count, units = (n > 0).sum(axis=-1), n.sum(axis=-1)
    rate = x.sum(axis=-1) / units
    squares = ((x - rate[:, None] * n) ** 2).sum(axis=-1) * count / (count - 1)
    expected = float((rate * (1 - rate) * units).sum())
    return max(float(squares.sum()) / expected, 1.0) if expected > 0 else 1.0


def raise_baseline(events: ArrayLike, trials: ArrayLike) -> float:
    """Upper 80 % limit of the old rate: the null of the detector of a change; NaN without units.

    Of fewer than 20 events it is the exact one (Clopper-Pearson, one-sided) of counts over X2/df.
    """
    found = estimate_dispersion(events, trials)
    total = float(np.nansum(np.asarray(events, dtype=float)))
    if not found.days:
        return float("nan")
    if total < RARE_EVENTS:
        units = float(np.nansum(np.asarray(trials, dtype=float)))
        x, n = total / found.scale, units / found.scale
        return float(special.betaincinv(x + 1, n - x, special.ndtr(UPPER_80))) if n > x else 1.0
    return min(found.rate * float(np.exp(UPPER_80 * np.sqrt(found.scale / total))), 1.0)


def compare_periods(
    events: ArrayLike,
    trials: ArrayLike,
    *,
    old_events: ArrayLike,
    old_trials: ArrayLike,
    confidence: float = 0.95,
) -> RateChange:
    """Ratio of new to old rate; log ratio +- t_{days-2} sqrt(X2/df (1/x1 + 1/x0)).

    With under ten events in an arm the exact conditional interval, on counts over X2/df.

    Raises:
        InvalidArgumentError: a period has no day with units, or both have fewer than three.
    """
    new, old = estimate_dispersion(events, trials), estimate_dispersion(old_events, old_trials)
    x1, x0 = (
        float(np.nansum(np.asarray(events, dtype=float))),
        float(np.nansum(np.asarray(old_events, dtype=float))),
    )
    degrees = new.days + old.days - 2
    if min(new.days, old.days) < 1 or degrees < 1:
        raise InvalidArgumentError("both periods need days with units, and three days in all")
    if max(x1, x0) == 0:
        return RateChange(float("nan"), float("nan"), float("nan"))
    # Days without any event say nothing about how days vary.
    weights = np.array([max(one.days - 1, 0) * (x > 0) for one, x in ((new, x1), (old, x0))], dtype=float)
    scales = np.array([new.scale, old.scale])
    scale = max(1.0, float((weights * scales).sum() / weights.sum())) if weights.any() else 1.0
    ratio = new.rate / old.rate if x0 else float("inf")
    if min(x1, x0) < FEW_EVENTS_OF_A_RATIO:
        n1, n0 = (float(np.nansum(np.asarray(one, dtype=float))) for one in (trials, old_trials))
        low, high = poisson_rate_ratio(
            x1 / scale,
            n1 / scale,
            reference_events=x0 / scale,
            reference_exposure=n0 / scale,
            confidence=confidence,
        )
        return RateChange(ratio, float(low), float(high))
    half = float(special.stdtrit(degrees, 0.5 + check_confidence(confidence) / 2)) * np.sqrt(
        scale * (1 / x1 + 1 / x0)
    )
    return RateChange(ratio, float(ratio * np.exp(-half)), float(ratio * np.exp(half)))
