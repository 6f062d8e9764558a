"""Events rarer than one a day are charted as what lies between them: units, and days."""

import datetime as dt

import pytest

from pipelines.assess.history.rare_event import BASELINE_GAPS, chart_rare_events
from pipelines.assess.history.variation import CARRIED_DAYS, Phases

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)


def chart(make, *days: tuple[int, int], phases: Phases | None = None, **definition) -> dict[str, list[dict]]:
    counts = make.counts(*(("day", MONDAY + number * DAY, x, n) for number, (x, n) in enumerate(days)))
    made = {"missed_escalation_rate": make.definition(kind="count", **definition)}
    rows = chart_rare_events(counts, made, {counts["deployment_id"].iloc[0]: phases or Phases()})
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


def every(step: int, count: int) -> list[tuple[int, int]]:
    """An event every so many days, now one earlier and now one later."""
    return [(int(number % (2 * step) in {step - 2, 2 * step - 1}), 100) for number in range(count)]


def test_after_a_change_of_the_detectors_long_gaps_are_no_improvement(make):
    changed = MONDAY + 90 * DAY
    found = chart(make, *every(2, 90), *every(13, 130), phases=Phases(breaks=(changed,)))
    for rows in found.values():
        after = [row for row in rows if row["period_start"] >= changed]
        assert len(after) == 10
        assert {row["variation"] for row in after} == {"not_assessed"}
        assert all(row["is_carried"] and not row["is_baseline"] for row in after)
        drawn = [row["high"] is not None for row in after]
        assert drawn == [(row["period_start"] - changed).days <= CARRIED_DAYS for row in after]
        assert {row["variation"] for row in rows if row not in after} == {"common_cause"}


def test_limits_are_frozen_by_the_first_events(make):
    short, long = chart(make, *every(2, 90)), chart(make, *every(2, 90), *every(20, 160))
    for name, rows in short.items():
        assert sum(row["is_baseline"] for row in rows) == BASELINE_GAPS
        for row, later in zip(rows, long[name], strict=False):
            assert row == later
        assert long[name][-1]["high"] == rows[0]["high"]
        assert long[name][-1]["variation"] == "special_cause_high"


def test_a_new_baseline_leaves_what_was_before_as_it_was(make):
    decided = MONDAY + 200 * DAY
    before = chart(make, *every(12, 200))
    found = chart(make, *every(12, 200), *every(2, 60), phases=Phases(decided={"": [decided]}))
    for name, rows in found.items():
        assert rows[: len(before[name])] == before[name]
        new = rows[len(before[name]) :]
        assert {row["phase_start"] for row in new} == {decided}
        assert [row["number"] for row in rows] == list(range(1, len(rows) + 1))
        assert {row["variation"] for row in new} == {"common_cause"}
        assert new[0]["value"] < before[name][0]["value"]  # counted from the new beginning
