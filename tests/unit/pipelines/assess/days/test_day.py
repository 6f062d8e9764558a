"""The state of a day: whole, late, partial or failed; silence is told once it is longer than usual."""

import datetime as dt
from typing import Any

import pytest

from pipelines.assess.days.day import (
    LONGEST_PAUSE,
    Arrivals,
    DataDay,
    DayState,
    assess_days,
    local_today,
    worst_state,
)

FIRST = dt.date(2026, 8, 3)
DAY = dt.timedelta(days=1)
TODAY = FIRST + 60 * DAY


def total(day: int, **changes: Any) -> dict[str, Any]:
    at = FIRST + day * DAY
    counts = dict.fromkeys(
        ("late_count", "out_of_order_count", "clock_skew_count", "waiting_event_count", "duplicate_count",
         "redacted_count", "unscored_count", "failed_count", "rejected_count", "broken_file_count"), 0,
    )  # fmt: skip
    known = {"deployment_id": "harbor", "day": at, "message_count": 100, "delivered_count": 100,
             "first_received_on": at, "last_received_on": at, "stop_rules": "", "tell_rules": ""}  # fmt: skip
    return counts | known | changes


def judge(
    rows: list[dict[str, Any]], *, today: dt.date = TODAY, restated: int | None = None, late: int = 1
) -> dict[int, DataDay]:
    present = {row["day"] for row in rows if row["message_count"]}
    found = assess_days(
        rows,
        present=present,
        arrivals=Arrivals({day + late * DAY: day for day in present}),
        restated=set() if restated is None else {FIRST + restated * DAY},
        computed=present,
        deployment_id="harbor",
        today=today,
    )
    return {(one.day - FIRST).days: one for one in found}


def test_an_ordinary_day_is_complete_and_says_nothing():
    days = judge([total(day) for day in range(59)])
    assert {one.state for one in days.values()} == {DayState.COMPLETE}
    assert days[58].reasons == ()


def test_the_running_day_is_partial():
    days = judge([total(day) for day in range(61)])
    assert (days[60].state, days[60].reasons) == (DayState.PARTIAL, ("running",))
    assert days[59].state is DayState.COMPLETE


@pytest.mark.parametrize(("count", "state"), [(51, DayState.COMPLETE), (35, DayState.PARTIAL)])
def test_a_day_with_far_fewer_rows_than_usual_is_partial(count: int, state: DayState):
    rows = [total(day) for day in range(58)]
    assert judge([*rows, total(58, message_count=count)])[58].state is state


def test_a_day_inside_without_data_is_late_and_has_a_row():
    days = judge([total(day) for day in range(59) if day != 30])
    assert (days[30].state, days[30].reasons, days[30].message_count) == (DayState.LATE, ("no_data",), 0)


@pytest.mark.parametrize(("pause", "late"), [(LONGEST_PAUSE, LONGEST_PAUSE - 1), (LONGEST_PAUSE + 1, 0)])
def test_after_a_pause_of_more_than_a_year_a_deployment_begins_anew(pause: int, late: int):
    days = judge([total(-pause, message_count=1), *[total(day) for day in range(59)]])
    assert sum(one.state is DayState.LATE for one in days.values()) == late
    assert {-pause, 0, 58} <= days.keys()


def test_a_record_of_a_wrong_clock_does_not_hide_the_silence_at_the_end():
    days = judge([total(-5000, message_count=1), *[total(day) for day in range(55)]])
    assert [day for day, one in days.items() if one.state is DayState.LATE] == [55, 56, 57, 58]


@pytest.mark.parametrize(("silent", "told"), [(1, 0), (2, 0), (3, 1), (4, 2)])
def test_silence_at_the_end_counts_from_when_the_next_day_usually_comes(silent: int, told: int):
    # Days come on the day after, so a day and the running one may be missing without being late.
    days = judge([total(day) for day in range(60 - silent + 1)])
    assert sum(one.state is DayState.LATE for one in days.values()) == told


def test_a_weekly_delivery_is_not_silent_during_its_week():
    rows = [total(day) for day in range(56)]
    arrivals = Arrivals({FIRST + day * DAY: FIRST + (day - 1) * DAY for day in range(7, 57, 7)})
    assert arrivals.overdue(rows[-1]["day"], FIRST + 63 * DAY) == 0
    assert arrivals.overdue(rows[-1]["day"], FIRST + 65 * DAY) == 2


def test_old_logs_that_were_taken_in_once_are_not_silent():
    assert Arrivals({TODAY: FIRST}).overdue(FIRST, TODAY) == 0


def test_a_weekend_without_data_by_habit_is_quiet():
    rows = [total(day) for day in range(58) if day % 7 < 5]
    days = judge(rows)
    assert days[54].state is days[55].state is DayState.QUIET
    assert worst_state([days[54].state, days[53].state]) is DayState.COMPLETE


def test_a_held_day_is_failed_and_names_its_rules():
    days = judge([total(day) for day in range(58)] + [total(58, stop_rules="role_is_known,text_is_present")])
    assert days[58].state is DayState.FAILED
    assert days[58].reasons == ("stop:role_is_known", "stop:text_is_present")


@pytest.mark.parametrize(("failed", "state"), [(10, DayState.COMPLETE), (11, DayState.FAILED)])
def test_a_day_on_which_a_detector_failed_on_more_than_a_tenth_is_failed(failed: int, state: DayState):
    assert judge([total(0), total(1, failed_count=failed)])[1].state is state


def test_a_day_of_which_a_detector_owes_a_message_is_partial_and_says_who():
    owing = {"owed_count": 13, "owed_reasons": "owed:judge,owed:moderation"}
    days = judge([total(0), total(1, **owing), total(2, owed_reasons="")])
    assert (days[1].state, days[1].reasons) == (DayState.PARTIAL, ("owed:judge", "owed:moderation"))
    assert days[2].state is DayState.COMPLETE


def test_a_day_that_was_never_computed_is_failed():
    rows = [total(0), total(1)]
    found = assess_days(
        rows, present={row["day"] for row in rows}, arrivals=Arrivals({}), restated=set(),
        computed={FIRST}, deployment_id="harbor", today=TODAY,
    )  # fmt: skip
    assert [(one.state, one.reasons) for one in found] == [
        (DayState.COMPLETE, ()),
        (DayState.WAITING, ("not_computed",)),
    ]


@pytest.mark.parametrize(
    ("fault", "state"),
    [
        ({"rejected_count": 20}, DayState.COMPLETE),
        ({"rejected_count": 21}, DayState.PARTIAL),
        ({"broken_file_count": 1}, DayState.PARTIAL),
        ({"delivered_count": 19, "rejected_count": 19}, DayState.COMPLETE),
    ],
)
def test_a_delivery_that_was_read_in_part_makes_its_day_partial(fault: dict[str, int], state: DayState):
    assert judge([total(0), total(1, **fault)])[1].state is state


def test_of_a_backfill_no_single_day_is_blamed():
    at = FIRST + 20 * DAY
    rows = [total(day, first_received_on=at, last_received_on=at) for day in range(10)]
    rows += [total(20, message_count=0, first_received_on=None, broken_file_count=1)]
    days = judge(rows, late=20, today=at)
    assert {days[day].state for day in range(10)} == {DayState.COMPLETE}


def test_a_day_that_changed_after_the_window_is_restated_unless_it_is_worse():
    assert judge([total(0), total(1)], restated=1)[1].state is DayState.RESTATED
    partial = judge([total(0), total(1, broken_file_count=1)], restated=1)[1]
    assert (partial.state, partial.reasons) == (DayState.PARTIAL, ("broken_file", "restated"))


def test_a_period_is_as_good_as_its_worst_day():
    assert worst_state([DayState.COMPLETE, DayState.LATE, DayState.PARTIAL]) is DayState.LATE
    assert worst_state([DayState.LATE, DayState.FAILED]) is DayState.FAILED
    assert worst_state([]) is DayState.COMPLETE


def test_today_is_the_day_of_the_deployment():
    at = dt.datetime(2026, 8, 3, 23, 30, tzinfo=dt.UTC)
    assert local_today(at, "Europe/Berlin") == dt.date(2026, 8, 4)
    assert local_today(at, "America/New_York") == dt.date(2026, 8, 3)


def test_without_data_there_are_no_days():
    assert judge([]) == {}
