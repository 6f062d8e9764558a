"""A published file of earlier code is known by what it lacks."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.publish.shape import is_of_this_code, list_missing
from pipelines.schemas.published import TABLES
from pipelines.settings import Home


def write(home: Path, without: tuple[str, ...] = ()) -> Path:
    path = home / "published" / "published-1.duckdb"
    path.parent.mkdir(parents=True)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema published")
        for table in TABLES:
            gone = [column.name for column in table.columns if f"{table.name}.{column.name}" in without]
            connection.from_arrow(table.empty().drop_columns(gone)).create(table.full_name)
    (path.parent / "current").write_text(f"{path.name}\n")
    return path


def test_a_file_of_this_code_lacks_nothing(tmp_path: Path) -> None:
    assert list_missing(write(tmp_path)) == []
    assert is_of_this_code(Home(tmp_path))


def test_a_file_of_earlier_code_is_told_by_the_column_it_lacks(tmp_path: Path) -> None:
    assert list_missing(write(tmp_path, ("incident.closed_at",))) == ["incident.closed_at"]
    assert not is_of_this_code(Home(tmp_path))


def test_where_nothing_is_published_nothing_is_of_earlier_code(tmp_path: Path) -> None:
    assert is_of_this_code(Home(tmp_path))


def test_a_file_that_is_damaged_or_gone_is_none_of_this_code(tmp_path: Path) -> None:
    path = write(tmp_path)
    path.write_bytes(b"no database")
    assert not is_of_this_code(Home(tmp_path))
    path.unlink()
    assert not is_of_this_code(Home(tmp_path))
