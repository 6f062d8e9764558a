"""Incidents count on the deployment's day on which they were opened; reports take the time that they took."""

import datetime as dt

import pytest

from pipelines.assess.register.incident_count import count_opened, measure_reporting
from risk_register.incident.reports import DueReport

MONDAY = dt.date(2026, 3, 2)
ZONE = "America/Los_Angeles"
NOON = dt.datetime(2026, 3, 4, 12, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def opened(make, *moments: dt.datetime, days: int = 14) -> dict[tuple[str, dt.date], tuple[float, float]]:
    rows = count_opened(moments, "harbor", make.calendar(MONDAY, days), ZONE)
    return {(row["period"], row["period_start"]): (row["numerator"], row["denominator"]) for row in rows}


def test_an_incident_counts_on_its_day_its_week_and_its_month(make):
    counts = opened(make, NOON)
    assert counts["day", dt.date(2026, 3, 4)] == (1, 1)
    assert counts["day", dt.date(2026, 3, 5)] == (0, 1)
    assert counts["week", MONDAY] == (1, 7)
    assert counts["month", dt.date(2026, 3, 1)] == (1, 14)


@pytest.mark.parametrize(("hour", "day"), [(7, 3), (8, 4)])
def test_the_day_is_that_of_the_deployments_zone(make, hour, day):
    counts = opened(make, dt.datetime(2026, 3, 4, hour, tzinfo=dt.UTC))
    assert counts["day", dt.date(2026, 3, day)][0] == 1


def test_an_incident_outside_the_days_with_data_is_in_no_day(make):
    counts = opened(make, NOON + dt.timedelta(days=30))
    assert sum(numerator for numerator, _ in counts.values()) == 0


def report(aware: dt.datetime, hours: float | None) -> DueReport:
    return DueReport("i1", "eu_ai_act", aware, None if hours is None else aware + hours * HOUR)


def test_reporting_takes_the_median_of_what_was_reported_in_a_week(make):
    reports = [report(NOON, 2), report(NOON, 4), report(NOON, 12), report(NOON, None)]
    (row,) = measure_reporting(reports, "harbor", make.calendar(MONDAY, 14), ZONE)
    assert (row["period_start"], row["value"], row["denominator"]) == (MONDAY, 4, 3)
    assert row["p90"] == pytest.approx(10.4)


def test_what_was_not_reported_has_no_time(make):
    assert measure_reporting([report(NOON, None)], "harbor", make.calendar(MONDAY, 14), ZONE) == []
