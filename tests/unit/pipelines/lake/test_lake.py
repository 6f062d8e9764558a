"""Generations: what a reader sees while a writer writes, is killed, or changes nothing."""

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.errors import HomeError
from pipelines.lake import generation
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake
from pipelines.lake.partition import leave_out

MONDAY, TUESDAY = dt.date(2026, 8, 3), dt.date(2026, 8, 4)
NAME = "staging.message"
SCHEMA = pa.schema([("deployment_id", pa.string()), ("day", pa.date32()), ("text", pa.string())])


def rows(**texts: str) -> pa.Table:
    days = {"monday": MONDAY, "tuesday": TUESDAY}
    found = [
        {"deployment_id": "one", "day": days[name], "text": text}
        for name, words in texts.items()
        for text in words.split()
    ]
    return pa.Table.from_pylist(found, schema=SCHEMA)


def put(path: Path, table: pa.Table, *days: dt.date, name: str = NAME) -> None:
    with lakes.write(path, by="a test") as commit:
        commit.replace_days(name, table, {("one", day) for day in days})


def texts(lake: Lake, *days: dt.date, name: str = NAME) -> list[str]:
    found = lake.read(name, days=days or None)
    assert found is not None
    return sorted(found["text"].to_pylist())


KILLED = """
import datetime as dt, os, signal, sys
from pathlib import Path
import pyarrow as pa
from pipelines.lake import lake
day = dt.date.fromisoformat(sys.argv[3])
schema = pa.schema([("deployment_id", pa.string()), ("day", pa.date32()), ("text", pa.string())])
with lake.write(Path(sys.argv[1]), by="a writer that is killed") as commit:
    rows = pa.table([["one"], [day], ["half"]], schema=schema)
    commit.replace_days(sys.argv[2], rows, {("one", day)})
    os.kill(os.getpid(), signal.SIGKILL)
"""


def kill_a_writer(path: Path, *, name: str = NAME) -> None:
    """Write a new version of a table in a process that dies before the generation is made current."""
    command = [sys.executable, "-c", KILLED, str(path), name, MONDAY.isoformat()]
    assert subprocess.run(command, check=False).returncode == -9


def write_and_fail(path: Path) -> None:
    with lakes.write(path, by="a test") as commit:
        commit.replace_days(NAME, rows(monday="half"), {("one", MONDAY)})
        raise HomeError("the disk is full")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    put(tmp_path, rows(monday="a b", tuesday="c"), MONDAY, TUESDAY)
    return tmp_path


def test_an_empty_lake_has_no_tables(tmp_path: Path):
    lake = Lake(tmp_path)
    assert lake.names() == []
    assert lake.read(NAME) is None
    assert lake.files(NAME) == []
    assert lake.partitions(NAME) == []


def test_days_are_read_by_their_files_alone(path: Path):
    lake = Lake(path)
    assert texts(lake) == ["a", "b", "c"]
    assert texts(lake, TUESDAY) == ["c"]
    assert lake.partitions(NAME) == [("one", MONDAY), ("one", TUESDAY)]
    assert len(lake.files(NAME)) == 2
    assert len(lake.files(NAME, days=[MONDAY])) == 1
    assert lake.files(NAME, days=[]) == []
    assert leave_out(lake.files(NAME), [("one", MONDAY)]) == lake.files(NAME, days=[TUESDAY])
    assert leave_out(lake.files(NAME), [("two", MONDAY)]) == lake.files(NAME)
    assert lake.files(NAME, deployment_id="two") == []


def test_a_replaced_day_leaves_the_others_alone(path: Path):
    before = Lake(path).fingerprints(NAME)
    put(path, rows(tuesday="d"), TUESDAY)
    after = Lake(path)
    assert texts(after) == ["a", "b", "d"]
    assert after.fingerprints(NAME)["one", MONDAY] == before["one", MONDAY]
    assert after.fingerprints(NAME)["one", TUESDAY] != before["one", TUESDAY]


def test_a_day_with_the_same_rows_is_not_written_again(path: Path):
    before = Lake(path)
    put(path, rows(monday="b a", tuesday="d"), MONDAY, TUESDAY)
    after = Lake(path)
    assert texts(after) == ["a", "b", "d"]
    assert after.fingerprints(NAME)["one", MONDAY] == before.fingerprints(NAME)["one", MONDAY]


def test_writing_what_is_there_makes_no_generation(path: Path):
    before = Lake(path).generation
    put(path, rows(monday="a b", tuesday="c"), MONDAY, TUESDAY)
    assert Lake(path).generation == before


def test_a_day_without_rows_becomes_empty(path: Path):
    put(path, rows(), MONDAY)
    assert texts(Lake(path)) == ["c"]
    assert Lake(path).partitions(NAME) == [("one", TUESDAY)]


def test_a_reader_keeps_its_generation(path: Path):
    reader = Lake(path)
    put(path, rows(monday="x"), MONDAY)
    assert texts(reader) == ["a", "b", "c"]
    assert texts(Lake(path)) == ["c", "x"]


def test_nothing_is_visible_of_a_writer_that_fails(path: Path):
    with pytest.raises(HomeError):
        write_and_fail(path)
    assert texts(Lake(path)) == ["a", "b", "c"]
    put(path, rows(tuesday="d"), TUESDAY)
    assert texts(Lake(path)) == ["a", "b", "d"]


def test_what_a_killed_writer_left_is_never_seen(path: Path):
    kill_a_writer(path)
    assert DeltaTable(str(path / "staging" / "message")).version() > Lake(path).generation.versions[NAME]
    assert texts(Lake(path)) == ["a", "b", "c"]
    put(path, rows(tuesday="d"), TUESDAY)
    assert texts(Lake(path)) == ["a", "b", "d"]


def test_a_table_that_no_generation_knows_starts_again(path: Path):
    kill_a_writer(path, name="finding.finding")
    assert Lake(path).names() == [NAME]
    put(path, rows(tuesday="whole"), TUESDAY, name="finding.finding")
    assert texts(Lake(path), name="finding.finding") == ["whole"]


def test_a_table_whose_first_commit_never_came_is_no_obstacle(path: Path):
    log = path / "finding" / "finding" / "_delta_log"
    log.mkdir(parents=True)
    (log / "_commit_0.json.tmp").write_text("half a line")
    put(path, rows(monday="whole"), MONDAY, name="finding.finding")
    assert texts(Lake(path), name="finding.finding") == ["whole"]


def test_a_restored_table_is_not_restored_again_by_every_writer(path: Path):
    kill_a_writer(path)
    table = path / "staging" / "message"
    put(path, rows(monday="x"), MONDAY, name="finding.finding")
    version = DeltaTable(str(table)).version()
    put(path, rows(monday="y"), MONDAY, name="finding.finding")
    assert DeltaTable(str(table)).version() == version


def test_tidying_keeps_what_readers_see_and_drops_the_rest(path: Path):
    for text in ("p", "q", "r", "s"):
        put(path, rows(monday=text), MONDAY)
    before = len(list((path / "staging").rglob("*.parquet")))
    assert lakes.tidy(path) > 0
    assert len(list((path / "staging").rglob("*.parquet"))) < before
    assert texts(Lake(path)) == ["c", "s"]


def age(path: Path, moment: dt.datetime) -> None:
    os.utime(path / lakes.TIDIED, (moment.timestamp(), moment.timestamp()))


def test_a_lake_is_tidied_once_a_day(path: Path):
    for text in ("p", "q", "r", "s"):
        put(path, rows(monday=text), MONDAY)
    today = dt.datetime.now(dt.UTC)
    assert lakes.tidy_daily(path, on=today.date()) == 0  # as nobody ever did
    age(path, today - dt.timedelta(days=1))
    assert lakes.tidy_daily(path, on=today.date()) > 0
    for text in ("p", "q", "r", "s"):
        put(path, rows(monday=text), MONDAY)
    generation = Lake(path).generation.number
    assert lakes.tidy_daily(path, on=today.date()) == 0
    assert Lake(path).generation.number == generation
    assert lakes.tidy_daily(path, on=today.date() + dt.timedelta(days=1)) > 0
    assert texts(Lake(path)) == ["c", "s"]


def test_tidying_does_not_show_what_a_killed_writer_left(path: Path):
    kill_a_writer(path)
    lakes.tidy(path)
    assert texts(Lake(path)) == ["a", "b", "c"]


def test_a_writer_waits_and_then_says_who_writes(path: Path):
    code = (
        "import sys, time; from pathlib import Path; from pipelines.lake import lake\n"
        "with lake.write(Path(sys.argv[1]), by='ingest of logs'):\n"
        "    print('held', flush=True); sys.stdin.readline()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(HomeError) as error, lakes.write(path, by="a test", wait_seconds=0.3):
            pass
        assert "ingest of logs" in str(error.value)
        assert str(other.pid) in str(error.value)
        assert texts(Lake(path)) == ["a", "b", "c"]  # a reader does not wait
        other.communicate("\n")
    put(path, rows(tuesday="d"), TUESDAY)
    assert texts(Lake(path)) == ["a", "b", "d"]


def test_the_current_generation_and_the_two_before_it_are_kept(path: Path):
    for text in ("p", "q", "r"):
        put(path, rows(monday=text), MONDAY)
    kept = sorted(file.name for file in (path / "generations").glob("0*.json"))
    assert kept == [f"{number:08d}.json" for number in (2, 3, 4)]
    assert json.loads((path / "generations" / "current.json").read_text())["number"] == 4


def list_files(path: Path) -> set[Path]:
    return {file for file in path.rglob("*") if file.is_file()} - {path / "writer.lock", path / "writer.json"}


@pytest.mark.parametrize("damage", ["", "[]", '{"number": 1}', None])
def test_a_pointer_that_is_lost_or_damaged_is_named_and_no_table_is_deleted(path: Path, damage: str | None):
    put(path, rows(monday="d"), MONDAY)
    pointer = path / "generations" / "current.json"
    if damage is None:
        pointer.unlink()
    else:
        pointer.write_text(damage)
    before = list_files(path)
    with pytest.raises(HomeError) as error:
        Lake(path)
    newest = path / "generations" / "00000002.json"
    assert f"Copy {newest}, the newest generation, to {pointer}" in str(error.value)
    with pytest.raises(HomeError, match=r"current\.json"):
        put(path, rows(tuesday="x"), TUESDAY)
    assert list_files(path) == before
    shutil.copy(newest, pointer)
    put(path, rows(tuesday="e"), TUESDAY)
    assert texts(Lake(path)) == ["d", "e"]


def test_tables_without_any_generation_are_not_an_empty_lake(path: Path):
    shutil.rmtree(path / "generations")
    with pytest.raises(HomeError, match="Restore a backup"):
        put(path, rows(monday="x"), MONDAY)
    assert list(path.glob("staging/message/*/*/*.parquet"))


def test_a_writer_killed_before_the_first_generation_leaves_an_empty_lake(tmp_path: Path):
    kill_a_writer(tmp_path)
    assert Lake(tmp_path).names() == []
    put(tmp_path, rows(tuesday="c"), TUESDAY)
    assert texts(Lake(tmp_path)) == ["c"]


def test_a_writer_killed_just_before_the_first_pointer_leaves_an_empty_lake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    real = generation._write_durably

    def die(target: Path, text: str) -> None:
        if target.name == "current.json" and json.loads(text)["number"] == 1:
            raise KeyboardInterrupt
        real(target, text)

    with monkeypatch.context() as patched:
        patched.setattr(generation, "_write_durably", die)
        with pytest.raises(KeyboardInterrupt):
            put(tmp_path, rows(monday="half"), MONDAY)
    assert (tmp_path / "generations" / "00000001.json").exists()
    assert Lake(tmp_path).names() == []
    put(tmp_path, rows(tuesday="c"), TUESDAY)
    assert texts(Lake(tmp_path)) == ["c"]


def test_two_years_of_two_deployments_are_replaced_at_once(tmp_path: Path):
    partitions = [(one, MONDAY + dt.timedelta(days=step)) for one in ("one", "two") for step in range(730)]
    for word in ("old", "new"):
        table = pa.Table.from_pylist(
            [{"deployment_id": one, "day": day, "text": f"{word} {one} {day}"} for one, day in partitions],
            schema=SCHEMA,
        )
        with lakes.write(tmp_path, by="a test") as commit:
            commit.replace_days(NAME, table, partitions[1:] if word == "new" else partitions)
    words = ["old", *["new"] * (len(partitions) - 1)]
    wanted = [f"{word} {one} {day}" for word, (one, day) in zip(words, partitions, strict=True)]
    assert texts(Lake(tmp_path)) == sorted(wanted)


def test_a_later_version_of_the_code_may_have_more_columns_and_an_earlier_one_fewer(path: Path):
    more = rows(tuesday="d").append_column("tone", pa.array(["calm"]))
    put(path, more, TUESDAY)
    put(path, rows(monday="e"), MONDAY)
    found = Lake(path).read(NAME)
    assert found is not None
    assert sorted(zip(found["text"].to_pylist(), found["tone"].to_pylist(), strict=True)) == [
        ("d", "calm"),
        ("e", None),
    ]


def test_days_of_earlier_code_are_replaced_after_others_have_a_column_that_is_never_null(path: Path):
    def add_flag(table: pa.Table) -> pa.Table:
        flags = pa.array([False] * table.num_rows)
        return table.append_column(pa.field("is_owed", pa.bool_(), nullable=False), flags)

    put(path, add_flag(rows(tuesday="d")), TUESDAY)
    found = Lake(path).read(NAME)
    assert found is not None
    known = dict(zip(found["text"].to_pylist(), found["is_owed"].to_pylist(), strict=True))
    assert known.pop("d") is False
    assert set(known.values()) == {None}
    put(path, add_flag(rows(monday="a")), MONDAY)  # the same words, and now it is known
    again = Lake(path).read(NAME, days=[MONDAY])
    assert again is not None
    assert again["is_owed"].to_pylist() == [False]


@pytest.mark.parametrize("name", ["in parts", "Ünïcode", "a#b", "it's", "a+b&c=d"])
def test_a_lake_may_lie_in_a_folder_of_any_ordinary_name(tmp_path: Path, name: str):
    path = tmp_path / name
    put(path, rows(monday="a b", tuesday="c"), MONDAY, TUESDAY)
    put(path, rows(tuesday="d"), TUESDAY)
    assert texts(Lake(path)) == ["a", "b", "d"]
    assert texts(Lake(path), TUESDAY) == ["d"]
    assert all(Path(file).is_file() for file in Lake(path).files(NAME))
    with DuckDBEngine() as engine:
        engine.attach(Lake(path), [NAME])
        assert engine.query("select count(*) as n from staging.message").to_pylist() == [{"n": 3}]


def test_a_column_of_later_code_is_null_also_on_days_that_were_not_written_for_it(path: Path):
    name = "fact.conversation"
    put(path, rows(monday="a", tuesday="b"), MONDAY, TUESDAY, name=name)
    for text, day, is_new in (("a", MONDAY, True), ("b", TUESDAY, None)):
        given = rows(**{"monday" if day == MONDAY else "tuesday": text})
        put(path, given.append_column("is_new", pa.array([is_new], pa.bool_())), day, name=name)
    assert lakes.Lake(path).read(name, days=[TUESDAY]).column_names[-1] == "is_new"
    with DuckDBEngine(threads=1) as engine:
        engine.attach(Lake(path), [name], days=[TUESDAY])
        found = engine.query("select text, is_new, not is_new as is_old from fact.conversation")
    assert found.to_pylist() == [{"text": "b", "is_new": None, "is_old": None}]
    assert found.schema.field("is_new").type == pa.bool_()
