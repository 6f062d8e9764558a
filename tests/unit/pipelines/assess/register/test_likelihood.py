"""Classes of likelihood: by the upper bound, the worse of two windows, and what would have to be seen."""

import datetime as dt

import pyarrow as pa
import pytest

from pipelines.assess.history.change import tabulate_changes
from pipelines.assess.register.likelihood import assess_likelihoods
from pipelines.schemas.assessment import CHANGE, CORRECTION

FIRST = dt.date(2026, 1, 5)
DAY = dt.timedelta(days=1)


def judge(make, days: list[tuple[int, int]], clusters=None, changed=None, **changes) -> dict[str, dict]:
    counts = make.counts(*(("day", FIRST + number * DAY, x, n) for number, (x, n) in enumerate(days)))
    definitions = {"missed_escalation_rate": make.definition(unit="conversation") | changes}
    calendars = {"harbor": make.calendar(FIRST, len(days))}
    found = assess_likelihoods(
        counts,
        definitions,
        CHANGE.empty() if changed is None else changed,
        calendars,
        CORRECTION.empty(),
        clusters=clusters or make.clusters(),
    ).to_pylist()
    return {row["window"]: row for row in found}


def test_nothing_seen_in_few_conversations_demonstrates_little(make):
    row = judge(make, [(0, 100)] * 20)["since_version"]
    assert (row["level"], row["evidence"]) == ("frequent", "not_demonstrated")
    assert row["needed_exposure"] == 2995


def test_nothing_seen_in_many_conversations_gives_a_better_class(make):
    assert judge(make, [(0, 200)] * 20)["since_version"]["level"] == "probable"


def test_conversations_of_one_person_are_one_witness(make):
    """Of 4,000 conversations without an event: of ever new people, or of one who was here all day."""
    days = [FIRST + number * DAY for number in range(20)]
    many = make.clusters(*(("day", day, [0.0] * 64, [3.125] * 64) for day in days))
    one = make.clusters(*(("day", day, [0.0], [200.0]) for day in days))
    assert judge(make, [(0, 200)] * 20, many)["since_version"]["level"] == "probable"
    row = judge(make, [(0, 200)] * 20, one)["since_version"]
    assert row["level"] == "frequent"
    assert row["upper"] > 0.1
    assert (row["numerator"], row["denominator"]) == (0, 4000)
    assert row["needed_exposure"] > 100_000


def test_people_of_days_before_the_window_do_not_widen_it(make):
    busy = [("day", FIRST + number * DAY, [0.0], [200.0]) for number in range(20)]
    later = [("day", FIRST + number * DAY, [0.0] * 64, [3.125] * 64) for number in range(20, 120)]
    found = judge(make, [(0, 200)] * 120, make.clusters(*busy, *later))
    assert found["since_version"]["upper"] > 5 * found["last_90_days"]["upper"]


def test_the_worse_of_both_windows_stands(make):
    found = judge(make, [(9, 500)] * 30 + [(0, 500)] * 90)
    assert found["last_90_days"]["level"] == "occasional" or found["last_90_days"]["level"] == "probable"
    assert found["since_version"]["level"] == "frequent"
    assert [row["is_standing"] for row in (found["last_90_days"], found["since_version"])] == [False, True]


def test_the_days_since_the_version_begin_where_an_earlier_one_takes_over_again(make):
    common = {"deployment_id": "harbor", "what": "model"}
    changed = tabulate_changes(
        [common | {"value": "tern-2", "effective_on": FIRST + 30 * DAY}],
        {},
        returned=[common | {"value": "tern-1", "effective_on": FIRST + 60 * DAY}],
    )
    row = judge(make, [(0, 100)] * 120, changed=changed)["since_version"]
    assert (row["first_day"], row["denominator"]) == (FIRST + 60 * DAY, 6000)


def correct(weeks: int, first: dt.date, last: dt.date, *found: float) -> dict:
    value, low, high = found
    return dict.fromkeys(CORRECTION.arrow_schema.names) | {
        "deployment_id": "harbor", "indicator_id": "missed_escalation_rate", "window_weeks": weeks,
        "first_week": first, "last_week": last, "value": value, "ci_low": low, "ci_high": high,
        "sampled_count": 90, "reviewed_count": 80, "overdue_count": 9, "coming_count": 0,
        "waiting_count": 0,  # one of the drawn ones was erased
    }  # fmt: skip


def judge_reviewed(make, days, rows, *, changes=(), clusters=None, **more) -> dict[str, dict]:
    counts = make.counts(*(("day", FIRST + number * DAY, x, n) for number, (x, n) in enumerate(days)))
    definitions = {"missed_escalation_rate": make.definition(unit="conversation") | more}
    changed = [
        dict.fromkeys(CHANGE.arrow_schema.names)
        | {"deployment_id": "harbor", "what": "model", "effective_on": day}
        for day in changes
    ]
    found = assess_likelihoods(
        counts,
        definitions,
        pa.Table.from_pylist(changed) if changed else CHANGE.empty(),
        {"harbor": make.calendar(FIRST, len(days))},
        pa.Table.from_pylist(rows),
        clusters=clusters or make.clusters(),
    )
    return {row["window"]: row for row in found.to_pylist()}


WEEK = 7 * DAY
TWELVE = (12, FIRST, FIRST + 11 * WEEK)


@pytest.mark.parametrize("seen", [0, 1])
def test_what_review_found_counts_where_detectors_saw_nothing(make, seen: int):
    days = [(seen, 100)] + [(0, 100)] * 89
    for row in judge_reviewed(make, days, [correct(*TWELVE, 0.02, 0.01, 0.04)]).values():
        assert (row["level"], row["upper"], row["lower"]) == ("frequent", 0.04, 0.01)
        assert row["is_corrected"]
        assert row["numerator"] == seen


def test_a_corrected_class_asks_for_as_many_conversations_as_people_come_back_for(make):
    days, found = [(0, 200)] * 90, [correct(*TWELVE, 0.02, 0.01, 0.4)]
    one = make.clusters(*(("day", FIRST + number * DAY, [0.0], [200.0]) for number in range(90)))
    of_many, of_one = (
        judge_reviewed(make, days, found, clusters=each)["last_90_days"] for each in (None, one)
    )
    assert of_many["is_corrected"]
    assert of_one["is_corrected"]
    assert of_one["needed_exposure"] > 10 * of_many["needed_exposure"]


def test_a_review_that_found_none_is_worth_its_own_size_and_not_that_of_the_log(make):
    row = judge_reviewed(make, [(0, 1000)] * 90, [correct(*TWELVE, 0.0, 0.0, 0.0006)])["last_90_days"]
    assert (row["level"], row["point_level"], row["evidence"]) == (
        "probable",
        "improbable",
        "not_demonstrated",
    )


def test_a_count_that_is_higher_than_the_corrected_rate_stands_as_counted(make):
    row = judge_reviewed(make, [(10, 100)] * 90, [correct(*TWELVE, 0.02, 0.01, 0.04)])["last_90_days"]
    assert row["upper"] > 0.1
    assert not row["is_corrected"]


def test_a_corrected_rate_per_thousand_is_taken_per_conversation(make):
    rows = [correct(*TWELVE, 20.0, 10.0, 40.0)]
    row = judge_reviewed(make, [(0, 100)] * 90, rows, kind="rate_per_1000")["last_90_days"]
    assert row["upper"] == 0.04


def test_a_review_of_the_days_before_a_version_says_nothing_of_it(make):
    """Twelve weeks end with the period; the model is three weeks old, the last one half labelled."""
    change = FIRST + 9 * WEEK
    rows = [correct(*TWELVE, 0.02, 0.01, 0.04)]
    found = judge_reviewed(make, [(0, 100)] * 84, rows, changes=[change])
    assert found["last_90_days"]["is_corrected"]
    assert not found["since_version"]["is_corrected"]
    week = TWELVE[2] - WEEK
    own = correct(1, week, week, 0.1, 0.05, 0.2)
    for still in ({"coming_count": 10}, {"waiting_count": 1}):
        coming = correct(1, week + WEEK, week + WEEK, 0.1, 0.01, 0.9) | still
        found = judge_reviewed(make, [(0, 100)] * 84, [*rows, own, coming], changes=[change])
        assert found["since_version"]["upper"] == 0.2


def test_a_review_that_is_older_than_the_window_says_nothing_of_it(make):
    found = judge_reviewed(make, [(0, 100)] * 200, [correct(*TWELVE, 0.02, 0.01, 0.04)])
    assert not found["last_90_days"]["is_corrected"]
    assert found["since_version"]["is_corrected"]


def test_what_is_neither_good_nor_bad_has_no_class(make):
    assert judge(make, [(0, 100)], direction="neither") == {}
    assert judge(make, [(0, 100)], unit="message") == {}
