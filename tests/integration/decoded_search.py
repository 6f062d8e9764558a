"""Searches the decoded content of everything below a home for given words.

Files are compressed, so a search of their bytes finds nothing and proves nothing: every kind of file is
opened as what it is. A kind that is not known is read as bytes; what cannot be opened at all raises.
"""

from __future__ import annotations

import gzip
import re
import sqlite3
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
from pypdf import PdfReader

LONG_ENOUGH = 7
"""Digits. A shorter number is found by chance among counts."""
RUN = re.compile(r"(?<![0-9a-z])\d(?:[ ().+/-]{0,3}\d)*(?![0-9a-z])")
BETWEEN_VALUES = " | "


@dataclass(frozen=True)
class _Word:
    word: str
    spelling: str
    digits: str


def search(folder: Path, words: Iterable[str]) -> dict[str, set[str]]:
    """The places where each word was found: the file below `folder` and, in a table, the column.

    Spelling is ignored as far as capitals and blanks go. A word of digits is also looked for without what
    stands between its digits, but not inside a hash.
    """
    wanted = [_Word(word, _flatten(word), _long_digits(word)) for word in words]
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        for place, text in read(path):
            flat = _flatten(text)
            runs = "|".join(re.sub(r"\D", "", run) for run in RUN.findall(flat))
            for one in wanted:
                if one.spelling in flat or (one.digits and one.digits in runs):
                    found[one.word].add(f"{name}:{place}" if place else name)
    return dict(found)


def layers(places: Iterable[str]) -> set[str]:
    """The first two parts of the places: `lake/staging`, `published/...`."""
    return {"/".join(place.partition(":")[0].split("/")[:2]) for place in places}


def read(path: Path) -> Iterator[tuple[str, str]]:
    """The decoded texts of a file, each with its place in the file."""
    with path.open("rb") as stream:
        head = stream.read(16)
    for is_kind, reader in READERS.items():
        if is_kind(path, head):
            yield from reader(path)
            return
    yield "", path.read_bytes().decode("utf-8", errors="replace")


def _read_parquet(path: Path) -> Iterator[tuple[str, str]]:
    file = pq.ParquetFile(path)
    yield "(metadata)", str(file.schema_arrow.metadata)
    for batch in file.iter_batches():
        yield from _read_columns("", pa.Table.from_batches([batch]))


def _read_columns(table: str, rows: pa.Table) -> Iterator[tuple[str, str]]:
    for name in rows.column_names:
        values = dict.fromkeys(map(str, rows[name].to_pylist()))
        yield f"{table}{name}", BETWEEN_VALUES.join(values)


def _read_duckdb(path: Path) -> Iterator[tuple[str, str]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        names = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        for schema, table in names:
            rows = connection.table(f'"{schema}"."{table}"').to_arrow_table()
            yield from _read_columns(f"{schema}.{table}.", rows)
        yield (
            "(views)",
            "\n".join(row[0] for row in connection.execute("select sql from duckdb_views()").fetchall()),
        )


def _read_sqlite(path: Path) -> Iterator[tuple[str, str]]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        names = [row[0] for row in connection.execute("select name from sqlite_master where type = 'table'")]
        for name in names:
            cursor = connection.execute(f'select * from "{name}"')  # noqa: S608 - its own catalogue named it
            for place, column in enumerate(cursor.description):
                values = [str(row[place]) for row in connection.execute(f'select * from "{name}"')]  # noqa: S608
                yield f"{name}.{column[0]}", BETWEEN_VALUES.join(values)
    finally:
        connection.close()


def _read_gzip(path: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(path, "rb") as stream:
        yield "", stream.read().decode("utf-8", errors="replace")


def _read_pdf(path: Path) -> Iterator[tuple[str, str]]:
    reader = PdfReader(path)
    yield "(metadata)", str(reader.metadata)
    for number, page in enumerate(reader.pages, start=1):
        yield f"page {number}", page.extract_text()


def _read_zip(path: Path) -> Iterator[tuple[str, str]]:
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            yield name, re.sub(r"<[^>]*>", " ", archive.read(name).decode("utf-8", errors="replace"))


Reader = Callable[[Path], Iterator[tuple[str, str]]]
READERS: Mapping[Callable[[Path, bytes], bool], Reader] = {
    lambda path, head: head.startswith(b"PAR1"): _read_parquet,
    lambda path, head: head[8:12] == b"DUCK": _read_duckdb,
    lambda path, head: head.startswith(b"SQLite format 3"): _read_sqlite,
    lambda path, head: head.startswith(b"\x1f\x8b"): _read_gzip,
    lambda path, head: head.startswith(b"%PDF"): _read_pdf,
    lambda path, head: head.startswith(b"PK\x03\x04"): _read_zip,
}


def _flatten(text: str) -> str:
    return " ".join(text.split()).lower()


def _long_digits(word: str) -> str:
    digits = re.sub(r"\D", "", word)
    return digits if len(digits) >= LONG_ENOUGH else ""
