"""Holds of an incident: two people, a reason, a day; they protect from the moment they are asked for."""

from __future__ import annotations

import datetime as dt

import pytest

from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, SelfApprovalError, UnknownRecordError
from risk_register.incident import holds, incidents
from risk_register.incident.holds import HoldRecord

DAY = dt.timedelta(days=1)


@pytest.fixture
def incident(store: Store, at: dt.datetime) -> str:
    return incidents.open_incident(
        store, deployment_id="demo", title="A complaint", severity="S3", actor="reviewer", at=at
    )


def ask(store: Store, at: dt.datetime, incident: str, **changes) -> str:
    given = {"conversation_id": "talk", "thread_id": "thread", "reason": "Asked by the authority.",
             "expires_on": (at + 90 * DAY).date(), "actor": "safety_officer", **changes}  # fmt: skip
    return holds.request_hold(store, incident_id=incident, at=at, **given)


def find(store: Store) -> HoldRecord:
    return holds.list_holds(store)[-1]


def approve(store: Store, at: dt.datetime, number: str, actor: str = "compliance") -> None:
    holds.approve_hold(store, hold_id=number, deployment_id="demo", actor=actor, at=at)


def ask_release(
    store: Store, at: dt.datetime, number: str, reason: str = "It is over.", actor: str = "compliance"
) -> bool:
    return holds.ask_release(store, hold_id=number, deployment_id="demo", reason=reason, actor=actor, at=at)


def confirm_release(store: Store, at: dt.datetime, number: str, actor: str = "safety_officer") -> None:
    holds.confirm_release(store, hold_id=number, deployment_id="demo", actor=actor, at=at)


@pytest.mark.parametrize(("days", "is_in_force"), [(0, True), (7, True), (8, False)])
def test_without_an_approval_a_hold_ends_after_a_week(
    store, at, incident, days: int, is_in_force: bool
) -> None:
    ask(store, at, incident)
    assert find(store).is_in_force((at + days * DAY).date()) is is_in_force


@pytest.mark.parametrize(("days", "is_in_force"), [(8, True), (90, True), (91, False)])
def test_an_approved_hold_ends_after_its_last_day(store, at, incident, days: int, is_in_force: bool) -> None:
    approve(store, at, ask(store, at, incident))
    assert find(store).is_in_force((at + days * DAY).date()) is is_in_force


def test_nobody_approves_their_own_hold_and_nobody_approves_twice(store, at, incident) -> None:
    number = ask(store, at, incident)
    with pytest.raises(SelfApprovalError, match="another person"):
        approve(store, at, number, actor="safety_officer")
    approve(store, at, number)
    with pytest.raises(NotAllowedError, match="approved by compliance already"):
        approve(store, at, number, actor="third")


@pytest.mark.parametrize("is_approved", [True, False])
def test_what_one_person_wants_released_is_kept_until_another_agrees(
    store, at, incident, is_approved: bool
) -> None:
    number = ask(store, at, incident)
    if is_approved:
        approve(store, at, number)
    assert not ask_release(store, at, number)
    assert find(store).is_in_force(at.date())
    with pytest.raises(SelfApprovalError, match="another person must confirm"):
        confirm_release(store, at, number, actor="compliance")
    with pytest.raises(NotAllowedError, match="compliance asked for the release"):
        ask_release(store, at, number, actor="third")
    confirm_release(store, at, number)
    assert not find(store).is_in_force(at.date())


def test_whoever_asked_for_a_hold_ends_it_alone_while_nobody_approved_it_and_not_after(
    store, at, incident
) -> None:
    number = ask(store, at, incident)
    assert ask_release(store, at, number, actor="safety_officer")
    assert not find(store).is_in_force(at.date())
    number = ask(store, at, incident)
    approve(store, at, number)
    assert not ask_release(store, at, number, actor="safety_officer")
    assert find(store).is_in_force(at.date())


@pytest.mark.parametrize(("days", "is_waiting"), [(7, True), (8, False)])
def test_a_release_that_nobody_confirms_within_a_week_was_asked_for_in_vain(
    store, at, incident, days: int, is_waiting: bool
) -> None:
    number = ask(store, at, incident)
    approve(store, at, number)
    ask_release(store, at, number)
    later = at + days * DAY
    assert find(store).is_release_asked(later.date()) is is_waiting
    if is_waiting:
        confirm_release(store, later, number)
    else:
        with pytest.raises(NotAllowedError, match="Nobody asked for the release"):
            confirm_release(store, later, number)
        assert not ask_release(store, later, number, actor="third")
    assert find(store).is_in_force(later.date()) is not is_waiting


def test_a_released_hold_protects_nothing_and_cannot_be_revived(store, at, incident) -> None:
    number = ask(store, at, incident)
    with pytest.raises(NotAllowedError, match="needs a reason"):
        ask_release(store, at, number, " ")
    ask_release(store, at, number, actor="safety_officer")
    assert not find(store).is_in_force(at.date())
    for step in (ask_release, confirm_release, approve):
        with pytest.raises(NotAllowedError, match="released by safety_officer already"):
            step(store, at, number)


def test_a_hold_that_has_ended_by_itself_is_neither_approved_nor_released(store, at, incident) -> None:
    number = ask(store, at, incident)
    later = at + 8 * DAY
    for step in (ask_release, confirm_release, approve):
        with pytest.raises(NotAllowedError, match="holds nothing any more"):
            step(store, later, number)


@pytest.mark.parametrize("days", [-1, 731])
def test_a_hold_has_a_day_that_is_neither_past_nor_far_off(store, at, incident, days: int) -> None:
    with pytest.raises(NotAllowedError, match="A hold ends between"):
        ask(store, at, incident, expires_on=(at + days * DAY).date())


def test_a_hold_needs_a_reason_and_an_incident(store, at, incident) -> None:
    with pytest.raises(NotAllowedError, match="needs a reason"):
        ask(store, at, incident, reason=" ")
    with pytest.raises(UnknownRecordError, match="incident_0099"):
        ask(store, at, "incident_0099")
    assert holds.list_holds(store) == ()


def test_a_hold_of_another_deployment_does_not_exist_here(store, at, incident) -> None:
    number = ask(store, at, incident)
    with pytest.raises(UnknownRecordError, match="no hold"):
        holds.approve_hold(store, hold_id=number, deployment_id="other", actor="compliance", at=at)


def test_the_audit_knows_a_hold_by_its_id_alone(store, at, incident) -> None:
    number = ask(store, at, incident)
    approve(store, at, number)
    ask_release(store, at, number)
    confirm_release(store, at, number)
    entries = [entry for entry in audit.list_entries(store) if entry.subject == number]
    assert [(entry.action, entry.actor) for entry in entries] == [
        ("hold_released", "safety_officer"), ("hold_release_asked", "compliance"),
        ("hold_approved", "compliance"), ("hold_requested", "safety_officer"),
    ]  # fmt: skip
    assert "talk" not in str(entries)
    assert "thread" not in str(entries)
