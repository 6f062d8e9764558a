"""Drift distances against published examples, and the two conditions of a movement."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats
from scipy.spatial.distance import jensenshannon

from methods.drift import (
    DriftStatus,
    binned_wasserstein,
    distances_between,
    is_share_change_practical,
    jensen_shannon,
    judge_drift,
    kolmogorov_smirnov,
    locate_change,
    psi,
    wasserstein_standardised,
)
from methods.errors import InvalidArgumentError, InvalidCountsError

# Evidently, tests/stattests/test_stattests.py: two count vectors, PSI and distance recomputed with scipy.
EVIDENTLY_REFERENCE = [16, 18, 16, 14, 12, 12]
EVIDENTLY_CURRENT = [16, 16, 16, 16, 16, 8]
# Frouros, tests/integration/test_data_drift.py: PSI .0184007 on equal-width bins.
FROUROS_REFERENCE = [11, 32, 58, 97, 114, 82, 59, 34, 10, 3]
FROUROS_CURRENT = [7, 30, 55, 95, 99, 102, 65, 34, 10, 3]


def test_the_distance_is_the_published_one_and_symmetric():
    found = jensen_shannon(EVIDENTLY_REFERENCE, EVIDENTLY_CURRENT)
    assert found == pytest.approx(0.08173421330573756, abs=1e-12)
    assert found == pytest.approx(jensen_shannon(EVIDENTLY_CURRENT, EVIDENTLY_REFERENCE), abs=1e-15)
    assert found == pytest.approx(jensenshannon(EVIDENTLY_REFERENCE, EVIDENTLY_CURRENT, base=2), abs=1e-12)


def test_the_distance_is_zero_for_the_same_mix_and_one_for_mixes_without_overlap():
    assert jensen_shannon([2, 4, 6], [1, 2, 3]) == pytest.approx(0.0, abs=1e-8)
    assert jensen_shannon([5, 0], [0, 9]) == 1.0
    assert 0 < jensen_shannon([5, 1], [0, 9]) < 1


def test_a_side_without_counts_is_not_known():
    assert np.isnan(jensen_shannon([0, 0], [1, 2]))
    many = jensen_shannon([[1, 2], [0, 0]], [[2, 2], [1, 1]])
    assert np.isfinite(many[0])
    assert np.isnan(many[1])
    with pytest.raises(InvalidCountsError):
        jensen_shannon([-1, 2], [1, 2])


def test_the_unsmoothed_psi_is_the_published_one():
    assert psi(FROUROS_REFERENCE, FROUROS_CURRENT, smoothing=0) == pytest.approx(0.01840072, abs=1e-6)
    assert psi(EVIDENTLY_REFERENCE, EVIDENTLY_CURRENT, smoothing=0) == pytest.approx(
        0.0372183815773, abs=1e-9
    )


def test_an_empty_bin_does_not_make_the_psi_explode():
    # The counter-example: replacing an empty bin by the smallest float gave 461.2 (Frouros).
    assert psi([50, 50, 0], [0, 50, 50]) < 10
    assert psi([50, 50, 0], [50, 50, 0]) == pytest.approx(0.0, abs=1e-12)


def test_the_psi_without_drift_follows_its_null_so_a_tenth_is_nothing_at_two_hundred():
    # Yurdakul 2018: (1/n + 1/m) chi-square with B - 1 degrees; 95 % value .169 at n = m = 200 and 10 bins.
    rng = np.random.default_rng(3)
    values = psi(rng.multinomial(200, [0.1] * 10, size=4000), rng.multinomial(200, [0.1] * 10, size=4000))
    assert np.quantile(values, 0.95) == pytest.approx(0.169, abs=0.012)


@pytest.mark.parametrize(("size", "other"), [(50, 70), (5_000, 3_000)])
def test_the_kolmogorov_smirnov_distance_is_that_of_scipy(size, other):
    rng = np.random.default_rng(size)
    smooth = rng.normal(size=size), rng.normal(0.1, 1.2, size=other)
    tied = rng.poisson(4, size), rng.poisson(5, other)
    for reference, current in (smooth, tied):
        exact = stats.ks_2samp(reference, current).statistic
        assert kolmogorov_smirnov(reference, current) == pytest.approx(exact, abs=1e-12)
    values = np.arange(30)
    counted = kolmogorov_smirnov(
        values[::-1],
        values,
        reference_counts=np.bincount(tied[0], minlength=30)[::-1],
        current_counts=np.bincount(tied[1], minlength=30),
    )
    assert counted == pytest.approx(exact, abs=1e-12)
    assert np.isnan(kolmogorov_smirnov([], [1.0]))
    assert np.isnan(kolmogorov_smirnov([1], [1], current_counts=[0]))


def test_the_wasserstein_distance_is_in_standard_deviations_of_the_reference():
    reference, current = np.array([0.0, 2.0, 4.0]), np.array([3.0, 5.0, 7.0])
    assert wasserstein_standardised(reference, current) == pytest.approx(3 / np.sqrt(8 / 3))
    counted = wasserstein_standardised(
        [0, 2, 4], [3, 5, 7], reference_counts=[2, 2, 2], current_counts=[5, 5, 5]
    )
    assert counted == pytest.approx(3 / np.sqrt(8 / 3))
    assert np.isnan(wasserstein_standardised([1, 1], [2, 2]))
    assert np.isnan(wasserstein_standardised([], [2, 2]))
    assert np.isnan(wasserstein_standardised([1, 2], [2, 2], current_counts=[0, 0]))


def weeks(count: int, *, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).multinomial(2000, [0.7, 0.2, 0.1], size=count)


def test_eight_reference_weeks_say_what_lies_between_them_and_seven_do_not():
    assert distances_between(weeks(7), statistic=jensen_shannon).size == 0
    assert distances_between([], statistic=jensen_shannon).size == 0
    found = distances_between(weeks(8), statistic=jensen_shannon)
    assert found.shape == (8,)
    assert 0 < found.max() < 0.05


def test_weeks_that_nothing_can_be_told_of_do_not_count():
    some_empty = np.vstack([weeks(7), np.zeros((2, 3), dtype=int)])
    assert distances_between(some_empty, statistic=jensen_shannon).size == 0
    assert distances_between(np.vstack([weeks(8), [[0, 0, 0]]]), statistic=jensen_shannon).shape == (9,)


def test_each_week_is_held_against_the_others_and_not_against_itself():
    table = np.array([[10, 0]] * 7 + [[0, 10]])
    assert distances_between(table, statistic=jensen_shannon)[-1] == 1.0


def test_counts_at_the_same_places_give_the_wasserstein_distance_for_many_pairs():
    places = [3.0, 1.0, 7.0, 2.0, 11.0, 5.0, 4.0]
    many, other = (np.random.default_rng(size).multinomial(size, [1 / 7] * 7, size=5) for size in (80, 60))
    expected = [
        wasserstein_standardised(places, places, reference_counts=one, current_counts=two)
        for one, two in zip(many, other, strict=True)
    ]
    assert binned_wasserstein(places, many, other) == pytest.approx(expected)
    assert np.isnan(binned_wasserstein([1, 2], [5, 0], [3, 3]))
    assert np.isnan(binned_wasserstein([1, 2], [5, 5], [0, 0]))


def test_a_movement_needs_the_practical_threshold_and_the_null():
    sizes = {"current_count": 2000, "reference_count": 16_000, "threshold": 0.10}
    assert judge_drift(0.12, 0.05, **sizes) is DriftStatus.MOVED
    assert judge_drift(0.10, 0.05, **sizes) is DriftStatus.MOVED
    assert judge_drift(0.0999, 0.05, **sizes) is DriftStatus.STABLE
    assert judge_drift(0.12, 0.12, **sizes) is DriftStatus.STABLE
    assert judge_drift(0.12, 0.1199, **sizes) is DriftStatus.MOVED


def test_too_little_data_is_said_and_never_called_stable():
    assert (
        judge_drift(0.5, 0.05, threshold=0.1, current_count=49, reference_count=900)
        is DriftStatus.INSUFFICIENT_DATA
    )
    assert judge_drift(0.5, 0.05, threshold=0.1, current_count=50, reference_count=900) is DriftStatus.MOVED
    assert (
        judge_drift(0.01, float("nan"), threshold=0.1, current_count=500, reference_count=900)
        is DriftStatus.INSUFFICIENT_DATA
    )


def test_a_week_of_the_same_mix_is_stable_and_a_changed_mix_has_moved():
    reference = weeks(12)
    null = 1.2 * distances_between(reference, statistic=jensen_shannon).max()
    sizes = {"threshold": 0.10, "current_count": 2000, "reference_count": 24_000}
    same = jensen_shannon(reference.sum(axis=0), weeks(1, seed=9)[0])
    changed = jensen_shannon(reference.sum(axis=0), [1000, 700, 300])
    assert judge_drift(same, null, **sizes) is DriftStatus.STABLE
    assert judge_drift(changed, null, **sizes) is DriftStatus.MOVED


@pytest.mark.parametrize(
    ("reference", "current", "is_practical"),
    [
        (0.05, 0.06, True),
        (0.05, 0.0599, False),
        (0.10, 0.119, False),
        (0.10, 0.12, True),
        (0.001, 0.002, False),
    ],
)
def test_a_share_moves_by_a_fifth_of_itself_and_a_percentage_point(reference, current, is_practical):
    assert is_share_change_practical(reference, current) is is_practical


@pytest.mark.full
def test_every_case_of_the_drift_oracles(shared: Path):
    counts = json.loads((shared / "oracles" / "drift_evidently_counts.json").read_text())["cases"]
    assert jensen_shannon(counts["ref"], counts["cur"]) == pytest.approx(
        counts["jensenshannon_distance_base2"], abs=1e-9
    )
    assert psi(counts["ref"], counts["cur"], smoothing=0) == pytest.approx(counts["psi"], abs=1e-9)
    frouros = json.loads((shared / "oracles" / "drift_frouros.json").read_text())["cases"]
    assert psi(frouros["psi"]["counts_ref"], frouros["psi"]["counts_cur"], smoothing=0) == pytest.approx(
        frouros["psi"]["value"], abs=1e-6
    )
    reference = np.random.RandomState(31).normal(1, 1, 100)
    current = np.random.RandomState(31).normal(5, 2, 100)
    assert wasserstein_standardised(reference, current) * reference.std() == pytest.approx(
        frouros["univariate"]["wasserstein"], abs=1e-6
    )


def test_the_day_of_a_change_is_found_between_the_days_around_it():
    assert locate_change([[50, 50]] * 5 + [[90, 10]] * 9) == (5, 5)
    assert locate_change([[50, 50]] + [[90, 10]] * 9) == (1, 1)


def test_a_faint_change_gives_a_range_of_days_that_holds_it():
    low, high = locate_change([[10, 10]] * 7 + [[14, 6]] * 7)
    assert low < 7 < high
    with pytest.raises(InvalidArgumentError, match="two rows"):
        locate_change([[1, 2]])
