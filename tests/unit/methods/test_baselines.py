"""Variation of days, and the raised baseline after a change."""

import numpy as np
import pytest
from scipy import stats

from methods.alarms import beta_binomial_e_values, run_detector
from methods.baselines import compare_periods, estimate_day_effect, estimate_dispersion, raise_baseline
from methods.errors import InvalidArgumentError
from methods.intervals import poisson_rate_ratio


def days(count: int, *, rate: float = 0.02, cv: float = 0.0, trials: int = 50_000, seed: int = 1) -> tuple:
    rng = np.random.default_rng(seed)
    rates = rate * np.exp(rng.normal(0, cv, count))
    return rng.binomial(trials, np.minimum(rates, 1)), np.full(count, trials)


def test_days_that_vary_by_a_fifth_are_seen_to_vary_by_a_fifth():
    found = estimate_dispersion(*days(400, cv=0.2))
    assert np.sqrt(found.cv2) == pytest.approx(0.2, abs=0.03)
    assert found.scale > 10


def test_days_that_do_not_vary_have_the_floor():
    found = estimate_dispersion(*days(100))
    assert found.cv2 == pytest.approx(0.01)
    assert 1.0 <= found.scale < 1.3


def test_days_that_resemble_each_other_widen_the_variation():
    rng = np.random.default_rng(3)
    noise = np.zeros(300)
    for day in range(1, 300):
        noise[day] = 0.6 * noise[day - 1] + rng.normal(0, 0.16)
    trials = np.full(300, 50_000)
    alike = rng.binomial(trials, 0.02 * np.exp(noise))
    shuffled = rng.permutation(alike)
    assert estimate_dispersion(alike, trials).autocorrelation > 0.4
    assert estimate_dispersion(alike, trials).cv2 > 2 * estimate_dispersion(shuffled, trials).cv2


def test_fourteen_days_say_something_and_thirteen_do_not():
    events, trials = days(14, cv=0.4)
    assert estimate_dispersion(events, trials).cv2 > 0.02
    assert estimate_dispersion(events[:13], trials[:13]).cv2 == pytest.approx(0.01)


def test_missing_days_are_left_out():
    events, trials = days(30, cv=0.2)
    found = estimate_dispersion(np.append(events, [np.nan, 0]), np.append(trials, [np.nan, 0]))
    assert found == estimate_dispersion(events, trials)
    empty = estimate_dispersion([0, 0], [0, 0])
    assert np.isnan(empty.rate)
    assert empty.days == 0


def test_the_raised_baseline_is_the_upper_80_percent_limit():
    # 100 events without extra variation: exp(0.8416 / 10) above the rate.
    events, trials = np.full(50, 2.0), np.full(50, 1000.0)
    assert raise_baseline(events, trials) == pytest.approx(0.002 * np.exp(0.08416))
    assert np.isnan(raise_baseline([0, 0], [0, 0]))


def test_the_raised_baseline_of_rare_events_is_the_exact_limit():
    trials = np.full(50, 100.0)
    # No event in n: the share at which one in five such times has none.
    assert raise_baseline(np.zeros(50), trials) == pytest.approx(1 - 0.2 ** (1 / 5000), rel=1e-4)
    nineteen = raise_baseline([1.0] * 19 + [0.0] * 31, trials)
    assert stats.binom.cdf(19, 5000, nineteen) == pytest.approx(0.2, abs=1e-4)
    twenty = raise_baseline([1.0] * 20 + [0.0] * 30, trials)
    assert nineteen < twenty == pytest.approx(0.004 * np.exp(0.8416 / np.sqrt(20)))
    assert raise_baseline([5.0] * 2, [5.0] * 2) == 1.0


def test_a_raised_baseline_halves_false_alarms_of_the_next_quarter():
    rng = np.random.default_rng(2)
    plain, raised = 0, 0
    for _ in range(300):
        old = rng.binomial(2000, 0.002 * np.exp(rng.normal(-0.02, 0.2, 56)))
        new = rng.binomial(2000, 0.002 * np.exp(rng.normal(-0.02, 0.2, 90)))
        trials, later = np.full(56, 2000), np.full(90, 2000)
        cv2 = estimate_dispersion(old, trials).cv2
        for limit, is_raised in ((old.sum() / trials.sum(), False), (raise_baseline(old, trials), True)):
            path = run_detector(beta_binomial_e_values(new, later, appetite=limit, cv2=cv2), threshold=1000.0)
            raised += is_raised and path.first_alarm is not None
            plain += not is_raised and path.first_alarm is not None
    assert raised < plain
    assert raised / 300 <= 0.06  # .028 in 2,000 simulated baselines


def test_a_doubled_rate_after_a_change_is_a_ratio_of_two():
    old, trials = days(56, cv=0.1)
    new, later = days(28, rate=0.04, cv=0.1, seed=9)
    found = compare_periods(new, later, old_events=old, old_trials=trials)
    assert 1.8 < found.low < 2.0 < found.high < 2.2
    same = compare_periods(old[:28], trials[:28], old_events=old[28:], old_trials=trials[28:])
    assert same.low < 1 < same.high


def test_a_ratio_without_any_event_is_not_known():
    found = compare_periods([0, 0], [10, 10], old_events=[0, 0], old_trials=[10, 10])
    assert np.isnan([found.ratio, found.low, found.high]).all()
    with pytest.raises(InvalidArgumentError, match="days"):
        compare_periods([0], [0], old_events=[1, 2], old_trials=[10, 10])


def test_what_is_on_one_side_alone_has_one_exact_end():
    # Of 28 events none came before, with as many days: (0.025)^(1/28) is the least share after.
    least = 0.025 ** (1 / 28)
    began = compare_periods([1] * 28, [500] * 28, old_events=[0] * 28, old_trials=[500] * 28)
    assert (began.ratio, began.high) == (np.inf, np.inf)
    assert began.low == pytest.approx(least / (1 - least))
    ended = compare_periods([0] * 28, [500] * 28, old_events=[1] * 28, old_trials=[500] * 28)
    assert (ended.ratio, ended.low) == (0.0, 0.0)
    assert ended.high == pytest.approx((1 - least) / least)


def test_under_ten_events_the_interval_is_the_exact_one_widened_by_restless_days():
    calm = compare_periods([1] * 28, [500] * 28, old_events=[1] * 9 + [0] * 19, old_trials=[500] * 28)
    assert calm.ratio == pytest.approx(28 / 9)
    exact = poisson_rate_ratio(28, 500 * 28, reference_events=9, reference_exposure=500 * 28)
    assert (calm.low, calm.high) == pytest.approx(tuple(exact))
    restless = compare_periods([28] + [0] * 27, [500] * 28, old_events=[0] * 28, old_trials=[500] * 28)
    assert restless.low < 1
    assert compare_periods([1] * 28, [500] * 28, old_events=[0] * 28, old_trials=[500] * 28).low > 1


@pytest.mark.parametrize("expected", [0.5, 2, 5, 10, 30])
def test_the_interval_of_rare_events_leaves_out_an_unchanged_rate_in_at_most_one_of_twenty(expected):
    rng = np.random.default_rng(5)
    missed = judged = 0
    for _ in range(1000):
        new, old = (rng.binomial(500, expected / 28 / 500, 28) for _ in range(2))
        found = compare_periods(new, [500] * 28, old_events=old, old_trials=[500] * 28)
        judged += not np.isnan(found.low)
        missed += found.low > 1 or found.high < 1
    assert missed / max(judged, 1) <= 0.065


def draw_people(each: int, *, rates: np.ndarray, correlation: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
    """Events and units of days in 64 buckets: a hundred people a day with so many units."""
    rng, spread = np.random.default_rng(5), 1 / correlation - 1
    chances = rng.beta(rates[:, None] * spread, (1 - rates[:, None]) * spread, (len(rates), 100))
    bucket = np.arange(len(rates))[:, None] * 64 + rng.integers(0, 64, chances.shape)
    counted = np.bincount(bucket.ravel(), rng.binomial(each, chances).ravel(), len(rates) * 64)
    units = np.bincount(bucket.ravel(), minlength=len(rates) * 64) * each
    return counted.reshape(-1, 64), units.reshape(-1, 64)


@pytest.mark.parametrize("each", [1, 5, 20])
def test_a_day_counts_for_less_where_people_have_several_units_that_are_alike(each: int):
    found = estimate_day_effect(*draw_people(each, rates=np.full(200, 0.02)))
    assert found == pytest.approx(1 + (each - 1) * 0.3, rel=0.15)


def test_days_that_differ_for_everybody_are_no_likeness_of_a_persons_units():
    rates = np.where(np.arange(200) % 20 < 3, 0.16, 0.02)
    assert estimate_day_effect(*draw_people(1, rates=rates)) == pytest.approx(1, abs=0.1)


def test_days_of_one_cluster_or_without_events_say_nothing_of_likeness():
    assert estimate_day_effect([[3, 0], [2, 0]], [[9, 0], [9, 0]]) == 1
    assert estimate_day_effect(np.zeros((20, 64)), np.full((20, 64), 9)) == 1
    assert estimate_day_effect(np.zeros((0, 64)), np.zeros((0, 64))) == 1
