"""A run of the canary is a trace of a change only beyond what such runs show against each other anyway."""

import datetime as dt

import pyarrow as pa
import pytest

from methods.intervals import wilson
from pipelines.assess.alarms.canary_trace import trace_canary
from pipelines.assess.alarms.unannounced import suspect_changes
from pipelines.assess.history.drift import assess_drift
from pipelines.schemas.assessment import CHANGE
from pipelines.schemas.indicator import FEATURE_DAY

MONDAY = dt.datetime(2026, 3, 2, 6, tzinfo=dt.UTC)
WEEK = dt.timedelta(weeks=1)


def make_runs(*changed: int | None, probes: int = 60, model: str = "tern") -> list[dict]:
    """Weekly runs; how many probes were answered otherwise than the week before, None if nothing compares."""
    rows = []
    for number, count in enumerate(changed):
        ran_at = MONDAY + number * WEEK
        low, high = (None, None) if count is None else map(float, wilson(count, probes))
        rows.append(
            {
                "deployment_id": "harbor", "run_id": f"{ran_at:%Y%m%dT%H%M%SZ}", "ran_at": ran_at,
                "model": model, "probes_version": "1", "detectors_version": "1",
                "compared_with": "" if count is None else f"{ran_at - WEEK:%Y%m%dT%H%M%SZ}",
                "compared_count": probes if count is not None else 0, "changed_count": count or 0,
                "changed_share": None if count is None else count / probes,
                "ci_low": low, "ci_high": high, "withheld_count": 0, "reference_run": "",
            }
        )  # fmt: skip
    return rows


def test_a_run_beyond_what_runs_vary_by_is_dated_between_the_two():
    (trace,) = trace_canary(make_runs(None, 2, 3, 1, 18))
    assert (trace.low, trace.high, trace.known_on) == (
        (MONDAY + 3 * WEEK).date(), (MONDAY + 4 * WEEK).date(), (MONDAY + 4 * WEEK).date()
    )  # fmt: skip
    assert "18 of 60 canary probes (30%" in trace.words


@pytest.mark.parametrize("changed", [(None,), (None, 0, 0), (None, 2, 3, 4, 5), (None, 12, 18, 15)])
def test_runs_that_vary_as_they_always_did_are_no_trace(changed):
    assert trace_canary(make_runs(*changed)) == []


@pytest.mark.parametrize(("changed", "count"), [(5, 0), (6, 1)])
def test_less_than_a_tenth_is_no_news(changed, count):
    assert len(trace_canary(make_runs(None, 1, changed))) == count


@pytest.mark.parametrize(("changed", "count"), [(20, 0), (24, 1)])
def test_until_runs_have_shown_what_they_vary_by_a_quarter_is_usual(changed, count):
    assert len(trace_canary(make_runs(None, changed))) == count


def test_what_moved_does_not_become_usual():
    assert len(trace_canary(make_runs(None, 1, 20, 1, 20))) == 2


def set_references(runs: list[dict], *changed: int | None, reference: int = 0) -> list[dict]:
    """How many probes of each run are answered otherwise than in the run at `reference`."""
    for row, count in zip(runs, changed, strict=True):
        if count is not None:
            low, high = map(float, wilson(count, 60))
            row |= {
                "reference_run": runs[reference]["run_id"], "reference_count": 60,
                "reference_changed_count": count, "reference_changed_share": count / 60,
                "reference_ci_low": low, "reference_ci_high": high,
            }  # fmt: skip
    return runs


def test_a_slow_change_is_one_trace_that_ends_when_answers_are_back():
    runs = make_runs(None, 2, 2, 2, 2, 2, 2, 2)
    assert trace_canary(set_references(runs[:4], None, 2, 3, 4)) == []
    (trace,) = trace_canary(set_references(runs, None, 2, 4, 6, 8, 10, 12, 14))
    assert (trace.low, trace.high, trace.known_on, trace.closed_on) == (
        (MONDAY + 2 * WEEK).date(), (MONDAY + 3 * WEEK).date(), (MONDAY + 5 * WEEK).date(), None
    )  # fmt: skip
    assert "10 of 60 canary probes (17%" in trace.words
    assert "in the reference run of 2026-03-02" in trace.words
    (over,) = trace_canary(set_references(runs, None, 2, 4, 6, 8, 10, 4, 2))
    assert over.closed_on == (MONDAY + 6 * WEEK).date()


def test_two_runs_away_from_the_reference_are_no_slow_change():
    runs = make_runs(None, 2, 2, 2, 2, 2, 2, 2)
    assert trace_canary(set_references(runs, None, 2, 12, 12, 2, 12, 12, 2)) == []


def test_what_lies_from_the_reference_as_runs_lie_from_each_other_is_no_trace():
    assert trace_canary(set_references(make_runs(None, *[9] * 6), None, *[12] * 6)) == []


def test_answers_that_are_withheld_are_named():
    runs = make_runs(None, 2, 3, 1, 18)
    runs[-1]["withheld_count"] = 10
    assert "(10 with an empty, filtered or refused answer)" in trace_canary(runs)[0].words


@pytest.mark.parametrize(("declared_on", "count"), [(None, 1), (0, 0)])
def test_movement_that_nobody_declared_is_suspected(make, declared_on, count):
    calendars = {"harbor": make.calendar(MONDAY.date(), 35)}
    features = FEATURE_DAY.empty().to_pandas()
    rows = []
    if declared_on is not None:
        day = (MONDAY + 4 * WEEK).date()
        rows = [
            {
                "change_id": "c", "deployment_id": "harbor", "effective_on": day, "what": "model", "note": "",
                "origin": "declared", "is_planned": True, "declared_by": "engineer",
            }
        ]  # fmt: skip
    found = suspect_changes(
        assess_drift(features, calendars),
        pa.Table.from_pylist(rows, schema=CHANGE.arrow_schema),
        features,
        calendars,
        canary_runs=make_runs(None, 2, 3, 1, 18),
    )
    assert len(found) == count
    if found:
        assert "between 2026-03-23 and 2026-03-30" in found[0].note
        assert (found[0].state, found[0].kind) == ("watch", "suspected_unannounced_change")
