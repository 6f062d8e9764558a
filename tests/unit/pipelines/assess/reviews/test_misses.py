"""Rates of misses: months and the newest 90 days, one instrument each, and what is not known says why."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pyarrow as pa
import pytest

from pipelines.assess.days.calendar import Calendar
from pipelines.assess.reviews.misses import tabulate_misses
from pipelines.schemas.assessment import MISS_RATE
from pipelines.schemas.miss import MISS_DAY

FIRST = dt.date(2026, 5, 1)
DAY = dt.timedelta(days=1)
PLAIN = {
    "deployment_id": "harbor", "detector_id": "judge", "detector_version": "1", "sieve_version": "s",
    "signal_id": "u_suicidal_ideation", "passed_count": 20, "passed_scored_count": 20, "confirmed_count": 2,
    "rest_count": 1000, "inclusion": 0.02, "drawn_count": 20, "scored_count": 20, "missed_count": 0,
}  # fmt: skip


class Shelf:
    """A lake that holds these days."""

    def __init__(self, rows: list[dict[str, Any]] | None) -> None:
        self._rows = None if rows is None else pa.Table.from_pylist(rows, schema=MISS_DAY.arrow_schema)

    def read(self, name: str) -> pa.Table | None:
        assert name == "finding.miss_day"
        return self._rows


def make_days(*changes: dict[str, Any], first: dt.date = FIRST) -> list[dict[str, Any]]:
    return [PLAIN | {"day": first + place * DAY} | change for place, change in enumerate(changes)]


def measure(rows: list[dict[str, Any]] | None, *, last: dt.date | None = None) -> list[dict[str, Any]]:
    days = {row["day"] for row in rows or []} | {last or FIRST}
    found = tabulate_misses(Shelf(rows), {"harbor": Calendar(frozenset(days), frozenset())})
    assert found.schema == MISS_RATE.arrow_schema
    return found.to_pylist()


def newest(rows: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    (row,) = [row for row in measure(rows, **more) if row["period"] == "last_90_days"]
    return row


def test_a_miss_seen_in_the_sample_stands_for_fifty() -> None:
    row = newest(make_days({"missed_count": 1}, {}, {}))
    assert (row["state"], row["numerator"], row["denominator"]) == ("estimated", 50.0, 56.0)
    assert row["value"] == pytest.approx(50 / 56)
    assert 0 < row["ci_low"] < row["value"] < row["ci_high"] < 1
    assert [row[name] for name in ("day_count", "sampled_count", "rest_count", "seen_count")] == [
        3,
        60,
        3000,
        1,
    ]
    assert [row[name] for name in ("confirmed_count", "passed_count", "unanswered_count")] == [6, 60, 0]


def test_no_miss_seen_has_an_upper_end_and_no_value() -> None:
    row = newest(make_days({}, {}, {}))
    assert (row["state"], row["value"], row["numerator"], row["denominator"]) == ("bounded", None, None, None)
    assert row["numerator_high"] == pytest.approx(184.44, abs=0.01)
    assert 0.9 < row["ci_high"] < 1


def test_without_a_detector_that_reads_a_sample_there_is_no_row() -> None:
    assert measure(None) == measure([]) == []


def test_what_reaches_back_ninety_days_and_each_month_has_a_row_of_its_own() -> None:
    rows = make_days(*({} for _ in range(100)))
    found = {(row["period"], row["period_start"]): row["day_count"] for row in measure(rows)}
    assert found == {
        ("month", dt.date(2026, 5, 1)): 31, ("month", dt.date(2026, 6, 1)): 30,
        ("month", dt.date(2026, 7, 1)): 31, ("month", dt.date(2026, 8, 1)): 8,
        ("last_90_days", FIRST + 10 * DAY): 90,
    }  # fmt: skip


def test_days_before_the_newest_ninety_of_the_deployment_say_nothing_of_now() -> None:
    rows = measure(make_days({}, {}, {}), last=FIRST + 200 * DAY)
    assert [row["period"] for row in rows] == ["month"]


@pytest.mark.parametrize("name", ["detector_version", "sieve_version"])
def test_days_of_another_instrument_are_left_out_and_counted(name: str) -> None:
    row = newest(make_days({name: "old", "missed_count": 9}, {}, {}))
    assert (row[name], row["first_day"], row["day_count"], row["left_out_day_count"]) == (
        PLAIN[name], FIRST + DAY, 2, 1,
    )  # fmt: skip
    assert row["seen_count"] == 0


def test_few_answers_that_did_not_come_are_taken_to_be_like_the_others() -> None:
    row = newest(make_days({"scored_count": 16, "missed_count": 1}, {}, {"passed_scored_count": 16}))
    assert (row["state"], row["unanswered_count"]) == ("estimated", 8)
    assert row["numerator"] == pytest.approx(1 / (0.02 * 16 / 20))
    assert row["denominator"] - row["numerator"] == pytest.approx(2 + 2 + 2 * 20 / 16)


def test_many_answers_that_did_not_come_leave_it_unknown() -> None:
    row = newest(make_days({"scored_count": 10, "passed_scored_count": 10}, {}, {}))
    assert (row["state"], row["value"], row["ci_high"], row["numerator_high"]) == ("unanswered", *[None] * 3)
    assert (row["day_count"], row["left_out_day_count"], row["unanswered_count"]) == (3, 0, 20)


def test_days_of_which_nothing_came_back_are_left_out_and_if_there_are_no_others_nothing_is_said() -> None:
    lost = {"scored_count": 0, "passed_scored_count": 0}
    row = newest(make_days(lost, {}, {}))
    assert (row["state"], row["day_count"], row["left_out_day_count"], row["unanswered_count"]) == (
        "bounded", 2, 1, 40,
    )  # fmt: skip
    row = newest(make_days(lost, lost))
    assert (row["state"], row["day_count"], row["ci_high"], row["unanswered_count"]) == (
        "unanswered", 0, None, 80,
    )  # fmt: skip


def test_a_sample_of_a_few_messages_says_nothing() -> None:
    row = newest(make_days({"missed_count": 1}))
    assert (row["state"], row["value"], row["seen_count"]) == ("too_few_sampled", None, 1)
