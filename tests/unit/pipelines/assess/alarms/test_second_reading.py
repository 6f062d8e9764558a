"""Beside an alarm on detectors' counts stands what reviews say of the same rate, as far as it may leave."""

import datetime as dt

import pyarrow as pa

from pipelines.assess.alarms.second_reading import read_corrections

MONDAY = dt.date(2026, 3, 2)
WEEK = dt.timedelta(weeks=1)


def make_row(number: int = 0, **more: object) -> dict:
    return {
        "deployment_id": "harbor", "indicator_id": "missed", "window_weeks": 4,
        "first_week": MONDAY + (number - 3) * WEEK, "last_week": MONDAY + number * WEEK,
        "value": 0.2, "ci_low": 0.1, "ci_high": 0.35, "raw_value": 0.4, "is_lower_bound": False,
        "population_count": 120, "confirmed_count": 25,
    } | more  # fmt: skip


def read(*rows: dict):
    return read_corrections(pa.Table.from_pylist(list(rows))).get(("harbor", "missed"))


def test_the_newest_four_weeks_are_told_with_the_interval_and_the_raw_rate():
    assert read(make_row(1), make_row(0, value=0.9)).say("proportion") == (
        "Reviews from 2026-02-16 to 2026-03-15 say 20 % (10 % to 35 %), where detectors counted 40 %."
    )


def test_other_windows_and_estimates_without_an_interval_are_no_reading():
    assert read(make_row(window_weeks=1), make_row(ci_high=None)) is None


def test_without_reviews_of_what_was_not_flagged_it_is_a_bound():
    assert "say at least 20 %" in read(make_row(is_lower_bound=True)).say("proportion")


def test_few_people_stay_out_of_words():
    for few in ({"population_count": 29}, {"confirmed_count": 3}, {"confirmed_count": 118}):
        words = read(make_row(**few)).say("proportion")
        assert "too few people" in words
        assert "20 %" not in words
