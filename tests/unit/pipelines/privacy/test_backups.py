"""The list of backups loses none, and one that cannot be read is told; a read-only home is backed up."""

import datetime as dt
import errno
import os
import sqlite3
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pyarrow as pa
import pytest
from filelock import FileLock

from pipelines.errors import HomeError, StateError
from pipelines.lake import lake as lakes
from pipelines.privacy.backup import take_backup
from pipelines.privacy.backups import (
    KNOWN,
    Backup,
    add_backup,
    list_backups,
    tell_backups,
    tombstones_beside,
)
from pipelines.settings import Home, HomeKind, make_home
from pipelines.tombstones import FILE as TOMBSTONES
from pipelines.tombstones import add_tombstones, load_tombstones

NOW = dt.datetime(2026, 8, 20, 9, tzinfo=dt.UTC)


def backup(number: int) -> Backup:
    return Backup(f"backup_{number}", f"/backups/{number}.tar", "2026-08-20T09:00:00+00:00", "2026-11-18", 1,
                  has_keys=False, has_inbox=False)  # fmt: skip


def test_of_backups_that_end_at_once_all_are_known(tmp_path: Path):
    home = Home(tmp_path)
    with ThreadPoolExecutor(8) as writers:
        list(writers.map(lambda number: add_backup(home, backup(number)), range(40)))
    assert {one.backup_id for one in list_backups(home)} == {f"backup_{number}" for number in range(40)}


@pytest.mark.parametrize("content", ["", "[]", '{"backups": [{"path": "somewhere"}]}'])
def test_a_damaged_list_is_no_empty_list(tmp_path: Path, content: str):
    (tmp_path / KNOWN).write_text(content)
    with pytest.raises(StateError, match="damaged"):
        list_backups(Home(tmp_path))


def test_a_backup_that_is_gone_is_named_up_to_its_last_day(tmp_path: Path):
    home = Home(tmp_path)
    add_backup(home, backup(1))
    last = dt.datetime(2026, 11, 18, 23, tzinfo=dt.UTC)
    (told,) = tell_backups(home, at=last)
    assert told["expires_on"] == "2026-11-18"
    assert str(told["state"]).startswith("not where it was made")
    assert tell_backups(home, at=last + dt.timedelta(hours=1)) == []


@pytest.fixture
def read_only(tmp_path: Path, monkeypatch) -> Home:
    """A home with decisions, on a disk that became read-only."""
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    with lakes.write(home.lake, by="a test") as commit:
        commit.replace_all("ledger.deployment", pa.table({"deployment_id": ["one"]}))
    with sqlite3.connect(home.path / "governance.sqlite") as store:
        store.executescript(
            "pragma journal_mode=wal; create table decision (id); insert into decision values (7)"
        )
    store.close()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(FileLock, "acquire", refuse)
    monkeypatch.setattr(Path, "mkdir", refuse)
    monkeypatch.setattr("os.statvfs", lambda _: SimpleNamespace(f_flag=os.ST_RDONLY))
    return home


def test_a_home_on_a_disk_that_became_read_only_is_backed_up(tmp_path: Path, read_only: Home):
    said: list[str] = []
    take_backup(read_only, tmp_path / "b.tar", at=NOW, tell=said.append)
    assert "does not know of this backup" in said[-1]
    with tarfile.open(tmp_path / "b.tar") as archive:
        store = archive.extractfile("governance.sqlite")
        assert store is not None
        (tmp_path / "copy.sqlite").write_bytes(store.read())
        names = archive.getnames()
    copy = sqlite3.connect(tmp_path / "copy.sqlite")
    assert copy.execute("select id from decision").fetchall() == [(7,)]
    copy.close()
    assert any(name.startswith("lake/ledger/deployment/") for name in names)


@pytest.mark.parametrize(("step", "place"), [("add_tombstones", "backups"), ("add_backup", "home")])
def test_whoever_takes_a_backup_is_told_which_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, place: str
):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    with lakes.write(home.lake, by="a test") as commit:
        commit.replace_all("ledger.deployment", pa.table({"deployment_id": ["one"]}))
    (tmp_path / "backups").mkdir()

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(f"pipelines.privacy.backup.{step}", refuse)
    with pytest.raises(HomeError, match=f"The disk of {tmp_path / place} is full"):
        take_backup(home, tmp_path / "backups" / "b.tar", at=NOW)
    assert [one for one in (tmp_path / "backups").iterdir() if one.suffix != ".tombstones"] == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_backup_that_is_killed_at_its_end_is_known_with_its_tombstones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, when: str
):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    with lakes.write(home.lake, by="a test") as commit:
        commit.replace_all("ledger.deployment", pa.table({"deployment_id": ["one"]}))
    target = tmp_path / "b.tar"
    real = Path.replace

    def die(path: Path, to: Path) -> Path:
        if to != target:
            return real(path, to)
        if when == "after":
            real(path, to)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", die)
        with pytest.raises(KeyboardInterrupt):
            take_backup(home, target, at=NOW)
    assert target.exists() is (when == "after")
    assert [one.path for one in list_backups(home)] == [str(target)]
    assert tombstones_beside(target).exists()


def test_whoever_is_erased_while_a_backup_comes_to_its_place_is_in_its_tombstones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    with lakes.write(home.lake, by="a test") as commit:
        commit.replace_all("ledger.deployment", pa.table({"deployment_id": ["one"]}))
    target, mark = tmp_path / "b.tar", "a" * 64
    real = Path.replace

    def erase_and_replace(path: Path, to: Path) -> Path:
        if to == target:
            add_tombstones(home.keys / TOMBSTONES, {mark})
            assert tell_backups(home, at=NOW)[0]["state"] != "still there; restoring it erases again"
        return real(path, to)

    monkeypatch.setattr(Path, "replace", erase_and_replace)
    take_backup(home, target, at=NOW)
    assert mark in load_tombstones(tombstones_beside(target)).marks


def test_whoever_writes_there_is_told_that_it_is_read_only(read_only: Home):
    with pytest.raises(HomeError, match="is read-only"), lakes.write(read_only.lake, by="a test"):
        pass
