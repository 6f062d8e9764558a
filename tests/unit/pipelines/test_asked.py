"""Days that are computed together share a run."""

import datetime as dt

from pipelines.asked import DAYS, RANGE_END, RANGE_START, name_days

FIRST = dt.date(2026, 8, 3)


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def ask(*numbers: int) -> list[tuple[str, str, str]]:
    return [(one[RANGE_START], one[RANGE_END], one[DAYS]) for one in name_days(map(day, numbers))]


def test_scattered_days_are_one_run_that_names_them() -> None:
    assert ask(28, 0, 4) == [("2026-08-03", "2026-08-31", "2026-08-03 2026-08-07 2026-08-31")]


def test_days_more_than_a_month_apart_are_two_runs() -> None:
    assert len(ask(0, 31)) == 1
    assert ask(0, 32) == [
        ("2026-08-03", "2026-08-03", "2026-08-03"),
        ("2026-09-04", "2026-09-04", "2026-09-04"),
    ]


def test_no_days_are_no_run() -> None:
    assert ask() == []
