"""How much a sieve misses, from a sample of the rest: what is known, what is bounded, what is not said."""

import numpy as np
import pytest

from methods.errors import InvalidArgumentError, InvalidCountsError
from methods.intervals import poisson_rate
from methods.miss_rate import MINIMUM_SAMPLED, MOST_UNANSWERED, MissRate, MissState, estimate_miss_rate


def estimate(seen: int, **more: float) -> MissRate:
    given = {"read": 400, "rest": 20_000, "inclusion": 0.02, "confirmed": 100.0} | more
    return estimate_miss_rate(seen, **given)


def test_each_miss_that_was_seen_stands_for_one_over_its_probability():
    found = estimate(4)
    assert (found.state, found.method) == (MissState.ESTIMATED, "weighted_gamma")
    assert found.missed == pytest.approx(200)
    assert found.value == pytest.approx(200 / 300)
    low, high = poisson_rate(4, 1, per=1 / 0.02)
    assert (found.missed_low, found.missed_high) == pytest.approx((low, high))
    assert (found.low, found.high) == pytest.approx((low / (low + 100), high / (high + 100)))


def test_no_miss_seen_is_a_bound_and_never_nought():
    found = estimate(0)
    assert found.state is MissState.BOUNDED
    assert np.isnan([found.value, found.missed]).all()
    assert (found.low, found.missed_low) == (0, 0)
    assert found.missed_high == pytest.approx(3.6889 / 0.02, rel=1e-4)
    assert found.high == pytest.approx(found.missed_high / (found.missed_high + 100))


def test_days_drawn_with_different_probabilities_are_weighed_apart():
    found = estimate_miss_rate([1, 3], read=[40, 300], rest=[2000, 1000], inclusion=[0.02, 0.3], confirmed=50)
    assert found.missed == pytest.approx(1 / 0.02 + 3 / 0.3)


def test_where_all_of_the_rest_was_read_the_rate_is_known():
    found = estimate_miss_rate([2, 0], read=[30, 12], rest=[30, 12], inclusion=[1, 1], confirmed=6)
    assert (found.state, found.method) == (MissState.ESTIMATED, "census")
    assert (found.value, found.low, found.high) == (0.25,) * 3
    assert estimate_miss_rate(0, read=0, rest=0, inclusion=1, confirmed=6).value == 0


def test_what_cannot_be_read_at_all_leaves_no_doubt_about_the_rest():
    found = estimate_miss_rate(0, read=38, rest=40, inclusion=1, confirmed=6)
    assert (found.state, found.method, found.value) == (MissState.ESTIMATED, "census", 0)


def test_a_day_that_was_read_whole_adds_no_chance():
    with_day = estimate_miss_rate([1, 5], read=[40, 20], rest=[2000, 20], inclusion=[0.02, 1], confirmed=50)
    alone = estimate_miss_rate(1, read=40, rest=2000, inclusion=0.02, confirmed=50)
    assert with_day.missed_high - alone.missed_high == pytest.approx(5)


def test_the_ends_are_at_least_what_was_seen_and_at_most_what_there_is():
    found = estimate_miss_rate(1, read=35, rest=40, inclusion=0.9, confirmed=10)
    assert found.missed_low == 1
    assert found.missed_high <= 1 + 5


@pytest.mark.parametrize("seen", [0, 3])
def test_where_nothing_passed_on_is_confirmed_there_is_a_number_and_no_share(seen: int):
    found = estimate(seen, confirmed=0.0)
    assert found.state is MissState.NONE_CONFIRMED
    assert np.isnan([found.value, found.low, found.high]).all()
    assert found.missed == pytest.approx(seen / 0.02 or np.nan, nan_ok=True)
    assert found.missed_high > seen / 0.02


@pytest.mark.parametrize(
    ("more", "state"),
    [
        ({"read": MINIMUM_SAMPLED - 1}, MissState.TOO_FEW_SAMPLED),
        ({"read": MINIMUM_SAMPLED}, MissState.BOUNDED),
        ({"unanswered_share": MOST_UNANSWERED}, MissState.BOUNDED),
        ({"unanswered_share": MOST_UNANSWERED + 0.001}, MissState.UNANSWERED),
    ],
)
def test_too_little_read_says_nothing(more: dict[str, float], state: MissState):
    found = estimate(0, **more)
    assert found.state is state
    assert np.isnan(found.missed_high) == (state is not MissState.BOUNDED)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"inclusion": 0.0}, InvalidArgumentError),
        ({"inclusion": 1.1}, InvalidArgumentError),
        ({"read": [1, 2]}, InvalidArgumentError),
        ({"rest": 300}, InvalidCountsError),
        ({"confirmed": -1.0}, InvalidCountsError),
    ],
)
def test_what_cannot_be_is_refused(more: dict, error: type[Exception]):
    with pytest.raises(error):
        estimate(1, **more)


def test_the_interval_holds_the_planted_number():
    """Misses in 28 days of unlike size; the draw is repeated. The full tests print more of this."""
    rng = np.random.default_rng(5)
    inclusion = rng.choice([0.02, 0.05, 0.3, 1.0], 28)
    missed, rest = rng.poisson(4, 28), np.full(28, 600)
    inside, estimates = 0, []
    for _ in range(400):
        seen = rng.binomial(missed, inclusion)
        read = seen + rng.binomial(rest - missed, inclusion)
        found = estimate_miss_rate(seen, read=read, rest=rest, inclusion=inclusion, confirmed=80)
        inside += found.missed_low <= missed.sum() <= found.missed_high
        estimates.append(found.missed)
    assert inside >= 0.95 * 400
    assert abs(np.mean(estimates) - missed.sum()) < 3 * np.std(estimates) / 20
