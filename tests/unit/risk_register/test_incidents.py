"""An incident is opened by anyone and closed by a second person, and can be opened again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from risk_register import audit, incidents
from risk_register.errors import NotAllowedError, SelfApprovalError, UnknownRecordError
from risk_register.incidents import IncidentRecord, IncidentStatus
from risk_register.store import Store


def open_one(store: Store, at: dt.datetime, **fields: Any) -> str:
    given = {"deployment_id": "demo", "title": "Wrong crisis line named", "severity": "S4", **fields}
    return incidents.open_incident(store, actor="reviewer", at=at, **given)


def close(
    store: Store, at: dt.datetime, actor: str = "safety_officer", conclusion: str = "List updated."
) -> None:
    incidents.close_incident(store, incident_id="incident_0001", conclusion=conclusion, actor=actor, at=at)


def find(store: Store) -> IncidentRecord:
    return incidents.list_incidents(store, "demo")[0]


def test_an_incident_begins_open_with_the_moment_of_awareness(store: Store, at: dt.datetime) -> None:
    earlier = at - dt.timedelta(hours=5)
    assert open_one(store, at, aware_at=earlier, risk_id="wrong_facts_or_resources") == "incident_0001"
    incident = find(store)
    assert (incident.state, incident.severity, incident.opened_by) == (IncidentStatus.OPEN, "S4", "reviewer")
    assert (incident.aware_at, incident.opened_at) == (earlier, at)


def test_without_a_moment_awareness_is_the_opening(store: Store, at: dt.datetime) -> None:
    open_one(store, at)
    assert find(store).aware_at == at


def test_the_newest_incident_comes_first(store: Store, at: dt.datetime) -> None:
    open_one(store, at)
    open_one(store, at + dt.timedelta(hours=1))
    assert [found.incident_id for found in incidents.list_incidents(store, "demo")] == [
        "incident_0002",
        "incident_0001",
    ]
    assert incidents.list_incidents(store, "other") == ()


def test_the_person_who_opened_it_cannot_close_it(store: Store, at: dt.datetime) -> None:
    open_one(store, at)
    with pytest.raises(SelfApprovalError):
        close(store, at, actor="reviewer")
    assert find(store).state is IncidentStatus.OPEN
    close(store, at)
    assert (find(store).state, find(store).closed_by, find(store).closed_at) == (
        "closed",
        "safety_officer",
        at,
    )


def test_closing_twice_or_without_a_conclusion_is_refused(store: Store, at: dt.datetime) -> None:
    open_one(store, at)
    with pytest.raises(NotAllowedError, match="conclusion"):
        close(store, at, conclusion=" ")
    close(store, at)
    with pytest.raises(NotAllowedError, match="is closed and cannot become closed"):
        close(store, at)


def test_a_closed_incident_can_be_opened_again_and_the_audit_keeps_who_closed_it(
    store: Store, at: dt.datetime
) -> None:
    open_one(store, at)
    close(store, at)
    incidents.reopen_incident(
        store, incident_id="incident_0001", reason="Seen again.", actor="reviewer", at=at
    )
    assert (find(store).state, find(store).closed_by) == (IncidentStatus.OPEN, None)
    entry = audit.list_entries(store, action="incident_reopened")[0]
    assert entry.details == {"closed_by": "safety_officer", "reason": "Seen again."}
    with pytest.raises(NotAllowedError, match="is open"):
        incidents.reopen_incident(store, incident_id="incident_0001", reason="r", actor="a", at=at)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"title": " "}, NotAllowedError),
        ({"deployment_id": "nowhere"}, UnknownRecordError),
        ({"risk_id": "no_such_risk"}, UnknownRecordError),
        ({"severity": "S6"}, ValueError),
        ({"aware_at": dt.datetime(2026, 11, 23, 9, 0, 1, tzinfo=dt.UTC)}, NotAllowedError),
    ],
)
def test_an_incident_that_cannot_be_is_refused_and_leaves_nothing(
    store: Store, at: dt.datetime, fields: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        open_one(store, at, **fields)
    assert incidents.list_incidents(store, "demo") == ()


def test_an_unknown_incident_is_named(store: Store, at: dt.datetime) -> None:
    with pytest.raises(UnknownRecordError, match="incident_0001"):
        close(store, at)
