"""The search finds an id in every kind of file that a home holds, and names what it cannot read."""

import gzip
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.privacy.search import search

ID = "0123456789abcdef" * 2
OTHER = "f" * 32


def plant(path: Path, word: str) -> None:
    rows = pa.table({"message_id": [OTHER, word], "count": [1, 2]})
    match path.suffix:
        case ".parquet":
            pq.write_table(rows, path)
        case ".duckdb":
            with duckdb.connect(str(path)) as connection:
                connection.execute("create schema published")
                connection.from_arrow(rows).create("published.needs_eyes")
        case ".sqlite":
            with sqlite3.connect(path) as connection:
                connection.execute("create table one (name text)")
                connection.execute("insert into one values (?)", (f"about {word}",))
            connection.close()
        case ".zst":
            with pa.CompressedOutputStream(str(path), "zstd") as stream:
                stream.write(f'{{"id": "{word}"}}'.encode())
        case ".tar":
            inner = path.with_name("inner.parquet")
            pq.write_table(rows, inner)
            with tarfile.open(path, "w") as archive:
                archive.add(inner, "lake/inner.parquet")
            inner.unlink()
        case ".gz":
            path.write_bytes(gzip.compress(f'{{"id": "{word}"}}'.encode()))
        case ".xlsx":
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("sheet.xml", f"<v>{word}</v>")
        case _:
            path.write_text(f'{{"id": "{word}"}}')


NAMES = ["a.parquet", "a.duckdb", "a.sqlite", "a.gz", "a.zst", "a.tar", "a.xlsx", "a.json"]


@pytest.mark.parametrize("name", NAMES)
def test_an_id_is_found_and_another_is_not(tmp_path: Path, name: str) -> None:
    plant(tmp_path / name, ID)
    assert search(tmp_path, {ID}).files == [tmp_path / name]
    assert search(tmp_path, {"a" * 32}).files == []


def test_an_id_inside_a_nested_column_and_inside_a_longer_text_is_found(tmp_path: Path) -> None:
    pq.write_table(pa.table({"add": [{"stats": f'{{"min": "{ID}"}}'}]}), tmp_path / "a.parquet")
    pq.write_table(pa.table({"note": [f"see {ID} and others"]}), tmp_path / "b.parquet")
    assert len(search(tmp_path, {ID}).files) == 2


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.parquet", b"PAR1 broken"), ("a.gz", b"\x1f\x8b broken"), ("a.zst", b"\x28\xb5\x2f\xfd broken"),
     ("a.xlsx", b"PK\x03\x04 broken"),
     ("a.duckdb", b"12345678DUCK" + b"\0" * 50), ("a.sqlite", b"SQLite format 3\x00" + b"\0" * 50)],
)  # fmt: skip
def test_a_file_that_cannot_be_decoded_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert [one.partition(":")[0] for one in search(tmp_path, {ID}).unread] == [name]


def test_a_pdf_is_named_whatever_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_bytes(b"%PDF-1.7 " + ID.encode())
    found = search(tmp_path, {ID})
    assert (found.pdfs, found.files) == ([tmp_path / "evidence"], [])


def test_what_is_left_out_is_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    plant(tmp_path / "keys" / "a.json", ID)
    plant(tmp_path / "b.json", ID)
    assert search(tmp_path, {ID}, without={tmp_path / "keys"}).files == [tmp_path / "b.json"]
