"""Incidents: opened with the moment of awareness, closed by a second person, opened again with a reason."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from dashboards.pages.incident_decision import read_moment
from risk_register import incidents
from risk_register.acceptability import Severity
from risk_register.errors import NotAllowedError
from risk_register.incidents import IncidentStatus, list_incidents

PAGE, HARBOR = "/incidents", "?deployment=harbor_companion"
ALARM = f"{HARBOR}&alarm=a1"
OPENING = {
    "action": "open",
    "title": "A crisis line was out of date",
    "severity": "S3",
    "aware_at": "2026-11-20T14:30",
    "risk": "wrong_facts_or_resources",
    "description": "Found in review.",
}


def held(visitor, deployment="harbor_companion"):
    return list_incidents(visitor.store, deployment)


def test_an_incident_is_opened_with_the_moment_somebody_knew(officer):
    assert officer.send(PAGE, HARBOR, **OPENING).status_code == 303
    (incident,) = held(officer)
    assert incident.aware_at == datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
    assert (incident.severity, incident.opened_by) == (Severity.S3, "safety_officer")
    words = officer.read(PAGE, f"{HARBOR}&incident={incident.incident_id}")
    assert "17\u00a0h 30\u00a0min ago" in words
    assert "You opened it; another person must close it." in words
    assert "Article 73" in words


def test_an_incident_is_closed_by_a_second_person_and_can_be_opened_again(officer, visit):
    officer.send(PAGE, HARBOR, **OPENING)
    incident_id = held(officer)[0].incident_id
    close = {"action": "close", "incident": incident_id, "conclusion": "The list was renewed."}
    assert "another person must close it" in officer.refusal(PAGE, HARBOR, **close)
    other = visit().sign_in("compliance")
    assert "needs a conclusion" in other.refusal(PAGE, HARBOR, **{**close, "conclusion": " "})
    assert other.send(PAGE, HARBOR, **close).status_code == 303
    assert held(other)[0].state is IncidentStatus.CLOSED
    assert "is closed and cannot become closed" in other.refusal(PAGE, HARBOR, **close)
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
    words = other.refusal(PAGE, HARBOR, action="close", incident=elsewhere, conclusion="x")
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


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"title": " "}, "needs a title"),
        ({"title": "x" * 201}, "at most 200"),
        ({"severity": "bad"}, "Choose a severity"),
        ({"aware_at": "2026-11-21T08:01"}, "Nobody can have been aware"),
        ({"aware_at": "yesterday"}, "is not a moment"),
        ({"risk": "no_such_risk"}, "has no risk no_such_risk"),
        ({"action": "forget"}, "known: open, close, reopen"),
    ],
)
def test_an_opening_that_is_not_complete_is_refused_in_words(officer, changes, words):
    assert words in officer.refusal(PAGE, HARBOR, **{**OPENING, **changes})
    assert held(officer) == ()


def test_a_moment_is_read_as_utc_unless_it_says_otherwise():
    assert read_moment("") is None
    assert read_moment("2026-11-20T14:30") == datetime(2026, 11, 20, 14, 30, tzinfo=UTC)
    east = read_moment("2026-11-20T14:30+02:00")
    assert east == datetime(2026, 11, 20, 14, 30, tzinfo=timezone(timedelta(hours=2)))
    with pytest.raises(NotAllowedError, match="is not a moment"):
        read_moment("noon")
