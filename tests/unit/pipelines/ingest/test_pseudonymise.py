"""Pseudonyms: the same for the same, separate for every purpose and deployment, nothing without the key."""

import hmac
import os
import stat
from pathlib import Path

import pytest

from pipelines.errors import HomeError
from pipelines.ingest.pseudonymise import UNKNOWN, Pseudonymiser, load_key
from pipelines.lake.generation import Generation, make_current
from pipelines.settings import Home, HomeKind, make_home
from pipelines.tombstones import FILE, SubjectKind, add_tombstones, mark


def test_the_same_id_has_the_same_pseudonym_however_it_is_asked_for():
    one, other = Pseudonymiser(b"key"), Pseudonymiser(b"key")
    assert one.identify("user", "one", "ada") == other.identify_all("user", "one", ["ada", "ada"])[1]
    assert one.identify("user", "one", 5) == one.identify("user", "one", "5")


def test_purpose_deployment_and_key_separate():
    one = Pseudonymiser(b"key")
    found = {
        one.identify("user", "one", "ada"),
        one.identify("thread", "one", "ada"),
        one.identify("user", "two", "ada"),
        Pseudonymiser(b"other").identify("user", "one", "ada"),
        one.identify("user", "one", "bea"),
    }
    assert len(found) == 5
    assert all(len(pseudonym) == 32 for pseudonym in found)


def test_who_is_not_named_is_unknown():
    assert Pseudonymiser(b"key").identify_all("user", "one", [None, "ada"])[0] == UNKNOWN
    assert Pseudonymiser(b"key").identify("user", "one", None) == UNKNOWN


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path):
    key = load_key(tmp_path)
    assert len(key) == 32
    assert load_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "pseudonym.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "pseudonym.fingerprint").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["pseudonym.fingerprint", "pseudonym.key"]


def make_used_home(folder: Path, by: str) -> Home:
    """A home that holds something made with a key, and has neither a key nor a fingerprint."""
    home = make_home(Home(folder / "home"), HomeKind.REAL)
    if by == "tombstones":
        add_tombstones(home.keys / FILE, {mark(SubjectKind.USER, "one", "gone")})
    else:
        make_current(home.lake, Generation(1, {by: 0}))
    return home


def test_a_lost_key_is_never_replaced(tmp_path: Path):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    key = load_key(home.keys)
    (home.keys / "pseudonym.key").unlink()
    with pytest.raises(HomeError, match="--with-keys") as told:
        load_key(home.keys)
    assert "nobody who was erased would be refused" in str(told.value)
    assert not (home.keys / "pseudonym.key").exists()
    (home.keys / "pseudonym.key").write_bytes(b"another")
    with pytest.raises(HomeError, match="missing or not the key"):
        load_key(home.keys)
    (home.keys / "pseudonym.key").write_bytes(key)
    assert load_key(home.keys) == key


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"abc\n"])
def test_a_damaged_fingerprint_is_named_and_not_taken_for_a_lost_key(tmp_path: Path, content: bytes):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    key = load_key(home.keys)
    named = home.keys / "pseudonym.fingerprint"
    named.write_bytes(content)
    with pytest.raises(HomeError, match=r"pseudonym\.fingerprint is damaged"):
        load_key(home.keys)
    named.unlink()
    assert load_key(home.keys) == key
    assert named.exists()


def test_a_key_is_on_the_disk_before_it_takes_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    is_named: list[bool] = []
    monkeypatch.setattr("os.fsync", lambda _: is_named.append((home.keys / "pseudonym.key").exists()))
    load_key(home.keys)
    assert is_named == [False, True]  # the second is of the fingerprint


def test_whoever_was_killed_while_it_made_the_key_loses_it_to_no_process_of_the_same_id(tmp_path: Path):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    key = load_key(home.keys)
    (home.keys / "pseudonym.fingerprint").unlink()
    (home.keys / f"pseudonym.{os.getpid()}").hardlink_to(home.keys / "pseudonym.key")
    load_key(home.keys)
    assert (home.keys / "pseudonym.key").read_bytes() == key
    assert load_key(home.keys) == key


@pytest.mark.parametrize("by", ["tombstones", "staging.message", "ledger.delivery"])
def test_a_home_of_an_earlier_version_that_lost_its_key_gets_no_other(tmp_path: Path, by: str):
    home = make_used_home(tmp_path, by)
    with pytest.raises(HomeError, match="missing or not the key"):
        load_key(home.keys)
    assert not (home.keys / "pseudonym.key").exists()


def test_a_home_of_an_earlier_version_learns_its_key_at_the_next_start(tmp_path: Path):
    home = make_used_home(tmp_path, "staging.message")
    (home.keys / "pseudonym.key").write_bytes(b"the key of a home")
    load_key(home.keys)
    (home.keys / "pseudonym.key").write_bytes(b"another")
    with pytest.raises(HomeError, match="missing or not the key"):
        load_key(home.keys)


def test_tables_without_pseudonyms_need_no_key(tmp_path: Path):
    assert load_key(make_used_home(tmp_path, "assessment.day").keys)


@pytest.mark.parametrize("key", [b"key", b"k" * 64, b"k" * 65])
def test_many_are_hashed_as_one_is(key: bytes):
    told = [b"", b"ada", "é\x1f".encode() * 400]
    expected = [hmac.digest(key, b"a\x1fb\x1f" + one, "sha256")[:16].hex() for one in told]
    assert Pseudonymiser(key).hash_all(("a", "b"), told) == expected


def test_pseudonyms_stay_what_they_were_in_homes_of_earlier_versions():
    one = Pseudonymiser(b"the key of a home")
    assert one.identify_all("user", "one", ["ada"]) == ["4165730f6d0c709ce96d05a39169d342"]
    assert one.identify_all("thread", "one", ["ada"]) == ["5a2ca5b9b4538400fb17acc5de9b5849"]
