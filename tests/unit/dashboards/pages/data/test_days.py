"""The words about days: how long after its day a day usually comes."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dashboards.health_records import DataDay
from dashboards.pages.data.days import say_arrival, say_reasons

FIRST = date(2026, 8, 3)


def come(days_later: int) -> DataDay:
    received = FIRST + timedelta(days=days_later)
    counts = dict.fromkeys(
        ("late_count", "out_of_order_count", "clock_skew_count", "waiting_event_count", "unscored_count",
         "owed_count", "delivered_count", "rejected_count"), 0,
    )  # fmt: skip
    return DataDay(
        day=FIRST, state="complete", reasons="", first_received_on=received, last_received_on=received,
        message_count=100, volume="usual", expected_count=None, expected_low=None, expected_high=None,
        **counts,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("days_later", "said"),
    [(0, "on the same day"), (-1, "on the same day"), (1, "1 day later"), (3, "3 days later")],
)
def test_a_day_comes_on_the_same_day_or_later_and_never_before(days_later: int, said: str):
    assert f"a day usually comes {said}." in say_arrival([come(days_later)])


def test_a_day_names_who_owes_messages_of_it():
    owing = replace(come(0), state="partial", reasons="running,owed:judge,owed:moderation", owed_count=9)
    assert say_reasons(owing) == "running, messages owed by judge, messages owed by moderation"
