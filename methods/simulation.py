"""What alarms do at a stated rate: false ones, and days until a doubling is found. Seeded, many runs at once.

Used to hold the detectors to their budget, and to say before a stream is switched on how fast it can be at
its volume. Days vary by a lognormal factor and weekends are higher; streams are independent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from methods.alarms import MINIMUM_CV2, MINIMUM_DAYS, beta_binomial_e_values
from methods.baselines import AUTOCORRELATION_LIMIT
from methods.errors import InvalidArgumentError
from methods.intervals import FloatArray
from methods.spread import BASELINE_DAYS

BATCH = 100  # runs at once: enough to be fast, few enough to show progress


@dataclass(frozen=True)
class Setting:
    """Days of a stream: units a day, rate, how days vary (CV), and how much higher weekends are."""

    units_a_day: int
    rate: float = 0.002
    variation: float = 0.20
    weekend_effect: float = 0.10
    days: int = 365


@dataclass(frozen=True)
class Performance:
    """What a detector did over all runs.

    `false_per_100_days` counts alarms, each followed by a reset, with a one-sided 95 % Monte Carlo limit;
    `budget_per_100_days` is what the threshold allows. Delays are in days; runs that found nothing count as
    later than all others, so a percentile may be infinite.
    """

    setting: Setting
    runs: int
    threshold: float
    false_per_100_days: float
    false_limit: float
    budget_per_100_days: float
    false_year_share: float
    median_delay: float
    late_delay: float

    @property
    def is_within_budget(self) -> bool:
        """Whether false alarms are at or under the budget, chance of the simulation aside."""
        return self.false_limit <= self.budget_per_100_days


def measure_alarms(
    setting: Setting,
    *,
    runs: int = 2000,
    threshold: float = MINIMUM_DAYS,
    factor: float = 2.0,
    seed: int = 0,
    progress: Callable[[int], None] | None = None,
) -> Performance:
    """Run the default detector over days at the appetite, and over days at `factor` times the appetite.

    Args:
        setting: days; the appetite is the rate.
        runs: streams simulated.
        threshold: mean days between false alarms that the detector is set to.
        factor: how much worse the rate is from the first day on.
        seed: the same seed gives the same figures.
        progress: is told the number of runs done.

    Raises:
        InvalidArgumentError: fewer than one run, or a setting without units, days or rate.
    """
    if runs < 1 or setting.units_a_day < 1 or setting.days < 1 or not 0 < setting.rate < 1:
        raise InvalidArgumentError("a simulation needs runs, units, days, and a rate between 0 and 1")
    alarms = np.zeros(runs)
    delays = np.full(runs, np.inf)
    rng = np.random.default_rng(seed)
    for start in range(0, runs, BATCH):
        count = min(BATCH, runs - start)
        span = slice(start, start + count)
        cv2 = _learn(setting, count, rng)
        quiet = draw_days(setting, runs=count, factor=1.0, rng=rng)
        alarms[span] = count_alarms(_bet(quiet, setting, cv2), threshold=threshold)
        worse = draw_days(setting, runs=count, factor=factor, rng=rng)
        delays[span] = find_delays(_bet(worse, setting, cv2), threshold=threshold)
        if progress is not None:
            progress(start + count)
    per_100 = 100 * alarms.mean() / setting.days
    error = 100 * alarms.std(ddof=1) / np.sqrt(runs) / setting.days if runs > 1 else np.inf
    return Performance(
        setting=setting,
        runs=runs,
        threshold=threshold,
        false_per_100_days=float(per_100),
        false_limit=float(per_100 + 1.645 * error),
        budget_per_100_days=100 / threshold,
        false_year_share=float((alarms > 0).mean()),
        median_delay=float(np.quantile(delays, 0.5, method="lower")),
        late_delay=float(np.quantile(delays, 0.9, method="lower")),
    )


def draw_days(setting: Setting, *, runs: int, factor: float, rng: np.random.Generator) -> FloatArray:
    """Events of every day, runs first; the mean rate over a week is the setting's."""
    sigma2 = np.log1p(setting.variation**2)
    weekend = np.where(np.arange(setting.days) % 7 >= 5, 1 + setting.weekend_effect, 1.0)
    weekend /= (5 + 2 * (1 + setting.weekend_effect)) / 7
    day = rng.lognormal(-sigma2 / 2, np.sqrt(sigma2), size=(runs, setting.days))
    rates = np.minimum(setting.rate * factor * weekend * day, 1.0)
    return rng.binomial(setting.units_a_day, rates).astype(float)


def count_alarms(e_values: FloatArray, *, threshold: float) -> FloatArray:
    """Alarms of each run; the detector begins anew after each. Alternatives first, days last."""
    current = np.zeros(e_values.shape[:-1])
    found = np.zeros(e_values.shape[1])
    for day in range(e_values.shape[-1]):
        current = (current + 1) * e_values[..., day]
        is_alarm = current.mean(axis=0) >= threshold
        found += is_alarm
        current = np.where(is_alarm, 0.0, current)
    return found


def find_delays(e_values: FloatArray, *, threshold: float) -> FloatArray:
    """Days until the first alarm of each run, from 1; infinite where there is none."""
    current = np.zeros(e_values.shape[:-1])
    delays = np.full(e_values.shape[1], np.inf)
    for day in range(e_values.shape[-1]):
        current = np.minimum((current + 1) * e_values[..., day], 1e12)
        is_first = np.isinf(delays) & (current.mean(axis=0) >= threshold)
        delays[is_first] = day + 1
    return delays


def _bet(events: FloatArray, setting: Setting, cv2: FloatArray) -> FloatArray:
    return beta_binomial_e_values(
        events, np.full(events.shape, setting.units_a_day), appetite=setting.rate, cv2=cv2[:, None]
    )


def _learn(setting: Setting, runs: int, rng: np.random.Generator) -> FloatArray:
    """How much days vary, as each run learns it from a baseline of its own, all runs at once."""
    baseline = Setting(
        setting.units_a_day, setting.rate, setting.variation, setting.weekend_effect, BASELINE_DAYS
    )
    x, n = draw_days(baseline, runs=runs, factor=1.0, rng=rng), setting.units_a_day
    rate = x.sum(axis=1, keepdims=True) / (n * BASELINE_DAYS)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = (x / n - rate) / np.sqrt(rate * (1 - rate) / n)
        rho = np.maximum(0.0, (z.var(axis=1, ddof=1) - 1) / max(n - 1, 1))
        cv2 = np.maximum(rho * ((1 - rate) / rate)[:, 0], MINIMUM_CV2)
    centred = z - z.mean(axis=1, keepdims=True)
    lag = (centred[:, 1:] * centred[:, :-1]).sum(axis=1) / np.maximum((centred**2).sum(axis=1), 1e-12)
    cv2 = np.where(lag > AUTOCORRELATION_LIMIT, cv2 * (1 + lag) / (1 - lag), cv2)
    return np.where(rate[:, 0] > 0, cv2, MINIMUM_CV2)
