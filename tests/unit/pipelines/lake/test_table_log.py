"""Logs of tables: a version that is pinned can be read, however old, and what nobody can ask for goes."""

from __future__ import annotations

import datetime as dt
import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from pipelines.lake import lake as lakes
from pipelines.lake import opened
from pipelines.lake.damage import LOG
from pipelines.lake.generation import Generation, read_current
from pipelines.lake.lake import Commit, Lake
from pipelines.lake.table_log import SETTINGS, drop_below

CHECKPOINTS = "delta.checkpointInterval"
DAYS, WHOLE = "staging.message", "assessment.text_area"
MONDAY = dt.date(2026, 8, 3)
SCHEMA = pa.schema([("deployment_id", pa.string()), ("day", pa.date32()), ("text", pa.string())])
LONG_AGO = 400 * 86_400  # seconds; the library keeps logs for 30 days


@pytest.fixture(params=["made now", "made earlier"])
def path(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A lake whose tables say that their logs stay, or one whose tables are from before that."""
    if request.param == "made earlier":
        monkeypatch.setattr(lakes, "SETTINGS", {CHECKPOINTS: SETTINGS[CHECKPOINTS]})
    return tmp_path


def make_rows(text: str, **more: str) -> pa.Table:
    table = pa.table([["one"], [MONDAY], [text]], schema=SCHEMA)
    for name, value in more.items():
        table = table.append_column(name, pa.array([value]))
    return table


def put(commit: Commit, name: str, rows: pa.Table) -> None:
    if name == DAYS:
        commit.replace_days(name, rows, {("one", MONDAY)})
    else:
        commit.replace_all(name, rows)


def write(path: Path, name: str, rows: pa.Table) -> None:
    with lakes.write(path, by="a test") as commit:
        put(commit, name, rows)


class StoppedError(Exception):
    """Stands for a kill."""


def write_half(path: Path, *names: str) -> None:
    """Write into tables without a generation that shows it."""
    with suppress(StoppedError), lakes.write(path, by="a test") as commit:
        for name in names:
            put(commit, name, make_rows("half"))
        raise StoppedError


def find_log(path: Path, name: str) -> Path:
    return Path(lakes.locate(path, name), LOG)


def make_old(path: Path, name: str, *, last: int) -> Generation:
    """A table whose version `last` is pinned, and that nobody has written for more than a year."""
    number = 0
    while read_current(path).versions.get(name) != last:
        write(path, name, make_rows(f"text {number}"))
        number += 1
    let_time_pass(path, name)
    return read_current(path)


def let_time_pass(path: Path, name: str) -> None:
    then = time.time() - LONG_AGO
    for entry in find_log(path, name).iterdir():
        os.utime(entry, (then, then))
    opened._OPEN.clear()  # as in a run of another day


def read(path: Path, generation: Generation, name: str) -> list[str]:
    opened._OPEN.clear()
    found = Lake(path, generation).read(name)
    assert found is not None
    return found["text"].to_pylist()


@pytest.mark.parametrize("last", [8, 18])  # the commit that follows writes a checkpoint
@pytest.mark.parametrize("name", [DAYS, WHOLE])
def test_a_run_that_is_interrupted_after_a_long_pause_is_taken_back(path: Path, name: str, last: int):
    pinned = make_old(path, name, last=last)
    (text,) = read(path, pinned, name)
    write_half(path, name)
    assert (find_log(path, name) / f"{last + 1:020d}.checkpoint.parquet").exists()
    assert read(path, read_current(path), name) == [text]
    for _ in range(2):  # taking it back is interrupted as well
        write_half(path)
    write(path, "fact.message", make_rows("other"))
    assert read(path, read_current(path), name) == [text]


def add_a_column(path: Path) -> None:
    write(path, DAYS, make_rows("new", tone="calm"))


def take_back(path: Path) -> None:
    before = DeltaTable(lakes.locate(path, DAYS)).version()
    write_half(path, DAYS)
    let_time_pass(path, DAYS)
    write_half(path)
    assert DeltaTable(lakes.locate(path, DAYS)).version() == before + 2


def tidy(path: Path) -> None:
    lakes.tidy(path)


@pytest.mark.parametrize(("last", "act"), [(8, add_a_column), (7, take_back), (8, tidy), (7, tidy)])
def test_no_kind_of_commit_cleans_the_log_of_a_version_that_is_kept(
    path: Path, last: int, act: Callable[[Path], None]
):
    pinned = make_old(path, DAYS, last=last)
    (text,) = read(path, pinned, DAYS)
    act(path)
    assert list(find_log(path, DAYS).glob("*9.checkpoint.parquet"))
    assert read(path, pinned, DAYS) == [text]


def test_after_a_long_pause_the_kept_generations_can_be_read_and_the_lake_tidied(path: Path):
    before = make_old(path, WHOLE, last=8)
    write(path, WHOLE, make_rows("new"))
    (text,) = read(path, before, WHOLE)
    lakes.tidy(path)
    assert read(path, before, WHOLE) == [text]
    assert read(path, read_current(path), WHOLE) == ["new"]


def test_a_lake_whose_log_was_cleaned_before_is_tidied_and_goes_on(path: Path):
    make_old(path, WHOLE, last=8)
    write(path, WHOLE, make_rows("new"))
    drop_below(lakes.locate(path, WHOLE), 9)  # as the library did: two kept generations cannot be read
    lakes.tidy(path)
    write(path, "fact.message", make_rows("other"))
    lakes.tidy(path)
    assert read(path, read_current(path), WHOLE) == ["new"]


def test_tidying_drops_from_the_logs_what_no_kept_generation_is_read_from(tmp_path: Path):
    for number in range(25):
        write(tmp_path, DAYS, make_rows(f"text {number}"))
    lakes.tidy(tmp_path)
    entries = sorted(entry.name.lstrip("0") for entry in find_log(tmp_path, DAYS).glob("[0-9]*"))
    assert entries == ["19.checkpoint.parquet", "19.json", *(f"{number}.json" for number in range(20, 27))]
    for file in (tmp_path / "generations").glob("0*.json"):
        kept = Generation(0, {DAYS: json.loads(file.read_text())["versions"][DAYS]})
        assert len(read(tmp_path, kept, DAYS)) == 1


@pytest.mark.parametrize(("version", "first"), [(8, 0), (9, 9), (18, 9), (19, 19), (21, 19)])
def test_all_before_the_last_checkpoint_up_to_a_version_is_dropped(tmp_path: Path, version: int, first: int):
    for number in range(22):
        write(tmp_path, WHOLE, make_rows(f"text {number}"))
    drop_below(lakes.locate(tmp_path, WHOLE), version)
    commits = sorted(int(entry.stem) for entry in find_log(tmp_path, WHOLE).glob("*.json"))
    assert commits == list(range(first, 22))
    assert read(tmp_path, Generation(0, {WHOLE: version}), WHOLE) == [f"text {version}"]
