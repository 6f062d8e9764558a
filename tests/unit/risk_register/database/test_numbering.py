"""Numbers and names of new records tell nothing of what happens in other deployments."""

from __future__ import annotations

import datetime as dt

import pytest

from risk_register.acceptability import Severity
from risk_register.database import numbering
from risk_register.database.store import Store
from risk_register.database.tables.notice import Notice
from risk_register.deployment import baselines, changes
from risk_register.incident import danger, holds, incidents, locations
from risk_register.incident import work as incident_work
from risk_register.register.register import ensure_deployment
from tests.unit.risk_register.deployment.test_appetites import propose as propose_appetite


@pytest.fixture
def two(store: Store, at: dt.datetime) -> Store:
    """A store with a second deployment."""
    ensure_deployment(store, deployment_id="other", title="Other", actor="command_line", at=at)
    return store


def work_in(store: Store, deployment_id: str, at: dt.datetime) -> list[object]:
    """One record of every kind that has a number or a name; returns these."""
    who = {"deployment_id": deployment_id, "actor": "officer", "at": at}
    incident = incidents.open_incident(store, title="Wrong line", severity=Severity.S5, **who)
    task = incident_work.add_task(
        store, incident_id=incident, what="Renew", owner="lead", due_on=at.date(), actor="officer", at=at
    )
    hold = holds.request_hold(
        store, incident_id=incident, conversation_id="c", thread_id="t", reason="Asked.",
        expires_on=at.date(), actor="officer", at=at,
    )  # fmt: skip
    page = danger.raise_danger(store, conversation_id=f"c{incident}", **who)
    change = changes.declare(
        store, effective_on=at.date(), what=changes.Subject.MODEL, note="1 to 2", is_planned=True, **who
    )
    starts_on = at.date() - dt.timedelta(days=len(baselines.list_baselines(store, deployment_id)))
    baseline = baselines.decide_baseline(store, starts_on=starts_on, reason="New model.", **who)
    found = locations.record_location(
        store, subject="m", reason="Hurt.", source_file="a", position=1, why_not="", **who
    )
    return [incident, task, hold, page.incident_id, page.page_id, change, baseline, found.location_id]


def test_the_numbers_of_a_deployment_do_not_depend_on_what_others_do(two: Store, at: dt.datetime) -> None:
    first = work_in(two, "demo", at)
    for _ in range(3):
        work_in(two, "other", at)
    second = work_in(two, "demo", at)
    assert first == [
        "demo_incident_0001", 1, "demo_incident_hold_0001", "demo_incident_0002", 1, "demo_change_0001",
        "demo_baseline_0001", 1,
    ]  # fmt: skip
    assert second == [
        "demo_incident_0003", 1, "demo_incident_hold_0002", "demo_incident_0004", 2, "demo_change_0002",
        "demo_baseline_0002", 2,
    ]  # fmt: skip


def test_proposals_are_counted_within_a_deployment(two: Store, at: dt.datetime) -> None:
    numbers = [propose_appetite(two, at) for _ in range(2)]
    assert numbers == [1, 2]


def test_a_number_from_a_key_is_the_same_in_every_store_and_taken_once(store: Store, at: dt.datetime) -> None:
    incidents.open_incident(
        store, deployment_id="demo", title="x", severity=Severity.S5, actor="officer", at=at
    )
    with store.read() as session:
        taken = session.query(Notice.notice_id).scalar()
        assert numbering.number_of(session, Notice.notice_id, "incident:demo_incident_0001:1") == taken + 1
        assert 0 <= numbering.number_of(session, Notice.notice_id, "anything") <= numbering.LARGEST_NUMBER
