"""What retention, restoring and erasing say: what would go is not gone, what nobody could read is named."""

from __future__ import annotations

import datetime as dt
import json
import resource
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.lake import lake as lakes
from pipelines.privacy.backups import list_backups
from pipelines.privacy.retention import Retained
from pipelines.settings import Home, HomeKind, make_home
from plimsoll.commands import keeping
from plimsoll.commands.keeping import describe, say, say_reach
from risk_register.database.audit import list_entries
from risk_register.database.store import Store
from tests.unit.plimsoll.commands.governance_factory import Run, make_governed_home, make_run

DAY = dt.date(2026, 8, 1)
DONE = Retained(
    DAY, text_days=(("companion", DAY),), text_count=7, held_count=2, unscored_days=(("companion", DAY),),
    inbox_files=("companion/a.jsonl",), held_files=("companion/b.jsonl",), cut_files=("companion/c.jsonl",),
    uncut_files=("companion/d.jsonl",),
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_governed_home(tmp_path / "home")[0]


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    return make_run(home, monkeypatch, capfd)


@pytest.fixture
def limited() -> Iterator[Callable[[int], None]]:
    """What `ulimit -f` does, until the test is over."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_limit_of_files_is_named_with_the_folder_and_leaves_nothing_half(
    run: Run, home: Home, tmp_path: Path, limited: Callable[[int], None], command: str
) -> None:
    file, restored = tmp_path / "backups" / "night.tar", tmp_path / "restored" / "home"
    file.parent.mkdir()
    words = {"backup": (file,), "restore": (file, "--home", restored)}[command]
    if command == "restore":
        assert run("backup", file).code == 0
    limited(65_536)  # what SQLite keeps beside its file to read it is smaller
    done = run(command, *words)
    assert (done.code, done.output) == (1, "")
    made = words[-1]
    assert f"A file in {made.parent} may not grow further: `ulimit -f`" in done.complaint
    assert not made.exists()
    limited(resource.RLIM_INFINITY)
    assert run(command, *words).code == 0  # as it was asked to do again


@pytest.mark.parametrize(
    ("is_dry_run", "texts", "files"), [(True, "would lose", "would go"), (False, "lost", "went")]
)
def test_what_would_go_is_not_said_to_be_gone(is_dry_run: bool, texts: str, files: str) -> None:
    told = say(describe(DONE) | {"is_dry_run": is_dry_run})
    assert f"7 messages of 1 days {texts} their text, 2 keep it under a hold." in told
    assert f"1 delivered files {files}, 1 stay because of a hold." in told
    assert "  CANNOT BE LOOKED INTO: companion/d.jsonl" in told
    assert "  too old, of a file that stays: companion/c.jsonl" in told
    assert "  never scored: companion 2026-08-01" in told


def test_a_rehearsal_touches_nothing_and_what_cannot_be_checked_is_an_error(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept: list[dt.date] = []
    monkeypatch.setattr(
        keeping, "sweep_erased", lambda *_, on, at: swept.append(on) or (4, ["companion/d.jsonl"])
    )
    monkeypatch.setattr(
        keeping, "retain", lambda *_, as_of, is_rehearsal, **__: Retained(as_of, text_count=is_rehearsal)
    )
    rehearsal = run("retention", "--dry-run", "--as-of", "2026-08-01", "--json")
    assert (rehearsal.code, swept, rehearsal.document["text_count"]) == (0, [], True)
    done = run("retention", "--as-of", "2026-08-01", "--json")
    assert (done.code, swept, json.loads(done.output)["text_count"]) == (1, [dt.date(2026, 8, 1)], False)
    assert json.loads(done.output)["erased_rows_swept"] == 4
    assert "Cannot be checked for erased people:\n  companion/d.jsonl" in done.complaint


def test_no_age_is_counted_from_a_day_to_come(run: Run) -> None:
    tomorrow = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    assert run("retention", "--dry-run", "--as-of", f"{tomorrow:%Y-%m-%d}").code == 2
    assert run("retention", "--dry-run", "--as-of", f"{tomorrow - dt.timedelta(days=1):%Y-%m-%d}").code == 0


def test_a_restored_home_says_up_to_when_it_knows_of_erasures() -> None:
    assert "reach to 2026-08-01 00:00:00 UTC" in say_reach(dt.datetime(2026, 8, 1, tzinfo=dt.UTC))
    assert say_reach(None).startswith("Nobody noted up to when")


def test_a_restored_home_is_silent_and_so_is_one_that_is_restored_from_the_live_one(
    run: Run, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert run("backup", tmp_path / "a.tar").code == 0
    assert "NOBODY IS CALLED" not in run("status").complaint
    assert f"NOBODY IS CALLED: {first}" in run("restore", tmp_path / "a.tar", "--home", first).output
    assert f"NOBODY IS CALLED: {first}" in run("status", "--home", first).complaint
    live = run("notify", "live", "--reason", "The disk died.", "--home", first, account="officer")
    assert live.code == 0
    assert "NOBODY IS CALLED" not in run("status", "--home", first).complaint
    assert run("backup", tmp_path / "b.tar", "--home", first).code == 0
    run("restore", tmp_path / "b.tar", "--home", second)
    assert "NOBODY IS CALLED" in run("status", "--home", second).complaint


def test_who_took_a_copy_of_everything_is_in_the_audit_of_every_deployment(
    run: Run, home: Home, tmp_path: Path
) -> None:
    store, before = Store(home.governance_url), dt.datetime.now(dt.UTC)
    assert run("backup", tmp_path / "night.tar").code == 0
    assert run("backup", tmp_path / "keys.tar", "--with-keys", account="engineer").code == 0
    told = [
        (one.deployment_id, one.actor, one.details["has_keys"], one.details["has_inbox"])
        for one in list_entries(store, action="backup_taken")
    ]
    assert sorted(told) == [
        ("companion", "command_line", False, False),
        ("companion", "engineer", True, False),
        ("other", "command_line", False, False),
        ("other", "engineer", True, False),
    ]
    newest = list_entries(store, action="backup_taken")[0]
    assert {one.backup_id: one.taken_by for one in list_backups(home)}[newest.subject] == "engineer"
    assert before < newest.at < dt.datetime.now(dt.UTC)
    assert str(tmp_path) not in str(newest)  # a path may name anybody
    assert run("backup", tmp_path / "refused.tar", account="viewer").code == 1
    assert not (tmp_path / "refused.tar").exists()


def test_a_backup_that_the_audit_could_not_take_is_made_and_told_and_entered_by_the_next(
    run: Run, home: Home, tmp_path: Path
) -> None:
    store = sqlite3.connect(home.path / "governance.sqlite")
    store.execute("create trigger full before insert on audit_entry begin select raise(abort, 'no'); end")
    store.commit()
    done = run("backup", tmp_path / "a.tar")
    assert (done.code, (tmp_path / "a.tar").is_file()) == (0, True)
    assert "The audit has no entry of it before the next backup or upgrade" in done.complaint
    store.execute("drop trigger full")
    store.commit()
    store.close()
    assert "The audit has no entry" not in run("backup", tmp_path / "b.tar").complaint
    entered = list_entries(Store(home.governance_url), action="backup_taken", deployment_id="companion")
    assert {one.subject for one in entered} == {one.backup_id for one in list_backups(home)}
    assert len(entered) == 2


def test_a_home_without_deployments_keeps_the_trace_of_a_backup_too(run: Run, tmp_path: Path) -> None:
    home = make_home(Home(tmp_path / "new"), HomeKind.REAL)
    with lakes.write(home.lake, by="a test") as commit:
        commit.replace_all("ledger.deployment", pa.table({"deployment_id": ["one"]}))
    assert run("backup", tmp_path / "a.tar", "--home", home.path).code == 0
    (entry,) = list_entries(Store(home.governance_url))
    assert (entry.action, entry.deployment_id) == ("backup_taken", None)


def test_an_id_of_a_person_is_never_taken_from_the_command_line(run: Run) -> None:
    refused = run("erase", "--user", "robin@example.org")
    assert (refused.code, "histories" in refused.complaint) == (2, True)
    assert run("erase").code == 2
    assert run("erase", "--user", "-", "--conversation", "c").code == 2
