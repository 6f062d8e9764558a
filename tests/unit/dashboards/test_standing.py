"""Where an indicator stands: why a number is missing, which appetite holds, and that gaps stay gaps."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from dashboards.published import Published
from dashboards.records import Appetite, Readiness
from dashboards.standing import explain_absence, fill_periods, find_appetite, find_limits, find_standings
from dashboards.theme import Absence, Status

WEEK = date(2026, 11, 9)


@pytest.fixture
def row(shared_home, published_factory):
    """A complete week of a fully scored indicator."""
    with Published(shared_home / "published").read() as reader:
        rows = reader.latest_weeks(published_factory.HARBOR)
    return next(r for r in rows if r.indicator_id == "si_prevalence" and r.slice == "all")


def change(row, **more):
    from dataclasses import replace

    return replace(row, **more)


def ready(state: str) -> Readiness:
    return Readiness(indicator_id="x", state=state, missing="", next_step="")


def test_a_complete_scored_week_needs_no_care(row):
    assert explain_absence(row, ready("ready"), full_week=WEEK) == ()


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"value": None, "denominator": 0.0}, Absence.NONE),
        ({"value": None, "denominator": None}, Absence.NOT_MEASURED),
        ({"is_suppressed": True}, Absence.SUPPRESSED),
        ({"coverage": 0.999}, Absence.UNSCORED),
        ({"is_partial": True}, Absence.PARTIAL),
        ({"is_partial": True, "data_state": "failed"}, Absence.FAILED),
        ({"data_state": "late"}, Absence.LATE),
        ({"data_state": "partial"}, Absence.PARTIAL),
        ({"data_state": "restated"}, Absence.RESTATED),
        ({"period_start": WEEK - timedelta(weeks=1)}, Absence.LATE),
    ],
)
def test_each_reason_has_its_own_mark(row, more, expected):
    assert explain_absence(change(row, **more), ready("ready"), full_week=WEEK) == (expected,)


def test_a_value_of_which_only_the_least_is_known_was_measured(row):
    bounded = change(row, value=None, at_least=40.0)
    assert explain_absence(bounded, ready("ready"), full_week=WEEK) == ()


@pytest.mark.parametrize(
    ("readiness", "expected"),
    [("ready", Absence.LATE), ("not_ready", Absence.NOT_MEASURED), ("partial", Absence.NOT_MEASURED)],
)
def test_no_week_at_all_is_late_only_if_the_data_are_delivered(readiness, expected):
    assert explain_absence(None, ready(readiness), full_week=WEEK) == (expected,)


def appetite(day: date, *, version: int) -> Appetite:
    return Appetite(
        indicator_id="x",
        effective_from=day,
        watch=0.1,
        breach=0.2,
        side="above",
        is_placeholder=version == 0,
        version=version,
        reason="",
        proposed_by=None,
        approved_by=None,
    )


def test_an_approved_appetite_comes_before_a_newer_placeholder():
    rows = [appetite(date(2026, 11, 1), version=0), appetite(date(2026, 8, 1), version=1)]
    found = find_appetite(rows, "x", on=WEEK)
    assert found is not None
    assert found.version == 1


@pytest.mark.parametrize(("day", "version"), [(date(2026, 11, 8), 0), (date(2026, 11, 9), 1)])
def test_an_appetite_holds_from_its_first_day(day, version):
    rows = [appetite(date(2026, 1, 1), version=0), appetite(date(2026, 11, 9), version=1)]
    found = find_appetite(rows, "x", on=day)
    assert found is not None
    assert found.version == version


@pytest.mark.parametrize(("judged_by", "shown"), [(1, 1), (0, None), (2, 2)])
def test_the_limits_beside_a_status_are_those_that_it_was_judged_by(row, judged_by, shown):
    rows = [appetite(date(2026, 1, 1), version=1), appetite(WEEK, version=2)]
    found = find_limits(rows, "x", change(row, appetite_version=judged_by), on=WEEK)
    assert (found and found.version) == shown


def test_without_an_observation_the_limits_are_those_in_force():
    rows = [appetite(date(2026, 1, 1), version=1), appetite(WEEK, version=2)]
    found = find_limits(rows, "x", None, on=WEEK)
    assert found is not None
    assert found.version == 2


def test_the_run_of_weeks_is_of_raw_rates_and_no_slice_stands_for_the_whole(
    row, shared_home, published_factory
):
    with Published(shared_home / "published").read() as reader:
        indicators = [one for one in reader.indicators() if one.indicator_id == row.indicator_id]
    corrected = change(row, estimate="corrected", value=0.9)
    women = change(row, slice="gender", slice_value="woman", value=0.9)
    (found,) = find_standings(
        indicators, weeks=[row, corrected], latest=[row, women], appetites=[], readiness=[], full_week=WEEK
    )
    assert (found.weeks, found.latest) == ((row,), row)


def test_a_missing_week_stays_a_hole_between_its_neighbours(row):
    rows = [change(row, period_start=WEEK - timedelta(weeks=2)), row]
    filled = fill_periods(rows, step=timedelta(weeks=1))
    assert [one is None for _, one in filled] == [False, True, False]
    assert fill_periods([], step=timedelta(weeks=1)) == []


@pytest.mark.parametrize(
    ("direction", "version", "expected"),
    [
        ("lower_is_better", None, Status.NO_APPETITE_SET),
        ("lower_is_better", 0, Status.NO_APPETITE_SET),
        ("lower_is_better", 1, Status.INSUFFICIENT_DATA),
        ("neither", None, Status.NOT_APPLICABLE),
    ],
)
def test_before_the_first_whole_week_what_has_no_approved_limits_says_so(
    shared_home, direction, version, expected
):
    with Published(shared_home / "published").read() as reader:
        indicator = replace(reader.indicators()[0], direction=direction)
    appetites = [] if version is None else [appetite(date(2026, 8, 1), version=version)]
    given = {"weeks": (), "latest": (), "readiness": (), "full_week": None}
    own = [replace(one, indicator_id=indicator.indicator_id) for one in appetites]
    (standing,) = find_standings([indicator], appetites=own, **given)
    assert standing.status is expected
