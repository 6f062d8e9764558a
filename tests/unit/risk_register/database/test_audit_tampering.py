"""Whatever is done to a single row of the audit, by whoever owns the database, is found and located."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import NullPool, create_engine, text

from risk_register.database import audit
from risk_register.database.model import AuditEntry
from risk_register.database.store import Store

ENTRIES = 12
COLUMNS = tuple(column.key for column in AuditEntry.__table__.columns)
TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=40)
MOMENTS = st.datetimes().map(lambda each: each.isoformat(" ", "microseconds"))


def values_of(column: str) -> st.SearchStrategy[Any]:
    """Something else that the column could hold."""
    if column == "sequence":
        return st.integers(-5, 40)
    if column == "at":
        return MOMENTS
    if column in ("hash", "previous_hash"):
        return st.text("0123456789abcdef", min_size=64, max_size=64)
    if column == "details":
        return TEXTS.map(lambda words: f'{{"reason":"{words.replace(chr(34), "").replace(chr(92), "")}"}}')
    return TEXTS


@pytest.fixture(scope="module")
def unguarded(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with a dozen entries whose guards somebody has taken away."""
    path = Path(shutil.copy(template, tmp_path_factory.mktemp("tampering") / "governance.sqlite"))
    store = Store(f"sqlite:///{path}")
    for number in range(ENTRIES - 1):
        audit.record_access(
            store, action="exported", subject=f"subject_{number}", deployment_id="demo", reason="Board.",
            actor="compliance", at=dt.datetime(2026, 11, 2, 9, number, tzinfo=dt.UTC),
        )  # fmt: skip
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("drop trigger audit_entry_is_never_changed"))
        connection.execute(text("drop trigger audit_entry_is_never_deleted"))
    engine.dispose()
    assert audit.verify_chain(store).entry_count == ENTRIES
    return path


def verify_after(path: Path, *statements: tuple[str, dict[str, Any]]) -> tuple[audit.ChainCheck, bool]:
    """What the check says while something is changed, and whether it was; everything is put back."""
    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)
    with engine.connect() as connection:
        kept = [tuple(row) for row in connection.execute(text("select * from audit_entry"))]
    with engine.begin() as connection:
        for statement, values in statements:
            connection.execute(text(statement), values)
    with engine.connect() as connection:
        is_changed = [tuple(row) for row in connection.execute(text("select * from audit_entry"))] != kept
    check = audit.verify_chain(Store(f"sqlite:///{path}"))
    with engine.begin() as connection:
        connection.execute(text("delete from audit_entry"))
        names = ", ".join(f":{name}" for name in COLUMNS)
        connection.execute(
            text(f"insert into audit_entry values ({names})"),  # noqa: S608  names of columns
            [dict(zip(COLUMNS, row, strict=True)) for row in kept],
        )
    engine.dispose()
    assert audit.verify_chain(Store(f"sqlite:///{path}")).is_intact
    return check, is_changed


@pytest.mark.parametrize("column", COLUMNS)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_in_any_column_of_any_entry(unguarded: Path, column: str, data: st.DataObject) -> None:
    sequence = data.draw(st.integers(1, ENTRIES))
    taken = set(range(1, ENTRIES + 1)) if column == "sequence" else set()
    value = data.draw(values_of(column).filter(lambda each: each not in taken))
    statement = f"update audit_entry set {column} = :value where sequence = :sequence"  # noqa: S608
    check, is_changed = verify_after(unguarded, (statement, {"value": value, "sequence": sequence}))
    assert check.is_intact is not is_changed
    if is_changed:
        # A number that was moved is found where it was, or where it stands now.
        assert check.broken_at in ({sequence, value} if column == "sequence" else {sequence})


@pytest.mark.parametrize("sequence", range(1, ENTRIES + 1))
def test_any_entry_that_was_taken_out(unguarded: Path, sequence: int) -> None:
    check, _ = verify_after(
        unguarded, ("delete from audit_entry where sequence = :sequence", {"sequence": sequence})
    )
    assert (check.is_intact, check.broken_at) == (False, sequence)


@pytest.mark.parametrize("first", range(1, ENTRIES))
def test_any_two_neighbours_that_were_exchanged(unguarded: Path, first: int) -> None:
    move = "update audit_entry set sequence = :to where sequence = :sequence"
    check, _ = verify_after(
        unguarded,
        (move, {"sequence": first, "to": 99}),
        (move, {"sequence": first + 1, "to": first}),
        (move, {"sequence": 99, "to": first + 1}),
    )
    assert (check.is_intact, check.broken_at) == (False, first)


def test_all_that_was_changed_is_counted_and_the_first_is_named(unguarded: Path) -> None:
    statement = "update audit_entry set actor = 'somebody_else' where sequence in (3, 7, 11)"
    check, _ = verify_after(unguarded, (statement, {}))
    assert (check.broken_at, check.fault_count) == (3, 3)
