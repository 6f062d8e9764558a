"""Alarms need an approved appetite, say what they are, and are the same from the same lake."""

import datetime as dt
import json
import re

import numpy as np
import pyarrow as pa
import pytest

from methods.alarms import alarm_threshold
from pipelines.assess.alarms.appetite_alarm import follow_appetites, raise_appetites, sort_arrivals
from pipelines.schemas.assessment import ARRIVAL_DAY
from risk_register.alarm.watched import WATCHED
from risk_register.deployment.appetites import Side

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
DAYS = 60


def arrivals(events: list[int], *, indicator_id: str = "missed_escalation_rate", units: int = 50) -> pa.Table:
    rows = [
        {
            "deployment_id": "harbor",
            "day": MONDAY + number * DAY,
            "received_on": MONDAY + number * DAY,
            "indicator_id": indicator_id,
            "numerator": count,
            "denominator": units,
        }
        for number, count in enumerate(events)
    ]
    return pa.Table.from_pylist(rows, schema=ARRIVAL_DAY.arrow_schema)


def raise_(make, events: list[int], *decisions, known: int = 400, **definition):
    made = make.definition(**definition)
    background = make.background(make.calendar(MONDAY, len(events)), made, decisions=decisions)
    table = arrivals(events, indicator_id=made["indicator_id"])
    known_on = {"harbor": MONDAY + known * DAY}
    return raise_appetites(follow_appetites(sort_arrivals(table), background, known_on))


BAD = [3] * 40 + [20] * 20


def test_without_an_approved_appetite_nothing_is_watched(make):
    assert raise_(make, BAD) == []
    assert raise_(make, BAD, make.decision(effective_from=MONDAY, approved_by=None, version=None)) == []
    assert len(raise_(make, BAD, make.decision(effective_from=MONDAY))) == 1


def test_an_alarm_says_rule_budget_indicator_limit_and_deployment(make):
    (alarm,) = raise_(make, BAD, make.decision(effective_from=MONDAY, version=3))
    assert (alarm.state, alarm.kind, alarm.closed_on) == ("alarm", "appetite_exceeded", None)
    assert alarm.threshold == alarm_threshold(8) == 1000
    assert alarm.statistic is not None
    assert alarm.statistic >= alarm.threshold
    for words in (
        "Missed escalation above",
        "10 % (version 3)",
        "harbor",
        "e-SR",
        "4 false alarms a year",
        "confirm",
    ):
        assert words in alarm.note


def test_the_checkpoint_says_how_far_days_are_judged(make):
    (alarm,) = raise_(make, BAD, make.decision(effective_from=MONDAY), known=DAYS - 1)
    checkpoint = json.loads(alarm.checkpoint)
    assert checkpoint["through"] == (MONDAY + 59 * DAY).isoformat()
    assert checkpoint["judged_through"] == (MONDAY + 56 * DAY).isoformat()
    assert len(checkpoint["statistics"]) == 3


def test_what_was_counted_stands_in_the_evidence_alone(make):
    """267 of 330 in a note, beside the week and days that a report shows, gave a hidden 3."""
    decision = make.decision(effective_from=MONDAY)
    (many,) = raise_(make, BAD, decision)
    assert "40 % from" in many.evidence
    # Its limit is 10 %, and other events change nothing of its words.
    (worse,) = raise_(make, [24] * len(BAD), decision)
    assert "48 % from" in worse.evidence
    words = [re.sub(r"\d{4}-\d\d-\d\d", "DAY", one.note) for one in (many, worse)]
    assert words[0] == words[1]
    (few,) = raise_(make, [0] * 40 + [20], decision)
    assert "40 % from" in few.evidence
    table = arrivals([1] * 20 + [8] * 3, units=9)
    background = make.background(make.calendar(MONDAY, 23), make.definition(), decisions=(decision,))
    known_on = {"harbor": MONDAY + 400 * DAY}
    (hidden,) = raise_appetites(follow_appetites(sort_arrivals(table), background, known_on))
    assert "few units from" in hidden.evidence


def test_only_what_detectors_flag_is_said_to_be_unreviewed(make):
    decision = make.decision(effective_from=MONDAY)
    (flagged,) = raise_(make, BAD, decision, needs="signal:u_self_harm")
    (counted,) = raise_(make, BAD, decision, needs="notice:consent")
    assert "no review has confirmed it" in flagged.note
    assert "review" not in counted.note


def test_a_rate_that_rises_is_watched_before_it_alarms(make):
    decision = make.decision(effective_from=MONDAY)
    states = []
    for days in range(36, 56):
        concerns = raise_(make, [3] * 40 + [9] * (days - 40), decision) if days > 40 else []
        states.append(concerns[0].state if concerns else "quiet")
    assert list(dict.fromkeys(states)) == ["quiet", "watch", "alarm"]


def test_days_that_may_still_grow_are_watched_and_say_so(make):
    (concern,) = raise_(make, BAD, make.decision(effective_from=MONDAY), known=42)
    assert concern.state == "watch"
    assert "may still grow" in concern.note


def test_an_alarm_that_is_over_is_resolved_and_stays(make):
    (alarm,) = raise_(make, [3] * 30 + [20] * 8 + [2] * 40, make.decision(effective_from=MONDAY))
    assert alarm.state == "resolved"
    assert alarm.closed_on is not None
    assert alarm.opened_on < alarm.closed_on


def test_days_before_the_appetite_held_are_not_judged(make):
    events = [20] * 20 + [3] * 40
    assert raise_(make, events, make.decision(effective_from=MONDAY + 20 * DAY)) == []
    assert len(raise_(make, events, make.decision(effective_from=MONDAY))) == 1


@pytest.mark.parametrize("breach", [0.0, 1.0, None])
def test_a_limit_that_no_rate_can_be_tested_against_is_left_to_other_rules(make, breach):
    decision = make.decision(effective_from=MONDAY, watch=breach, breach=breach)
    assert raise_(make, BAD, decision) == []


def test_an_appetite_that_is_a_floor_alarms_when_the_share_falls(make):
    floor = make.decision(effective_from=MONDAY, side=Side.BELOW, watch=0.93, breach=0.9)
    assert raise_(make, [48] * 60, floor) == []
    (alarm,) = raise_(make, [48] * 40 + [30] * 20, floor)
    assert "below the approved appetite of 90 %" in alarm.note


def test_a_rate_per_1000_is_tested_as_a_share(make):
    decision = make.decision(
        effective_from=MONDAY, indicator_id="harm_rate_per_1000", watch=50.0, breach=100.0
    )
    (alarm,) = raise_(make, BAD, decision, indicator_id="harm_rate_per_1000", kind="rate_per_1000")
    assert "100 per 1,000" in alarm.note


def test_an_indicator_that_is_not_watched_raises_nothing(make):
    decision = make.decision(effective_from=MONDAY, indicator_id="refusal_rate")
    assert raise_(make, BAD, decision, indicator_id="refusal_rate") == []
    assert len(WATCHED) <= 8


def test_the_same_lake_gives_the_same_alarms(make):
    decision = make.decision(effective_from=MONDAY)
    assert raise_(make, BAD, decision) == raise_(make, BAD, decision)


def test_events_of_few_people_count_as_the_people_that_they_are(make):
    """Thirteen of fifty are bad: of as many people, or of two."""
    made, events = make.definition(), [5] * 40 + [13] * 20
    decisions = [make.decision(effective_from=MONDAY)]
    background = make.background(make.calendar(MONDAY, 60), made, decisions=decisions)
    table, known_on = sort_arrivals(arrivals(events)), {"harbor": MONDAY + 400 * DAY}
    spread, lumped = (
        make.clusters(*(
            ("day", MONDAY + day * DAY,
             np.repeat([each, 0.0], [count // each, buckets - count // each]).tolist(),
             [50.0 / buckets] * buckets)
            for day, count in enumerate(events)
        ))
        for each, buckets in ((1, 50), (5, 10))
    )  # fmt: skip
    alone, of_many, of_few = (
        follow_appetites(table, background, known_on, clusters=clusters)[0].path.statistic[45]
        for clusters in (None, spread, lumped)
    )
    assert of_many == alone > 5 * of_few
