"""What is damaged is not backed up as if it were whole, nor restored: a good backup would give way to it."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from pipelines.errors import HomeError
from pipelines.ingest.removal.withdrawal import withdraw
from pipelines.privacy import archive
from pipelines.privacy.backup import restore_backup, take_backup
from pipelines.settings import Home, HomeKind, make_home
from risk_register.database.store import open_store
from tests.unit.risk_register.database.test_damage import damage_table

AT = dt.datetime(2026, 9, 2, tzinfo=dt.UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with decisions."""
    place = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    open_store(place.governance_url).close()
    return place


@pytest.mark.parametrize("how", ["a page", "half", "no database"])
def test_a_damaged_governance_store_is_not_backed_up(home: Home, tmp_path: Path, how: str) -> None:
    file = home.path / "governance.sqlite"
    if how == "a page":
        damage_table(file)
    else:
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2] if how == "half" else b"nothing " * 1000)
    with pytest.raises(HomeError, match=f"{file} .* No backup was made. It is damaged: move it away"):
        take_backup(home, tmp_path / "b.tar", at=AT)
    assert list(tmp_path.glob("b.tar*")) == []


def test_a_damaged_governance_store_that_is_in_a_backup_is_not_restored(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    damage_table(home.path / "governance.sqlite")
    with monkeypatch.context() as earlier:
        earlier.setattr(archive, "find_damage", lambda _: None)  # as backups were made once
        take_backup(home, tmp_path / "b.tar", at=AT)
    with pytest.raises(HomeError, match=r"was damaged when it was backed up: .* restore an earlier backup"):
        restore_backup(
            tmp_path / "b.tar", Home(tmp_path / "there"), tombstones=None, withdraw=withdraw, at=AT
        )
    assert not (tmp_path / "there").exists()


def test_a_whole_governance_store_is_restored_and_nothing_is_left_beside_it(
    home: Home, tmp_path: Path
) -> None:
    take_backup(home, tmp_path / "b.tar", at=AT)
    there = Home(tmp_path / "there")
    restore_backup(tmp_path / "b.tar", there, tombstones=None, withdraw=withdraw, at=AT)
    assert [path.name for path in there.path.glob("governance.sqlite*")] == ["governance.sqlite"]
    with closing(sqlite3.connect(there.path / "governance.sqlite")) as store:
        assert store.execute("select count(*) from audit_head").fetchone() == (0,)
