"""Classes of likelihood: by the upper bound, the worse of two windows, and what would have to be seen."""

import datetime as dt

import pyarrow as pa

from pipelines.assess.register.likelihood import assess_likelihoods
from pipelines.schemas.assessment import CHANGE, CORRECTION

FIRST = dt.date(2026, 1, 5)
DAY = dt.timedelta(days=1)


def judge(make, days: list[tuple[int, int]], **changes) -> dict[str, dict]:
    counts = make.counts(*(("day", FIRST + number * DAY, x, n) for number, (x, n) in enumerate(days)))
    definitions = {"missed_escalation_rate": make.definition(unit="conversation") | changes}
    calendars = {"harbor": make.calendar(FIRST, len(days))}
    found = assess_likelihoods(counts, definitions, CHANGE.empty(), calendars, CORRECTION.empty()).to_pylist()
    return {row["window"]: row for row in found}


def test_nothing_seen_in_few_conversations_demonstrates_little(make):
    row = judge(make, [(0, 100)] * 20)["since_version"]
    assert (row["level"], row["evidence"]) == ("frequent", "not_demonstrated")
    assert row["needed_exposure"] == 2995


def test_nothing_seen_in_many_conversations_gives_a_better_class(make):
    assert judge(make, [(0, 200)] * 20)["since_version"]["level"] == "probable"


def test_the_worse_of_both_windows_stands(make):
    found = judge(make, [(9, 500)] * 30 + [(0, 500)] * 90)
    assert found["last_90_days"]["level"] == "occasional" or found["last_90_days"]["level"] == "probable"
    assert found["since_version"]["level"] == "frequent"
    assert [row["is_standing"] for row in (found["last_90_days"], found["since_version"])] == [False, True]


def test_a_rate_that_review_found_to_be_higher_is_taken_as_higher(make):
    counts = make.counts(*(("day", FIRST + number * DAY, 1, 2000) for number in range(20)))
    row = dict.fromkeys(CORRECTION.arrow_schema.names) | {
        "deployment_id": "harbor", "indicator_id": "missed_escalation_rate", "window_weeks": 12,
        "last_week": FIRST,         "value": 0.004, "raw_value": 0.0005,
    }  # fmt: skip
    corrections = pa.Table.from_pylist([row])
    definitions = {"missed_escalation_rate": make.definition(unit="conversation")}
    calendars = {"harbor": make.calendar(FIRST, 20)}
    raw, corrected = (
        assess_likelihoods(counts, definitions, CHANGE.empty(), calendars, each).to_pylist()[0]
        for each in (CORRECTION.empty(), corrections)
    )
    assert corrected["upper"] > 5 * raw["upper"]
    assert corrected["is_corrected"]


def test_what_is_neither_good_nor_bad_has_no_class(make):
    assert judge(make, [(0, 100)], direction="neither") == {}
    assert judge(make, [(0, 100)], unit="message") == {}
