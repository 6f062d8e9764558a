"""An upgrade is a person's step: a backup first, and from which version to which."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from pipelines.errors import StateError
from pipelines.privacy.backups import list_backups
from pipelines.settings import Home
from plimsoll.commands import upgrading
from risk_register.database.audit import list_entries
from risk_register.database.store import Store
from risk_register.database.version import find_head
from tests.unit.plimsoll.commands.governance_factory import Run, make_governed_home, make_run
from tests.unit.risk_register.database.test_damage import damage_table

BEFORE = "0009"
ADDED = {
    "incident": ("judged_by", "version"),
    "account": ("password_vouched_by",),
    "item_task": ("eased_at",),
    "incident_hold": ("release_asked_by", "release_asked_at"),
    "report_submission": ("edition", "edition_hash", "corrects", "correction_reason"),
}

# A column of a primary key cannot be dropped; the table is made as it was.
REPORTS = """
    create table incident_report (
        incident_id varchar(200) not null, regime_id varchar(200) not null, is_reportable boolean not null,
        reason text not null, decided_by varchar(200) not null, decided_at datetime not null,
        reference text not null, reported_by varchar(200), reported_at datetime,
        constraint pk_incident_report primary key (incident_id, regime_id),
        constraint fk_incident_report_incident_id foreign key (incident_id) references incident (incident_id)
    )
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_governed_home(tmp_path / "home")[0]


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    return make_run(home, monkeypatch, capfd)


def go_back(home: Home) -> None:
    """A store that says that it was written by the code before; what came since is taken away."""
    engine = create_engine(home.governance_url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = :before"), {"before": BEFORE})
        for table, names in ADDED.items():
            for name in names:
                connection.execute(text(f"alter table {table} drop column {name}"))
        connection.execute(text("drop table incident_report"))
        connection.execute(text(REPORTS))
    engine.dispose()


def test_a_store_that_is_current_is_left_alone(run: Run) -> None:
    done = run("upgrade")
    assert (done.code, done.output) == (
        0,
        f"The governance store is at version {find_head()} already; nothing was changed.\n",
    )


def test_an_older_store_is_upgraded_after_a_backup_and_not_without(
    run: Run, home: Home, tmp_path: Path
) -> None:
    go_back(home)
    refused = run("register", "list", account="viewer")
    assert refused.code == 1
    assert f"is at version {BEFORE}" in refused.complaint
    assert "Take a backup, then run `plimsoll upgrade`" in refused.complaint
    assert "--backup FILE" in run("upgrade").complaint
    assert Store(home.governance_url).version() == BEFORE
    done = run("upgrade", "--backup", tmp_path / "before.tar")
    assert (done.code, done.output) == (
        0,
        f"The governance store went from version {BEFORE} to {find_head()}.\n",
    )
    assert (tmp_path / "before.tar").is_file()
    assert run("register", "list", account="viewer").code == 0
    entries = list_entries(Store(home.governance_url), deployment_id="companion", limit=2)
    taken, upgraded = entries
    assert (upgraded.action, upgraded.actor) == ("store_upgraded", "command_line")
    assert upgraded.details == {"from_version": BEFORE, "to_version": find_head()}
    assert (taken.action, taken.subject) == ("backup_taken", list_backups(home)[0].backup_id)
    run("upgrade")  # changes nothing, and says nothing more
    assert list_entries(Store(home.governance_url), deployment_id="companion", limit=2) == entries


def test_a_backup_that_was_taken_of_older_decisions_is_entered_by_the_upgrade(
    run: Run, home: Home, tmp_path: Path
) -> None:
    go_back(home)
    done = run("backup", tmp_path / "before.tar")
    assert (done.code, "The audit has no entry of it" in done.complaint) == (0, True)
    assert run("upgrade", "--have-backup").code == 0
    (entry,) = list_entries(Store(home.governance_url), deployment_id="other", action="backup_taken")
    assert entry.at.isoformat() == list_backups(home)[0].created_at


def test_without_room_for_the_backup_nothing_is_upgraded_and_the_folder_is_named(
    run: Run, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_back(home)

    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))

    monkeypatch.setattr("pipelines.privacy.backup.write_archive", refuse)
    done = run("upgrade", "--backup", tmp_path / "before.tar")
    assert done.code == 1
    assert f"A file in {tmp_path} may not grow further" in done.complaint
    assert Store(home.governance_url).version() == BEFORE


def test_an_upgrade_that_was_stopped_after_its_backup_says_how_to_go_on(
    run: Run, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(_: Store) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    go_back(home)
    with monkeypatch.context() as patch:
        patch.setattr(Store, "upgrade", stop)
        assert run("upgrade", "--backup", tmp_path / "before.tar").code == 1
    done = run("upgrade", "--backup", tmp_path / "before.tar")
    assert (done.code, "go on with --have-backup" in done.complaint) == (1, True)
    assert run("upgrade", "--have-backup").code == 0


def test_who_has_a_backup_of_their_own_says_so(run: Run, home: Home) -> None:
    go_back(home)
    done = run("upgrade", "--have-backup", "--json")
    assert (done.code, done.document) == (0, {"from": BEFORE, "to": find_head()})


def test_of_another_database_nothing_is_in_a_backup_of_the_home(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="would not be in that backup"):
        upgrading._require_backup(tmp_path / "before.tar", False, is_file=False)
    upgrading._require_backup(tmp_path / "before.tar", True, is_file=False)
    upgrading._require_backup(tmp_path / "before.tar", False, is_file=True)


def test_lost_decisions_are_told_and_begun_anew_by_a_person_alone(run: Run, home: Home) -> None:
    assert "are not lost" in run("upgrade", "--anew").complaint
    file = home.path / "governance.sqlite"
    (home.lake / "assessment").mkdir()
    file.unlink()
    for refused in (run("upgrade"), run("run"), run("users", "list")):
        assert (refused.code, f"{file} is missing" in refused.complaint) == (1, True)
    told = run("status", "--json")
    assert (told.code, told.document["generation"]) == (0, 0)
    assert f"{file} is missing" in told.complaint
    assert not file.exists()
    begun = run("upgrade", "--anew", "--json")
    assert (begun.code, begun.document) == (0, {"from": None, "to": find_head()})
    assert [one.action for one in list_entries(Store(home.governance_url))] == ["decisions_begun_anew"]
    assert f"{file} is missing" not in run("status").complaint


@pytest.mark.parametrize("how", ["a page", "half", "no database"])
def test_damaged_decisions_are_told_by_status(run: Run, home: Home, how: str) -> None:
    file = home.path / "governance.sqlite"
    assert run("status", "--json").document["problems"] == []
    if how == "a page":
        damage_table(file)
    else:
        content = file.read_bytes()
        file.write_bytes(content[: len(content) // 2] if how == "half" else b"nothing " * 1000)
    told = run("status", "--json")
    (problem,) = told.document["problems"]
    assert problem.startswith(f"{file} is not whole: ")
    assert "out of a backup" in problem
    assert problem in told.complaint
    refused = run("upgrade", "--have-backup")
    assert (refused.code, "It is damaged: move it away" in refused.complaint) == (
        how != "a page",
        how != "a page",
    )


def test_there_must_be_a_place_to_move_to(
    run: Run, home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    refused = run("upgrade", "--move")
    assert refused.code == 1
    assert "Set PLIMSOLL_GOVERNANCE_URL" in refused.complaint
    assert (home.path / "governance.sqlite").exists()


@pytest.mark.full
def test_decisions_move_to_postgresql_and_the_home_follows(
    run: Run, home: Home, monkeypatch: pytest.MonkeyPatch, postgres_url: str
) -> None:
    monkeypatch.setenv("PLIMSOLL_GOVERNANCE_URL", postgres_url)
    refused = run("register", "list", account="viewer")
    assert (refused.code, "upgrade --move" in refused.complaint) == (1, True)
    done = run("upgrade", "--move")
    assert done.code == 0, done.complaint
    assert "rows are in postgresql://" in done.output
    assert not (home.path / "governance.sqlite").exists()
    assert (home.path / "moved.sqlite").exists()
    assert run("register", "list", account="viewer").code == 0
    monkeypatch.delenv("PLIMSOLL_GOVERNANCE_URL")
    refused = run("register", "list", account="viewer")
    assert (refused.code, "is not set" in refused.complaint) == (1, True)
