"""Periods are whole only when every day of them is there and none is held back."""

import datetime as dt
from itertools import pairwise

import pyarrow as pa
import pytest

from pipelines.assess.days.calendar import (
    Calendar,
    end_of,
    list_counted,
    read_calendars,
    set_quiet,
    set_running,
    start_of,
)
from pipelines.assess.days.day import Arrivals, DayState, assess_days, local_today
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake
from pipelines.schemas import LAKE_TABLES

MONDAY = dt.date(2026, 8, 3)
DAY = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("period", "day", "start", "end"),
    [
        ("day", dt.date(2026, 8, 9), dt.date(2026, 8, 9), dt.date(2026, 8, 9)),
        ("week", dt.date(2026, 8, 9), dt.date(2026, 8, 3), dt.date(2026, 8, 9)),
        ("week", dt.date(2026, 8, 10), dt.date(2026, 8, 10), dt.date(2026, 8, 16)),
        ("week", dt.date(2027, 1, 1), dt.date(2026, 12, 28), dt.date(2027, 1, 3)),
        ("month", dt.date(2026, 8, 31), dt.date(2026, 8, 1), dt.date(2026, 8, 31)),
        ("month", dt.date(2028, 2, 3), dt.date(2028, 2, 1), dt.date(2028, 2, 29)),
        ("month", dt.date(2026, 12, 31), dt.date(2026, 12, 1), dt.date(2026, 12, 31)),
    ],
)
def test_periods_start_and_end_on_their_days(period, day, start, end):
    assert start_of(period, day) == start
    assert end_of(period, start) == end


@pytest.mark.parametrize(
    ("period", "start", "unit", "first", "last"),
    [
        ("month", dt.date(2026, 10, 1), "user_week", dt.date(2026, 10, 5), dt.date(2026, 11, 1)),
        ("month", dt.date(2026, 11, 1), "user_week", dt.date(2026, 11, 2), dt.date(2026, 12, 6)),
        ("month", dt.date(2026, 6, 1), "user_week", dt.date(2026, 6, 1), dt.date(2026, 7, 5)),
        ("month", dt.date(2026, 10, 1), "conversation", dt.date(2026, 10, 1), dt.date(2026, 10, 31)),
        ("week", dt.date(2026, 10, 26), "user_week", dt.date(2026, 10, 26), dt.date(2026, 11, 1)),
    ],
)
def test_a_month_of_user_weeks_rests_on_the_weeks_that_begin_in_it(period, start, unit, first, last):
    days = list_counted(period, start, unit=unit)
    assert (days[0], days[-1], len(days)) == (first, last, (last - first).days + 1)


def test_a_month_whose_last_user_weeks_are_not_over_is_partial(make):
    october = dt.date(2026, 10, 1)
    until_the_31st, until_sunday = (make.calendar(october, days) for days in (31, 32))
    assert not until_the_31st.is_partial("month", october)
    assert until_the_31st.is_partial("month", october, unit="user_week")
    assert not until_sunday.is_partial("month", october, unit="user_week")
    on_sunday = set_running({"harbor": until_sunday}, {"harbor": dt.date(2026, 11, 1)})["harbor"]
    assert on_sunday.is_partial("month", october, unit="user_week")


def test_a_week_of_seven_days_is_whole_and_of_six_is_partial(make):
    assert not make.calendar(MONDAY, 7).is_partial("week", MONDAY)
    assert make.calendar(MONDAY, 6).is_partial("week", MONDAY)
    assert make.calendar(MONDAY, 7, without=(3,)).is_partial("week", MONDAY)


@pytest.mark.parametrize(("hour", "is_partial"), [(6, True), (7, False)])
def test_a_week_is_whole_once_its_sunday_is_over_in_the_deployment_s_zone(make, hour, is_partial):
    at = dt.datetime(2026, 8, 10, hour, tzinfo=dt.UTC)  # midnight of Los Angeles is at seven
    running = {"harbor": local_today(at, "America/Los_Angeles")}
    calendar = set_running({"harbor": make.calendar(MONDAY, 7)}, running)["harbor"]
    assert calendar.is_partial("week", MONDAY) is is_partial
    assert calendar.is_partial("day", MONDAY + 6 * DAY) is is_partial
    assert not calendar.is_partial("day", MONDAY + 5 * DAY)


def test_a_held_day_makes_its_week_and_month_partial_and_no_other(make):
    calendar = make.calendar(dt.date(2026, 8, 1), 31, held=(5,))
    assert calendar.is_partial("day", dt.date(2026, 8, 6))
    assert not calendar.is_partial("day", dt.date(2026, 8, 5))
    assert calendar.is_partial("week", MONDAY)
    assert not calendar.is_partial("week", MONDAY + 7 * DAY)
    assert calendar.is_partial("month", dt.date(2026, 8, 1))


def run_until(today: dt.date, weekdays: set[int], *, first_closed: int = 0) -> set[dt.date]:
    """The whole weeks of a run on a day; from week `first_closed` on it opens on `weekdays` alone."""
    every = [MONDAY + n * DAY for n in range((today - MONDAY).days)]
    present = {day for n, day in enumerate(every) if n < 7 * first_closed or day.weekday() in weekdays}
    total = {"message_count": 100, "failed_count": 0, "delivered_count": 100, "rejected_count": 0,
             "broken_file_count": 0, "stop_rules": ""}  # fmt: skip
    days = assess_days(
        [{"day": day, "first_received_on": day + DAY} | total for day in present],
        present=present,
        arrivals=Arrivals({day + DAY: day for day in present}),
        restated=set(),
        computed=present,
        deployment_id="harbor",
        today=today,
    )
    quiet = {one.day for one in days if one.state is DayState.QUIET}
    calendars = {"harbor": Calendar(frozenset(present), frozenset())}
    calendar = set_quiet(set_running(calendars, {"harbor": today}), {"harbor": quiet})["harbor"]
    weeks = [start for period, start in calendar.periods() if period == "week"]
    return {start for start in weeks if not calendar.is_partial("week", start)}


@pytest.mark.parametrize(
    ("weekdays", "first_whole"), [({0, 1, 2, 3, 4, 5}, 1), ({0, 1, 2, 3, 4}, 1), ({0, 3}, 1), ({2}, 2)]
)
def test_a_product_that_is_closed_on_some_weekdays_has_whole_weeks_once_its_closed_days_are_usual(
    weekdays, first_whole
):
    # On its first closed day after the first data nobody knows yet that it is usual.
    expected = {MONDAY + n * 7 * DAY for n in range(first_whole, 10)}
    assert run_until(MONDAY + 74 * DAY, weekdays) == expected


def test_a_week_that_was_whole_stays_whole_in_every_later_run():
    for closed_since in (0, 6):
        runs = [
            run_until(MONDAY + n * DAY, {0, 1, 2, 3, 4, 5}, first_closed=closed_since) for n in range(8, 130)
        ]
        assert all(earlier <= later for earlier, later in pairwise(runs))
        assert len(runs[-1]) == (17 if closed_since == 0 else 14)


def test_days_that_are_late_or_held_are_not_made_up_by_quiet_ones(make):
    sundays = frozenset({MONDAY + 6 * DAY, MONDAY + 13 * DAY})
    calendar = set_quiet({"harbor": make.calendar(MONDAY, 13, without=(6,))}, {"harbor": sundays})["harbor"]
    assert not calendar.is_partial("week", MONDAY)
    assert not calendar.is_partial("week", MONDAY + 7 * DAY)
    late = set_quiet({"harbor": make.calendar(MONDAY, 6, without=(2,))}, {"harbor": sundays})["harbor"]
    assert late.is_partial("week", MONDAY)
    held = set_quiet({"harbor": make.calendar(MONDAY, 6, held=(2,))}, {"harbor": sundays})["harbor"]
    assert held.is_partial("week", MONDAY)


def test_a_period_without_any_data_is_not_whole_however_quiet_its_days(make):
    week = frozenset(MONDAY + n * DAY for n in range(7, 14))
    calendar = set_quiet({"harbor": make.calendar(MONDAY, 7)}, {"harbor": week})["harbor"]
    assert calendar.is_partial("week", MONDAY + 7 * DAY)
    assert calendar.has_whole_week()


def test_every_period_with_a_day_of_data_is_listed_once(make):
    calendar = make.calendar(MONDAY, 8)
    assert [start for period, start in calendar.periods() if period == "week"] == [MONDAY, MONDAY + 7 * DAY]
    assert sum(period == "day" for period, _ in calendar.periods()) == 8
    assert (calendar.first, calendar.last) == (MONDAY, MONDAY + 7 * DAY)


def fill(name: str, rows: list[dict[str, object]]) -> pa.Table:
    schema = LAKE_TABLES[name].arrow_schema
    at = dt.datetime(2026, 8, 3, tzinfo=dt.UTC)
    blank = {
        field.name: "" if pa.types.is_string(field.type) else at if pa.types.is_timestamp(field.type) else 0
        for field in schema
    }
    return pa.Table.from_pylist([blank | {"received_on": MONDAY} | row for row in rows], schema=schema)


def test_the_gate_holds_a_day_by_a_missed_stop_rule_alone(tmp_path):
    rows = [{"deployment_id": "harbor", "day": MONDAY + n * DAY, "conversation_id": str(n)} for n in range(3)]
    rules = [
        {"rule": "a", "severity": "stop", "is_met": False, "day": MONDAY},
        {"rule": "b", "severity": "tell", "is_met": False, "day": MONDAY + DAY},
        {"rule": "c", "severity": "stop", "is_met": True, "day": MONDAY + 2 * DAY},
    ]
    with lakes.write(tmp_path, by="a test") as commit:
        for name, given in (
            ("staging.conversation", rows),
            ("ledger.quality", [{"deployment_id": "harbor"} | rule for rule in rules]),
        ):
            table = fill(name, given)
            commit.replace_days(name, table, [("harbor", row["day"]) for row in given])
    calendar = read_calendars(Lake(tmp_path))["harbor"]
    assert calendar.held == {MONDAY}
    assert calendar.present == {MONDAY, MONDAY + DAY, MONDAY + 2 * DAY}
