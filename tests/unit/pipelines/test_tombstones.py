"""Tombstones tell who was erased, are added to only, and a damaged file stops everything."""

import datetime as dt
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pipelines import tombstones
from pipelines.errors import StateError
from pipelines.ingest.removal.refusal import read_refused
from pipelines.privacy.backup import take_backup
from pipelines.settings import Home, HomeKind, make_home
from pipelines.tombstones import SubjectKind, Tombstones, add_tombstones, load_tombstones, mark

USER, THREAD = SubjectKind.USER, SubjectKind.THREAD


def test_a_tombstone_is_for_one_kind_deployment_and_id(tmp_path: Path) -> None:
    held = add_tombstones(tmp_path / "tombstones", [mark(USER, "one", "a" * 32)])
    assert held.covers(USER, "one", "a" * 32)
    assert not held.covers(THREAD, "one", "a" * 32)
    assert not held.covers(USER, "two", "a" * 32)
    assert not held.covers(USER, "one", "b" * 32)


def test_the_file_is_added_to_and_holds_no_pseudonym(tmp_path: Path) -> None:
    path = tmp_path / "tombstones"
    for letter in "ab":
        add_tombstones(path, [mark(USER, "one", letter * 32)])
    assert len(load_tombstones(path).marks) == 2
    assert "a" * 32 not in path.read_text()
    assert path.stat().st_mode & 0o077 == 0


def test_of_erasures_that_add_at_once_none_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load_slowly(path: Path) -> Tombstones:
        found = load_tombstones(path)
        time.sleep(0.005)  # long enough for the others to have read the same
        return found

    monkeypatch.setattr(tombstones, "load_tombstones", load_slowly)
    path = tmp_path / "tombstones"
    asked = [mark(USER, "one", f"user {number}") for number in range(8)]
    with ThreadPoolExecutor(8) as several:
        list(several.map(lambda one: add_tombstones(path, [one]), asked))
    assert load_tombstones(path).marks == set(asked)
    assert list(tmp_path.iterdir()) == [path]


def test_without_a_file_nobody_was_erased(tmp_path: Path) -> None:
    assert load_tombstones(tmp_path / "tombstones") == Tombstones()


@pytest.mark.parametrize("text", ["half", "z" * 64, "a" * 63, f"{'a' * 64}\n{'b' * 65}\n"])
def test_a_damaged_file_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "tombstones").write_text(text)
    with pytest.raises(StateError, match="damaged"):
        load_tombstones(tmp_path / "tombstones")


@pytest.mark.parametrize("is_there", [True, False])
def test_a_home_that_lost_the_tombstones_of_an_erasure_lets_nobody_in_and_makes_no_backup(
    tmp_path: Path, *, is_there: bool
) -> None:
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    journal = home.path / "receipts" / "pending-one.json"  # killed before it buried anybody
    journal.parent.mkdir()
    journal.write_text("{}")
    assert read_refused(home).tombstones == Tombstones()
    journal.rename(journal.with_name("erasure_20261103_0a1b2c.json"))
    if is_there:
        (home.keys / "tombstones").touch()
    with pytest.raises(StateError, match="would come in again"):
        read_refused(home)
    with pytest.raises(StateError, match=r"\.tombstones file beside"):
        take_backup(home, tmp_path / "one.tar", at=dt.datetime(2026, 11, 4, tzinfo=dt.UTC))
    add_tombstones(home.keys / "tombstones", [mark(USER, "one", "a" * 32)])
    assert read_refused(home).tombstones.covers(USER, "one", "a" * 32)


def test_a_file_says_up_to_when_it_is_complete_and_earlier_versions_still_read_it(tmp_path: Path) -> None:
    path, gone = tmp_path / "tombstones", mark(USER, "one", "a" * 32)
    assert add_tombstones(path, [gone]).reaches is None
    for day in (3, 2):  # whoever adds last may have begun first
        add_tombstones(path, [], at=dt.datetime(2026, 11, day, tzinfo=dt.UTC))
    assert load_tombstones(path) == Tombstones(frozenset({gone}), dt.datetime(2026, 11, 3, tzinfo=dt.UTC))
    assert [len(line) for line in path.read_text().split()] == [64, 64]
