"""The four rules as NHSRplotthedots tests them (MIT, tests/testthat/test-ptd_calculate_point_type.R)."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.charts import Variation, xmr_chart
from methods.run_rules import (
    Rule,
    RunJudgement,
    apply_rules,
    judge_runs,
    mark_shifts,
    mark_trends,
    mark_two_of_three,
    spread_back,
)


@pytest.mark.parametrize(
    ("sides", "expected"),
    [
        ([1, 1, 1, 1, 1, 1], [0, 0, 0, 0, 0, 0]),
        ([1, 1, 1, 1, 1, 1, -1], [0, 0, 0, 0, 0, 0, 0]),
        ([1, 1, 1, 1, 1, 1, 1, 1, -1], [0, 0, 0, 0, 0, 0, 1, 1, 0]),
        ([-1, -1, -1, -1, -1, -1, -1, -1, 1], [0, 0, 0, 0, 0, 0, -1, -1, 0]),
        ([0] * 8, [0] * 8),
    ],
)
def test_seven_on_one_side_are_a_shift_and_six_are_not(sides, expected):
    assert mark_shifts(sides).tolist() == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3, 4, 5, 6], [0, 0, 0, 0, 0, 0]),
        ([1, 2, 3, 3, 4, 5, 6], [0, 0, 0, 0, 0, 0, 0]),
        ([1, 2, 3, 4, 5, 6, 7], [0, 0, 0, 0, 0, 0, 1]),
        ([2, 1, 2, 3, 4, 5, 6, 7, 3], [0, 0, 0, 0, 0, 0, 0, 1, 0]),
        ([7, 6, 5, 4, 3, 2, 1], [0, 0, 0, 0, 0, 0, -1]),
        ([3], [0]),
    ],
)
def test_seven_rising_points_are_a_trend_and_six_or_a_pause_are_not(values, expected):
    assert mark_trends(values).tolist() == expected


@pytest.mark.parametrize(
    ("ends", "expected"),
    [
        ([0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 1, 1, 1, 1, 0]),
        ([0, 0, 0, 0, 0, 0, 0, 1, 0], [0, 1, 1, 1, 1, 1, 1, 1, 0]),
        ([0, 0, 0, 0, 0, 0, -1, 0], [-1, -1, -1, -1, -1, -1, -1, 0]),
    ],
)
def test_the_whole_run_is_marked(ends, expected):
    assert spread_back(ends, length=7).tolist() == expected


@pytest.mark.parametrize(
    ("close", "side", "expected"),
    [
        ([1, 0, 1], [1, 1, 1], [1, 1, 1]),
        ([1, 0, 1], [1, -1, 1], [0, 0, 0]),
        ([0, 0, 1, 0, 1, 0, 0], [1] * 7, [0, 0, 1, 1, 1, 0, 0]),
        ([0, 0, 1, 1, 0, 0, 0], [1] * 7, [0, 1, 1, 1, 1, 0, 0]),
        ([1, 0, 1], [-1, -1, -1], [-1, -1, -1]),
        ([1, 0, 0, 1], [1] * 4, [0, 0, 0, 0]),
    ],
)
def test_two_of_three_near_a_limit_need_one_side(close, side, expected):
    assert mark_two_of_three(close, side).tolist() == expected


def flat(values: list[float]) -> RunJudgement:
    y = np.array(values, dtype=float)
    return apply_rules(y, mean=np.zeros_like(y), low=np.full_like(y, -3.0), high=np.full_like(y, 3.0))


def test_the_rule_that_comes_first_names_the_point():
    judged = flat([1, 1.1, 1.2, 1.3, 1.4, 1.5, 3.1])
    assert judged.rules.tolist() == [Rule.TREND] * 6 + [Rule.OUTSIDE_LIMITS]
    assert set(judged.variation) == {Variation.SPECIAL_CAUSE_HIGH}
    judged = flat([-2.5, -1, -2.5, -1, -1, -1, -1])
    assert judged.rules.tolist() == [Rule.TWO_OF_THREE] * 3 + [Rule.SHIFT] * 4
    assert set(judged.variation) == {Variation.SPECIAL_CAUSE_LOW}


def test_a_point_outside_a_limit_is_not_also_near_it():
    judged = flat([3.1, 1, 2.5])
    assert judged.rules.tolist() == [Rule.OUTSIDE_LIMITS, Rule.NONE, Rule.NONE]
    judged = flat([2.9, 1, 2.5])
    assert judged.rules.tolist() == [Rule.TWO_OF_THREE] * 3


def test_two_thirds_of_the_way_to_the_limit_is_not_yet_near():
    assert flat([2.0, 1, 2.5]).rules.tolist() == [Rule.NONE] * 3
    assert flat([2.01, 1, 2.5]).rules.tolist() == [Rule.TWO_OF_THREE] * 3


def test_rules_never_span_a_new_phase():
    values = [value + (3 if position >= 20 else 0) for position, value in enumerate([1.0, -1.0] * 20)]
    one = judge_runs(values)
    two = judge_runs(values, phases=["before"] * 20 + ["after"] * 20)
    assert Rule.SHIFT in one.rules
    assert set(two.rules) == {Rule.NONE}
    assert set(two.variation) == {Variation.COMMON_CAUSE}


def test_a_short_phase_is_not_assessed_and_a_gap_does_not_break_the_index():
    judged = judge_runs([1.0, 2.0] * 6)
    assert set(judged.variation) == {Variation.NOT_ASSESSED}
    assert set(judged.rules) == {Rule.NONE}
    judged = judge_runs([1.0, 2.0, np.nan] * 6 + [1.5])
    assert judged.variation[2] == Variation.NOT_ASSESSED
    assert judged.variation[3] == Variation.COMMON_CAUSE


@pytest.mark.full
def test_the_snapshots_of_nhsrplotthedots(shared: Path):
    cases = json.loads((shared / "oracles" / "nhs_ptd_xmr_rnorm123.json").read_text())["cases"]
    for name, screen in (("r1_screen", True), ("r2_outlier_screen", True), ("r3_outlier_noscreen", False)):
        rows = cases[name]
        values = [row["y"] for row in rows]
        chart = xmr_chart(values, screen=screen)
        for column, found in (("mean_col", chart.centre), ("lpl", chart.low), ("upl", chart.high)):
            assert found == pytest.approx([row[column] for row in rows], abs=1e-5)
        judged = judge_runs(values, screen=screen)
        is_common = [row["special_cause_type"] == "Common Cause" for row in rows]
        assert (judged.rules == Rule.NONE).tolist() == is_common
        assert (judged.variation == Variation.COMMON_CAUSE).tolist() == is_common


@pytest.mark.full
def test_the_precedence_of_the_oracle(shared: Path):
    cases = json.loads((shared / "oracles" / "nhs_ptd_rules_unit.json").read_text())["cases"]
    assert cases["precedence"] == [
        "outside limits",
        "7 point trend",
        "2 in 3",
        "7 points one side",
        "common cause",
    ]
    order = [Rule.OUTSIDE_LIMITS, Rule.TREND, Rule.TWO_OF_THREE, Rule.SHIFT, Rule.NONE]
    assert list(Rule) == order
