"""A search for a person at risk is written down before it is answered, and looked at by a second person."""

from __future__ import annotations

import datetime as dt

import pytest

from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, SelfApprovalError, UnknownRecordError
from risk_register.incident import locations

DAY = dt.timedelta(hours=24)


def locate(store: Store, at: dt.datetime, **fields: object) -> locations.LocationRecord:
    given = {"deployment_id": "demo", "subject": "message_1", "reason": "May be in danger.",
             "source_file": "2026-08-03.jsonl", "position": 7, "why_not": "", **fields}  # fmt: skip
    return locations.record_location(store, actor="safety_officer", at=at, **given)  # type: ignore[arg-type]


def confirm(store: Store, at: dt.datetime, actor: str = "compliance", deployment_id: str = "demo"):
    return locations.confirm_location(
        store, location_id=1, deployment_id=deployment_id, note="Right to look.", actor=actor, at=at
    )


def test_a_search_keeps_place_reason_and_who(store: Store, at: dt.datetime) -> None:
    found = locate(store, at)
    assert locations.list_locations(store, "demo") == (found,)
    assert (found.is_found, found.position, found.confirm_by) == (True, 7, at + DAY)
    entry = audit.list_entries(store, action="person_located")[0]
    assert (entry.actor, entry.subject, entry.details["reason"]) == (
        "safety_officer", "location_1", "May be in danger.",
    )  # fmt: skip


def test_a_search_without_success_says_why_and_is_kept_too(store: Store, at: dt.datetime) -> None:
    found = locate(store, at, source_file=None, position=None, why_not="The file is gone.")
    assert (found.is_found, found.why_not) == (False, "The file is gone.")
    assert audit.list_entries(store, action="person_not_located")


@pytest.mark.parametrize(
    "fields",
    [
        {"reason": " "},
        {"source_file": None, "position": None, "why_not": " "},
        {"why_not": "Both a place and why there is none."},
    ],
)
def test_a_search_without_reason_or_answer_is_refused(
    store: Store, at: dt.datetime, fields: dict[str, object]
) -> None:
    with pytest.raises(NotAllowedError):
        locate(store, at, **fields)
    assert locations.list_locations(store, "demo") == ()


def test_a_second_person_confirms_and_not_the_first(store: Store, at: dt.datetime) -> None:
    locate(store, at)
    with pytest.raises(SelfApprovalError, match="You located message_1"):
        confirm(store, at, actor="safety_officer")
    assert confirm(store, at).confirmed_by == "compliance"
    with pytest.raises(NotAllowedError, match="confirmed by compliance already"):
        confirm(store, at, actor="third")


def test_a_search_of_another_deployment_does_not_exist(store: Store, at: dt.datetime) -> None:
    locate(store, at)
    with pytest.raises(UnknownRecordError, match="no search 1 in other"):
        confirm(store, at, deployment_id="other")


def test_after_a_day_a_confirmation_is_late_and_stays_late(store: Store, at: dt.datetime) -> None:
    found = locate(store, at)
    assert not found.is_overdue(at + DAY)
    assert found.is_overdue(at + DAY + dt.timedelta(seconds=1))
    confirm(store, at + DAY + dt.timedelta(seconds=1))
    assert audit.list_entries(store, action="location_confirmed")[0].details["is_late"] is True
