"""Alerts for the owner of the data: one a run of days, open while it lasts, and what each holds back."""

import datetime as dt
from typing import Any

import pytest

from methods.volume import DayVolume, Volume
from pipelines.assess.days.alert import DataAlert
from pipelines.assess.days.data_alert import find_alerts
from pipelines.assess.days.day import DataDay, DayState

FIRST = dt.date(2026, 8, 3)
DAY = dt.timedelta(days=1)


def day(number: int, state: DayState = DayState.COMPLETE, *, volume: Volume = Volume.USUAL, reasons: Any = (),
        **total: Any) -> DataDay:  # fmt: skip
    judged = DayVolume(volume, 100.0, 50.0, 200.0)
    return DataDay("harbor", FIRST + number * DAY, state, tuple(reasons), judged, total)


def late(number: int) -> DataDay:
    return day(number, DayState.LATE, volume=Volume.SILENT, reasons=["no_data"], message_count=0)


def alerts(days: list[DataDay], *, today: int = 99, **inputs: Any) -> list[DataAlert]:
    given = {"totals": [], "fields": [], "restatements": []} | inputs
    return find_alerts("harbor", days, today=FIRST + today * DAY, **given)


def test_usual_days_raise_nothing():
    assert alerts([day(number) for number in range(30)]) == []
    assert alerts([]) == []


def test_one_missing_day_is_no_alert_and_two_in_a_row_are_one():
    assert alerts([day(0), late(1), day(2), late(3), day(4)]) == []
    (alert,) = alerts([day(0), late(1), late(2), late(3), day(4)])
    assert (alert.kind, alert.alert_id) == ("silence", "silence:harbor:2026-08-04")
    assert (alert.opened_on, alert.last_on, alert.closed_on) == (
        FIRST + DAY,
        FIRST + 3 * DAY,
        FIRST + 4 * DAY,
    )
    assert alert.holds_pages
    assert alert.note == ("No data came for 2026-08-04 to 2026-08-06, where 100 messages a day are usual.")


def test_silence_that_lasts_is_open():
    (alert,) = alerts([day(0), late(1), late(2)])
    assert alert.closed_on is None


def test_a_quiet_weekend_does_not_break_a_silence():
    quiet = [day(number, DayState.QUIET, volume=Volume.QUIET, message_count=0) for number in (2, 3)]
    (alert,) = alerts([day(0), late(1), *quiet, late(4)])
    assert (alert.opened_on, alert.last_on) == (FIRST + DAY, FIRST + 4 * DAY)


@pytest.mark.parametrize(
    ("found", "kind", "holds_pages"),
    [
        (day(1, DayState.PARTIAL, volume=Volume.LOW, message_count=20), "volume_drop", True),
        (day(1, volume=Volume.HIGH, message_count=500), "volume_rise", False),
        (day(1, DayState.FAILED, reasons=["stop:role_is_known"], message_count=100), "held_day", True),
        (day(1, DayState.FAILED, reasons=["not_scored"], message_count=100), "not_scored", True),
        (day(1, DayState.WAITING, reasons=["not_computed"], message_count=100), "not_computed", True),
        (day(1, tell_rules="clocks_agree", clock_skew_count=7), "clock_skew", False),
        (day(1, tell_rules="turns_are_in_order", out_of_order_count=7), "out_of_order", False),
    ],
)  # fmt: skip
def test_each_fault_of_a_day_is_told_under_its_own_name(found: DataDay, kind: str, holds_pages: bool):
    (alert,) = alerts([day(0), found, day(2)])
    assert (alert.kind, alert.holds_pages) == (kind, holds_pages)
    lasts = found.state in (
        DayState.FAILED,
        DayState.WAITING,
    )  # a day that is held stays so until it is mended
    assert alert.closed_on == (None if lasts else FIRST + 2 * DAY)
    assert "{" not in alert.note
    assert alert.next_step


def test_a_day_that_is_still_running_is_no_drop():
    assert (
        alerts([day(0), day(1, DayState.PARTIAL, volume=Volume.LOW, reasons=["running", "low_volume"])]) == []
    )


def test_a_drop_says_what_came_and_what_is_usual():
    low = [day(n, DayState.PARTIAL, volume=Volume.LOW, message_count=20 + n) for n in range(3)]
    (alert,) = alerts(low)
    assert (alert.observed, alert.expected) == (21.0, 100.0)
    assert alert.note.startswith("21 messages a day in 2026-08-03 to 2026-08-05, where 100 are usual")


@pytest.mark.parametrize(("today", "closed"), [(6, None), (7, 7)])
def test_a_broken_file_is_told_for_a_week(today: int, closed: int | None):
    row = {"day": FIRST, "delivered_count": 40, "rejected_count": 1, "broken_file_count": 1}
    (alert,) = alerts([day(0)], totals=[row], today=today)
    assert alert.kind == "broken_delivery"
    assert alert.closed_on == (None if closed is None else FIRST + closed * DAY)


def test_a_deployment_of_which_nothing_was_ever_accepted_is_told_however_little_came():
    rows = [
        {"day": FIRST + n * DAY, "delivered_count": 3, "rejected_count": 3, "message_count": 0,
         "broken_file_count": 0} for n in range(2)
    ]  # fmt: skip
    (alert,) = alerts([], totals=rows)
    assert (alert.kind, alert.deployment_id, alert.closed_on) == ("nothing_accepted", "harbor", None)
    assert (alert.opened_on, alert.last_on) == (FIRST, FIRST + DAY)
    assert alert.holds_pages
    assert "of 6 records delivered 2026-08-03 to 2026-08-04, 6 were rejected" in alert.note
    assert alerts([], totals=[rows[0] | {"delivered_count": 0}]) == []  # test traffic alone
    lapsed = {"day": FIRST - DAY, "delivered_count": 0, "message_count": 9}
    assert alerts([], totals=[lapsed, *rows]) == []


def test_a_field_that_is_no_longer_given_is_told_with_its_name():
    rows = [
        {"field": "region", "day": FIRST + n * DAY, "known_count": 90 if n < 20 else 69, "row_count": 100}
        for n in range(23)
    ]
    rows += [{"field": "gender", "day": row["day"], "known_count": 0, "row_count": 100} for row in rows]
    (alert,) = alerts([day(0)], fields=rows)
    assert alert.alert_id == f"field_lost:harbor:{FIRST + 20 * DAY}:region"
    assert (
        alert.note
        == "region is known in 69% of the messages of 2026-08-23 to 2026-08-25, where 90% are usual."
    )
    assert alerts([day(0)], fields=rows[:21]) == []  # one day may be the people of that day
    kept = [row | {"known_count": max(row["known_count"], 70)} for row in rows if row["field"] == "region"]
    assert alerts([day(0)], fields=kept) == []


def test_a_restatement_is_one_alert_a_delivery():
    rows = [
        {
            "day": FIRST + n * DAY,
            "opened_on": FIRST + 40 * DAY,
            "record_count": 2,
            "record_count_before": 200,
            "days_late": 40 - n,
        }
        for n in (1, 5)
    ]
    (alert,) = alerts([day(0)], restatements=rows, today=41)
    assert alerts([day(0)], restatements=[row | {"record_count_before": 201} for row in rows]) == []
    assert (alert.opened_on, alert.closed_on, alert.observed) == (FIRST + 40 * DAY, None, 4.0)
    assert alert.note.startswith(
        "4 records more than seven days old changed 2026-08-04 to 2026-08-08 (2 days)"
    )
