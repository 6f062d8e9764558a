"""A month, its neighbours and its weeks."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines.errors import StateError
from pipelines.report.month import parse_month


def test_a_month_knows_its_days_and_its_neighbours() -> None:
    month = parse_month("2026-12")
    assert (month.first, month.last) == (dt.date(2026, 12, 1), dt.date(2026, 12, 31))
    assert (str(month.previous), str(month.following)) == ("2026-11", "2027-01")
    assert month.label == "December 2026"


def test_the_weeks_drawn_end_with_the_last_that_begins_in_the_month() -> None:
    weeks = parse_month("2026-08").weeks
    assert len(weeks) == 13
    assert weeks[-1] == dt.date(2026, 8, 31)
    assert {week.weekday() for week in weeks} == {0}


def test_a_week_at_the_edge_touches_both_months() -> None:
    week = dt.date(2026, 7, 27)
    assert parse_month("2026-07").touches(week)
    assert parse_month("2026-08").touches(week)
    assert not parse_month("2026-09").touches(week)


@pytest.mark.parametrize(
    ("first", "is_held"), [("08-17", True), ("08-18", False), ("07-19", True), ("07-18", False)]
)
def test_days_belong_to_the_month_that_holds_more_than_half_of_them(first: str, is_held: bool) -> None:
    """Four weeks: 15 of 28 days are most of them, 14 are not."""
    start = dt.date.fromisoformat(f"2026-{first}")
    assert parse_month("2026-08").holds_most_of(start, start + dt.timedelta(days=27)) is is_held


@pytest.mark.parametrize(
    "text", ["2026", "2026-13", "2026-00", "2026-8", "0000-01", "2026-08-01", "../2026-08", "2026-08\n"]
)
def test_what_is_not_a_month_is_refused(text: str) -> None:
    with pytest.raises(StateError, match="for example 2026-08"):
        parse_month(text)
