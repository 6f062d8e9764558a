"""Changes are announced with a note and listed by the day they take effect."""

from __future__ import annotations

import datetime as dt

import pytest

from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.deployment import changes
from risk_register.errors import NotAllowedError, UnknownRecordError


def declare(
    store: Store, at: dt.datetime, *, on: dt.date, note: str = "From a to b.", deployment_id: str = "demo"
) -> str:
    return changes.declare(
        store,
        deployment_id=deployment_id,
        effective_on=on,
        what="model",
        note=note,
        is_planned=True,
        actor="engineer",
        at=at,
    )


def test_changes_are_listed_by_day_and_not_by_announcement(store: Store, at: dt.datetime) -> None:
    assert declare(store, at, on=dt.date(2026, 12, 2)) == "demo_change_0001"
    assert declare(store, at, on=dt.date(2026, 11, 2)) == "demo_change_0002"
    listed = changes.list_changes(store, "demo")
    assert [change.change_id for change in listed] == ["demo_change_0002", "demo_change_0001"]
    assert (listed[0].what, listed[0].is_planned, listed[0].declared_by) == ("model", True, "engineer")
    assert changes.list_changes(store, "other") == ()
    assert len(audit.list_entries(store, action="change_declared")) == 2


def test_a_change_needs_a_note_a_known_kind_and_a_known_deployment(store: Store, at: dt.datetime) -> None:
    with pytest.raises(NotAllowedError, match="note"):
        declare(store, at, on=dt.date(2026, 12, 2), note=" ")
    with pytest.raises(UnknownRecordError, match="nowhere"):
        declare(store, at, on=dt.date(2026, 12, 2), deployment_id="nowhere")
    with pytest.raises(ValueError, match="weather"):
        changes.declare(
            store,
            deployment_id="demo",
            effective_on=dt.date(2026, 12, 2),
            what="weather",
            note="n",
            is_planned=False,
            actor="a",
            at=at,
        )
    assert changes.list_changes(store, "demo") == ()
