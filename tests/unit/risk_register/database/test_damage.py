"""A store whose bytes are damaged is found out whole, not only where somebody happens to read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from risk_register.database.damage import find_address, find_damage_at
from risk_register.database.store import Store
from risk_register.errors import StoreError


def damage_table(path: Path, table: str = "audit_entry") -> None:
    """Write nonsense over the first page of a table."""
    with closing(sqlite3.connect(path)) as store:
        store.execute("pragma wal_checkpoint(truncate)")
        ((size,),) = store.execute("pragma page_size").fetchall()
        ((page,),) = store.execute("select rootpage from sqlite_master where name = ?", [table]).fetchall()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa7" * size)


def look(path: Path) -> str | None:
    return find_damage_at(find_address(path))


def test_a_page_that_nobody_reads_is_looked_at_too(store_path: Path) -> None:
    assert look(store_path) is None
    damage_table(store_path)
    assert Store(f"sqlite:///{store_path}").version() is not None
    assert look(store_path) is not None


@pytest.mark.parametrize("content", [b"no database at all " * 100, None])
def test_what_is_no_database_or_half_of_one_is_damaged(store_path: Path, content: bytes | None) -> None:
    store_path.write_bytes(content or store_path.read_bytes()[: store_path.stat().st_size // 2])
    assert look(store_path) is not None


def test_what_cannot_be_opened_is_not_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "folder"
    path.mkdir()
    with pytest.raises(sqlite3.OperationalError):
        look(path)


def test_a_refusal_because_of_damage_says_what_to_do(store_path: Path) -> None:
    damage_table(store_path)
    store = Store(f"sqlite:///{store_path}")
    with (
        pytest.raises(StoreError, match=r"malformed\. It is damaged: .* out of a backup"),
        store.read() as one,
    ):
        one.execute(text("select * from audit_entry"))


def test_to_ask_for_the_version_of_what_is_no_database_is_refused_in_words(store_path: Path) -> None:
    store_path.write_bytes(b"no database at all " * 100)
    with pytest.raises(StoreError, match=r"file is not a database\. It is damaged"):
        Store(f"sqlite:///{store_path}").version()
