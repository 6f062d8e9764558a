"""The person behind an incident: taken, located by one and confirmed by another, kept, told once."""

import json
from datetime import date
from types import SimpleNamespace

import pytest

from dashboards.app import create_app
from risk_register.acceptability import Severity
from risk_register.account import accounts
from risk_register.account.accounts import Role
from risk_register.account.permissions import ALLOWED, Action
from risk_register.alarm import grave_findings
from risk_register.alarm.finding_call import SeenFinding, call_for_eyes
from risk_register.database.audit import list_entries
from risk_register.incident import holds
from risk_register.incident.danger import raise_danger
from risk_register.incident.locations import Found, list_locations
from risk_register.incident.states import Nature
from risk_register.notice import notices

PAGE, HARBOR = "/incidents", "?deployment=harbor_companion"
THEIR_ID = "their-thread-7"


@pytest.fixture
def found():
    """What the search of the delivered files answers; tests change it."""
    return SimpleNamespace(answer=Found("harbor/2026-11-11.jsonl", 42, THEIR_ID), asked=[])


@pytest.fixture
def app(home, clock, found, review_factory):
    """The application with the lake and a search."""
    review_factory.fill_conversations(home / "lake")

    def locate(deployment_id, subject):
        found.asked.append((deployment_id, subject))
        return found.answer

    return create_app(
        published=home / "published", governance_url=f"sqlite:///{home / 'governance.sqlite'}",
        secret=b"a secret of the tests, long enough to sign", lake=home / "lake", locate=locate, clock=clock,
    )  # fmt: skip


@pytest.fixture
def raised(store, clock, app):
    """An incident that a reviewer raised."""
    return raise_danger(
        store, deployment_id="harbor_companion", conversation_id="conversation_001", actor="reviewer_one",
        at=clock(),
    )  # fmt: skip


@pytest.fixture
def second(store, clock, visit):
    """Another safety officer."""
    accounts.create_account(store, name="officer_two", actor="command_line", at=clock())
    accounts.grant(store, name="officer_two", role=Role.SAFETY_OFFICER, deployment_id="harbor_companion",
                   actor="command_line", at=clock())  # fmt: skip
    return visit().sign_in("officer_two")


def send(visitor, raised, action, **fields):
    return visitor.send(PAGE, HARBOR, action=action, incident=raised.incident_id, **fields).status_code


def refusal(visitor, raised, action, **fields):
    return visitor.refusal(PAGE, HARBOR, action=action, incident=raised.incident_id, **fields)


def read(visitor, raised):
    return visitor.read(PAGE, f"{HARBOR}&incident={raised.incident_id}")


def test_one_person_locates_at_once_and_a_second_confirms(officer, second, raised, found, store):
    assert "needs a reason" in refusal(officer, raised, "locate", reason=" ")
    assert found.asked == []
    assert send(officer, raised, "locate", reason="To reach them.") == 303
    assert found.asked == [("harbor_companion", "conversation_001")]
    assert THEIR_ID in read(officer, raised)
    assert THEIR_ID not in read(officer, raised)  # told once
    assert "harbor/2026-11-11.jsonl, record 42" in read(officer, raised)
    assert "another person must confirm" in refusal(officer, raised, "confirm", location="1", note="Right.")
    assert send(second, raised, "confirm", location="1", note="Right.") == 303
    (record,) = list_locations(store, "harbor_companion")
    assert (record.located_by, record.confirmed_by) == ("safety_officer", "officer_two")
    actions = [entry.action for entry in list_entries(store, subject="location_1")]
    assert actions == ["location_confirmed", "person_located"]


def test_a_person_who_cannot_be_located_gets_the_reason_why(officer, raised, found, store):
    found.answer = Found(why_not="2 files delivered on 2026-11-12 are gone.")
    assert send(officer, raised, "locate", reason="To reach them.") == 303
    assert "2 files delivered on 2026-11-12 are gone." in read(officer, raised)
    assert list_entries(store, action="person_not_located")[0].actor == "safety_officer"


def test_only_who_answers_for_safety_locates_and_takes(visit, raised, found):
    compliance = visit().sign_in("compliance")
    assert "may not locate person" in refusal(compliance, raised, "locate", reason="x")
    assert "may not locate person" in refusal(compliance, raised, "take")
    assert found.asked == []


def test_where_somebody_was_found_and_why_is_shown_to_those_alone_who_may_look(everyone, raised, found):
    officer = everyone[Role.SAFETY_OFFICER]
    assert send(officer, raised, "locate", reason="To reach them.") == 303
    officer.read(PAGE, HARBOR)  # the answer, told once
    shown = {
        role: [words in read(visitor, raised) for words in ("2026-11-11.jsonl", "To reach them.")]
        for role, visitor in everyone.items()
    }
    expected = {role: [Action.LOCATE_PERSON in ALLOWED[role]] * 2 for role in Role}
    assert shown == expected


def test_whoever_takes_it_stops_the_calls(officer, raised, store):
    assert "Nobody has taken it yet" in read(officer, raised)
    assert send(officer, raised, "take") == 303
    assert "safety_officer has it" in read(officer, raised)
    (notice,) = [one for one in notices.list_notices(store) if one.reference_id == raised.incident_id]
    assert notice.state == "acknowledged"


def test_a_conversation_is_kept_by_one_approved_by_another_and_let_go(officer, visit, raised, store, clock):
    asked = {"conversation": "conversation_001", "reason": "Evidence.", "expires_on": "2027-01-31"}
    assert "holds no conversation nowhere" in refusal(
        officer, raised, "hold", **{**asked, "conversation": "nowhere"}
    )
    assert send(officer, raised, "hold", **asked) == 303
    (hold,) = holds.list_holds(store)
    assert (hold.thread_id, hold.is_in_force(clock().date())) == ("thread_001", True)
    assert "another person must approve" in refusal(officer, raised, "approve_hold", hold=hold.hold_id)
    other = visit().sign_in("compliance")
    assert "asked for" in read(other, raised)
    assert send(other, raised, "approve_hold", hold=hold.hold_id) == 303
    assert send(other, raised, "release_hold", hold=hold.hold_id, reason="Over.") == 303
    words = read(other, raised)
    assert "release asked for" in words
    assert "compliance: Over." in words
    assert f"Confirm the release of {hold.hold_id}" not in words
    assert "another person must confirm" in refusal(other, raised, "confirm_release", hold=hold.hold_id)
    assert f"Confirm the release of {hold.hold_id}" in read(officer, raised)
    assert holds.list_holds(store)[0].is_in_force(clock().date())
    assert send(officer, raised, "confirm_release", hold=hold.hold_id) == 303
    assert "released" in read(other, raised)
    assert not holds.list_holds(store)[0].is_in_force(clock().date())


@pytest.fixture
def confirmed(store, clock, app, home, review_factory):
    """The incident of a grave finding that a person confirmed; its message lies in conversation_001."""
    review_factory.fill_lake(home / "lake", count=3)
    seen = SeenFinding(
        "harbor_companion", date(2026, 11, 11), "message_001_1", "unanswered_risk", "u_self_harm", "linear"
    )
    with store.write(actor="assess", at=clock()) as write:
        (finding,) = call_for_eyes(write, "harbor_companion", [seen], figures={})
    incident_id = grave_findings.confirm(
        store, deployment_id="harbor_companion", finding_id=finding, severity=Severity.S4,
        nature=Nature.SERIOUS_HARM, reason="Read it.", actor="officer_two", at=clock(),
    )  # fmt: skip
    return SimpleNamespace(incident_id=incident_id)


def test_the_person_of_a_confirmed_finding_is_located_and_kept_from_its_incident(
    officer, visit, confirmed, found, store
):
    page = read(officer, confirmed)
    assert "The person of the finding" in page
    assert "Nobody was looked for." in page
    assert "I have it" not in page  # no page calls for it: the finding did
    shown = json.dumps(officer.show(PAGE, f"{HARBOR}&incident={confirmed.incident_id}")["page"])
    assert '"conversation_001"' in shown  # in the form that keeps it
    assert send(officer, confirmed, "locate", reason="To reach them.") == 303
    assert found.asked == [("harbor_companion", "conversation_001")]
    assert THEIR_ID in read(officer, confirmed)
    assert "harbor/2026-11-11.jsonl, record 42" in read(officer, confirmed)
    assert [one.subject for one in list_locations(store, "harbor_companion")] == ["conversation_001"]
    assert "Locate the person" not in read(visit().sign_in("viewer"), confirmed)


def test_an_incident_without_a_person_offers_no_search(officer, store, clock, app):
    form = {"action": "open", "title": "A list was old", "severity": "S2", "nature": "not_serious"}
    officer.send(PAGE, HARBOR, **form)
    words = officer.read(PAGE, f"{HARBOR}&incident=harbor_companion_incident_0001")
    assert "Locate the person" not in words
    answer = officer.refusal(
        PAGE, HARBOR, action="locate", incident="harbor_companion_incident_0001", reason="x"
    )
    assert "names no conversation" in answer
