"""A back-test says what the stream would have done, and how fast it can be."""

import numpy as np
import pytest

from methods.alarms import review_share_e_values
from methods.backtest import run_back_test
from methods.errors import InvalidArgumentError


def test_a_good_history_raises_nothing_and_a_bad_spell_is_found_and_ends():
    quiet = run_back_test([5] * 90, [100] * 90, appetite=0.1, threshold=1000)
    assert (quiet.spells, quiet.days) == ((), 90)
    history = [5] * 40 + [25] * 10 + [5] * 40
    (spell,) = run_back_test(history, [100] * 90, appetite=0.1, threshold=1000).spells
    assert 40 <= spell.first <= 44
    assert spell.last is not None
    assert 50 <= spell.last <= 70
    (lasting,) = run_back_test([5] * 40 + [25] * 10, [100] * 50, appetite=0.1, threshold=1000).spells
    assert lasting.last is None


def test_a_larger_volume_is_faster():
    small = run_back_test([1] * 60, [10] * 60, appetite=0.1, threshold=1000)
    large = run_back_test([50] * 60, [1000] * 60, appetite=0.1, threshold=1000)
    assert large.median_delay < small.median_delay


def test_what_is_kept_with_a_decision_is_plain_numbers():
    figures = run_back_test([5] * 30, [100] * 30, appetite=0.1, threshold=1000).figures()
    assert figures["alarm_count"] == 0
    assert figures["threshold"] == 1000


def test_a_history_without_units_is_refused():
    with pytest.raises(InvalidArgumentError, match="days with units"):
        run_back_test([0, np.nan], [0, np.nan], appetite=0.1, threshold=1000)


def test_bets_on_reviewed_cases_are_fair_at_the_appetite_and_never_negative():
    rng = np.random.default_rng(2)
    weights = rng.choice([0.2, 1.8], 40_000)
    fair = review_share_e_values(rng.binomial(1, 0.2, 40_000), weights, appetite=0.2)
    assert fair.min() > 0
    assert fair.mean(axis=1) == pytest.approx([1, 1, 1], abs=0.02)
    worse = review_share_e_values(rng.binomial(1, 0.5, 40_000), weights, appetite=0.2)
    assert (np.log(worse).mean(axis=1) > 0).all()
    assert review_share_e_values([], [], appetite=0.2).shape == (3, 0)
