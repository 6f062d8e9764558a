"""Alarms as stories: one cause, its members, the changes beside it; and grave findings."""

import json
from datetime import date

import pytest

from dashboards.pages.alarms import group_by_cause, say_cause, say_evidence
from dashboards.records import Alarm, Change

PAGE, HARBOR = "/alarms", "?deployment=harbor_companion"
MODEL = Change("c2", date(2026, 10, 12), "model", "5.1 to 5.2", "observed", None, None)


def make_alarm(alarm_id="a1", cause="day:harbor:2026-10-18", **changes):
    given = {
        "indicator_id": "harm_rate_per_1000", "kind": "appetite_exceeded", "opened_on": date(2026, 10, 18),
        "closed_on": None, "state": "alarm", "is_paging": True, "statistic": 912.4, "threshold": 730.0,
        "confirmed_on": None, "note": "x",
    }  # fmt: skip
    return Alarm(alarm_id=alarm_id, cause=cause, **{**given, **changes})


def test_alarms_of_one_cause_are_one_story_and_the_newest_story_comes_first():
    old, member, new = (
        make_alarm("a", "change:c2"),
        make_alarm("b", "change:c2", indicator_id="stigma_rate_per_1000"),
        make_alarm("c", "day:harbor:2026-11-01", opened_on=date(2026, 11, 1)),
    )
    assert [(cause, len(members)) for cause, members in group_by_cause([old, new, member])] == [
        ("day:harbor:2026-11-01", 1),
        ("change:c2", 2),
    ]


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("change:c2", "After a change of the model on 12 Oct 2026"),
        ("change:unannounced:harbor:2026-10-12", "A change that nobody announced"),
        ("data:harbor:2026-10-17", "Beside a fault of the data on 17 Oct 2026"),
        ("day:harbor:2026-10-18", "Opened on 18 Oct 2026"),
    ],
)
def test_a_cause_is_told_in_words(cause, words):
    assert say_cause(cause, make_alarm(cause=cause), [MODEL]) == words


def test_evidence_stands_against_its_threshold_and_says_whether_weeks_agree():
    assert say_evidence(make_alarm()) == "912 against 730"
    agreed = make_alarm(confirmed_on=date(2026, 10, 25))
    assert say_evidence(agreed).endswith("weekly totals agree since 25 Oct 2026")
    assert say_evidence(make_alarm(statistic=None, threshold=None)) == "–"


def test_the_page_tells_open_stories_the_changes_beside_them_and_what_has_passed(officer):
    words = officer.read(PAGE, HARBOR)
    assert "3 open in 2 stories, 1 may call a person." in words
    assert "After a change of the model on 12 Oct 2026 (2)" in words
    assert "12 Oct 2026: model. gpt-5.1 to gpt-5.2 (observed in the logs" in words
    assert "912 against 730; weekly totals agree since 25 Oct 2026" in words
    assert "no: held by the data" in words
    assert "1 Oct 2026 to 15 Oct 2026" in words.split("Past")[-1]


def test_grave_findings_are_counted_and_name_no_conversation(officer):
    page = json.dumps(officer.show(PAGE, HARBOR)["page"])
    words = officer.read(PAGE, HARBOR).split("nobody has confirmed")[-1]
    assert "19 Nov 2026" in words
    assert " 2 31 " in f"{words} "
    assert "conversation0" not in page
    assert "message0" not in page


def test_an_alarm_leads_to_an_incident_only_for_those_who_may_open_one(officer, visit):
    assert "/incidents?deployment=harbor_companion" in json.dumps(officer.show(PAGE, HARBOR)["page"])
    assert "Open an incident" not in visit().sign_in("viewer").read(PAGE, HARBOR)


def test_a_filter_leaves_the_states_that_were_asked_for(officer):
    assert "After a change" in officer.read(PAGE, f"{HARBOR}&status=watch")
    words = officer.read(PAGE, f"{HARBOR}&status=resolved")
    assert "No open alarm matches the filter." in words
    assert "After a change of the model on 12 Oct 2026 (" not in words


def test_a_deployment_without_alarms_says_so(officer):
    words = officer.read(PAGE, "?deployment=quiet_cove")
    assert "None is open." in words
    assert "No alarm has been raised." in words
