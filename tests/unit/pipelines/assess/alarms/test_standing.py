"""Where a stream stands: judged or not, how much evidence since when, and what begins it anew."""

import dataclasses
import datetime as dt

import pyarrow as pa
import pytest

from pipelines.assess.alarms.appetite_alarm import Arrival, follow_appetites, raise_appetites
from pipelines.assess.alarms.release import follow_releases, raise_releases
from pipelines.assess.alarms.standing import describe_releases, describe_streams

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
NAME = "missed_escalation_rate"
STREAM = f"level:{NAME}"
BAD = [3] * 40 + [20] * 20


def stand(make, events, *decisions, held=(), known=400, taken=(), units=50, unmeasured=()):
    """The one row of the stream, and what the same days raise; `units` of each day, or of all days."""
    background = make.background(
        make.calendar(MONDAY, len(events), held=held), make.definition(), decisions=decisions
    )
    days = [MONDAY + number * DAY for number in range(len(events))]
    of_days = [units] * len(events) if isinstance(units, int) else units
    arrived = [
        Arrival(day, day, min(count, many), many)
        for day, count, many in zip(days, events, of_days, strict=True)
    ]
    resets = {"harbor": {STREAM: frozenset(taken)}}
    known_on = {"harbor": MONDAY + known * DAY}
    followed = follow_appetites({("harbor", NAME): arrived}, background, known_on, resets=resets)
    table = describe_streams(followed, background, resets=resets, unmeasured=unmeasured)
    assert isinstance(table, pa.Table)
    (row,) = table.to_pylist()
    return row, raise_appetites(followed)


@pytest.mark.parametrize(
    ("events", "state"), [([3] * 60, "quiet"), ([3] * 40 + [9] * 5, "watch"), (BAD, "alarm")]
)
def test_a_stream_stands_as_what_it_raises(make, events, state):
    row, concerns = stand(make, events, make.decision(effective_from=MONDAY))
    assert row["state"] == state
    assert [one.state for one in concerns] == ([] if state == "quiet" else [state])
    assert (row["judged_since"], row["judged_through"]) == (MONDAY, MONDAY + (len(events) - 1) * DAY)
    assert (row["statistic"] >= row["threshold"]) == (state == "alarm")
    assert row["watch_from"] == row["threshold"] / 20


@pytest.mark.parametrize("decided", ["nothing", "a placeholder", "a limit that no rate can pass"])
def test_without_an_approved_limit_that_can_be_tested_nothing_is_judged(make, decided):
    decisions = {
        "nothing": (),
        "a placeholder": (make.decision(effective_from=MONDAY, approved_by=None, version=None),),
        "a limit that no rate can pass": (make.decision(effective_from=MONDAY, watch=0.5, breach=1.0),),
    }[decided]
    row, _ = stand(make, BAD, *decisions)
    assert (row["state"], row["judged_since"], row["statistic"]) == ("not_judged", None, None)


@pytest.mark.parametrize(
    ("left_out", "held", "why_not"),
    [
        (True, False, "no value can pass the limits that were approved"),
        (False, False, ""),
        (True, True, ""),
    ],
)
def test_a_stream_whose_limits_no_value_can_pass_says_so(make, left_out, held, why_not):
    never = make.decision(effective_from=MONDAY, side="below", watch=0.0, breach=0.0)
    later = make.decision(effective_from=LATER, version=2, breach=1.0)
    background = make.background(make.calendar(MONDAY, 60), decisions=(later,) if held else ())
    background = dataclasses.replace(background, left_out={"harbor": [never] if left_out else []})
    (row,) = describe_streams([], background, resets={}).to_pylist()
    assert (row["state"], row["why_not"]) == ("not_judged", why_not)


def check_unjudged(row):
    assert row["state"] == "not_judged"
    assert {row[name] for name in ("judged_through", "statistic", "watch_from", "threshold")} == {None}


def test_what_nobody_measures_is_not_judged(make):
    decided = make.decision(effective_from=MONDAY)
    row, _ = stand(make, [3] * 60, decided, unmeasured={NAME})
    check_unjudged(row)
    assert row["judged_since"] is None
    assert stand(make, [3] * 60, decided, unmeasured={"harm_rate_per_1000"})[0]["state"] == "quiet"


@pytest.mark.parametrize(("seen", "state"), [(None, "not_judged"), (49, "not_judged"), (50, "quiet")])
def test_a_stream_is_quiet_only_where_a_unit_was_seen_since_its_evidence_began(make, seen, state):
    later = make.decision(effective_from=LATER, version=2, breach=0.6)
    units = [int(day == seen) for day in range(60)]
    row, _ = stand(make, [0] * 60, make.decision(effective_from=MONDAY), later, units=units, held=[52])
    assert (row["state"], row["judged_since"], row["held_day_count"]) == (state, LATER, 1)
    if state == "not_judged":
        check_unjudged(row)


def test_units_of_days_that_may_still_grow_have_not_been_judged(make):
    units = [0] * 58 + [50] * 2
    decided = make.decision(effective_from=MONDAY)
    check_unjudged(stand(make, [0] * 60, decided, units=units, known=59)[0])
    assert stand(make, [50] * 60, decided, units=units, known=59)[0]["state"] == "watch"


def test_a_limit_that_no_judged_day_has_seen_yet_is_not_quiet(make):
    newest = make.decision(effective_from=MONDAY + 58 * DAY, version=2, breach=0.6)
    row, _ = stand(make, [3] * 60, make.decision(effective_from=MONDAY), newest, known=59)
    check_unjudged(row)


LATER = MONDAY + 50 * DAY


def test_a_looser_limit_begins_the_evidence_anew(make):
    wider = make.decision(effective_from=LATER, version=2, breach=0.6)
    row, _ = stand(make, [3] * 60, make.decision(effective_from=MONDAY), wider)
    assert (row["state"], row["judged_since"]) == ("quiet", LATER)


@pytest.mark.parametrize("other", [{}, {"watch": 0.01}, {"breach": 0.09}])
def test_the_same_limit_another_watch_limit_and_a_stricter_one_keep_the_evidence(make, other):
    again = make.decision(effective_from=LATER, version=2, **other)
    row, (alarm,) = stand(make, BAD, make.decision(effective_from=MONDAY), again)
    assert (row["state"], row["judged_since"]) == ("alarm", MONDAY)
    assert (alarm.state, alarm.closed_on) == ("alarm", None)
    assert "Another limit" not in alarm.note


@pytest.mark.parametrize("breach", [0.6, 1.0])
def test_an_alarm_that_another_limit_left_open_stands_and_says_so(make, breach):
    wider = make.decision(effective_from=LATER, version=2, breach=breach)
    row, (alarm,) = stand(make, BAD, make.decision(effective_from=MONDAY), wider)
    assert (row["state"], alarm.state) == ("alarm", "alarm")
    assert "10 % (version 1)" in alarm.note
    assert "Another limit holds by now" in alarm.note


def test_after_a_person_had_the_alarm_the_evidence_begins_the_day_after(make):
    taken = MONDAY + 50 * DAY
    row, _ = stand(make, [3] * 40 + [20] * 11 + [3] * 9, make.decision(effective_from=MONDAY), taken=[taken])
    assert (row["state"], row["judged_since"]) == ("quiet", taken + DAY)


def test_days_that_may_still_grow_are_not_judged_and_held_days_are_counted(make):
    row, _ = stand(make, [3] * 60, make.decision(effective_from=MONDAY), held=[5, 58], known=59)
    assert row["judged_through"] == MONDAY + 56 * DAY
    assert row["held_day_count"] == 1


def stand_after(make, events, *days, unmeasured=(), known=400):
    """The one row of the stream of releases on these days, and what they raise."""
    background = make.background(make.calendar(MONDAY, len(events)), make.definition())
    arrived = [Arrival(MONDAY + n * DAY, MONDAY + n * DAY, count, 50) for n, count in enumerate(events)]
    changes = [
        {"deployment_id": "harbor", "effective_on": MONDAY + day * DAY, "what": "model"} for day in days
    ]
    known_on = {"harbor": MONDAY + known * DAY}
    followed = follow_releases({("harbor", NAME): arrived}, background, changes, known_on, resets={})
    (row,) = describe_releases(followed, background, resets={}, unmeasured=unmeasured).to_pylist()
    return row, raise_releases(followed)


@pytest.mark.parametrize(
    ("after", "state"), [([5] * 20, "quiet"), ([5] * 10 + [10] * 3, "watch"), ([15] * 20, "alarm")]
)
def test_a_stream_of_releases_stands_as_what_it_raises(make, after, state):
    row, concerns = stand_after(make, [5] * 56 + after, 56)
    assert (row["stream_id"], row["state"], row["why_not"]) == (f"release:{NAME}", state, "")
    assert [one.state for one in concerns] == ([] if state == "quiet" else [state])
    assert (row["judged_since"], row["judged_through"]) == (
        MONDAY + 56 * DAY,
        MONDAY + (55 + len(after)) * DAY,
    )
    assert (row["statistic"] >= row["threshold"]) == (state == "alarm")


@pytest.mark.parametrize(("events", "known"), [([5] * 66 + [10] * 3, 68), ([5] * 56 + [11] * 3, 58)])
def test_a_stream_of_releases_stands_as_what_it_raises_where_days_may_still_grow(make, events, known):
    row, concerns = stand_after(make, events, 56, known=known)
    assert [one.state for one in concerns] == ["watch"]
    assert (row["state"], row["why_not"]) == ("watch", "")


@pytest.mark.parametrize(
    ("days", "words"),
    [
        ((), "no release"),
        ((20,), "has 20 days with units before it"),
        ((20, 40), "has 20 days with units before it"),
        ((60,), "are over"),
    ],
)
def test_a_release_that_is_not_judged_says_why(make, days, words):
    row, concerns = stand_after(make, [5] * (60 if 60 not in days else 200), *days)
    assert concerns == []
    check_unjudged(row)
    assert words in row["why_not"]


def test_a_release_that_nobody_measures_is_not_judged(make):
    row, _ = stand_after(make, [5] * 76, 56, unmeasured={NAME})
    check_unjudged(row)
    assert row["why_not"] == "nobody measures it"
