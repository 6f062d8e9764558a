"""The null of a week at its own size: chance, and what reference weeks differ beyond it."""

import numpy as np
import pytest

from methods.drift import binned_wasserstein, distances_between, jensen_shannon
from methods.week_null import WeekNull

MIX = [0.05, 0.1, 0.2, 0.3, 0.2, 0.1, 0.05]


def of_size(size: int, count: int, *, seed: int = 4, mix: list[float] = MIX) -> np.ndarray:
    return np.random.default_rng(seed).multinomial(size, mix, size=count)


@pytest.mark.parametrize("statistic", [jensen_shannon, lambda p, q: binned_wasserstein(range(7), p, q)])
@pytest.mark.parametrize(("reference", "size"), [(5000, 60), (700, 60), (60, 60), (60, 5000), (700, 700)])
def test_weeks_of_any_size_stay_inside_the_null_when_nothing_changed(statistic, reference, size):
    blocks = of_size(reference, 8)
    null = WeekNull.of(blocks, statistic=statistic)
    found = statistic(blocks.sum(axis=0), of_size(size, 2000, seed=7))
    assert np.mean(found > null.high(size)) < 0.02
    assert null.high(size) < 3.5 * np.median(found) + np.median(null.draw(5 * reference))


def test_reference_weeks_of_another_size_alone_are_no_measure():
    small, large = of_size(60, 8), of_size(5000, 8)
    apart = {name: distances_between(weeks, statistic=jensen_shannon).max() for name, weeks in
             (("small", small), ("large", large))}  # fmt: skip
    assert WeekNull.of(large, statistic=jensen_shannon).high(60) > 2.4 * apart["large"]
    assert WeekNull.of(small, statistic=jensen_shannon).high(5000) < 0.9 * apart["small"]


def test_what_reference_weeks_differ_beyond_chance_stays_in_the_null():
    restless = np.array([[8000, 2000], [5000, 5000], [2000, 8000], [5000, 5000]] * 2)
    null = WeekNull.of(restless, statistic=jensen_shannon)
    assert null.high(10_000) > distances_between(restless, statistic=jensen_shannon).max()
    assert null.high(1_000_000) == pytest.approx(null.high(10_000), rel=0.05)


def test_messages_that_resemble_each_other_weigh_more_in_a_smaller_week():
    clustered = 10 * of_size(70, 8)
    smaller = 10 * of_size(7, 2000, seed=8)
    null = WeekNull.of(clustered, statistic=jensen_shannon)
    assert np.mean(jensen_shannon(clustered.sum(axis=0), smaller) > null.high(70)) < 0.05


def test_the_null_of_a_size_is_always_the_same_and_without_eight_weeks_there_is_none():
    one, other = (WeekNull.of(of_size(200, 8), statistic=jensen_shannon) for _ in range(2))
    assert one.high(150) == other.high(150)
    assert np.isnan(WeekNull.of(of_size(200, 7), statistic=jensen_shannon).high(150))
    assert np.isnan(one.high(0))


def test_where_everything_is_of_one_kind_any_other_week_lies_beyond():
    null = WeekNull.of([[100, 0]] * 8, statistic=jensen_shannon)
    assert null.high(100) == 0.0
