"""Two versions of a detector: what both flagged is no difference, and the interval covers the true ratio."""

import numpy as np
import pytest

from methods.bridge import measure_bridge
from methods.errors import InvalidCountsError


def test_the_ratio_is_of_what_each_version_flagged() -> None:
    found = measure_bridge([30, 10], [5, 5], [10, 0])
    assert (found.both_count, found.old_count, found.new_count) == (40, 50, 50)
    assert found.ratio == 1.0
    assert found.agreement == pytest.approx(0.8)
    assert found.ci_low < 1 < found.ci_high


def test_versions_that_never_differ_are_not_proved_equal() -> None:
    found = measure_bridge([20], [0], [0])
    assert found.ratio == 1.0
    assert found.ci_low < 1 < found.ci_high


@pytest.mark.parametrize(("both", "is_told"), [(9, False), (10, True)])
def test_too_few_give_counts_and_no_ratio(both: int, is_told: bool) -> None:
    found = measure_bridge([both], [0], [0])
    assert (found.ratio is not None) is is_told
    assert found.both_count == both


def test_nothing_flagged_has_no_agreement() -> None:
    assert measure_bridge([0], [0], [0]).agreement is None
    assert measure_bridge([], [], []).agreement is None


def test_users_who_differ_together_widen_the_interval() -> None:
    spread = measure_bridge([10] * 20, [1] * 20, [2] * 20)
    heaped = measure_bridge([10] * 20, [0] * 19 + [20], [0] * 18 + [40, 0])
    assert heaped.ci_high - heaped.ci_low > 2 * (spread.ci_high - spread.ci_low)


def test_the_interval_covers_the_true_ratio_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(20261129)
    covered = 0
    for _ in range(500):
        size = random.poisson(8, 64)
        flags = random.multinomial(size, [0.06, 0.02, 0.03, 0.89])
        found = measure_bridge(flags[:, 0], flags[:, 1], flags[:, 2])
        covered += found.ci_low <= 0.09 / 0.08 <= found.ci_high
    assert 460 <= covered <= 490


def test_impossible_counts_are_refused() -> None:
    with pytest.raises(InvalidCountsError):
        measure_bridge([1, 2], [1], [1])
    with pytest.raises(InvalidCountsError):
        measure_bridge([-1], [1], [1])
