"""All decisions go from one store into another, with the audit's chain, or none does."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from risk_register.account import accounts
from risk_register.database import audit
from risk_register.database.move import move
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, StoreError
from tests.unit.risk_register.database.test_upgrade import fill

AT = dt.datetime(2026, 11, 29, 9, tzinfo=dt.UTC)
Make = Callable[[str], str]


@pytest.fixture
def make(tmp_path: Path, empty_store: Path) -> Make:
    def make_one(name: str) -> str:
        path = tmp_path / f"{name}.sqlite"
        shutil.copy(empty_store, path)
        return f"sqlite:///{path}"

    return make_one


def read_rows(url: str) -> dict[str, list[dict[str, Any]]]:
    """What every table holds, without the entry that the move itself leaves."""
    engine, metadata = sa.create_engine(url, poolclass=sa.NullPool), sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        held = {
            table.name: [dict(row) for row in connection.execute(sa.select(table)).mappings()]
            for table in metadata.sorted_tables
            if table.name not in {"alembic_version", "audit_head"}
        }
    engine.dispose()
    held["audit_entry"] = [row for row in held["audit_entry"] if row["action"] != "store_moved"]
    return held


def check_move(source_url: str, target_url: str) -> None:
    held = fill(source_url)
    source, target = Store(source_url), Store(target_url)
    target.upgrade()
    head = audit.verify_chain(source).head
    assert move(source, target, actor="command_line", at=AT) == len(held)
    assert audit.verify_chain(target, expected_head=head).entry_count == 2
    moved = read_rows(target_url)
    assert moved.keys() == held.keys() - {"audit_head"}
    for name, rows in moved.items():
        assert [list(row) for row in rows] == [list(row) for row in held[name]], name
        assert len(rows) == 1, name
    source.close()
    target.close()


def test_a_row_of_every_table_arrives_and_the_chain_goes_on(make: Make) -> None:
    source, target = make("source"), make("target")
    check_move(source, target)
    assert read_rows(target) == read_rows(source)


@pytest.mark.full
def test_a_row_of_every_table_arrives_in_postgresql(make: Make, postgres_url: str) -> None:
    check_move(make("source"), postgres_url)


def test_decisions_that_are_there_are_not_mixed_with_others(make: Make) -> None:
    source, target = Store(make("source")), Store(make("target"))
    accounts.create_account(target, name="someone", actor="command_line", at=AT)
    with pytest.raises(NotAllowedError, match="holds decisions already"):
        move(source, target, actor="command_line", at=AT)
    assert len(audit.list_entries(target)) == 1


def test_a_store_whose_chain_does_not_hold_is_not_moved(make: Make) -> None:
    url = make("source")
    source, target = Store(url), Store(make("target"))
    accounts.create_account(source, name="someone", actor="command_line", at=AT)
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("update audit_head set sequence = 7")
    engine.dispose()
    with pytest.raises(StoreError, match="does not hold, so it is not moved"):
        move(source, target, actor="command_line", at=AT)
    assert accounts.list_accounts(target) == ()
