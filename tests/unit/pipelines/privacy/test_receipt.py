"""A receipt is checked with the key that signed it, and without one nobody can tell."""

from __future__ import annotations

import json

import pytest
import typer

from pipelines.errors import HomeError, StateError
from pipelines.privacy.receipt import is_genuine, read_receipt, write_receipt
from pipelines.settings import Home, HomeKind, make_home
from plimsoll.commands.erasing import erase


@pytest.fixture
def home(tmp_path):
    return make_home(Home(tmp_path / "home"), HomeKind.REAL)


@pytest.fixture
def receipt(home):
    return write_receipt(home, {"receipt_id": "er-1", "state": "complete", "tombstones": 2})


def test_a_receipt_is_checked_from_the_command_line(home, receipt, capsys):
    erase(verify=receipt, home=home.path)
    assert "unchanged since" in capsys.readouterr().out


def test_a_changed_receipt_and_one_of_another_home_prove_nothing(home, receipt, tmp_path):
    other = make_home(Home(tmp_path / "other"), HomeKind.REAL)
    write_receipt(other, {"receipt_id": "er-2"})
    assert not is_genuine(other, read_receipt(receipt))
    receipt.write_text(receipt.read_text().replace('"tombstones": 2', '"tombstones": 3'))
    with pytest.raises(StateError, match="not proven"):
        erase(verify=receipt, home=home.path)


def test_without_its_key_nobody_can_tell_and_none_is_made(home, receipt):
    key = home.keys / "receipt.key"
    key.unlink()
    with pytest.raises(HomeError, match=r"receipt\.key is missing"):
        is_genuine(home, read_receipt(receipt))
    assert not key.exists()


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"receipt_id": "er-1"}), "\xff"])
def test_what_is_no_receipt_is_said_with_its_name(tmp_path, text):
    path = tmp_path / "receipt.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(StateError, match=r"receipt\.json"):
        read_receipt(path)


@pytest.mark.parametrize("also", [{"user": "-"}, {"conversation": "t-1"}])
def test_a_check_is_not_an_erasure(home, receipt, also):
    with pytest.raises(typer.BadParameter):
        erase(verify=receipt, home=home.path, **also)
