"""Observations: gaps are unknown and not zero, one standing an indicator, the appetite of the day."""

import datetime as dt
import json
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest

from pipelines.assess.days.day import DayState
from pipelines.assess.level.cluster import KEY as CLUSTER_KEY
from pipelines.assess.level.cluster import SLICE_KEY, gather_clusters
from pipelines.assess.level.observation import (
    judge_rows,
    measure,
    place_on_calendar,
    snapshot,
)
from pipelines.standing import latest_statuses

MONDAY = dt.date(2026, 8, 3)
DAY = dt.timedelta(days=1)
WEEK = 7 * DAY
NO_HISTOGRAM = pd.DataFrame(columns=["indicator_id"])


NO_CLUSTERS = gather_clusters(
    pa.table({name: [] for name in (*CLUSTER_KEY, "bucket")}),
    pa.table({name: [] for name in SLICE_KEY}),
    pa.table({name: [] for name in CLUSTER_KEY}),
)


def observe(counts: pd.DataFrame, background) -> list[dict]:
    return judge_rows(measure(counts, NO_HISTOGRAM, NO_CLUSTERS, background), background).to_pylist()


def test_a_day_without_units_is_unknown_and_not_zero(make):
    background = make.background(make.calendar(MONDAY, 2))
    counts = place_on_calendar(make.counts(("day", MONDAY, 1, 40)), background)
    rows = {row["period_start"]: row for row in observe(counts, background) if row["period"] == "day"}
    assert rows[MONDAY]["value"] == 1 / 40
    assert rows[MONDAY + DAY]["value"] is None
    assert rows[MONDAY + DAY]["ci_low"] is None
    assert rows[MONDAY + DAY]["denominator"] == 0


def test_only_what_sql_counts_is_placed_and_a_user_in_a_week_has_no_day(make):
    background = make.background(
        make.calendar(MONDAY, 7),
        make.definition(),
        make.definition("si_user_week_share", unit="user_week"),
        make.definition("checklist_completion", computed_by="assess"),
    )
    rows = place_on_calendar(make.counts(("week", MONDAY, 1, 40)), background)
    assert rows.groupby("indicator_id")["period"].agg(set).to_dict() == {
        "missed_escalation_rate": {"day", "week", "month"},
        "si_user_week_share": {"week", "month"},
    }


def test_a_month_of_user_weeks_stands_as_the_days_that_they_last_into_the_next(make):
    october, sunday = dt.date(2026, 10, 1), dt.date(2026, 11, 1)
    definitions = make.definition(), make.definition("si_user_week_share", unit="user_week")
    background = make.background(make.calendar(october, 32), *definitions)
    states = {october + step * DAY: DayState.COMPLETE for step in range(31)} | {sunday: DayState.LATE}
    background = replace(background, states={"harbor": states}, detectors={"harbor": {sunday: "lexicon@2"}})
    counts = pd.concat(
        make.counts(("month", october, 1, 40)).assign(indicator_id=name) for name in background.definitions
    )
    found = {row["indicator_id"]: row for row in observe(counts, background)}
    assert [
        (found[name]["data_state"], found[name]["detector_version"])
        for name in ("missed_escalation_rate", "si_user_week_share")
    ] == [("complete", ""), ("late", "lexicon@2")]


def test_a_period_names_the_detectors_that_scored_its_own_days(make):
    known = {MONDAY: "lexicon@1", MONDAY + DAY: "judge@7,lexicon@1", MONDAY + 2 * DAY: "lexicon@1"}
    background = replace(make.background(make.calendar(MONDAY, 4)), detectors={"harbor": known})
    counts = make.counts(
        *(("day", MONDAY + step * DAY, 1, 40) for step in range(4)), ("week", MONDAY, 4, 160)
    )
    found = {
        (row["period"], (row["period_start"] - MONDAY).days): row["detector_version"]
        for row in observe(counts, background)
    }
    assert found == {
        ("day", 0): "lexicon@1",
        ("day", 1): "judge@7,lexicon@1",
        ("day", 2): "lexicon@1",
        ("day", 3): "",
        ("week", 0): "lexicon@1; judge@7,lexicon@1",
    }


def test_the_standing_is_the_last_whole_week(make):
    calendar = make.calendar(MONDAY, 16)
    background = make.background(calendar)
    counts = make.counts(
        ("week", MONDAY, 1, 40), ("week", MONDAY + WEEK, 2, 40), ("week", MONDAY + 2 * WEEK, 9, 40),
        ("month", dt.date(2026, 8, 1), 12, 120), ("day", MONDAY + 15 * DAY, 1, 40),
    )  # fmt: skip
    latest = [row for row in observe(counts, background) if row["is_latest"]]
    assert [(row["period"], row["period_start"]) for row in latest] == [("week", MONDAY + WEEK)]


def test_without_a_whole_week_the_newest_week_stands_and_without_any_the_newest_month(make):
    background = make.background(make.calendar(MONDAY, 5))
    partial = make.counts(
        ("week", MONDAY, 1, 40), ("day", MONDAY + DAY, 1, 40), ("month", dt.date(2026, 8, 1), 1, 40)
    )
    latest = [row for row in observe(partial, background) if row["is_latest"]]
    assert [(row["period"], row["is_partial"]) for row in latest] == [("week", True)]
    days = make.counts(("day", MONDAY, 1, 40), ("day", MONDAY + DAY, 2, 40))
    latest = [row for row in observe(days, background) if row["is_latest"]]
    assert [row["period_start"] for row in latest] == [MONDAY + DAY]


def test_a_slice_is_never_the_standing(make):
    background = make.background(make.calendar(MONDAY, 7))
    counts = pd.concat(
        [
            make.counts(("week", MONDAY, 1, 40)),
            make.counts(("week", MONDAY, 9, 40), slice="language", slice_value="es"),
        ],
        ignore_index=True,
    )
    latest = [row for row in observe(counts, background) if row["is_latest"]]
    assert [row["slice"] for row in latest] == ["all"]


def test_looser_limits_of_a_last_day_do_not_turn_what_the_other_days_were_judged_by(make):
    first, next_month = dt.date(2026, 8, 31), dt.date(2026, 9, 1)
    decisions = (
        make.decision(effective_from=MONDAY, watch=0.05, breach=0.1),
        make.decision(effective_from=first, watch=0.5, breach=0.6, version=2),
    )
    background = make.background(make.calendar(dt.date(2026, 8, 1), 61), decisions=decisions)
    counts = make.counts(
        ("month", dt.date(2026, 8, 1), 30, 200), ("month", next_month, 30, 200),
        ("week", first - WEEK, 30, 200), ("week", first, 30, 200),
        ("day", first - DAY, 30, 200), ("day", first, 30, 200),
    )  # fmt: skip
    found = {
        (row["period"], row["period_start"]): (row["status"], row["appetite_version"])
        for row in observe(counts, background)
    }
    assert found == {
        ("month", dt.date(2026, 8, 1)): ("breach", 1),
        ("month", next_month): ("within", 2),
        ("week", first - WEEK): ("breach", 1),
        ("week", first): ("within", 2),
        ("day", first - DAY): ("breach", 1),
        ("day", first): ("within", 2),
    }


def test_a_month_of_user_weeks_is_judged_by_limits_of_the_days_that_count_in_it(make):
    """October's weeks begin on the 5th; what held until the 4th is September's."""
    strict = {"watch": 0.05, "breach": 0.1, "indicator_id": "si_user_week_share"}
    loose = {"watch": 0.5, "breach": 0.6, "indicator_id": "si_user_week_share"}
    decisions = (
        make.decision(effective_from=dt.date(2026, 9, 1), **strict),
        make.decision(effective_from=dt.date(2026, 10, 5), **loose, version=2),
    )
    background = make.background(
        make.calendar(dt.date(2026, 9, 1), 62),
        make.definition("si_user_week_share", unit="user_week"),
        decisions=decisions,
    )
    counts = make.counts(
        ("month", dt.date(2026, 9, 1), 30, 200), ("month", dt.date(2026, 10, 1), 30, 200)
    ).assign(indicator_id="si_user_week_share")
    assert [row["status"] for row in observe(counts, background)] == ["breach", "within"]


def test_a_limit_of_after_the_last_day_with_data_judges_nothing(make):
    decisions = (make.decision(breach=0.6), make.decision(effective_from=MONDAY + 3 * DAY, version=2))
    background = make.background(make.calendar(MONDAY, 3), decisions=decisions)
    (row,) = observe(make.counts(("week", MONDAY, 10, 40)), background)
    assert (row["status"], row["appetite_version"]) == ("watch", 1)


def test_a_period_is_judged_by_the_first_appetite_though_it_held_on_the_last_day_alone(make):
    decision = make.decision(effective_from=MONDAY + 6 * DAY)
    background = make.background(make.calendar(MONDAY, 7), decisions=(decision,))
    counts = make.counts(
        ("week", MONDAY, 10, 40), ("day", MONDAY + 5 * DAY, 10, 40), ("day", MONDAY + 6 * DAY, 10, 40)
    )
    rows = {(row["period"], row["period_start"]): row for row in observe(counts, background)}
    assert rows["week", MONDAY]["status"] == "breach"
    assert rows["day", MONDAY + 5 * DAY]["status"] == "no_appetite_set"
    assert rows["day", MONDAY + 6 * DAY]["status"] == "breach"
    assert rows["day", MONDAY + 5 * DAY]["appetite_version"] == 0
    assert rows["day", MONDAY + 6 * DAY]["appetite_version"] == 1


def test_coverage_is_the_share_of_units_that_were_read(make):
    background = make.background(make.calendar(MONDAY, 7), decisions=(make.decision(),))
    well = observe(make.counts(("week", MONDAY, 1, 40), unscored_count=4.0), background)[0]
    badly = observe(make.counts(("week", MONDAY, 1, 40), unscored_count=5.0), background)[0]
    assert (well["coverage"], well["status"]) == (0.9, "within")
    assert (badly["coverage"], badly["status"]) == (0.875, "insufficient_data")


def test_the_coverage_of_a_population_that_was_found_is_that_of_all_who_may_belong(make):
    background = make.background(make.calendar(MONDAY, 7), decisions=(make.decision(),))
    counts = make.counts(("week", MONDAY, 1, 40), unscored_count=290.0, unit_count=1000.0)
    row = observe(counts, background)[0]
    assert (row["coverage"], row["status"]) == (0.71, "insufficient_data")
    nobody = make.counts(("week", MONDAY, 0, 0), unscored_count=1000.0, unit_count=1000.0)
    assert observe(nobody, background)[0]["coverage"] == 0.0


def test_what_assess_computes_has_no_coverage_and_no_detector(make):
    definition = make.definition("checklist_completion", computed_by="assess")
    background = make.background(make.calendar(MONDAY, 7), definition)
    row = observe(make.counts(("week", MONDAY, 1, 40), indicator_id="checklist_completion"), background)[0]
    assert row["coverage"] is None
    assert row["detector_version"] == ""


@pytest.mark.parametrize("name", ["harm_late_vs_early_ratio", "drift_index"])
@pytest.mark.parametrize(
    ("unread", "expected"),
    [(100, (0.9, "within")), (101, (0.899, "insufficient_data")), (None, (None, "insufficient_data"))],
)
def test_what_is_computed_of_what_detectors_counted_is_not_green_where_they_did_not_look(
    make, name, unread, expected
):
    definition = make.definition(name, computed_by="assess", kind="index", unit="day")
    decision = make.decision(indicator_id=name, watch=1.5, breach=2.0)
    background = make.background(make.calendar(MONDAY, 7), definition, decisions=(decision,))
    row = {
        "deployment_id": "harbor", "indicator_id": name, "period": "week", "period_start": MONDAY,
        "slice": "all", "slice_value": "all", "numerator": None, "denominator": 1000.0, "value": 1.0,
        "ci_low": None, "ci_high": None, "p90": None, "at_least": None, "method": "",
        "variation": "not_assessed", "unscored_count": float(unread or 0),
        "unit_count": 0.0 if unread is None else 1000.0,
    }  # fmt: skip
    (found,) = judge_rows(pd.DataFrame([row]), background).to_pylist()
    assert (found["coverage"], found["status"]) == expected
    (beyond,) = judge_rows(pd.DataFrame([row | {"value": 3.0}]), background).to_pylist()
    assert beyond["status"] == "breach"


@pytest.mark.parametrize("censored", [42, 60, 62, 400])
def test_a_median_past_its_limit_stays_a_breach_when_more_are_never_helped(make, censored):
    """Of 52 conversations help came after 5 to 20 turns, of the others never within 40; the limit is 8."""
    edges = [0, 1, 2, 3, 5, 10, 20, 40]
    definition = make.definition("turns", kind="distribution", bins=json.dumps(edges))
    decision = make.decision(indicator_id="turns", watch=5.0, breach=8.0)
    background = make.background(make.calendar(MONDAY, 7), definition, decisions=(decision,))
    place = {"deployment_id": "harbor", "indicator_id": "turns", "period": "week", "period_start": MONDAY,
             "slice": "all", "slice_value": "all"}  # fmt: skip
    histogram = pd.DataFrame(
        [
            place | {"bin": place_of, "is_censored": flag, "unit_count": count}
            for place_of, flag, count in ((4, 0, 20), (5, 0, 30), (6, 0, 2), (7, 1, censored))
        ]
    )
    counts = make.counts(("week", MONDAY, 52, 52 + censored), indicator_id="turns")
    (row,) = judge_rows(measure(counts, histogram, NO_CLUSTERS, background), background).to_pylist()
    assert row["status"] == "breach"
    assert row["at_least"] == (row["value"] or 40)


def test_the_latest_statuses_are_those_of_one_deployment(make):
    background = make.background(make.calendar(MONDAY, 7), decisions=(make.decision(),))
    table = judge_rows(
        measure(make.counts(("week", MONDAY, 10, 40)), NO_HISTOGRAM, NO_CLUSTERS, background), background
    )
    assert latest_statuses(table, "harbor") == {"missed_escalation_rate": "breach"}
    assert latest_statuses(table, "elsewhere") == {}


def test_what_only_has_a_present_is_placed_in_the_periods_of_its_day():
    rows = snapshot("harbor", "checklist_completion", on=dt.date(2026, 8, 12), numerator=3, denominator=36)
    assert {row["period"]: row["period_start"] for row in rows} == {
        "day": dt.date(2026, 8, 12),
        "week": dt.date(2026, 8, 10),
        "month": dt.date(2026, 8, 1),
    }
