"""Writes a delivered file again without some of its records, in the format it came in.

Lines are emptied, not removed, so that a line keeps its number. The same records taken from the same file
always give the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Set
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from backports import zstd

from pipelines.ingest.document import find_delimiter, holds_lines, is_csv, is_parquet
from pipelines.ingest.lines import GZIP_MAGIC, LONGEST_LINE, ZSTD_MAGIC, open_plain, plain_name


def write_without(path: Path, items: Set[int], target: Path) -> bool:
    """Write `path` to `target` without the items at these positions; False if nothing would be left.

    Raises:
        OSError, ValueError: the file cannot be written again in its format.
    """
    if is_parquet(path):
        return _write_parquet(path, items, target)
    is_document = plain_name(path).endswith(".json") and not holds_lines(path)
    with path.open("rb") as stream:
        magic = stream.read(4)
    with target.open("wb") as raw, open_plain(path) as source:
        out = _pack(raw, magic)
        try:
            if is_csv(path):
                return _write_csv(source, items, out)
            if is_document:
                return _write_document(source, items, out)
            return _write_lines(source, items, out)
        finally:
            if out is not raw:
                out.close()


def _pack(raw: BinaryIO, magic: bytes) -> BinaryIO:
    if magic.startswith(GZIP_MAGIC):
        # Without name and time in its head, the same content packs to the same bytes.
        return cast(BinaryIO, gzip.GzipFile("", "wb", fileobj=raw, mtime=0))
    if magic == ZSTD_MAGIC:
        return cast(BinaryIO, zstd.ZstdFile(raw, "wb"))
    return raw


def _write_lines(source: BinaryIO, items: Set[int], out: BinaryIO) -> bool:
    for number, line in enumerate(source, start=1):
        out.write(b"\n" if number in items else line)
    return True


def _write_document(source: BinaryIO, items: Set[int], out: BinaryIO) -> bool:
    whole = orjson.loads(source.read())
    if not isinstance(whole, list):
        return not items
    left = [record for position, record in enumerate(whole, start=1) if position not in items]
    out.write(orjson.dumps(left))
    return bool(left)


def _write_csv(source: BinaryIO, items: Set[int], out: BinaryIO) -> bool:
    text = io.TextIOWrapper(source, encoding="utf-8-sig", newline="")
    written = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
    position = -1  # the head
    try:
        head = text.readline(LONGEST_LINE)
        delimiter = find_delimiter(head)
        rows = csv.reader(chain([head], text), delimiter=delimiter, strict=True)
        writer = csv.writer(written, delimiter=delimiter)
        for row in rows:
            position += bool(row)
            if position not in items:
                writer.writerow(row)
    except csv.Error as error:
        raise ValueError(f"record {position + 1} is not CSV: {error}") from None
    finally:
        written.detach()
        text.detach()
    return True


def _write_parquet(path: Path, items: Set[int], target: Path) -> bool:
    rows = pq.read_table(path)
    kept = pa.array([position not in items for position in range(1, rows.num_rows + 1)], pa.bool_())
    left = rows.filter(kept)
    pq.write_table(left, target, compression="zstd")
    return bool(left.num_rows)
