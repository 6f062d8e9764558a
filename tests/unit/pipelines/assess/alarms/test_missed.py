"""Missed escalation from reviewed samples: judged once, weighted by the design, by people's labels."""

import dataclasses
import datetime as dt
import json
import re
from pathlib import Path

import numpy as np
import pytest

from pipelines.assess.alarms.missed import JUDGED_AFTER, Help, ReviewedWeek, judge_weeks, read_week
from pipelines.assess.alarms.raising import HELPED
from risk_register.database.tables.review import ReviewItem, ReviewLabel, ReviewStratum
from risk_register.review.labels import AT_RISK
from risk_register.review.results import Design
from risk_register.review.samples import SampleRecord

SQL = Path(__file__).parents[5] / "sql"
MONDAY = dt.date(2026, 3, 2)
WEEK = dt.timedelta(days=7)
DRAWN = dt.datetime(2026, 3, 9, 8, tzinfo=dt.UTC)


def weeks(*missed: list[int]) -> list[ReviewedWeek]:
    return [
        ReviewedWeek(MONDAY + number * WEEK, tuple(map(bool, week)), (1.0,) * len(week))
        for number, week in enumerate(missed)
    ]


def judge(make, *missed: list[int], **more):
    return judge_weeks(weeks(*missed), [make.decision(effective_from=MONDAY)], deployment="harbor", **more)


GOOD, BAD = [0] * 30, [1, 0] * 15


def test_without_an_approved_appetite_nothing_is_judged(make):
    assert judge_weeks(weeks(*[BAD] * 10), [], deployment="harbor") == []


def test_half_missed_where_a_tenth_is_allowed_alarms_within_weeks(make):
    (alarm,) = judge(make, *[GOOD] * 20, *[BAD] * 4)
    assert (alarm.kind, alarm.state, alarm.stream_id) == (
        "missed_above_appetite",
        "alarm",
        "missed:missed_escalation_rate",
    )
    assert alarm.opened_on <= MONDAY + 22 * WEEK
    assert "by people's labels" in alarm.note.lower()
    assert "reviewed people at risk in the last" in alarm.evidence
    assert "reviewed people at risk" not in alarm.note


def test_none_missed_raises_nothing_and_a_later_week_changes_no_earlier_alarm(make):
    assert judge(make, *[GOOD] * 30) == []
    early = judge(make, *[GOOD] * 5, *[BAD] * 3)[0]
    late = judge(make, *[GOOD] * 5, *[BAD] * 3, *[GOOD] * 12)[0]
    assert (early.alarm_id, early.opened_on) == (late.alarm_id, late.opened_on)
    assert (early.state, late.state) == ("alarm", "resolved")


def test_weeks_in_which_nobody_at_risk_was_reviewed_raise_nothing(make):
    assert judge(make, *[[]] * 60) == []


def test_weeks_at_the_appetite_alarm_rarely(make):
    rng = np.random.default_rng(5)
    raised = 0
    for _ in range(60):
        drawn = [rng.binomial(1, 0.1, 40).tolist() for _ in range(52)]
        raised += any(one.state != "watch" for one in judge(make, *drawn))
    # 200 weeks between false alarms allow about one year in four to hold one.
    assert raised <= 20


def test_a_week_that_was_acknowledged_begins_anew(make):
    taken = judge(
        make, *[GOOD] * 5, *[BAD] * 8, resets=frozenset({MONDAY + 7 * WEEK + 6 * dt.timedelta(days=1)})
    )
    assert [one.state for one in taken] == ["resolved", "alarm"]


def decide(make, *missed: list[int], breach: float | None, **more):
    """What weeks raise where another decision holds from the tenth."""
    decisions = [
        make.decision(effective_from=MONDAY),
        make.decision(effective_from=MONDAY + 9 * WEEK, version=2, watch=0.01, breach=breach),
    ]
    return judge_weeks(weeks(*missed), decisions, deployment="harbor", **more)


OPEN = [*[GOOD] * 5, *[BAD] * 10]


@pytest.mark.parametrize("breach", [0.1, 0.08])
def test_the_same_limit_approved_again_and_a_stricter_one_keep_the_alarm(make, breach):
    (steady,) = judge(make, *OPEN)
    (kept,) = decide(make, *OPEN, breach=breach)
    assert steady.opened_on < MONDAY + 9 * WEEK
    assert (kept.alarm_id, kept.state, kept.closed_on) == (steady.alarm_id, "alarm", None)
    assert kept.statistic >= steady.statistic
    # The evidence goes on, too: weeks before the change count.
    gathered = [*[GOOD] * 8, BAD]
    assert [one.state for one in judge(make, *gathered, BAD)] == ["alarm"]
    assert [one.state for one in decide(make, *gathered, BAD, breach=breach)] == ["alarm"]


@pytest.mark.parametrize("breach", [0.6, 1.0])
def test_a_looser_limit_leaves_an_alarm_open_until_a_person_takes_it(make, breach):
    (kept,) = decide(make, *OPEN, *[GOOD] * 10, breach=breach)
    assert (kept.state, kept.closed_on) == ("alarm", None)
    taken_on = MONDAY + 12 * WEEK
    (taken,) = decide(make, *OPEN, *[GOOD] * 10, breach=breach, resets=frozenset({taken_on}))
    assert (taken.state, taken.closed_on) == ("resolved", taken_on + 6 * dt.timedelta(days=1))


@pytest.mark.parametrize(("begins", "states"), [(6, ["alarm"]), (0, [])])
def test_a_looser_limit_turns_no_week_that_it_begins_late_in(make, begins, states):
    week = MONDAY + 9 * WEEK
    decisions = [
        make.decision(effective_from=MONDAY),
        make.decision(effective_from=week + begins * dt.timedelta(days=1), version=2, breach=0.6),
    ]
    found = judge_weeks(weeks(*[GOOD] * 9, BAD), decisions, deployment="harbor")
    assert [one.state for one in found] == states
    assert all(
        (one.opened_on, "version 1" in one.note) == (week + 6 * dt.timedelta(days=1), True) for one in found
    )


def test_a_week_in_which_limits_begin_is_judged_by_them(make):
    begun = make.decision(effective_from=MONDAY + 9 * WEEK + 6 * dt.timedelta(days=1))
    found = judge_weeks(weeks(*[BAD] * 10), [begun], deployment="harbor")
    assert [one.opened_on for one in found] == [begun.effective_from]


def test_an_alarm_under_the_looser_limit_takes_the_place_of_the_one_before(make):
    first, second = decide(make, *OPEN, *[[1] * 30] * 6, breach=0.6)
    assert (first.state, first.closed_on) == ("resolved", second.opened_on)
    assert (second.state, "version 2" in second.note) == ("alarm", True)


def test_what_was_counted_before_somebody_took_it_is_not_counted_again(make):
    (alarm,) = judge(make, *[GOOD] * 5, *[BAD] * 3)
    taken = judge(make, *[GOOD] * 5, *[BAD] * 3, [], resets=frozenset({MONDAY + 7 * WEEK}))
    assert [one.alarm_id for one in taken] == [alarm.alarm_id]
    assert taken[0].state == "resolved"


def design(*answers: dict[str, int] | None, late: tuple[int, ...] = ()) -> Design:
    sample = SampleRecord(
        "s1", "harbor", MONDAY, 1, "h", 1000, len(answers), 100, "lexicon@1", "1.0.0", "officer", DRAWN
    )
    items, labels = [], {}
    for number, answer in enumerate(answers):
        stratum = "flagged" if number % 2 else "unflagged"
        items.append(
            ReviewItem(
                item_id=f"i{number}",
                conversation_id=f"c{number}",
                stratum_id=stratum,
                draw_position=number,
                label_id=None if answer is None else number,
                level=2 if number % 2 else 0,
                state="waiting" if answer is None else "settled",
            )
        )
        if answer is not None:
            days = JUDGED_AFTER + dt.timedelta(days=1) if number in late else dt.timedelta(days=2)
            labels[number] = ReviewLabel(
                label_id=number, item_id=f"i{number}", answers=json.dumps(answer), labelled_at=DRAWN + days
            )
    strata = [
        ReviewStratum(stratum_id="flagged", unit_count=100, sample_count=2),
        ReviewStratum(stratum_id="unflagged", unit_count=900, sample_count=2),
    ]
    return Design(sample, tuple(strata), tuple(items), labels, {item.item_id: DRAWN for item in items})


def log(*helped: str, without: tuple[str, ...] = (), too_early: tuple[str, ...] = ()) -> dict[str, Help]:
    """Conversations that are held, and what their log shows of help."""
    held = [name for name in ("c0", "c1", "c2", "c3") if name not in without]
    return {name: Help(name in helped, name in too_early) for name in held}


RISK = {"u_suicidal_ideation": 3}
ANSWERED = RISK | {"p_crisis_resource": 1}


def test_a_person_at_risk_without_resource_or_handover_was_missed():
    week = read_week(design(RISK, ANSWERED, RISK, {}), log("c2"), level=2)
    assert week.missed == (True, False, False)


def test_a_greeting_that_names_a_crisis_line_answers_nobody_who_comes_to_risk_later():
    greeted = log("c2", too_early=("c1", "c2"))
    week = read_week(design(RISK, ANSWERED, RISK, ANSWERED), greeted, level=2)
    assert week.missed == (True, True, True, False)


def test_what_one_person_saw_where_no_detector_did_is_no_evidence_until_a_second_has_read_it():
    week = design(RISK, RISK, {}, {})  # the first and the third are of those nobody flagged
    week.items[0].state = "needs_second"
    assert read_week(week, log(), level=2).weights == (1.0,)
    week.items[0].state = "settled"
    assert read_week(week, log(), level=2).weights == (1.8, 0.2)


def test_who_leans_on_the_assistant_is_not_thereby_at_risk():
    week = read_week(design(RISK, {"u_ai_reliance": 2}, {"u_minor_indicator": 2}, {}), log(), level=2)
    assert week.missed == (True,)


@pytest.mark.parametrize("name", ["fact/message_signal", "assessment/reviewed_conversation"])
def test_the_signals_of_a_person_at_risk_are_those_of_the_sql(name):
    text = (SQL / f"{name}.sql").read_text(encoding="utf-8")
    listed = re.findall(r"signal_id in \(([^)]*'u_suicidal_ideation'[^)]*)\)", text)[0]
    assert set(re.findall(r"'(\w+)'", listed)) == AT_RISK


def test_what_the_log_shows_of_help_is_what_the_sql_counts():
    text = (SQL / "assessment" / "reviewed_conversation.sql").read_text(encoding="utf-8")
    help_in_log = text.rpartition("What the log itself holds")[2].partition(" as is_escalated")[0]
    assert set(re.findall(r"conversation\.(\w+)", help_in_log)) == set(HELPED)


def test_weights_follow_the_design_and_only_people_at_risk_take_part():
    week = read_week(design(RISK, RISK, {"u_suicidal_ideation": 1}, {}), log(), level=2)
    # 450 conversations stand behind an unflagged item, 50 behind a flagged one; 250 on average.
    assert week.weights == pytest.approx((1.8, 0.2))


def test_of_what_was_erased_cut_anew_or_has_expired_nobody_says_that_it_was_missed():
    week = design(RISK, RISK, RISK, RISK)
    assert read_week(week, log("c2"), level=2).missed == (True, True, False, True)
    week.items[2].conversation_id = "erased_i2"
    left = read_week(week, log("c2"), level=2)
    assert left.missed == (True, True, True)
    # 900 conversations stand behind the unflagged one that is left, 50 behind each of the flagged.
    assert left.weights == pytest.approx((2.7, 0.15, 0.15))
    assert read_week(week, log(without=("c0", "c1", "c2", "c3")), level=2).missed == ()


def test_weeks_whose_facts_have_expired_raise_nothing(make):
    helped = [read_week(design(*[RISK] * 4), log("c0", "c1", "c2", "c3"), level=2)] * 40
    expired = [read_week(design(*[RISK] * 4), {}, level=2)] * 40
    for found in (helped, expired):
        rows = [dataclasses.replace(one, week=MONDAY + n * WEEK) for n, one in enumerate(found)]
        assert judge_weeks(rows, [make.decision(effective_from=MONDAY)], deployment="harbor") == []


def test_labels_that_come_after_two_weeks_enter_no_alarm():
    week = read_week(design(RISK, RISK, None, RISK, late=(3,)), log(), level=2)
    assert len(week.missed) == 2
