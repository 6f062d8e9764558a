"""The chain shows whatever was changed, removed, put in or cut off."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from sqlalchemy import Delete, NullPool, Update, create_engine, delete, text, update
from sqlalchemy.exc import IntegrityError

from risk_register.database import audit, chain
from risk_register.database.model import AuditEntry, AuditHead
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError


@pytest.fixture
def written(store: Store, at: dt.datetime) -> Store:
    """A store with five audit entries."""
    for number in range(4):
        audit.record_access(
            store,
            action="conversation_read",
            subject=f"conversation_{number}",
            deployment_id="demo",
            reason="Review.",
            actor="reviewer",
            at=at,
        )
    return store


def tamper(store_path: Path, sequence: int, **values: object) -> None:
    """Change an entry behind the store's back."""
    change(store_path, update(AuditEntry).where(AuditEntry.sequence == sequence).values(**values))


def remove(store_path: Path, sequence: int) -> None:
    """Remove an entry behind the store's back."""
    change(store_path, delete(AuditEntry).where(AuditEntry.sequence == sequence))


def change(store_path: Path, statement: Update | Delete) -> None:
    engine = create_engine(f"sqlite:///{store_path}", poolclass=NullPool)
    with engine.begin() as connection:
        # Somebody who owns the database can take its guards away; the chain is for them.
        connection.execute(text("drop trigger if exists audit_entry_is_never_changed"))
        connection.execute(text("drop trigger if exists audit_entry_is_never_deleted"))
        assert connection.execute(statement).rowcount == 1
    engine.dispose()


@pytest.mark.parametrize("statement", ["delete from audit_entry", "update audit_entry set actor = 'x'"])
def test_the_database_itself_refuses_to_change_what_was_written(
    written: Store, store_path: Path, statement: str
) -> None:
    engine = create_engine(f"sqlite:///{store_path}", poolclass=NullPool)
    with pytest.raises(IntegrityError, match="is never"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert audit.verify_chain(written).entry_count == 5


def test_an_untouched_chain_is_intact(written: Store) -> None:
    check = audit.verify_chain(written)
    assert (check.is_intact, check.entry_count, check.broken_at) == (True, 5, None)
    assert check.head == audit.list_entries(written, limit=1)[0].hash


@pytest.mark.parametrize(
    "values",
    [
        {"actor": "somebody_else"},
        {"at": dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)},
        {"action": "export"},
        {"subject": "conversation_9"},
        {"deployment_id": None},
        {"details": '{"reason":"Curiosity."}'},
        {"hash": "ffff"},
    ],
)
def test_a_changed_field_is_found_where_it_was_changed(
    written: Store, store_path: Path, values: dict[str, object]
) -> None:
    tamper(store_path, 3, **values)
    check = audit.verify_chain(written)
    assert (check.is_intact, check.broken_at) == (False, 3)
    assert "changed" in check.problem


def test_a_changed_entry_with_a_new_hash_breaks_the_next_link(written: Store, store_path: Path) -> None:
    entry = next(found for found in audit.list_entries(written) if found.sequence == 3)
    previous = next(found for found in audit.list_entries(written) if found.sequence == 2)
    forged = chain.link(
        previous.hash,
        sequence=3,
        at=entry.at,
        actor="somebody_else",
        action=entry.action,
        deployment_id=entry.deployment_id,
        subject=entry.subject,
        details=chain.write_details(entry.details),
    )
    tamper(store_path, 3, actor="somebody_else", hash=forged)
    check = audit.verify_chain(written)
    assert (check.is_intact, check.broken_at) == (False, 4)


@pytest.mark.parametrize("sequence", [1, 3])
def test_a_removed_entry_is_found(written: Store, store_path: Path, sequence: int) -> None:
    remove(store_path, sequence)
    check = audit.verify_chain(written)
    assert not check.is_intact
    assert check.problem == f"Entry {sequence} is missing."


def test_a_cut_off_end_is_found_where_it_was_cut(written: Store, store_path: Path) -> None:
    remove(store_path, 5)
    check = audit.verify_chain(written)
    assert (check.is_intact, check.broken_at) == (False, 5)
    assert "newest entries are missing" in check.problem


def test_a_chain_that_was_cut_together_with_its_head_is_found_against_a_head_kept_elsewhere(
    written: Store, store_path: Path
) -> None:
    head = audit.verify_chain(written).head
    assert audit.verify_chain(written, expected_head=head).is_intact
    before = next(found for found in audit.list_entries(written) if found.sequence == 4)
    remove(store_path, 5)
    change(store_path, update(AuditHead).values(sequence=4, hash=before.hash))
    assert audit.verify_chain(written).is_intact
    check = audit.verify_chain(written, expected_head=head)
    assert not check.is_intact
    assert "kept elsewhere" in check.problem


def test_a_head_kept_earlier_still_holds_after_more_was_written(written: Store, at: dt.datetime) -> None:
    head = audit.verify_chain(written).head
    audit.record_access(
        written, action="export", subject="risk", deployment_id="demo", reason="Board.", actor="a", at=at
    )
    assert audit.verify_chain(written, expected_head=head).is_intact


def test_entries_are_found_by_what_they_are_about(written: Store) -> None:
    found = audit.list_entries(
        written, subject="conversation_2", actor="reviewer", action="conversation_read"
    )
    assert [entry.details["reason"] for entry in found] == ["Review."]
    assert [entry.sequence for entry in audit.list_entries(written, limit=2)] == [5, 4]
    assert audit.list_entries(written, deployment_id="other") == ()


def test_an_access_without_a_reason_is_refused(store: Store, at: dt.datetime) -> None:
    with pytest.raises(NotAllowedError, match="reason"):
        audit.record_access(
            store, action="export", subject="risk", deployment_id="demo", reason=" ", actor="a", at=at
        )


@pytest.mark.parametrize(
    ("days", "count"),
    [({}, 4), ({"until": dt.date.max}, 4), ({"since": dt.date.min}, 4), ({"since": dt.date.max}, 0)],
)
def test_the_first_and_the_last_day_of_all_can_be_asked_for(written: Store, days, count: int) -> None:
    found = audit.list_entries(written, action="conversation_read", **days)
    assert len(found) == count


def test_the_last_day_is_whole_and_the_next_is_not_in_it(store: Store) -> None:
    day = dt.date(2026, 11, 1)
    last = dt.datetime.combine(day, dt.time.max, dt.UTC)
    for moment in (last, last + dt.timedelta(microseconds=1)):
        audit.record_access(
            store, action="conversation_read", subject="one", deployment_id="demo", reason="Review.",
            actor="reviewer", at=moment,
        )  # fmt: skip
    assert [one.at for one in audit.list_entries(store, action="conversation_read", until=day)] == [last]
