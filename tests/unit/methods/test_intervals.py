"""Intervals against published tables, and both sides of every boundary."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.errors import InvalidArgumentError, InvalidCountsError
from methods.intervals import (
    clopper_pearson,
    clopper_pearson_lower,
    clopper_pearson_upper,
    cluster_proportion,
    count_effective,
    estimate_cluster_size,
    jeffreys,
    poisson_rate,
    poisson_rate_ratio,
    wilson,
)

# Newcombe 1998, Statistics in Medicine 17:857, Table I, methods 3 and 5.
NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0, 0.1611), (0.0, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]


@pytest.mark.parametrize(("events", "trials", "score", "exact"), NEWCOMBE)
def test_wilson_and_clopper_pearson_give_newcombes_table(events, trials, score, exact):
    assert tuple(wilson(events, trials)) == pytest.approx(score, abs=5e-5)
    assert tuple(clopper_pearson(events, trials)) == pytest.approx(exact, abs=5e-5)


def test_thousands_of_intervals_come_from_one_call():
    events = np.arange(10_000)
    low, high = wilson(events, np.full(10_000, 10_000))
    assert low.shape == high.shape == (10_000,)
    assert np.all(low <= events / 10_000)
    assert np.all(events / 10_000 <= high)
    assert low[81] == wilson(81, 10_000).low


@pytest.mark.parametrize("method", [wilson, clopper_pearson, jeffreys])
def test_no_event_has_a_lower_end_of_exactly_zero_and_all_events_an_upper_end_of_exactly_one(method):
    for trials in (1, 7, 20, 123_457):
        assert method(0, trials).low == 0.0
        assert 0 < method(0, trials).high < 1
        assert method(trials, trials).high == 1.0
        assert 0 < method(trials, trials).low < 1
        if trials > 1:
            assert method(1, trials).low > 0
            assert method(trials - 1, trials).high < 1


@pytest.mark.parametrize("method", [wilson, clopper_pearson, jeffreys])
def test_no_trials_are_not_known_and_never_zero(method):
    low, high = method([0, 0], [0, 10])
    assert np.isnan(low[0])
    assert np.isnan(high[0])
    assert low[1] == 0.0
    assert high[1] > 0


@pytest.mark.parametrize(("events", "trials"), [(11, 10), (-1, 10), (0, -1), ([1, 3], [2, 2])])
def test_impossible_counts_are_refused(events, trials):
    with pytest.raises(InvalidCountsError, match="0 <= events <= trials"):
        wilson(events, trials)


def test_all_events_are_allowed_and_one_more_is_not():
    assert wilson(10, 10).high == 1.0
    with pytest.raises(InvalidCountsError):
        wilson(10.01, 10)


def test_a_confidence_of_one_is_refused():
    with pytest.raises(InvalidArgumentError, match="confidence"):
        wilson(1, 10, confidence=1.0)
    assert wilson(1, 10, confidence=0.999).high < 1


def test_one_sided_upper_bound_of_no_event_is_the_closed_form():
    # 1 - 0.05^(1/n), about 3/n: Clopper & Pearson 1934.
    assert clopper_pearson_upper(0, 1000) == pytest.approx(0.0029912495450953314, abs=1e-12)
    assert clopper_pearson_upper([0, 3, 40], [30_000, 20_000, 20_000]) == pytest.approx(
        [9.985275683344064e-05, 0.00038763675578637095, 0.0026026826868993597], rel=1e-9
    )
    assert clopper_pearson_upper(5, 5) == 1.0
    assert np.isnan(clopper_pearson_upper(0, 0))


def test_one_sided_bounds_are_the_ends_of_the_two_sided_interval_of_twice_the_tail():
    both = clopper_pearson(7, 300, confidence=0.90)
    assert clopper_pearson_lower(7, 300) == pytest.approx(both.low, rel=1e-12)
    assert clopper_pearson_upper(7, 300) == pytest.approx(both.high, rel=1e-12)


def test_poisson_rate_is_the_exact_interval_of_r():
    # R 4.2.2 stats::poisson.test(137, 24.19893), the example of its documentation.
    low, high = poisson_rate(137, 24.19893, per=1)
    assert low == pytest.approx(4.75312480484875, abs=1e-6)
    assert high == pytest.approx(6.69270933417607, abs=1e-6)
    assert poisson_rate(137, 24.19893).low == pytest.approx(4753.12480484875, abs=1e-3)


def test_poisson_rate_of_no_event_starts_at_zero_and_without_exposure_is_not_known():
    low, high = poisson_rate([0, 1, 0], [1000, 1000, 0])
    assert low[0] == 0.0
    assert high[0] == pytest.approx(3.688879, abs=1e-6)  # -ln(0.025)
    assert low[1] == pytest.approx(0.0253178, abs=1e-6)  # -ln(0.975)
    assert np.isnan(low[2])
    assert np.isnan(high[2])
    with pytest.raises(InvalidCountsError):
        poisson_rate(-1, 1000)


def test_poisson_rate_may_hold_more_events_than_units():
    assert poisson_rate(12, 10, per=1).low > 0


def test_poisson_rate_ratio_is_the_exact_conditional_interval_of_r():
    # R 4.2.2 stats::poisson.test(c(11, 6+8+7), c(800, 1083+1050+878)).
    low, high = poisson_rate_ratio(11, 800, reference_events=21, reference_exposure=3011)
    assert low == pytest.approx(0.858426403391639, abs=1e-6)
    assert high == pytest.approx(4.27726594365407, abs=1e-6)


def test_a_rate_ratio_with_an_empty_arm_is_one_sided():
    none_here = poisson_rate_ratio(0, 800, reference_events=21, reference_exposure=3011)
    none_there = poisson_rate_ratio(11, 800, reference_events=0, reference_exposure=3011)
    assert none_here.low == 0.0
    assert 0 < none_here.high < 1
    assert none_there.high == np.inf
    assert none_there.low > 1
    assert np.isnan(poisson_rate_ratio(0, 800, reference_events=0, reference_exposure=3011).low)
    assert np.isnan(poisson_rate_ratio(1, 0, reference_events=2, reference_exposure=3011).high)


def test_single_units_as_clusters_give_back_the_plain_wilson_interval():
    events = np.zeros(400)
    events[:40] = 1
    found = cluster_proportion(events, np.ones(400))
    assert found.value == pytest.approx(0.1)
    assert found.deff == pytest.approx(1.0, abs=0.01)
    assert (found.low, found.high) == pytest.approx(tuple(wilson(40, 400)), abs=1e-3)
    assert found.method == "wilson_effective"


def test_users_who_answer_always_the_same_have_the_design_effect_of_their_size():
    # Perfect correlation inside clusters of 10: the design effect is 10 (times k/(k-1)), Kish 1965.
    numerators = np.repeat([10, 0, 0, 0, 0], 20)
    found = cluster_proportion(numerators, np.full(100, 10))
    assert found.deff == pytest.approx(10 * 100 / 99, rel=1e-9)
    plain = wilson(200, 1000)
    assert found.high - found.low > 3 * (plain.high - plain.low)


def test_many_groups_are_taken_at_once_along_the_last_axis():
    rng = np.random.default_rng(7)
    units = rng.integers(1, 30, size=(50, 64))
    events = rng.binomial(units, 0.2)
    together = cluster_proportion(events, units)
    alone = cluster_proportion(events[3], units[3])
    assert together.low.shape == (50,)
    assert together.low[3] == alone.low
    assert together.effective_n[3] == alone.effective_n


def test_few_events_take_the_prior_and_ten_events_their_own_design_effect():
    units = np.full(64, 20)
    nine, ten = np.zeros(64), np.zeros(64)
    nine[:9], ten[:10] = 1, 1
    assert cluster_proportion(nine, units).method == "wilson_effective_prior"
    assert cluster_proportion(nine, units).deff == pytest.approx(1 + 19 * 0.05)
    assert cluster_proportion(ten, units).method == "wilson_effective"
    assert cluster_proportion(ten, units).deff < 1


def test_the_prior_is_a_floor_and_never_hides_an_estimate_above_it():
    numerators = np.zeros(64)
    numerators[0] = 9  # one user has all nine
    found = cluster_proportion(numerators, np.full(64, 20))
    assert found.method == "wilson_effective_prior"
    assert found.deff > 1 + 19 * 0.05


def test_hash_buckets_take_the_prior_from_users_not_from_the_size_of_the_bucket():
    units = np.full(64, 800)
    events = np.zeros(64)
    from_bucket = cluster_proportion(events, units)
    from_users = cluster_proportion(events, units, prior_cluster_size=5)
    assert from_users.deff == pytest.approx(1.2)
    assert from_bucket.deff > 30
    assert from_users.low == 0.0
    assert from_users.high == pytest.approx(wilson(0, 64 * 800 / 1.2).high)


@pytest.mark.parametrize("each", [[1] * 300, [5] * 300, [1] * 200 + [80] * 3, [30] * 2])
def test_how_many_units_a_person_has_is_read_from_buckets_that_mix_people(each: list[int]):
    rng = np.random.default_rng(3)
    units = np.array([np.bincount(rng.integers(0, 64, len(each)), each, 64) for _ in range(400)])
    truth = sum(one**2 for one in each) / sum(each)
    found = estimate_cluster_size(units)
    assert found.mean() == pytest.approx(truth, rel=0.08)  # a size of 1 is its own floor
    assert found.std() < 0.2 * truth


def test_one_person_is_one_cluster_of_all_units_and_none_has_no_size():
    assert estimate_cluster_size([150] + [0] * 63) == pytest.approx(150)
    assert estimate_cluster_size([0] * 64) == 1


def test_fewer_than_ten_users_get_the_exact_interval_and_ten_do_not():
    nine = cluster_proportion([1] * 4 + [0] * 5, [3] * 9)
    ten = cluster_proportion([1] * 4 + [0] * 6, [3] * 10)
    assert nine.method == "exact_effective_few_clusters"
    assert (nine.clusters, ten.clusters) == (9, 10)
    assert ten.method == "wilson_effective_prior"
    assert nine.low < 4 / 27 < nine.high


def test_clusters_count_as_so_many_of_one_size():
    assert count_effective([7] * 12 + [0] * 52) == 12
    assert count_effective([600] + [2] * 300) == pytest.approx(1200**2 / (600**2 + 300 * 4))
    assert count_effective([0] * 64) == 0


def draw_in_buckets(sizes: list[int], *, share: float, correlation: float) -> tuple[np.ndarray, np.ndarray]:
    """Events and units of people whose chances differ, in 64 buckets, 500 times."""
    rng, spread, draws = np.random.default_rng(20261130), 1 / correlation - 1, 500
    bucket = np.arange(draws)[:, None] * 64 + rng.integers(0, 64, (draws, len(sizes)))
    chances = rng.beta(share * spread, (1 - share) * spread, bucket.shape)
    counted = rng.binomial(sizes, chances), np.broadcast_to(sizes, bucket.shape)
    events, units = (np.bincount(bucket.ravel(), each.ravel(), draws * 64) for each in counted)
    return events.reshape(draws, 64), units.reshape(draws, 64)


@pytest.mark.parametrize("sizes", [
    [150] + [2] * 300, [600] + [2] * 300, [2400] + [2] * 300, [200] * 3 + [2] * 200, [240] * 5 + [1] * 300,
])  # fmt: skip
@pytest.mark.parametrize("correlation", [0.05, 0.3])
def test_people_with_much_of_all_units_are_the_few_that_they_are(sizes: list[int], correlation: float):
    """64 buckets hold somebody, and one or five people decide what the share is."""
    events, units = draw_in_buckets(sizes, share=0.3, correlation=correlation)
    found = cluster_proportion(events, units, prior_cluster_size=estimate_cluster_size(units))
    assert np.mean((found.low <= 0.3) & (found.high >= 0.3)) >= 0.93


@pytest.mark.parametrize("sizes", [[2] * 1000, [5] * 200, [20] * 100])
def test_many_who_come_alike_stay_as_narrow_as_their_design_effect(sizes: list[int]):
    events, units = draw_in_buckets(sizes, share=0.3, correlation=0.05)
    found = cluster_proportion(events, units, prior_cluster_size=estimate_cluster_size(units))
    worth = units.sum(axis=1) / (1 + (sizes[0] - 1) * 0.05)
    exact = wilson(0.3 * worth, worth)
    assert np.mean(found.high - found.low) < 1.05 * np.mean(exact.high - exact.low)
    assert 0.925 <= np.mean((found.low <= 0.3) & (found.high >= 0.3)) <= 0.975


def test_four_people_with_one_unit_each_are_four():
    four = cluster_proportion([1, 0, 0, 0], [1, 1, 1, 1])
    assert four.deff == 1
    assert tuple(clopper_pearson(1, 4)) == pytest.approx((four.low, four.high))


def test_one_person_is_one_witness_who_was_seen_both_ways_and_the_prior_where_not():
    assert cluster_proportion([30], [100]).effective_n == 1
    assert cluster_proportion([0], [100]).deff == pytest.approx(1 + 99 * 0.05)


def test_a_floor_of_one_holds_for_alarms():
    units, events = np.full(64, 20), np.ones(64)
    assert cluster_proportion(events, units).deff < 1
    assert cluster_proportion(events, units, minimum_deff=1.0).deff == 1.0


def test_clusters_without_units_are_not_known_and_empty_ones_do_not_count():
    nothing = cluster_proportion([0, 0, 0], [0, 0, 0])
    assert np.isnan(nothing.value)
    assert np.isnan(nothing.low)
    assert np.isnan(nothing.deff)
    assert nothing.method == "none"
    units, events = np.full(20, 5), np.tile([1, 0], 10)
    padded = cluster_proportion(np.append(events, [0] * 30), np.append(units, [0] * 30))
    assert padded.low == pytest.approx(cluster_proportion(events, units).low, rel=1e-12)
    with pytest.raises(InvalidArgumentError, match="last axis"):
        cluster_proportion(1, 10)


def test_clustered_intervals_cover_the_truth_and_naive_ones_do_not():
    rng = np.random.default_rng(20261122)
    sizes = rng.integers(5, 40, size=(1000, 64))
    # Beta-distributed user rates with mean 0.1 and ICC 0.1.
    events = rng.binomial(sizes, rng.beta(0.9, 8.1, size=(1000, 64)))
    found = cluster_proportion(events, sizes)
    plain = wilson(events.sum(axis=1), sizes.sum(axis=1))
    assert 0.925 <= np.mean((found.low <= 0.1) & (found.high >= 0.1)) <= 0.975
    assert np.mean((plain.low <= 0.1) & (plain.high >= 0.1)) < 0.85


@pytest.mark.full
def test_every_case_of_the_proportion_oracle(shared: Path):
    oracle = json.loads((shared / "oracles" / "proportion_ci_newcombe1998.json").read_text())
    assert len(oracle["cases"]) == 4
    for case in oracle["cases"]:
        for name, method in (("wilson", wilson), ("clopper_pearson", clopper_pearson)):
            found = method(case["x"], case["n"], confidence=case["conf"])
            assert tuple(found) == pytest.approx(case[name], abs=oracle["tolerance"])


@pytest.mark.full
def test_every_case_of_the_poisson_oracle(shared: Path):
    oracle = json.loads((shared / "oracles" / "poisson_rate_ci_R.json").read_text())
    rate, ratio = oracle["cases"]
    assert tuple(poisson_rate(rate["count"], rate["exposure"], per=1)) == pytest.approx(
        rate["ci"], abs=oracle["tolerance"]
    )
    found = poisson_rate_ratio(
        ratio["count"][0],
        ratio["exposure"][0],
        reference_events=ratio["count"][1],
        reference_exposure=ratio["exposure"][1],
    )
    assert tuple(found) == pytest.approx(ratio["ci"], abs=oracle["tolerance"])


@pytest.mark.full
def test_the_design_effect_of_the_cluster_oracle(shared: Path):
    (case,) = json.loads((shared / "oracles" / "design_effect_epiR.json").read_text())["cases"]
    found = cluster_proportion(
        np.zeros(64), np.full(64, 100), icc_prior=case["icc"], prior_cluster_size=case["mean_cluster"]
    )
    assert found.deff == pytest.approx(case["deff"])
