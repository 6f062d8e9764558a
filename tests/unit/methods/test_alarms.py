"""The detectors keep their budget when nothing is wrong, and see a doubled rate in days."""

import numpy as np
import pytest
from scipy import stats

from methods.alarms import (
    ALTERNATIVES,
    AlarmState,
    alarm_threshold,
    beta_binomial_e_values,
    betting_e_values,
    run_detector,
)
from methods.errors import InvalidArgumentError, InvalidCountsError

BOTH = pytest.mark.parametrize("e_values", [beta_binomial_e_values, betting_e_values])


def simulate(
    runs: int, days: int, *, rate: float, trials: int = 2000, cv: float = 0.2, seed: int = 20261122
) -> np.ndarray:
    """Day counts whose rate varies log-normally around its mean, streams by days."""
    rng = np.random.default_rng(seed)
    sigma = np.sqrt(np.log(1 + cv**2))
    rates = rate * np.exp(rng.normal(0, sigma, (runs, days)) - sigma**2 / 2)
    return rng.binomial(trials, np.minimum(rates, 1.0))


def test_the_budget_is_split_over_the_streams_that_may_page():
    assert alarm_threshold(60) == 5475.0
    assert alarm_threshold(1) == 1000.0
    assert alarm_threshold(10) == 1000.0
    assert alarm_threshold(11) == pytest.approx(1003.75)
    assert alarm_threshold(60, tolerated_per_year=8) == pytest.approx(2737.5)
    with pytest.raises(InvalidArgumentError):
        alarm_threshold(0)


@BOTH
@pytest.mark.parametrize(("trials", "threshold"), [(2000, 1000.0), (50_000, 1000.0)])
def test_at_the_appetite_false_alarms_stay_inside_the_budget(e_values, trials, threshold):
    counts = simulate(400, 365, rate=0.002, trials=trials)
    found = run_detector(
        e_values(counts, np.full_like(counts, trials), appetite=0.002, cv2=0.04), threshold=threshold
    )
    alarmed = (found.statistic >= threshold).any(axis=-1)
    first = np.where(alarmed, (found.statistic >= threshold).argmax(axis=-1) + 1, 365)
    # Budget: one false alarm in 1,000 days. Exposure until the first alarm over the alarms seen.
    assert alarmed.sum() / first.sum() <= 1 / threshold
    assert alarmed.any(), "a detector that never alarms in 400 years cannot show that it keeps a budget"


@pytest.mark.parametrize(
    ("e_values", "trials", "slowest"),
    [
        (beta_binomial_e_values, 2000, 8),
        (beta_binomial_e_values, 50_000, 3),
        (betting_e_values, 2000, 18),
        (betting_e_values, 50_000, 13),
    ],
)
def test_a_doubled_rate_is_seen_in_days(e_values, trials, slowest):
    # Medians of 2,000 simulated years: 6 and 2 days (beta-binomial), 15 and 11 (betting), at 1,000 days.
    counts = simulate(200, 60, rate=0.004, trials=trials)
    found = run_detector(
        e_values(counts, np.full_like(counts, trials), appetite=0.002, cv2=0.04), threshold=1000.0
    )
    alarmed = found.statistic >= 1000.0
    assert alarmed.any(axis=-1).mean() >= 0.99
    assert np.median(alarmed.argmax(axis=-1) + 1) <= slowest


def test_a_long_good_spell_does_not_blind_the_detector():
    counts = np.concatenate([simulate(100, 180, rate=0.001), simulate(100, 30, rate=0.004, seed=5)], axis=1)
    found = run_detector(
        beta_binomial_e_values(counts, np.full_like(counts, 2000), appetite=0.002, cv2=0.04), threshold=1000.0
    )
    delay = (found.statistic[:, 180:] >= 1000.0).argmax(axis=1) + 1
    assert np.median(delay) <= 8


def test_the_mean_e_value_at_the_appetite_is_one():
    trials, appetite, cv2 = 300, 0.02, 0.04
    size = 1 / (cv2 * appetite / (1 - appetite)) - 1
    outcomes = np.arange(trials + 1)
    chances = stats.betabinom.pmf(outcomes, trials, appetite * size, (1 - appetite) * size)
    e = beta_binomial_e_values(outcomes, np.full(trials + 1, trials), appetite=appetite, cv2=cv2)
    assert e.shape == (len(ALTERNATIVES), trials + 1)
    assert (e * chances).sum(axis=1) == pytest.approx(np.ones(3), abs=1e-9)
    betting = betting_e_values(outcomes, np.full(trials + 1, trials), appetite=appetite, cv2=cv2)
    assert (betting * chances).sum(axis=1) == pytest.approx(np.ones(3), abs=1e-9)


@BOTH
@pytest.mark.parametrize("appetite", [0.002, 0.3, 0.9])
def test_a_day_below_the_appetite_never_speaks_for_an_alarm(e_values, appetite):
    trials = 1000
    events = np.arange(trials + 1)
    e = e_values(events, np.full(trials + 1, trials), appetite=appetite, cv2=0.04)
    assert np.all(np.diff(e, axis=1) >= 0)
    assert np.all(e[:, events < appetite * trials] <= 1)
    assert np.all(e[:, -1] > 1)
    assert np.all(e >= 0)


@BOTH
def test_a_day_without_units_or_without_data_changes_no_bet(e_values):
    e = e_values([0, np.nan, 5], [0, np.nan, 100], appetite=0.01, cv2=0.04)
    assert np.all(e[:, :2] == 1.0)
    assert np.all(e[:, 2] > 1)
    with pytest.raises(InvalidCountsError):
        e_values([3], [2], appetite=0.01, cv2=0.04)
    with pytest.raises(InvalidArgumentError, match="appetite"):
        e_values([1], [2], appetite=0.0, cv2=0.04)


def test_the_path_is_the_recursion_by_hand_and_watch_opens_at_a_twentieth():
    found = run_detector([[2.0, 2.0, 2.0, 0.0], [2.0, 2.0, 2.0, 0.0]], threshold=14.0)
    assert found.statistic.tolist() == [2.0, 6.0, 14.0, 0.0]
    assert found.state.tolist() == [AlarmState.WATCH, AlarmState.WATCH, AlarmState.ALARM, AlarmState.QUIET]
    assert found.first_alarm == 2
    edge = run_detector([[1.0]], threshold=20.0)
    assert edge.state.tolist() == [AlarmState.WATCH]
    assert run_detector([[0.999]], threshold=20.0).state.tolist() == [AlarmState.QUIET]
    assert run_detector([[13.999]], threshold=14.0).first_alarm is None


def test_a_skipped_day_leaves_the_statistic_where_it_was():
    found = run_detector([[2.0, 1.0, 2.0]], threshold=14.0, skipped=[False, True, False])
    assert found.statistic.tolist() == [2.0, 2.0, 6.0]


def test_three_alternatives_are_averaged_after_their_own_recursion():
    found = run_detector([[1.0, 1.0], [3.0, 3.0]], threshold=100.0)
    assert found.statistic.tolist() == [2.0, (2.0 + 12.0) / 2]


def test_a_checkpoint_continues_exactly_and_an_acknowledgement_starts_again():
    rng = np.random.default_rng(1)
    e = rng.uniform(0.5, 2.0, (3, 40))
    whole = run_detector(e, threshold=1000.0)
    first = run_detector(e[:, :25], threshold=1000.0)
    second = run_detector(e[:, 25:], threshold=1000.0, checkpoint=first.checkpoint)
    assert second.statistic.tolist() == whole.statistic[25:].tolist()
    acknowledged = np.arange(40) == 24
    again = run_detector(e, threshold=1000.0, acknowledged=acknowledged)
    assert again.statistic[24] == whole.statistic[24]
    assert again.statistic[25:].tolist() == run_detector(e[:, 25:], threshold=1000.0).statistic.tolist()
    with pytest.raises(InvalidArgumentError, match="checkpoint"):
        run_detector(e, threshold=1000.0, checkpoint=[0.0])


def test_a_long_alarm_does_not_overflow():
    found = run_detector(np.full((3, 3000), 50.0), threshold=1000.0)
    assert np.isfinite(found.statistic).all()
    with pytest.raises(InvalidArgumentError, match="e-value 1"):
        run_detector([[np.nan]], threshold=10.0)


def test_below_a_ceiling_the_statistic_falls_again_when_days_are_good():
    e = np.concatenate([np.full((3, 50), 4.0), np.full((3, 10), 0.5)], axis=1)
    free = run_detector(e, threshold=100.0)
    held = run_detector(e, threshold=100.0, ceiling=300.0)
    assert held.first_alarm == free.first_alarm
    assert held.statistic[49] == 300.0
    assert free.statistic[-1] > 100.0
    assert held.statistic[-1] < 5.0


def test_each_day_may_have_its_own_dispersion():
    both = beta_binomial_e_values([9, 9], [1000, 1000], appetite=0.004, cv2=[0.01, 0.25])
    calm = beta_binomial_e_values([9], [1000], appetite=0.004, cv2=0.01)
    restless = beta_binomial_e_values([9], [1000], appetite=0.004, cv2=0.25)
    assert both.tolist() == np.concatenate([calm, restless], axis=1).tolist()
    assert (both[:, 0] > both[:, 1]).all()


def test_weekly_totals_confirm_with_a_seventh_of_the_threshold():
    counts = simulate(300, 364, rate=0.002)
    weekly, trials, threshold = counts.reshape(300, 52, 7).sum(axis=-1), 14_000, 1000.0 / 7
    quiet = run_detector(
        beta_binomial_e_values(weekly, trials, appetite=0.002, cv2=0.01), threshold=threshold
    )
    alarmed = (quiet.statistic >= threshold).any(axis=-1)
    assert alarmed.mean() <= 52 / threshold
    doubled = simulate(100, 70, rate=0.004)
    weekly = doubled.reshape(100, 10, 7).sum(axis=-1)
    loud = run_detector(beta_binomial_e_values(weekly, trials, appetite=0.002, cv2=0.01), threshold=threshold)
    assert np.median((loud.statistic >= threshold).argmax(axis=-1) + 1) <= 2
