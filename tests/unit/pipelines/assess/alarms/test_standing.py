"""Where a stream stands: judged or not, how much evidence since when, and what begins it anew."""

import datetime as dt

import pyarrow as pa
import pytest

from pipelines.assess.alarms.appetite_alarm import Arrival, follow_appetites, raise_appetites
from pipelines.assess.alarms.standing import describe_streams

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
NAME = "missed_escalation_rate"
STREAM = f"level:{NAME}"
BAD = [3] * 40 + [20] * 20


def stand(make, events, *decisions, held=(), known=400, taken=()):
    """The one row of the stream, and what the same days raise."""
    background = make.background(
        make.calendar(MONDAY, len(events), held=held), make.definition(), decisions=decisions
    )
    days = [MONDAY + number * DAY for number in range(len(events))]
    arrived = [Arrival(day, day, count, 50) for day, count in zip(days, events, strict=True)]
    resets = {"harbor": {STREAM: frozenset(taken)}}
    known_on = {"harbor": MONDAY + known * DAY}
    followed = follow_appetites({("harbor", NAME): arrived}, background, known_on, resets=resets)
    table = describe_streams(followed, background, resets=resets)
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
