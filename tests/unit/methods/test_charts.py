"""Control charts against published limits, and what they refuse to judge."""

import json
from pathlib import Path

import numpy as np
import pytest

from methods.charts import (
    ChartKind,
    Variation,
    g_chart,
    laney_chart,
    laney_sigma,
    mean_moving_range,
    t_chart,
    xmr_chart,
)
from methods.errors import InvalidArgumentError, InvalidCountsError


def quiet_days(
    count: int, *, events: int = 20, trials: int = 1000, seed: int = 5
) -> tuple[np.ndarray, np.ndarray]:
    return np.random.default_rng(seed).binomial(trials, events / trials, size=count), np.full(count, trials)


def test_the_classical_p_chart_has_montgomerys_limits():
    # Montgomery, Introduction to SQC, Example 7.1: mean 0.2150 (301 of 28 samples of 50), limits 0.0407 and
    # 0.3893.
    events = np.array([10, 11] * 13 + [14, 14])
    assert events.sum() == 301
    chart = laney_chart(events, np.full(28, 50), sigma_z=1.0)
    assert chart.centre[0] == pytest.approx(0.2150)
    assert chart.low[0] == pytest.approx(0.04070284, abs=1e-8)
    assert chart.high[0] == pytest.approx(0.38929716, abs=1e-8)


def test_the_classical_u_chart_has_montgomerys_limits():
    # Montgomery, Table 7.11: 153 defects in 107.5 units of 50; the first roll has 10 units and the limits
    # .2915, 2.5550.
    chart = laney_chart(
        [14, 139], [10, 97.5], kind=ChartKind.RATE, sigma_z=1.0, minimum_points=2, minimum_exposure=1
    )
    assert chart.centre[0] == pytest.approx(1.423255814, abs=1e-9)
    assert chart.low[0] == pytest.approx(0.2914739301, abs=1e-8)
    assert chart.high[0] == pytest.approx(2.5550376978, abs=1e-8)


def test_limits_follow_the_denominator_of_each_point():
    events, trials = quiet_days(60)
    trials[59], events[59] = 200, 4
    chart = laney_chart(events, trials, sigma_z=1.0)
    assert chart.high[59] - chart.centre[59] == pytest.approx(
        (chart.high[0] - chart.centre[0]) * np.sqrt(5), rel=1e-9
    )


def test_a_huge_denominator_with_ordinary_spread_is_common_cause_only_with_overdispersion():
    rng = np.random.default_rng(11)
    trials = np.full(60, 100_000)
    events = rng.binomial(trials, 0.002 * np.exp(rng.normal(0, 0.2, 60)))
    plain = laney_chart(events, trials, sigma_z=1.0)
    laney = laney_chart(events, trials)
    assert np.sum(plain.variation == Variation.SPECIAL_CAUSE_HIGH) >= 5
    assert np.sum(laney.variation == Variation.SPECIAL_CAUSE_HIGH) <= 1
    assert laney.sigma_z > 2


def test_overdispersion_is_never_below_one():
    events = np.array([20, 20, 21] * 10)
    assert laney_sigma((events / 1000 - 0.02) / np.sqrt(0.02 * 0.98 / 1000)) < 1
    assert laney_chart(events, np.full(30, 1000)).sigma_z == 1.0


def test_a_point_outside_is_special_and_a_point_on_the_limit_is_not():
    events, trials = quiet_days(57)
    baseline = laney_chart(events, trials)
    inside, outside = events.copy(), events.copy()
    inside[56] = int(np.floor(baseline.high[56] * 1000))
    outside[56] = inside[56] + 1
    assert laney_chart(inside, trials).variation[56] == Variation.COMMON_CAUSE
    assert laney_chart(outside, trials).variation[56] == Variation.SPECIAL_CAUSE_HIGH
    # Exactly on the limit: mean 2 of each pair of points, 1 and 3 -> 2.66 * 2 = 5.32.
    steady = [1.0, 3.0] * 15
    assert (
        xmr_chart([*steady, 7.32], is_baseline=[True] * 30 + [False]).variation[-1] == Variation.COMMON_CAUSE
    )
    assert (
        xmr_chart([*steady, 7.33], is_baseline=[True] * 30 + [False]).variation[-1]
        == Variation.SPECIAL_CAUSE_HIGH
    )
    assert (
        xmr_chart([*steady, -3.33], is_baseline=[True] * 30 + [False]).variation[-1]
        == Variation.SPECIAL_CAUSE_LOW
    )


def test_the_baseline_is_frozen_so_what_comes_later_does_not_move_the_limits():
    events, trials = quiet_days(90)
    worse = events.copy()
    worse[56:] *= 3
    assert laney_chart(worse, trials).high[89] == laney_chart(events, trials).high[89]
    moved = events.copy()
    moved[55] *= 3
    assert laney_chart(moved, trials).high[89] != laney_chart(events, trials).high[89]


def test_twenty_baseline_points_give_limits_and_nineteen_do_not():
    events, trials = quiet_days(19)
    chart = laney_chart(events, trials)
    assert np.all(np.isnan(chart.high))
    assert np.isfinite(chart.centre).all()
    assert set(chart.variation) == {Variation.NOT_ASSESSED}
    chart = laney_chart(*quiet_days(20))
    assert np.isfinite(chart.high).all()
    assert Variation.COMMON_CAUSE in chart.variation


def test_twenty_baseline_events_give_limits_and_nineteen_do_not():
    trials = np.full(30, 1000)
    nineteen, twenty = np.zeros(30), np.zeros(30)
    nineteen[:19], twenty[:20] = 1, 1
    assert np.isnan(laney_chart(nineteen, trials).high).all()
    assert np.isfinite(laney_chart(twenty, trials).high).all()


def test_a_missing_day_is_a_gap_and_not_a_zero():
    events, trials = quiet_days(60)
    events = events.astype(float)
    events[10], trials[20] = np.nan, 0
    events[20] = 0
    chart = laney_chart(events, trials)
    for missing in (10, 20):
        assert np.isnan(chart.value[missing])
        assert chart.variation[missing] == Variation.NOT_ASSESSED
        assert not chart.is_baseline[missing]
    assert chart.is_baseline.sum() == 56


def test_a_point_with_nineteen_units_is_not_judged_and_one_with_twenty_is():
    events, trials = quiet_days(62)
    trials[60], events[60] = 19, 19
    trials[61], events[61] = 20, 20
    chart = laney_chart(events, trials)
    assert chart.variation[60] == Variation.NOT_ASSESSED
    assert chart.variation[61] == Variation.SPECIAL_CAUSE_HIGH


def test_a_busy_weekend_is_expected_once_four_of_each_weekday_were_seen():
    trials = np.full(84, 2000)
    weekdays = np.arange(84) % 7
    rates = np.where(weekdays >= 5, 0.09, 0.03)
    events = np.random.default_rng(2).binomial(trials, rates)
    adjusted = laney_chart(events, trials, weekdays=weekdays)
    flat = laney_chart(events, trials)
    assert adjusted.centre[5] > 2 * adjusted.centre[0]
    assert flat.centre[5] == flat.centre[0]
    assert adjusted.sigma_z < flat.sigma_z / 3
    short = laney_chart(events, trials, weekdays=weekdays, is_baseline=np.arange(84) < 27)
    assert short.centre[5] == short.centre[0]
    enough = laney_chart(events, trials, weekdays=weekdays, is_baseline=np.arange(84) < 28)
    assert enough.centre[5] > enough.centre[0]


def test_a_share_near_one_is_the_same_chart_upside_down():
    events, trials = quiet_days(60)
    weekdays = np.arange(60) % 7
    low = laney_chart(events, trials, weekdays=weekdays)
    high = laney_chart(trials - events, trials, weekdays=weekdays)
    assert high.low == pytest.approx(1 - low.high)
    assert high.centre == pytest.approx(1 - low.centre)
    assert high.high.max() <= 1.0


def test_impossible_series_are_refused():
    with pytest.raises(InvalidCountsError):
        laney_chart([3], [2])
    assert np.isfinite(laney_chart([3], [2], kind=ChartKind.RATE).value).all()
    with pytest.raises(InvalidArgumentError, match="one length"):
        laney_chart([1, 2], [10])
    with pytest.raises(InvalidArgumentError, match="weekdays"):
        laney_chart([1, 2], [10, 10], weekdays=[0, 7])


def test_large_moving_ranges_are_left_out_once():
    values = [0.0, 1.0] * 10 + [50.0]
    assert mean_moving_range(values) == pytest.approx(1.0)
    assert mean_moving_range(values, screen=False) > 3


def test_the_g_chart_has_the_published_limit():
    # 301 operations in 60 gaps between readmissions: m + 3 sqrt(m (m + 1)) = 21.4985506609 (qicharts2).
    gaps = [5] * 59 + [6]
    chart = g_chart(gaps, is_baseline=[True] * 60)
    assert chart.high[0] == pytest.approx(21.4985506609, abs=1e-9)
    assert chart.centre[0] == 5
    assert chart.low[0] == 0


def test_the_g_chart_sees_an_unusually_long_gap_and_no_short_one():
    chart = g_chart([5] * 60 + [22, 21, 0], is_baseline=[True] * 60 + [False] * 3)
    assert chart.high[0] == pytest.approx(5 + 3 * np.sqrt(30))  # 21.43
    assert chart.variation[60:].tolist() == [
        Variation.SPECIAL_CAUSE_HIGH,
        Variation.COMMON_CAUSE,
        Variation.COMMON_CAUSE,
    ]
    with pytest.raises(InvalidCountsError):
        g_chart([-1, 2])


def test_the_t_chart_sees_a_long_quiet_and_refuses_two_events_at_once():
    rng = np.random.default_rng(4)
    gaps = rng.exponential(10, size=60)
    chart = t_chart([*gaps, 1000.0])
    assert chart.variation[-1] == Variation.SPECIAL_CAUSE_HIGH
    assert np.sum(chart.variation[:60] != Variation.COMMON_CAUSE) <= 1
    assert chart.low[0] >= 0
    with pytest.raises(InvalidCountsError, match="above 0"):
        t_chart([1.0, 0.0])


def oracle(shared: Path, name: str) -> dict:
    return json.loads((shared / "oracles" / f"{name}.json").read_text())["cases"]


@pytest.mark.full
def test_laneys_chart_of_the_emergency_departments(shared: Path):
    cases = oracle(shared, "laney_pprime_nhs_accidents")
    rows = cases["pprime_chart"]
    events, trials = [row["y.sum"] for row in rows], [row["n"] for row in rows]
    plain = laney_chart(events, trials, sigma_z=1.0)
    assert np.sum(plain.variation != Variation.COMMON_CAUSE) == 16
    assert plain.low == pytest.approx([row["lcl"] for row in cases["p_chart"]], abs=1e-9)
    z = (plain.value - plain.centre) / np.sqrt(plain.centre * (1 - plain.centre) / np.array(trials))
    assert laney_sigma(z) == pytest.approx(cases["sigma_z"], abs=1e-9)
    laney = laney_chart(events, trials, sigma_z=laney_sigma(z))
    assert laney.low == pytest.approx([row["lcl"] for row in rows], abs=1e-9)
    assert laney.high == pytest.approx([row["ucl"] for row in rows], abs=1e-9)
    assert set(laney.variation) == {Variation.COMMON_CAUSE}
    assert laney_chart(events, trials).sigma_z >= cases["sigma_z"]


@pytest.mark.full
def test_montgomerys_orange_juice_in_both_phases(shared: Path):
    rows = oracle(shared, "p_chart_orangejuice_montgomery")["rows"]
    for part in (1, 2):
        phase = [row for row in rows if row["part"] == part]
        chart = laney_chart(
            [row["y.sum"] for row in phase],
            [row["n"] for row in phase],
            is_baseline=[row["include"] for row in phase],
            sigma_z=1.0,
        )
        assert chart.low == pytest.approx([row["lcl"] for row in phase], abs=1e-9)
        assert chart.high == pytest.approx([row["ucl"] for row in phase], abs=1e-9)
        is_outside = chart.variation != Variation.COMMON_CAUSE
        assert is_outside.tolist() == [row["sigma.signal"] for row in phase]


@pytest.mark.full
def test_montgomerys_dyed_cloth(shared: Path):
    rows = oracle(shared, "u_chart_dyedcloth_montgomery")["rows"]
    chart = laney_chart(
        [row["y.sum"] for row in rows],
        [row["n"] / 50 for row in rows],
        kind=ChartKind.RATE,
        sigma_z=1.0,
        minimum_points=10,
        minimum_exposure=1,
    )
    assert chart.low == pytest.approx([row["lcl"] for row in rows], abs=1e-9)
    assert chart.high == pytest.approx([row["ucl"] for row in rows], abs=1e-9)


@pytest.mark.full
def test_the_g_chart_of_readmissions(shared: Path):
    rows = oracle(shared, "g_chart_cabg_readmission")["rows"]
    chart = g_chart([row["g"] for row in rows], is_baseline=[True] * len(rows))
    assert chart.centre == pytest.approx([row["cl"] for row in rows])
    assert chart.high == pytest.approx([row["ucl"] for row in rows], abs=1e-9)
    assert (chart.variation == Variation.SPECIAL_CAUSE_HIGH).tolist() == [row["sigma.signal"] for row in rows]
