"""Pseudonyms: the same for the same, separate for every purpose and deployment, nothing without the key."""

import hmac
import stat
from pathlib import Path

import pytest

from pipelines.ingest.pseudonymise import UNKNOWN, Pseudonymiser, load_key


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
    assert [path.name for path in tmp_path.iterdir()] == ["pseudonym.key"]


@pytest.mark.parametrize("key", [b"key", b"k" * 64, b"k" * 65])
def test_many_are_hashed_as_one_is(key: bytes):
    told = [b"", b"ada", "é\x1f".encode() * 400]
    expected = [hmac.digest(key, b"a\x1fb\x1f" + one, "sha256")[:16].hex() for one in told]
    assert Pseudonymiser(key).hash_all(("a", "b"), told) == expected


def test_pseudonyms_stay_what_they_were_in_homes_of_earlier_versions():
    one = Pseudonymiser(b"the key of a home")
    assert one.identify_all("user", "one", ["ada"]) == ["4165730f6d0c709ce96d05a39169d342"]
    assert one.identify_all("thread", "one", ["ada"]) == ["5a2ca5b9b4538400fb17acc5de9b5849"]
