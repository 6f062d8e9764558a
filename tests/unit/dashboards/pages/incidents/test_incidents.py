"""Incidents: opened with the moment of awareness, closed by a second person, opened again with a reason."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from dashboards.pages.submission import read_past_moment
from risk_register.acceptability import Severity
from risk_register.errors import NotAllowedError
from risk_register.incident import incidents
from risk_register.incident.incidents import list_incidents
from risk_register.incident.states import IncidentStatus
from risk_register.register.register import list_risks

PAGE, HARBOR = "/incidents", "?deployment=harbor_companion"
ALARM = f"{HARBOR}&alarm=a1"
OPENING = {
    "action": "open",
    "title": "A crisis line was out of date",
    "severity": "S3",
    "nature": "not_serious",
    "aware_at": "2026-11-20T14:30",
    "risk": "wrong_facts_or_resources",
    "description": "Found in review.",
}

JUDGED = {"action": "assess", "severity": "S3", "nature": "not_serious", "causality": "possible",
          "cause": "An old list.", "affected": "3"}  # fmt: skip


def name(visitor, incident_id):
    """What a form of the page carries of the incident: its id, and the version that was seen."""
    (version,) = [one.version for one in held(visitor) if one.incident_id == incident_id]
    return {"incident": incident_id, "version": str(version)}


def held(visitor, deployment="harbor_companion"):
    return list_incidents(visitor.store, deployment)


def test_an_incident_is_opened_with_the_moment_somebody_knew(officer):
    assert officer.send(PAGE, HARBOR, **OPENING).status_code == 303
    (incident,) = held(officer)
    assert incident.aware_at == datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
    assert (incident.severity, incident.opened_by) == (Severity.S3, "safety_officer")
    words = officer.read(PAGE, f"{HARBOR}&incident={incident.incident_id}")
    assert "18\u00a0h 30\u00a0min ago" in words
    assert words.count("20 Nov 2026, 14:30 in Europe/Warsaw (13:30 UTC)") == 2  # what was kept, and the echo
    assert "Somebody first knew at (time in Europe/Warsaw)" in officer.read(PAGE, HARBOR)
    assert "You opened it; another person must close it." in words
    assert "No regime has a clock for an incident of this kind" in words
    assert "nobody has judged the cause" not in words


def test_an_incident_is_closed_by_a_second_person_and_can_be_opened_again(officer, visit):
    officer.send(PAGE, HARBOR, **OPENING)
    incident_id = held(officer)[0].incident_id
    seen = name(officer, incident_id)
    close = {"action": "close", **seen, "conclusion": "The list was renewed."}
    assert "another person must close it" in officer.refusal(PAGE, HARBOR, **close)
    other = visit().sign_in("compliance")
    assert "needs a conclusion" in other.refusal(PAGE, HARBOR, **{**close, "conclusion": " "})
    assert "nobody has judged the cause" in other.refusal(PAGE, HARBOR, **close)
    assert "It cannot be closed yet" in other.read(PAGE, f"{HARBOR}&incident={incident_id}")
    assert officer.send(PAGE, HARBOR, **JUDGED, **seen).status_code == 303
    assert "was changed by safety_officer" in other.refusal(PAGE, HARBOR, **JUDGED, **seen)
    assert "was changed by safety_officer" in other.refusal(PAGE, HARBOR, **close)
    close = {**close, **name(officer, incident_id)}
    assert other.send(PAGE, HARBOR, **close).status_code == 303
    assert held(other)[0].state is IncidentStatus.CLOSED
    assert "is closed cannot become closed. Allowed: open." in other.refusal(PAGE, HARBOR, **close)
    reopen = {"action": "reopen", "incident": incident_id, "reason": "It happened again."}
    assert officer.send(PAGE, HARBOR, **reopen).status_code == 303
    words = officer.read(PAGE, f"{HARBOR}&incident={incident_id}").split("What happened with it")[-1]
    for told in ("incident opened", "incident closed", "incident reopened", "It happened again."):
        assert told in words


def test_an_incident_of_another_deployment_cannot_be_closed_from_here(officer, visit):
    elsewhere = incidents.open_incident(
        officer.store, deployment_id="quiet_cove", title="Elsewhere", severity=Severity.S2,
        actor="safety_officer", at=officer.clock(),
    )  # fmt: skip
    other = visit().sign_in("compliance")
    words = other.refusal(PAGE, HARBOR, action="close", incident=elsewhere, version="1", conclusion="x")
    assert "no such incident on this deployment" in words
    assert held(other, "quiet_cove")[0].state is IncidentStatus.OPEN
    assert "Elsewhere" not in other.read(PAGE, f"{HARBOR}&incident={elsewhere}")


def test_a_viewer_sees_incidents_and_can_send_nothing(officer, visit):
    officer.send(PAGE, HARBOR, **OPENING)
    incident_id = held(officer)[0].incident_id
    viewer = visit().sign_in("viewer")
    page = json.dumps(viewer.show(PAGE, f"{HARBOR}&incident={incident_id}")["page"])
    assert "A crisis line was out of date" in page
    assert '"/send' not in page
    assert "viewer may not open incident" in viewer.refusal(PAGE, HARBOR, **OPENING)
    close = {"action": "close", "incident": incident_id, "conclusion": "x"}
    assert "viewer may not close incident" in viewer.refusal(PAGE, HARBOR, **close)


def test_an_alarm_fills_the_form(officer):
    page = json.dumps(officer.show(PAGE, ALARM)["page"])
    assert '"value": "Missed escalation: alarm of 18 Oct 2026"' in page
    assert "Alarm a1. The share of missed escalations rose" in page
    assert '"value": "missed_escalation_of_risk"' in page


def test_from_an_alarm_an_incident_is_opened_once_and_both_pages_lead_to_it(officer):
    assert "Open an incident" in officer.read(PAGE, ALARM)
    assert officer.send(PAGE, ALARM, **OPENING, origin="alarm", reference="a1").status_code == 303
    incident_id = held(officer)[0].incident_id
    page = json.dumps(officer.show(PAGE, ALARM)["page"])
    assert '"id": "incident"' in page  # what was opened is what is shown next
    assert "Open an incident" not in page
    closing = page.partition("Close the view")[2].partition('"href": "')[2].partition('"')[0]
    assert "alarm=" not in closing
    assert "incident=" not in closing
    assert f"incident={incident_id}" in json.dumps(officer.show("/alarms", HARBOR)["page"])


def test_the_risk_of_an_incident_is_named_as_in_the_register(officer):
    officer.send(PAGE, HARBOR, **OPENING)
    incident_id = held(officer)[0].incident_id
    known = {risk.risk_id: risk for risk in list_risks(officer.store, "harbor_companion")}
    risk = known[OPENING["risk"]]
    for search in (HARBOR, f"{HARBOR}&incident={incident_id}"):
        words = officer.read(PAGE, search)
        assert f"{risk.reference} {risk.title}" in words
        assert OPENING["risk"].replace("_", " ") not in words


def test_the_risk_that_an_incident_names_shows_it(officer):
    risk = f"{HARBOR}&risk=wrong_facts_or_resources"
    assert "A crisis line was out of date" not in officer.read("/risk-register", risk)
    officer.send(PAGE, HARBOR, **OPENING)
    assert "A crisis line was out of date" in officer.read("/risk-register", risk)
    assert "A crisis line was out of date" not in officer.read(
        "/risk-register", f"{HARBOR}&risk=minors_exposed"
    )


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": " "}, "needs a title"),
        ({"title": "x" * 201}, "at most 200"),
        ({"severity": "bad"}, "Choose a severity"),
        ({"nature": ""}, "Choose a kind"),
        (
            {"aware_at": "2026-11-21T09:01"},
            "21 Nov 2026, 09:01 in Europe/Warsaw (08:01 UTC) is still to come. "
            "It is 21 Nov 2026, 09:00 in Europe/Warsaw (08:00 UTC) now",
        ),
        ({"aware_at": "yesterday"}, "is not a moment"),
        ({"risk": "no_such_risk"}, "has no risk no_such_risk"),
        ({"action": "forget"}, "known: open, close, reopen, assess"),
    ],
)
def test_an_opening_that_is_not_complete_is_refused_in_words(officer, changes, words):
    assert words in officer.refusal(PAGE, HARBOR, **{**OPENING, **changes})
    assert held(officer) == ()


def read(text, at=datetime(2027, 1, 1, tzinfo=UTC)):
    return read_past_moment(text, zone="Europe/Warsaw", at=at)


def test_a_moment_is_one_of_the_zone_of_the_deployment_unless_it_says_otherwise():
    assert read("") is None
    assert read("2026-11-20T14:30") == datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
    assert read("2026-07-20T14:30") == datetime(2026, 7, 20, 12, 30, tzinfo=UTC)
    east = read("2026-11-20T14:30+02:00")
    assert east == datetime(2026, 11, 20, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    with pytest.raises(NotAllowedError, match="is not a moment"):
        read("noon")


def test_a_time_that_comes_twice_is_the_first_and_one_that_never_came_is_refused():
    assert read("2026-10-25T02:30") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    with pytest.raises(NotAllowedError, match="was no time in Europe/Warsaw"):
        read("2026-03-29T02:30")
    assert read("2026-03-29T03:00") == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_moment_is_over_when_it_is_now_and_not_a_minute_later():
    now = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)
    assert read("2026-11-20T14:30", now) == now
    with pytest.raises(NotAllowedError, match="is still to come"):
        read("2026-11-20T14:31", now)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"severity": "bad"}, "Choose severity"),
        ({"nature": ""}, "Choose nature"),
        ({"causality": "sure"}, "Choose causality"),
        ({"affected": "some"}, "is no count"),
        ({"cause": " "}, "needs words"),
    ],
)
def test_a_judgement_that_is_not_complete_is_refused_in_words(officer, changes, words):
    officer.send(PAGE, HARBOR, **OPENING)
    incident_id = held(officer)[0].incident_id
    assert words in officer.refusal(PAGE, HARBOR, **{**JUDGED, **changes}, **name(officer, incident_id))


def test_a_clock_is_shown_decided_and_reported(officer, visit):
    officer.send(PAGE, HARBOR, **{**OPENING, "nature": "serious_harm"})
    incident_id = held(officer)[0].incident_id
    place = f"{HARBOR}&incident={incident_id}"
    assert "not in force; from 2 Dec 2027" in officer.read(PAGE, place)
    decide = {"action": "decide", **name(officer, incident_id), "regime": "eu_ai_act", "reason": "Read."}
    assert "yes or no" in officer.refusal(PAGE, HARBOR, **decide)
    report = {"action": "report", "incident": incident_id, "regime": "eu_ai_act", "reference": "MSA-1"}
    assert "Nobody has decided" in officer.refusal(PAGE, HARBOR, **report)
    assert officer.send(PAGE, HARBOR, **decide, reportable="yes").status_code == 303
    assert "reportable" in officer.read(PAGE, place)
    assert officer.send(PAGE, HARBOR, **report).status_code == 303
    assert "MSA-1" in officer.read(PAGE, place)
    assert "may not close incident" in visit().sign_in("viewer").refusal(
        PAGE, HARBOR, **decide, reportable="no"
    )


def test_what_happened_and_what_is_to_be_done_is_written_down(officer):
    officer.send(PAGE, HARBOR, **OPENING)
    incident_id = held(officer)[0].incident_id
    known = {"incident": incident_id}
    note = {"action": "note", "happened_at": "2026-11-20T15:00", "words": "The operator was told.", **known}
    task = {"action": "task", "what": "Renew it", "owner": "engineer", "due_on": "2026-11-22", **known}
    assert officer.send(PAGE, HARBOR, **note).status_code == 303
    words = officer.read(PAGE, f"{HARBOR}&incident={incident_id}")
    assert "20 Nov 2026, 15:00 in Europe/Warsaw (14:00 UTC)" in words.partition("Timeline")[2]
    tomorrow = officer.refusal(PAGE, HARBOR, **{**note, "happened_at": "2026-11-22T09:00"})
    assert "22 Nov 2026, 09:00 in Europe/Warsaw (08:00 UTC) is still to come" in tomorrow
    assert officer.send(PAGE, HARBOR, **task).status_code == 303
    assert "is not a day" in officer.refusal(PAGE, HARBOR, **{**task, "due_on": "soon"})
    officer.clock.move(timedelta(days=2))
    officer = officer.sign_in("safety_officer")
    words = officer.read(PAGE, f"{HARBOR}&incident={incident_id}")
    for told in ("The operator was told.", "Renew it", "22 Nov 2026"):
        assert told in words
    assert "no number of a task" in officer.refusal(PAGE, HARBOR, action="done", note="x", **known)
    assert officer.send(PAGE, HARBOR, action="done", task="1", note="Renewed.", **known).status_code == 303
    assert "Renewed." in officer.read(PAGE, f"{HARBOR}&incident={incident_id}")
