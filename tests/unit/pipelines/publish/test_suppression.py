"""Marks of cells that must not leave: nobody can work a hidden one out of everything that is shown."""

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy.optimize import linprog

from pipelines.publish.suppression import (
    suppress_corrections,
    suppress_misses,
    suppress_observations,
)

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
DEFINITIONS = pa.Table.from_pylist(
    [
        {"indicator_id": "missed", "unit": "conversation", "kind": "proportion"},
        {"indicator_id": "notices", "unit": "event", "kind": "count"},
        {"indicator_id": "checklist", "unit": "day", "kind": "proportion"},
        {"indicator_id": "data_unscored_share", "unit": "day", "kind": "proportion"},
        {"indicator_id": "unsupported_language_rate", "unit": "message", "kind": "proportion"},
        {"indicator_id": "harm_late_rate_per_1000", "unit": "message", "kind": "rate_per_1000"},
        {"indicator_id": "harm_early_rate_per_1000", "unit": "message", "kind": "rate_per_1000"},
        {"indicator_id": "harm_late_vs_early_ratio", "unit": "day", "kind": "index"},
    ]
)
LEAST_WIDTH = 1.0


def make_rows(*rows: dict[str, Any]) -> pa.Table:
    plain = {"deployment_id": "companion", "indicator_id": "missed", "period": "week", "period_start": MONDAY,
             "slice": "all", "slice_value": "all", "estimate": "raw", "is_suppressed": False,
             "numerator_rounded": None, "denominator_rounded": None}  # fmt: skip
    return pa.Table.from_pylist([plain | row for row in rows])


def mark(*rows: dict[str, Any]) -> list[bool]:
    return suppress_observations(make_rows(*rows), DEFINITIONS)["is_suppressed"].to_pylist()


def cell(numerator: float, denominator: float, **others: Any) -> dict[str, Any]:
    return {"numerator": float(numerator), "denominator": float(denominator)} | others


def test_small_counts_small_remainders_and_thin_rates_are_hidden_and_nought_of_many_is_not():
    rows = [cell(10, 200), cell(11, 200), cell(0, 200), cell(195, 200), cell(0, 29), cell(0, 30)]
    starts = [{"period_start": MONDAY + 7 * DAY * number} for number in range(len(rows))]
    assert mark(*(row | start for row, start in zip(rows, starts, strict=True))) == [
        True, False, False, True, True, False,
    ]  # fmt: skip


def test_what_nobody_read_leaves_by_month_alone_where_it_is_not_few_and_the_unreadable_may_leave():
    months = [dt.date(2026, number, 1) for number in (1, 2, 3)]
    not_read = [
        cell(x, 9_000, indicator_id="data_unscored_share", period="month", period_start=start)
        for x, start in zip((40, 2, 40), months, strict=True)
    ]
    unreadable = [
        cell(x, 9_000, indicator_id="unsupported_language_rate", period="month", period_start=start)
        for x, start in zip((40, 0, 3), months, strict=True)
    ]
    apart = [
        cell(400, 9_000, indicator_id="data_unscored_share", period=period) for period in ("day", "week")
    ]
    assert mark(*not_read, *unreadable, *apart) == [False, True, True, False, False, True, True, True]


def test_shown_counts_are_rounded_to_five_and_hidden_ones_have_no_rounded_count():
    cells = [cell(13, 202), cell(3, 202), cell(0, 30) | {"numerator": None}]
    rows = make_rows(*(each | {"period_start": MONDAY + 7 * DAY * n} for n, each in enumerate(cells)))
    found = suppress_observations(rows, DEFINITIONS)
    rounded = zip(
        found["numerator_rounded"].to_pylist(), found["denominator_rounded"].to_pylist(), strict=True
    )
    assert list(rounded) == [(15, 200), (None, None), (None, 30)]


def test_counts_that_are_not_of_people_are_shown():
    assert mark(cell(2, 36, indicator_id="checklist"), cell(4, 900, indicator_id="notices")) == [False, True]


def test_messages_that_nobody_read_are_counted_like_people_also_where_days_are_the_unit():
    month = {"indicator_id": "data_unscored_share", "period": "month"}
    assert mark(cell(2, 360, **month)) == [True]
    assert mark(cell(12, 360, **month)) == [False]


@pytest.mark.parametrize(
    ("late", "early", "is_hidden"),
    [((1, 55), (30, 2352), True), ((20, 550), (3, 2352), True), ((20, 550), (30, 2352), False)],
)
def test_a_ratio_of_two_indicators_is_hidden_where_one_of_them_is(late, early, is_hidden):
    """14.2545 is (1/55)/(3/2352)."""
    ratio = {"indicator_id": "harm_late_vs_early_ratio", "numerator": None, "denominator": float(late[1])}
    arms = [cell(*late, indicator_id="harm_late_rate_per_1000"),
            cell(*early, indicator_id="harm_early_rate_per_1000")]  # fmt: skip
    assert mark(*arms, ratio)[-1] is is_hidden
    assert mark(arms[0], ratio)[-1] is True  # of an arm that is not there nothing is known


def test_a_hidden_language_takes_another_with_it_for_the_total_is_known():
    rows = [cell(60, 900)] + [
        cell(x, n, slice="language", slice_value=value)
        for value, x, n in (("en", 40, 600), ("es", 15, 250), ("de", 5, 50))
    ]
    assert mark(*rows) == [False, False, True, True]


def test_a_small_day_takes_another_day_with_it_for_the_week_is_known():
    days = [
        cell(x, 120, period="day", period_start=MONDAY + number * DAY)
        for number, x in enumerate((20, 30, 4, 25, 40, 22, 19))
    ]
    marks = mark(cell(160, 840), *days)
    assert marks[0] is False
    assert sum(marks[1:]) == 2
    assert marks[3]


def test_a_month_and_its_weeks_do_not_give_the_few_people_of_the_days_left_over_away():
    weeks = [cell(30, 300, period_start=MONDAY + 7 * DAY * number) for number in range(4)]
    march = {"period": "month", "period_start": dt.date(2026, 3, 1)}
    assert any(mark(*weeks, cell(123, 1260, **march)))
    assert not any(mark(*weeks, cell(150, 1400, **march)))


def test_a_count_over_few_units_is_hidden_however_many_events_there_were():
    starts = [{"period_start": MONDAY + 7 * DAY * number} for number in range(3)]
    rows = [cell(40, 10), cell(40, 11), cell(0, 10)]
    rows = [row | start | {"indicator_id": "notices"} for row, start in zip(rows, starts, strict=True)]
    assert mark(*rows) == [True, False, True]


@pytest.mark.parametrize(
    ("changed", "is_hidden"),
    [
        ({}, False),
        ({"confirmed_count": 10}, True),
        ({"population_count": 29, "confirmed_count": 0}, True),
        ({"numerator": 10.0}, True),
        ({"numerator": 11.0}, False),
        ({"denominator": 29.0, "numerator": 0.0}, True),
    ],
)
def test_a_corrected_rate_is_hidden_by_what_people_confirmed_and_by_what_follows(changed, is_hidden):
    assert mark_corrections(changed) == [is_hidden]


def mark_corrections(*rows: dict[str, Any]) -> list[bool]:
    plain = {"deployment_id": "companion", "indicator_id": "missed", "window_weeks": 1, "first_week": MONDAY,
             "last_week": MONDAY, "confirmed_count": 40, "population_count": 300, "numerator": 90.0,
             "denominator": 700.0, "is_suppressed": False}  # fmt: skip
    marked = suppress_corrections(pa.Table.from_pylist([plain | row for row in rows]))
    return marked["is_suppressed"].to_pylist()


@pytest.mark.parametrize(("confirmed", "is_hidden"), [(3, True), (40, False)])
@pytest.mark.parametrize(("weeks", "period"), [(1, "week"), (4, "rolling_4_weeks"), (12, "rolling_12_weeks")])
def test_a_corrected_observation_is_hidden_where_few_were_confirmed_however_many_they_stand_for(
    confirmed: int, is_hidden: bool, weeks: int, period: str
):
    window = {"deployment_id": "companion", "indicator_id": "missed", "window_weeks": weeks,
              "last_week": MONDAY + 7 * (weeks - 1) * DAY, "confirmed_count": confirmed,
              "population_count": 90, "numerator": 60.0, "denominator": 700.0}  # fmt: skip
    rows = make_rows(
        cell(60, 700, estimate="corrected", period=period), cell(60, 700, period_start=MONDAY - 7 * DAY)
    )
    found = suppress_observations(rows, DEFINITIONS, pa.Table.from_pylist([window]))
    assert found["is_suppressed"].to_pylist() == [is_hidden, False]
    assert found["numerator_rounded"].to_pylist() == [None if is_hidden else 60, 60]


def test_a_week_of_few_confirmed_does_not_follow_from_windows_that_hold_it():
    starts = [MONDAY + 7 * DAY * number for number in range(5)]
    confirmed = [40, 30, 2, 35, 20]
    weeks = [{"first_week": start, "last_week": start, "confirmed_count": x, "population_count": 90}
             for start, x in zip(starts, confirmed, strict=True)]  # fmt: skip
    windows = [
        {"window_weeks": size, "first_week": starts[first], "last_week": starts[first + size - 1],
         "confirmed_count": sum(confirmed[first : first + size]), "population_count": 90 * size}
        for first, size in ((0, 4), (1, 4), (0, 5))
    ]  # fmt: skip
    marks = mark_corrections(*weeks, *windows)
    held = [[int(first <= w < first + size) for w in range(5)] for first, size in ((0, 4), (1, 4), (0, 5))]
    rows = [*np.eye(5, dtype=int).tolist(), *held]
    known = np.array([row for row, is_hidden in zip(rows, marks, strict=True) if not is_hidden])
    assert len(known)
    assert marks[2]
    few = np.eye(5, dtype=int)[2]
    assert np.linalg.matrix_rank(np.vstack([known, few])) > np.linalg.matrix_rank(known)
    assert not any(mark_corrections(*(week | {"confirmed_count": 30} for week in weeks)))


def test_nobody_can_work_out_a_small_cell_from_what_is_shown():
    """An attacker's linear programme over a week of days, slices and totals, on random counts."""
    rng = np.random.default_rng(8)
    for _ in range(25):
        denominators = rng.integers(20, 400, size=5)
        numerators = np.array([rng.integers(0, max(2, n // 8)) for n in denominators])
        rows = [cell(numerators.sum(), denominators.sum())] + [
            cell(x, n, slice="language", slice_value=str(place))
            for place, (x, n) in enumerate(zip(numerators, denominators, strict=True))
        ]
        marks = np.array(mark(*rows))
        if marks[0] or not marks[1:].any():
            continue
        hidden = marks[1:]
        known = numerators.sum() - numerators[~hidden].sum()
        for place in np.flatnonzero((numerators > 0) & (numerators <= 10)):
            assert hidden[place]
            target = np.zeros(5)
            target[place] = 1
            bounds = [(0, None) if one else (x, x) for one, x in zip(hidden, numerators, strict=True)]
            low, high = (
                sign * linprog(sign * target, A_eq=[hidden.astype(float)], b_eq=[known], bounds=bounds).fun
                for sign in (1, -1)
            )
            assert high - low >= LEAST_WIDTH


def mark_misses(*rows: dict[str, Any]) -> list[bool]:
    plain = {"deployment_id": "companion", "detector_id": "judge", "signal_id": "u_self_harm",
             "period": "month", "period_start": dt.date(2026, 5, 1), "last_day": dt.date(2026, 7, 4),
             "seen_count": 0, "sampled_count": 900, "confirmed_count": 120, "passed_count": 2000,
             "is_suppressed": False}  # fmt: skip
    return suppress_misses(pa.Table.from_pylist([plain | row for row in rows]))["is_suppressed"].to_pylist()


@pytest.mark.parametrize(
    ("row", "is_hidden"),
    [
        ({}, False),
        ({"seen_count": 10}, True),
        ({"seen_count": 11}, False),
        ({"confirmed_count": 10}, True),
        ({"confirmed_count": 0}, False),
        ({"sampled_count": 29}, True),
    ],
)
def test_few_misses_few_confirmed_and_thin_samples_are_hidden(row: dict[str, Any], is_hidden: bool):
    assert mark_misses(row) == [is_hidden]


def test_a_window_that_gives_a_month_or_the_days_left_over_away_is_hidden():
    june = {"period_start": dt.date(2026, 6, 1)}
    window = {"period": "last_90_days", "period_start": dt.date(2026, 4, 6), "confirmed_count": 270}
    assert mark_misses({}, june, window) == [False, False, False]
    assert mark_misses({}, june, window | {"confirmed_count": 250}) == [False, False, True]
    assert mark_misses({}, june | {"seen_count": 3}, window | {"seen_count": 14}) == [False, True, True]
    few = {"seen_count": 3}
    assert mark_misses(few, june | few, window | {"seen_count": 30}) == [True, True, False]
