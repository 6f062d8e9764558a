"""Searches the decoded content of a home's files for pseudonyms: Parquet, DuckDB, SQLite, packed files, text.

A search of compressed bytes finds nothing and proves nothing. A file that cannot be decoded is named, never
passed over. Pseudonyms are words of 32 hexadecimal characters, so all of them are looked for at once.
"""

from __future__ import annotations

import gzip
import re
import shutil
import sqlite3
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from backports import zstd

WORD = re.compile(rb"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
SQLITE_MAGIC, DUCKDB_MAGIC, DUCKDB_AT = b"SQLite format 3\x00", b"DUCK", 8
ROWS_AT_ONCE = 65_536
ZSTD_MAGIC, PDF_MAGIC = b"\x28\xb5\x2f\xfd", b"%PDF-"
PROBLEMS = (
    *(OSError, EOFError, zlib.error, zstd.ZstdError, zipfile.BadZipFile, tarfile.TarError),
    *(sqlite3.Error, duckdb.Error, pa.ArrowException),
)


@dataclass
class Found:
    """Where one of the ids stands, which files could not be read, and which are PDF and were not."""

    files: list[Path] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    pdfs: list[Path] = field(default_factory=list)


def search(root: Path, ids: Set[str], *, without: Set[Path] = frozenset()) -> Found:
    """Look for ids in every file below `root`, and in its name; `without` are files and folders left out."""
    found = Found()
    for path in sorted(one for one in root.rglob("*") if one.is_file()):
        if path in without or without & set(path.parents):
            continue
        if is_pdf(path):
            found.pdfs.append(path)  # its text is glyphs
            continue
        try:
            is_named = any(Path(part).stem in ids for part in path.relative_to(root).parts)
            if is_named or shows(path, ids):
                found.files.append(path)
        except PROBLEMS as error:
            found.unread.append(f"{path.relative_to(root)}: {type(error).__name__}")
    return found


def is_pdf(path: Path) -> bool:
    """Whether a file is a PDF, whatever its name."""
    with path.open("rb") as stream:
        return stream.read(len(PDF_MAGIC)) == PDF_MAGIC


def shows(path: Path, ids: Set[str]) -> bool:
    """Whether a file's decoded content holds one of the ids.

    Raises:
        one of PROBLEMS: the file cannot be decoded.
    """
    with path.open("rb") as stream:
        head = stream.read(16)
    if head[:4] == b"PAR1":
        return _in_parquet(path, ids)
    if head[DUCKDB_AT : DUCKDB_AT + 4] == DUCKDB_MAGIC:
        return _in_duckdb(path, ids)
    if tarfile.is_tarfile(path):
        return _in_archive(path, ids)
    return _in_bytes(_read(path, head), ids)


def _read(path: Path, head: bytes) -> Iterator[bytes]:
    """What a file says, unpacked."""
    if head == SQLITE_MAGIC:
        yield from _read_sqlite(path)
    elif head[:2] == b"\x1f\x8b":
        with gzip.open(path) as unpacked:
            yield from unpacked
    elif head[:4] == ZSTD_MAGIC:
        with zstd.open(path, "rb") as unpacked:
            yield from unpacked
    elif head[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())
    else:
        with path.open("rb") as stream:
            yield from stream


def _in_bytes(parts: Iterable[bytes], ids: Set[str]) -> bool:
    return any(word.decode() in ids for part in parts for word in WORD.findall(part))


def _in_archive(path: Path, ids: Set[str]) -> bool:
    """A backup that somebody put into the home, for one."""
    with tarfile.open(path) as archive, tempfile.TemporaryDirectory(prefix="plimsoll-") as folder:
        for member in archive:
            stream = archive.extractfile(member) if member.isreg() else None
            if stream is not None:
                inner = Path(folder) / "member"
                with inner.open("wb") as out:
                    shutil.copyfileobj(stream, out)
                if shows(inner, ids):
                    return True
    return False


def _in_parquet(path: Path, ids: Set[str]) -> bool:
    with pq.ParquetFile(path) as file:
        return any(_in_rows(pa.Table.from_batches([one]), ids) for one in file.iter_batches(ROWS_AT_ONCE))


def _in_duckdb(path: Path, ids: Set[str]) -> bool:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.sql("select schema_name, table_name from duckdb_tables()").fetchall()
        return any(
            _in_rows(connection.table(f"{schema}.{name}").to_arrow_table(), ids) for schema, name in tables
        )


def _in_rows(rows: pa.Table, ids: Set[str]) -> bool:
    wanted = pa.array(sorted(ids), pa.string())
    for column in rows.columns:
        kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            values = pc.unique(column.cast(pa.string()))
            if pc.any(pc.is_in(values, value_set=wanted)).as_py():
                return True
            long = values.filter(pc.greater(pc.utf8_length(values), 32))
            if _in_bytes((str(value).encode() for value in long.to_pylist()), ids):
                return True
        elif pa.types.is_nested(kind) and _in_bytes((str(one).encode() for one in column.to_pylist()), ids):
            return True
    return False


def _read_sqlite(path: Path) -> Iterator[bytes]:
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        # What was deleted may still lie in free pages, so the file itself is read after the dump.
        for line in connection.iterdump():
            yield line.encode()
    finally:
        connection.close()
    with path.open("rb") as stream:
        yield from stream
