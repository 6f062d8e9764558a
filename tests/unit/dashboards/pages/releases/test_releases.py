"""Releases and drift: what was declared, what was observed, and weeks against the reference."""

import json
from datetime import date

import pytest

from dashboards.measurements import Bridge
from dashboards.pages.releases.bridges import draw_bridges, say_bridges
from dashboards.records import Change
from risk_register.deployment.changes import list_changes

PAGE, HARBOR = "/releases-and-drift", "?deployment=harbor_companion"
DECLARATION = {
    "action": "declare",
    "what": "policy",
    "effective_on": "2026-11-25",
    "is_planned": "no",
    "note": "Hand over to a person at level 2 instead of 3.",
}


def test_a_declared_change_shows_at_once_beside_those_that_only_the_logs_show(officer):
    assert officer.send(PAGE, HARBOR, **DECLARATION).status_code == 303
    words = officer.read(PAGE, HARBOR)
    assert "1 declared, not planned; 1 seen in the logs, announced by nobody" in words
    assert "Hand over to a person at level 2 instead of 3." in words
    assert "gpt-5.1 to gpt-5.2" in words
    (change,) = list_changes(officer.store, "harbor_companion")
    assert (change.declared_by, change.is_planned) == ("safety_officer", False)


def test_a_change_of_the_logs_that_was_declared_within_three_days_is_no_surprise(officer):
    officer.send(PAGE, HARBOR, **{**DECLARATION, "what": "model", "effective_on": "2026-10-15"})
    assert "1 seen in the logs, as declared" in officer.read(PAGE, HARBOR)
    officer.send(PAGE, HARBOR, **{**DECLARATION, "what": "prompt", "effective_on": "2026-10-12"})
    assert "announced by nobody" not in officer.read(PAGE, HARBOR)


@pytest.mark.parametrize("day", ["2026-10-16", "2026-10-08"])
def test_a_declaration_four_days_away_explains_nothing(officer, day):
    officer.send(PAGE, HARBOR, **{**DECLARATION, "what": "model", "effective_on": day})
    assert "1 seen in the logs, announced by nobody" in officer.read(PAGE, HARBOR)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"what": "weather"}, "Say what changes"),
        ({"is_planned": ""}, "whether it was planned"),
        ({"effective_on": ""}, "is not a day"),
        ({"note": " "}, "from what to what"),
    ],
)
def test_a_declaration_that_is_not_complete_is_refused_in_words(officer, changes, words):
    assert words in officer.refusal(PAGE, HARBOR, **{**DECLARATION, **changes})
    assert list_changes(officer.store, "harbor_companion") == ()


def test_a_viewer_declares_nothing(visit):
    viewer = visit().sign_in("viewer")
    assert "Declare a change" not in viewer.read(PAGE, HARBOR)
    assert "viewer may not declare change" in viewer.refusal(PAGE, HARBOR, **DECLARATION)


def test_drift_is_told_in_words_and_twinned_as_a_table(officer):
    words = officer.read(PAGE, HARBOR)
    assert "Week of 9 Nov 2026: message length stable, signal mix moved." in words
    assert "Moved in the range: signal mix in 4 weeks." in words
    page = json.dumps(officer.show(PAGE, HARBOR)["page"])
    assert '"distance": "0.160"' in page
    assert '"threshold": "0.100"' in page


def test_a_deployment_without_whole_weeks_says_why_there_is_no_distance(officer):
    words = officer.read(PAGE, "?deployment=quiet_cove")
    assert "drift needs eight whole weeks" in words
    assert "No week has been compared." in words


def test_two_versions_of_a_detector_are_shown_side_by_side(visit):
    words = visit().sign_in("viewer").read(PAGE, HARBOR)
    assert "Bridges between versions of detectors" in words
    assert "lexicon@1.0-aa to lexicon@1.1-bb" in words
    assert "1.08 (1.02 to 1.14)" in words


@pytest.mark.parametrize(
    ("more", "note", "words"),
    [
        ({}, "Scored from here on by the detector lexicon@1.1-bb.", "Suicidal thoughts 1.08 (1.02 to 1.14)"),
        (
            {"ratio": None},
            "Scored from here on by the detector lexicon@1.1-bb.",
            "Suicidal thoughts too few to tell",
        ),
        ({}, "Scored from here on by the detector linear@2.", ""),
        ({"is_trial": True}, "Scored from here on by the detector lexicon@1.1-bb.", ""),
        ({"signal_id": "a_refusal"}, "Scored from here on by the detector lexicon@1.1-bb.", ""),
    ],
)
def test_a_break_says_what_the_new_version_means_for_the_indicators_signals(
    published_factory, more, note, words
):
    row = published_factory.make_bridge(**more)
    del row["deployment_id"]
    change = Change("c", date(2026, 10, 1), "detector", note, "observed", None, None)
    said = say_bridges(change, ["u_suicidal_ideation"], [Bridge(**row)])
    assert words in said
    assert bool(said) is bool(words)


def test_signals_that_both_versions_see_alike_are_counted_and_not_listed(published_factory):
    rows = []
    for more in ({}, {"signal_id": "a_refusal", "both_count": 9, "old_count": 9, "new_count": 9}):
        row = published_factory.make_bridge(**more)
        del row["deployment_id"]
        rows.append(Bridge(**row))
    shown = json.dumps(draw_bridges(rows).to_plotly_json(), default=lambda one: one.to_plotly_json())
    assert "Suicidal thoughts" in shown
    assert "Refusal" not in shown
    assert "1 further comparisons" in shown


def test_a_suspicion_that_a_person_has_resolved_is_no_longer_open_on_the_page(
    officer, home, published_factory
):
    suspected = {"kind": "suspected_unannounced_change", "note": "Weeks unlike the reference."}
    alarms = [row | (suspected if row["alarm_id"] == "a1" else {}) for row in published_factory.make_alarms()]
    published_factory.publish(home / "published", tables={"alarm": alarms})
    assert "Weeks unlike the reference." in officer.read(PAGE, HARBOR)
    form = {"action": "resolve", "alarm": "a1", "resolution": "true", "reason": "R."}
    assert officer.send("/alarms", HARBOR, **form).status_code == 303
    assert "Suspected, and declared by nobody" not in officer.read(PAGE, HARBOR)
