"""Groups against the rest: what is a difference, what is alike, and what cannot be told."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.equity import (
    EquityStatus,
    bound_ratio,
    compare_with_rest,
    judge_measurement,
    judge_ratio,
    katz_ratio,
    newcombe_difference,
    shrink_rates,
)
from methods.errors import EstimateRefusedError, InvalidArgumentError
from methods.intervals import Interval, clopper_pearson, poisson_rate_ratio


def test_the_log_interval_is_that_of_hosmer_and_lemeshow():
    # birthwt: 30 of 74 against 29 of 115, risk ratio 1.6076 (1.0578 to 2.4433); epiR epi.2by2.
    found = katz_ratio(30, 74, reference_events=29, reference_trials=115)
    assert tuple(found) == pytest.approx((1.05781242476251, 2.44326228469116), abs=1e-6)


def test_a_group_is_held_against_the_others_and_not_against_everybody():
    found = compare_with_rest([30, 29], [74, 115], minimum_trials=50)
    assert found.ratio.tolist() == pytest.approx([1.6076421248835, 1 / 1.6076421248835])
    assert found.low[0] == pytest.approx(1.05781242476251, abs=1e-6)
    assert found.low[0] == pytest.approx(1 / found.high[1])
    assert found.difference_per_1000[0] == pytest.approx(153.231491361927)


def test_a_ratio_that_only_excludes_one_is_no_difference_yet():
    found = compare_with_rest([30, 29], [74, 115], minimum_trials=50)
    assert found.low[0] > 1
    assert found.status.tolist() == [EquityStatus.NOT_ASSESSABLE] * 2


@pytest.mark.parametrize(
    ("low", "high", "status"),
    [
        (1.2501, 3.0, EquityStatus.DIFFERENT),
        (1.25, 3.0, EquityStatus.NOT_ASSESSABLE),
        (0.3, 0.7999, EquityStatus.DIFFERENT),
        (0.3, 0.8, EquityStatus.NOT_ASSESSABLE),
        (0.8, 1.25, EquityStatus.EQUIVALENT),
        (0.7999, 1.25, EquityStatus.NOT_ASSESSABLE),
        (0.8, 1.2501, EquityStatus.NOT_ASSESSABLE),
        (float("nan"), 1.0, EquityStatus.NOT_ASSESSABLE),
    ],
)
def test_the_equivalence_band_on_both_sides(low, high, status):
    assert judge_ratio(low, high) == status
    assert judge_ratio(low, high, is_assessable=False) == EquityStatus.NOT_ASSESSABLE


def test_large_groups_are_told_apart_or_called_alike():
    found = compare_with_rest([900, 300, 310], [30_000, 20_000, 20_000])
    assert found.status[0] == EquityStatus.DIFFERENT
    alike = compare_with_rest([2000, 2010], [50_000, 50_000])
    assert alike.status.tolist() == [EquityStatus.EQUIVALENT] * 2


def test_a_hundred_conversations_are_assessed_and_one_less_is_not_on_either_side():
    # 50 times the rate of the rest: different wherever it may be said.
    def status(events: int, trials: int, place: int = 0) -> str:
        return compare_with_rest([events, 100], [trials, 50_000]).status[place]

    assert status(10, 100) == status(9, 100) == EquityStatus.DIFFERENT
    assert status(10, 99) == status(9, 99) == EquityStatus.NOT_ASSESSABLE
    assert status(10, 99, 1) == EquityStatus.NOT_ASSESSABLE


@pytest.mark.parametrize(
    ("events", "trials"),
    [([40, 0], [200, 500]), ([1004, 0], [1004, 2620]), ([40, 9], [200, 50_000]), ([8, 0], [100, 50_000])],
)
def test_the_largest_differences_are_told_where_a_side_has_few_events_or_none(events, trials):
    found = compare_with_rest(events, trials)
    assert found.status.tolist() == [EquityStatus.DIFFERENT] * 2
    assert found.low[0] > 1.25
    assert found.high[1] < 0.8
    assert np.isinf(found.high[0]) == (events[1] == 0)


def test_few_events_are_judged_by_the_exact_interval_and_ten_by_the_log_interval():
    def judge(events: int):
        found = compare_with_rest([events, 600], [1000, 60_000])
        return found.low[0], found.high[0]

    ends = [
        tuple(poisson_rate_ratio(9, 1000, reference_events=600, reference_exposure=60_000)),
        tuple(katz_ratio(10, 1000, reference_events=600, reference_trials=60_000)),
    ]
    assert [judge(9), judge(10)] == [pytest.approx(each) for each in ends]
    assert compare_with_rest([9, 600], [1000, 60_000]).status[0] == EquityStatus.NOT_ASSESSABLE


def test_no_event_on_either_side_says_nothing():
    assert set(compare_with_rest([0, 0], [5000, 5000]).status) == {EquityStatus.NOT_ASSESSABLE}


def test_a_design_effect_widens_the_comparison():
    plain = compare_with_rest([900, 600], [30_000, 40_000])
    clustered = compare_with_rest([900, 600], [30_000, 40_000], deff=[4.0, 4.0])
    assert np.log(clustered.high / clustered.low) == pytest.approx(2 * np.log(plain.high / plain.low))
    small = compare_with_rest([900, 600], [30_000, 40_000], deff=0.5)
    assert small.low.tolist() == plain.low.tolist()


@pytest.mark.parametrize(("trials", "status"), [(5000, "different"), (1000, "not_assessable")])
def test_no_event_in_a_group_has_an_exact_upper_end(trials: int, status: str):
    """Ten and two would be expected."""
    found = compare_with_rest([0, 100], [trials, 50_000])
    assert found.low[0] == 0.0
    assert found.high[0] == pytest.approx(clopper_pearson(0, 100).high * 50_000 / trials, rel=0.05)
    assert found.ratio[0] > 0
    assert found.status[0] == status


def test_a_group_without_conversations_is_not_known():
    found = compare_with_rest([0, 100], [0, 5000])
    assert np.isnan(found.ratio).all()
    assert set(found.status) == {EquityStatus.NOT_ASSESSABLE}
    with pytest.raises(InvalidArgumentError, match="two groups"):
        compare_with_rest([1], [10])


def test_the_score_interval_of_a_difference_is_newcombes():
    # Newcombe 1998, Stat Med 17:873, Table II, method 10: 56/70 - 48/80, 9/10 - 3/10, 10/10 - 0/10.
    cases = {
        (56, 70, 48, 80): (0.0524, 0.3339),
        (9, 10, 3, 10): (0.1705, 0.8090),
        (10, 10, 0, 10): (0.6075, 1.0000),
    }
    for (x, n, x0, n0), expected in cases.items():
        found = newcombe_difference(x, n, reference_events=x0, reference_trials=n0)
        assert tuple(found) == pytest.approx(expected, abs=5e-5)


def test_two_detectors_specificities_alone_can_make_a_ratio():
    # True rate .5 % in both groups, sensitivity .9: specificity .98 against .99 shows 1.69 (.985: 1.34).
    def flagged(specificity: float) -> float:
        return 0.9 * 0.005 + (1 - specificity) * 0.995

    assert flagged(0.98) / flagged(0.99) == pytest.approx(1.69, abs=0.01)
    assert flagged(0.985) / flagged(0.99) == pytest.approx(1.34, abs=0.01)
    box = {"sensitivity": (0.85, 0.95), "reference_sensitivity": (0.85, 0.95)}
    bounds = bound_ratio(
        flagged(0.98), flagged(0.99), specificity=(0.975, 0.985), reference_specificity=(0.985, 0.995), **box
    )
    assert bounds.low <= 1 <= bounds.high
    assert judge_measurement("different", bounds) is EquityStatus.MEASUREMENT_CANNOT_SEPARATE
    known = bound_ratio(
        flagged(0.98), flagged(0.99), specificity=(0.98, 0.98), reference_specificity=(0.99, 0.99),
        sensitivity=(0.9, 0.9), reference_sensitivity=(0.9, 0.9),
    )  # fmt: skip
    assert tuple(known) == pytest.approx((1.0, 1.0))


def test_a_difference_beyond_the_error_rates_stands():
    bounds = bound_ratio(
        0.20, 0.05, sensitivity=(0.85, 0.95), specificity=(0.98, 0.99),
        reference_sensitivity=(0.85, 0.95), reference_specificity=(0.98, 0.99),
    )  # fmt: skip
    assert bounds.low > 1
    assert judge_measurement("different", bounds) is EquityStatus.DIFFERENT
    assert (
        judge_measurement("different", Interval(1.0, 2.0, "box")) is EquityStatus.MEASUREMENT_CANNOT_SEPARATE
    )
    assert judge_measurement("different", Interval(1.001, 2.0, "box")) is EquityStatus.DIFFERENT


def test_alike_in_flags_is_alike_only_if_no_error_rate_could_hide_a_difference():
    inside, outside = Interval(0.8, 1.25, "box"), Interval(0.79, 1.25, "box")
    assert judge_measurement("equivalent", inside) is EquityStatus.EQUIVALENT
    assert judge_measurement("equivalent", outside) is EquityStatus.MEASUREMENT_CANNOT_SEPARATE
    assert judge_measurement("not_assessable", outside) is EquityStatus.NOT_ASSESSABLE


def test_flags_no_better_than_chance_bound_nothing():
    with pytest.raises(EstimateRefusedError, match="chance"):
        bound_ratio(
            0.2, 0.1, sensitivity=(0.4, 0.6), specificity=(0.6, 0.7),
            reference_sensitivity=(0.9, 0.9), reference_specificity=(0.9, 0.9),
        )  # fmt: skip
    nothing_left = bound_ratio(
        0.01, 0.005, sensitivity=(0.9, 0.9), specificity=(0.98, 0.99),
        reference_sensitivity=(0.9, 0.9), reference_specificity=(0.99, 0.995),
    )  # fmt: skip
    assert (nothing_left.low, nothing_left.high) == (0.0, np.inf)


def test_small_groups_are_drawn_to_the_mean_and_large_ones_stay():
    found = shrink_rates([3, 300, 200, 100, 420], [20, 10_000, 10_000, 10_000, 10_000])
    assert found.raw[0] == pytest.approx(0.15)
    assert found.shrunk[0] < 0.07
    assert found.shrunk[1] == pytest.approx(found.raw[1], rel=0.05)
    assert np.all((found.low < found.shrunk) & (found.shrunk < found.high))


def test_groups_that_do_not_differ_all_get_the_mean():
    found = shrink_rates([20, 20, 20], [1000, 1000, 1000])
    assert found.shrunk.tolist() == [0.02] * 3
    assert np.isnan(shrink_rates([20, 0], [1000, 0]).raw[1])
    with pytest.raises(InvalidArgumentError):
        shrink_rates([0], [0])


@pytest.mark.full
def test_the_ratio_of_the_oracle(shared: Path):
    cases = json.loads((shared / "oracles" / "risk_ratio_birthwt.json").read_text())["cases"]
    trials = (cases["a"] + cases["b"], cases["c"] + cases["d"])
    found = compare_with_rest([cases["a"], cases["c"]], trials, minimum_trials=50)
    assert [found.ratio[0], found.low[0], found.high[0]] == pytest.approx(cases["RR"], abs=1e-6)
    assert found.difference_per_1000[0] / 10 == pytest.approx(cases["RD_per100"][0], abs=1e-6)
