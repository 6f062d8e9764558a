"""`plimsoll status` says what a person has to mend, and how, beside its counts."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from pipelines.pointer import POINTER, make_current
from pipelines.schemas.published import TABLES
from tests.unit.plimsoll.commands.governance_factory import make_governed_home, make_run

FILE = "published-00000001.duckdb"


def halve(file: Path) -> None:
    os.truncate(file, file.stat().st_size // 2)


def empty(file: Path) -> None:
    os.truncate(file, 0)


def fill_with_nonsense(file: Path) -> None:
    file.write_bytes(b"no database " * 5_000)


def damage_pointer(file: Path) -> None:
    file.with_name(POINTER).write_bytes(b"\xff\xfe")


@pytest.mark.parametrize("damage", [halve, empty, fill_with_nonsense, damage_pointer, Path.unlink])
def test_a_published_file_that_nobody_can_read_is_told_with_what_mends_it(
    damage: Callable[[Path], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    home, _ = make_governed_home(tmp_path / "home")
    run = make_run(home, monkeypatch, capfd)
    assert run("status", "--json").document["problems"] == []  # before anything is published, too
    with duckdb.connect(str(home.published / FILE)) as connection:
        connection.execute("create schema published")
        for table in TABLES:
            connection.from_arrow(table.empty()).create(f"published.{table.name}")
    make_current(home.published, FILE)
    assert run("status", "--json").document["problems"] == []
    damage(home.published / FILE)
    told = run("status", "--json")
    (problem,) = told.document["problems"]
    assert "its file is damaged or gone. Next: plimsoll run" in problem
    assert problem in told.complaint
