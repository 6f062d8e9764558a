"""The overview tells a change once, whoever says so, and of alarms what Alarms tells."""

from __future__ import annotations

import json
from datetime import date, timedelta

from dashboards.pages.overview import pair_changes
from dashboards.records import Change

HARBOR = "?deployment=harbor_companion"
DAY = date(2026, 10, 30)
DECLARED = Change("c1", DAY, "prompt", "p17 to p18", "declared", True, "engineer")
SEEN = Change("c2", DAY, "prompt", "The log first names the prompt p18.", "observed", None, None)


def test_what_was_declared_and_seen_on_one_day_is_told_once():
    assert pair_changes([SEEN, DECLARED]) == [
        (DECLARED, "declared by engineer, planned; seen in the logs on that day")
    ]


def test_what_was_seen_alone_or_of_another_kind_or_day_is_told_by_itself():
    others = [
        SEEN,
        Change("c3", DAY, "model", "The log first names the model m2.", "observed", None, None),
        Change("c4", DAY + timedelta(days=1), "prompt", "The log first names p19.", "observed", None, None),
    ]
    assert [one for one, _ in pair_changes(others)] == others
    assert [one.change_id for one, _ in pair_changes([DECLARED, *others])] == ["c1", "c3", "c4"]
    assert pair_changes([SEEN])[0][1] == "observed in the logs, not known whether planned"


def test_an_alarm_that_a_person_has_decided_needs_nobody_on_the_overview_either(officer):
    def needs():
        return officer.read("/overview", HARBOR).split("Needs attention (")[1].split("What changed")[0]

    note = "The share of missed escalations rose after the change of the model on 12 Oct."
    before = needs()
    assert note in before
    form = {"action": "resolve", "alarm": "a1", "resolution": "true", "reason": "Read twenty."}
    assert officer.send("/alarms", HARBOR, **form).status_code == 303
    after = needs()
    assert note not in after
    assert int(before.split(")")[0]) == int(after.split(")")[0]) + 1
    assert "Held back: data of 11 Nov 2026" in after


def test_what_needs_eyes_and_calls_that_nobody_has_taken_stand_first_and_lead_to_their_place(officer):
    page = json.dumps(officer.show("/overview", HARBOR)["page"]).partition("Needs attention (")[2]
    places = [
        page.index(f'/alarms{HARBOR}&range=13w&period=week#{place}"') for place in ("needs-eyes", "calls")
    ]
    first_of_the_rest = page.index("/indicators/")
    assert places == sorted(places)
    assert places[1] < first_of_the_rest
    assert "1 grave finding needs eyes" in page
    assert "2 calls that nobody has taken" in page


def test_a_change_that_the_data_point_at_stands_among_what_changed(officer, home, published_factory):
    suspected = {
        "kind": "suspected_unannounced_change",
        "note": "It changed on 2026-11-02, and no change was declared.",
    }
    alarms = [row | (suspected if row["alarm_id"] == "a1" else {}) for row in published_factory.make_alarms()]
    published_factory.publish(home / "published", tables={"alarm": alarms})
    changed = officer.read("/overview", HARBOR).split("What changed")[1].split("Indicators")[0]
    assert "It changed on 2 Nov 2026, and no change was declared." in changed
    assert "Say what it was" in changed
