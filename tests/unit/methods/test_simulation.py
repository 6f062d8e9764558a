"""The detectors keep their budget and find a doubling in time, at every volume; seeded."""

import numpy as np
import pytest

from methods.errors import InvalidArgumentError
from methods.simulation import Setting, draw_days, measure_alarms


@pytest.mark.parametrize(
    ("units", "days", "tolerance"), [(200, 33, 3), (2_000, 6, 1), (50_000, 2, 1), (100_000, 2, 1)]
)
def test_false_alarms_are_within_the_budget_and_a_doubling_is_found_in_time(units, days, tolerance):
    found = measure_alarms(Setting(units), runs=300, seed=4)
    assert found.is_within_budget
    assert found.false_per_100_days > 0
    assert found.median_delay == pytest.approx(days, abs=tolerance)


def test_a_lower_threshold_is_over_the_budget_of_a_higher_one():
    strict = measure_alarms(Setting(2_000), runs=200, threshold=1000, seed=4)
    loose = measure_alarms(Setting(2_000), runs=200, threshold=20, seed=4)
    assert loose.false_per_100_days > strict.budget_per_100_days
    assert loose.median_delay < strict.median_delay


def test_the_same_seed_gives_the_same_figures_and_progress_is_told():
    done: list[int] = []
    first = measure_alarms(Setting(200, days=30), runs=150, seed=9, progress=done.append)
    assert first == measure_alarms(Setting(200, days=30), runs=150, seed=9)
    assert done == [100, 150]


def test_weekends_are_higher_and_the_week_keeps_its_mean():
    setting = Setting(1_000_000, rate=0.1, variation=0.01, weekend_effect=0.5, days=70)
    days = draw_days(setting, runs=5, factor=1.0, rng=np.random.default_rng(1))
    weekly = days.reshape(5, 10, 7).mean(axis=(0, 1)) / setting.units_a_day
    assert weekly.mean() == pytest.approx(0.1, rel=0.01)
    assert weekly[5] / weekly[0] == pytest.approx(1.5, rel=0.02)


def test_a_setting_without_days_or_units_is_refused():
    with pytest.raises(InvalidArgumentError):
        measure_alarms(Setting(0), runs=10)
