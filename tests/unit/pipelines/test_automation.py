"""Which days are run, and in which runs."""

import datetime as dt

from pipelines.automation import spans

FIRST = dt.date(2026, 8, 3)


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def test_consecutive_days_are_one_run() -> None:
    assert list(spans([day(2), day(0), day(1)])) == [(day(0), day(2))]


def test_a_missing_day_between_makes_two_runs() -> None:
    assert list(spans([day(0), day(1), day(3)])) == [(day(0), day(1)), (day(3), day(3))]


def test_no_days_are_no_run() -> None:
    assert list(spans([])) == []
