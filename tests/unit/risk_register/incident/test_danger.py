"""One key opens an incident and asks for the on-call; both happen or neither."""

from __future__ import annotations

import datetime as dt

import pytest

from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.incident import danger, incidents
from risk_register.notice import notices


def call(
    store: Store, at: dt.datetime, conversation_id: str = "conversation_one", deployment_id: str = "demo"
):
    return danger.raise_danger(
        store, deployment_id=deployment_id, conversation_id=conversation_id, actor="reviewer", at=at
    )


def test_danger_opens_an_incident_and_a_page_that_waits(store: Store, at: dt.datetime) -> None:
    page = call(store, at)
    incident = incidents.list_incidents(store, "demo")[0]
    assert (incident.incident_id, incident.severity, incident.opened_by) == (
        page.incident_id,
        "S5",
        "reviewer",
    )
    assert "conversation_one" not in str(incident) + str(audit.list_entries(store))
    assert danger.list_pages(store) == danger.list_pages(store, "demo") == (page,)
    assert page.taken_by is None
    assert [entry.action for entry in audit.list_entries(store, limit=2)] == [
        "on_call_must_be_paged",
        "notice_queued",
    ]


def test_a_second_call_for_the_same_person_does_not_open_a_second_incident(
    store: Store, at: dt.datetime
) -> None:
    assert call(store, at) == call(store, at + dt.timedelta(minutes=1))
    assert call(store, at, "conversation_two").incident_id == "demo_incident_0002"
    assert len(incidents.list_incidents(store, "demo")) == 2


def test_after_somebody_took_the_page_a_new_call_is_a_new_one(store: Store, at: dt.datetime) -> None:
    first = call(store, at)
    danger.take_page(store, deployment_id="demo", page_id=first.page_id, actor="safety_officer", at=at)
    assert call(store, at).page_id != first.page_id


def test_the_notice_is_queued_with_the_incident_and_whoever_takes_it_stops_the_calls(
    store: Store, at: dt.datetime
) -> None:
    page = call(store, at)
    (notice,) = notices.list_notices(store)
    assert (notice.kind, notice.severity, notice.state) == ("danger", "page", "queued")
    assert (notice.reference_id, notice.link) == (
        page.incident_id, f"/incidents?deployment=demo&incident={page.incident_id}"
    )  # fmt: skip
    danger.take_page(store, deployment_id="demo", page_id=page.page_id, actor="safety_officer", at=at)
    (notice,) = notices.list_notices(store)
    assert (notice.state, notice.acknowledged_by) == ("acknowledged", "safety_officer")


def test_a_page_is_taken_once(store: Store, at: dt.datetime) -> None:
    page = call(store, at)
    danger.take_page(store, deployment_id="demo", page_id=page.page_id, actor="safety_officer", at=at)
    assert danger.list_pages(store)[0].taken_by == "safety_officer"
    with pytest.raises(NotAllowedError, match="taken by safety_officer"):
        danger.take_page(store, deployment_id="demo", page_id=page.page_id, actor="other", at=at)
    with pytest.raises(UnknownRecordError, match="no page 99"):
        danger.take_page(store, deployment_id="demo", page_id=99, actor="a", at=at)


def test_for_an_unknown_deployment_neither_is_kept(store: Store, at: dt.datetime) -> None:
    with pytest.raises(UnknownRecordError, match="nowhere"):
        call(store, at, deployment_id="nowhere")
    assert danger.list_pages(store) == ()


def test_whoever_acknowledges_the_call_has_the_page_too(store: Store, at: dt.datetime) -> None:
    page = call(store, at)
    other = call(store, at, "conversation_two")
    notice = next(one for one in notices.list_notices(store) if one.reference_id == page.incident_id)
    later = at + dt.timedelta(minutes=3)
    notices.acknowledge_notice(store, notice_id=notice.notice_id, actor="safety_officer", at=later)
    taken = {one.page_id: (one.taken_by, one.taken_at) for one in danger.list_pages(store)}
    assert taken == {page.page_id: ("safety_officer", later), other.page_id: (None, None)}
    with pytest.raises(NotAllowedError, match="taken by safety_officer"):
        danger.take_page(store, deployment_id="demo", page_id=page.page_id, actor="other", at=at)
