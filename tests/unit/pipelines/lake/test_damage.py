"""A damaged file of the lake is named with what to do, to a reader, a writer and a backup."""

import datetime as dt
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.errors import HomeError
from pipelines.lake import data_file
from pipelines.lake import lake as lakes
from pipelines.lake.damage import check_contents, told
from pipelines.lake.lake import Lake
from pipelines.privacy.backup import take_backup
from pipelines.settings import Home, HomeKind, make_home

NAME = "staging.message"
DAYS = (dt.date(2026, 8, 3), dt.date(2026, 8, 4))
NOW = dt.datetime(2026, 8, 20, 9, tzinfo=dt.UTC)
WORDS = "what nobody may read in a log"


def put(path: Path, *days: dt.date) -> None:
    rows = pa.table(
        {
            "deployment_id": ["one"] * len(days),
            "day": pa.array(days, pa.date32()),
            "text": [f"{WORDS} {NOW} {day}" for day in days],
        }
    )
    with lakes.write(path, by="a test") as commit:
        commit.replace_days(NAME, rows, {("one", day) for day in days})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    place = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    put(place.lake, *DAYS)
    return place


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:100])


def empty(file: Path) -> None:
    file.write_bytes(b"")


def overwrite(file: Path) -> None:
    """The size stays as it was."""
    file.write_bytes(b"\0" * file.stat().st_size)


def flip(file: Path) -> None:
    """One bit of one word: what stands there can still be read, and is another."""
    content = bytearray(file.read_bytes())
    content[content.index(WORDS.encode())] ^= 1
    file.write_bytes(content)


Damage = Callable[[Path], None]
DAMAGES = [cut, empty, overwrite, Path.unlink]


def name_of(damage: Damage) -> str:
    return damage.__name__


def find_file(home: Home) -> Path:
    """The data file of the second day."""
    return Path(Lake(home.lake).files(NAME, days=[DAYS[1]])[0])


@pytest.mark.parametrize("damage", DAMAGES, ids=name_of)
def test_a_damaged_log_is_named_with_its_table(home: Home, damage: Damage) -> None:
    log = home.lake / "staging" / "message" / "_delta_log"
    damage(log / f"{0:020d}.json")
    for use in (lambda: Lake(home.lake).read(NAME), lambda: put(home.lake, DAYS[0])):
        with pytest.raises(HomeError) as error:
            use()
        named = log if damage is Path.unlink else log / f"{0:020d}.json"
        assert str(named) in str(error.value)
        assert NAME in str(error.value)
        assert "restore a backup" in str(error.value)


def test_a_log_that_ends_before_its_pinned_version_is_named(home: Home) -> None:
    put(home.lake, DAYS[0])  # the same rows: no version
    with lakes.write(home.lake, by="a test") as commit:
        commit.replace_days(NAME, pa.table({"deployment_id": ["one"], "day": [DAYS[0]], "text": ["x"]}),
                            {("one", DAYS[0])})  # fmt: skip
    (home.lake / "staging" / "message" / "_delta_log" / f"{1:020d}.json").unlink()
    with pytest.raises(HomeError, match=r"staging\.message cannot be opened at version 1"):
        put(home.lake, DAYS[0])


@pytest.mark.parametrize("damage", [*DAMAGES, flip], ids=name_of)
def test_a_damaged_data_file_is_named_without_its_words(home: Home, damage: Damage) -> None:
    file = find_file(home)
    damage(file)
    with DuckDBEngine() as engine:
        for use in (lambda: Lake(home.lake).read(NAME), lambda: engine.attach(Lake(home.lake), [NAME])):
            with pytest.raises(HomeError) as error:
                use()
            assert f"{file} is damaged or missing" in str(error.value)
            assert "day=2026-08-04" in str(error.value)
            assert WORDS not in str(error.value)


def test_an_error_of_whole_files_stays_what_it_is(home: Home) -> None:
    with pytest.raises(pa.ArrowInvalid, match="another"), told([str(find_file(home))], pa.ArrowException):
        raise pa.ArrowInvalid("another matter")


def test_a_bit_that_changed_in_a_table_that_is_not_cut_by_days_is_found(home: Home) -> None:
    for words in ("before", WORDS):
        with lakes.write(home.lake, by="a test") as commit:
            commit.replace_all("ledger.note", pa.table({"words": [words]}))
    (file,) = Lake(home.lake).files("ledger.note")
    flip(Path(file))
    for use in (lambda: Lake(home.lake).read("ledger.note"), lambda: check_contents([file])):
        with pytest.raises(HomeError, match="is damaged or missing"):
            use()


def test_files_of_earlier_code_have_no_checksum_and_are_read(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_table = parquet.write_table

    def write(*rows: object, write_page_checksum: bool, **how: object) -> None:
        write_table(*rows, **how)

    with monkeypatch.context() as earlier:
        earlier.setattr(data_file, "name_checked", lambda file: file)
        earlier.setattr(data_file.parquet, "write_table", write)
        put(home.lake, dt.date(2026, 8, 5))
    assert "-crc-" not in Lake(home.lake).files(NAME, days=[dt.date(2026, 8, 5)])[0]
    rows = Lake(home.lake).read(NAME)
    assert rows is not None
    assert rows.num_rows == 3
    with DuckDBEngine() as engine:
        engine.attach(Lake(home.lake), [NAME])
        assert engine.query("select count(*) as n from staging.message")["n"].to_pylist() == [3]


@pytest.mark.parametrize("damage", [cut, empty, flip, Path.unlink], ids=name_of)
def test_a_damaged_lake_is_not_backed_up(home: Home, tmp_path: Path, damage: Damage) -> None:
    file, whole = find_file(home), tmp_path / "whole"
    shutil.copy(file, whole)
    damage(file)
    folder = tmp_path / "backups"
    folder.mkdir()
    with pytest.raises(HomeError, match=file.name):
        take_backup(home, folder / "b.tar", at=NOW)
    assert list(folder.iterdir()) == []
    shutil.copy(whole, file)
    take_backup(home, folder / "b.tar", at=NOW)


def test_an_older_generation_that_is_damaged_is_named_by_tidying(home: Home) -> None:
    put(home.lake, DAYS[0])
    older = home.lake / "generations" / "00000001.json"
    empty(older)
    with pytest.raises(HomeError, match=r"00000001\.json cannot be read.*Delete it"):
        lakes.tidy(home.lake)
    older.unlink()
    lakes.tidy(home.lake)
    assert Lake(home.lake).partitions(NAME) == [("one", day) for day in DAYS]
