"""Events rarer than one a day are charted as what lies between them: units, and days."""

import datetime as dt

import pytest

from pipelines.assess.history.rare_event import chart_rare_events

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)


def chart(make, *days: tuple[int, int], **definition) -> dict[str, list[dict]]:
    counts = make.counts(*(("day", MONDAY + number * DAY, x, n) for number, (x, n) in enumerate(days)))
    made = {"missed_escalation_rate": make.definition(kind="count", **definition)}
    rows = chart_rare_events(counts, made, {})
    return {name: [row for row in rows if row["chart"] == name] for name in ("g", "t")}


def test_both_charts_number_the_events(make):
    found = chart(make, *[(int(number % 12 in {0, 3, 8}), 100) for number in range(120)])
    for name, period, each in (("g", "event", 100.0), ("t", "event_time", 1.0)):
        rows = found[name]
        assert [row["number"] for row in rows] == list(range(1, 31))
        assert {row["period"] for row in rows} == {period}
        assert [row["value"] for row in rows[1:4]] == [3 * each, 5 * each, 4 * each]
        assert rows[-1]["centre"] == pytest.approx(4 * each, rel=0.1)
        assert rows[-1]["high"] > 5 * each


def test_more_traffic_lengthens_the_gaps_in_units_and_not_those_in_days(make):
    found = chart(make, *[(int(number % 5 == 0), 100 if number < 60 else 300) for number in range(120)])
    assert found["g"][-1]["value"] == 3 * found["g"][2]["value"]
    assert found["t"][-1]["value"] == found["t"][2]["value"] == 5.0


def test_days_without_units_are_no_calm_days(make):
    found = chart(make, (1, 10), (0, 10), (0, 0), (0, 0), (1, 10), (0, 10), (0, 10))
    assert found["t"][1]["value"] == 2.0


def test_too_few_events_have_points_and_no_limits(make):
    found = chart(make, *[(int(number % 20 == 0), 100) for number in range(120)])
    assert {row["high"] for rows in found.values() for row in rows} == {None}


def test_events_on_most_days_and_good_events_need_no_gaps(make):
    assert chart(make, *[(2, 100)] * 60) == {"g": [], "t": []}
    rare = [(int(number % 5 == 0), 100) for number in range(60)]
    assert chart(make, *rare, direction="higher_is_better") == {"g": [], "t": []}
