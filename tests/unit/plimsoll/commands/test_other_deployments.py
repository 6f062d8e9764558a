"""What happens in another deployment changes nothing that a command says; its records do not exist here."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

import pytest

from pipelines.settings import Home
from risk_register.account import accounts
from risk_register.account.permissions import Role
from risk_register.database.store import Store
from tests.unit.busy_elsewhere import work
from tests.unit.plimsoll.commands.governance_factory import make_governed_home, make_run

MINE, OTHER, INSIDER = "companion", "other", "insider"
HASH = re.compile(r"\b[0-9a-f]{64}\b")  # of an entry of the audit, which tells nothing
READING = [
    ("register", "list", "--json"),
    ("register", "show", "R-01", "--json"),
    ("register", "proposals", "--json"),
    ("register", "control", "list", "--json"),
    ("register", "action", "list", "--json"),
    ("checklist", "list", "--json"),
    ("checklist", "tasks", "--json"),
    ("checklist", "evidence", "list", "--json"),
    ("appetite", "list", "--json"),
    ("change", "list", "--json"),
    ("baseline", "list", "--json"),
    ("regime", "list", "--json"),
    ("incident", "list", "--json"),
    ("incident", "holds", "--json"),
    ("incident", "show", f"{MINE}_incident_0001", "--json"),
    ("alarm", "list", "--json"),
    ("alarm", "streams", "--json"),
    ("locate", "list", "--json"),
    ("review", "progress"),
    ("report", "submissions", "--json"),
    ("notify", "list", "--all", "--json"),
    ("audit", "verify"),
    ("audit", "verify", "--json"),
    ("audit", "readers", "--month", "2026-09", "--json"),
    ("audit", "export", "--reason", "Yearly."),
]
# Records that the other deployment has, asked for by their ids or numbers.
GUESSED = [
    ("incident", "show", f"{OTHER}_incident_0001"),
    ("incident", "close", f"{OTHER}_incident_0001", "--conclusion", "x"),
    ("incident", "note", f"{OTHER}_incident_0001", "x"),
    ("incident", "approve", f"{OTHER}_incident_hold_0001"),
    ("incident", "release", f"{OTHER}_incident_hold_0001", "--reason", "x"),
    ("incident", "confirm-release", f"{OTHER}_incident_hold_0001"),
    ("appetite", "approve", "1"),
    ("appetite", "decline", "1", "--reason", "x"),
    ("register", "accept", "1", "--reason", "x"),
    ("register", "import", "--approve", "1"),
    ("checklist", "close-task", "1", "--outcome", "x"),
    ("locate", "confirm", "1", "--reason", "x"),
    ("notify", "acknowledge", "1"),
]


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Home, Home]:
    """Two homes that differ in what is done in the other deployment: nothing, and much."""
    folder, at = tmp_path_factory.mktemp("homes"), dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC)
    _, store = make_governed_home(folder / "calm")
    accounts.create_account(store, name=INSIDER, actor="command_line", at=at)
    for role in Role:
        accounts.grant(store, name=INSIDER, role=role, deployment_id=MINE, actor="command_line", at=at)
    shutil.copytree(folder / "calm", folder / "busy")
    found = Home(folder / "calm"), Home(folder / "busy")
    for home in found:
        store = Store(home.governance_url)
        if home.path.name == "busy":
            work(store, OTHER, actor="stranger", at=at, seed=2)
        work(store, MINE, actor=INSIDER, at=at, seed=1)
    return found


@pytest.fixture
def both(homes: tuple[Home, Home], tmp_path: Path, monkeypatch, capfd):
    """A command in a copy of each home: how it ended and what it said, without hashes and moments of now."""

    def run(*words: str) -> list[tuple[int, str, str]]:
        said = []
        for home in homes:
            copy = Home(tmp_path / home.path.name)
            shutil.rmtree(copy.path, ignore_errors=True)
            shutil.copytree(home.path, copy.path)
            done = make_run(copy, monkeypatch, capfd)(*words, account=INSIDER)
            lines = [line for line in HASH.sub("", done.output).splitlines() if "audit_exported" not in line]
            said.append((done.code, "\n".join(lines), done.complaint))
        return said

    return run


@pytest.mark.parametrize("words", READING, ids=lambda words: " ".join(words[:3]))
def test_a_command_says_the_same_whatever_is_done_elsewhere(both, words: tuple[str, ...]) -> None:
    calm, busy = both(*words)
    assert calm == busy
    assert calm[1] or "has no review sample" in calm[2]
    assert f'"{OTHER}"' not in calm[1]


@pytest.mark.parametrize("words", GUESSED, ids=lambda words: " ".join(words[:3]))
def test_a_record_of_another_deployment_is_refused_as_one_that_is_not_there(
    both, words: tuple[str, ...]
) -> None:
    calm, busy = both(*words)
    assert calm == busy


def test_the_whole_audit_is_for_those_who_may_read_all_of_it(both) -> None:
    for code, output, complaint in both("audit", "export", "--whole", "--reason", "x"):
        assert (code, output) == (1, "")
        assert "may not read the audit of everything" in complaint
