"""Writes a delivered file again without some of its records, in the format it came in.

Lines are emptied, not removed, so that a line keeps its number; those of CSV go. What stays of lines is byte
for byte as it was delivered. The same records taken from the same file always give the same bytes.
"""

from __future__ import annotations

import gzip
from collections.abc import Set
from pathlib import Path
from typing import BinaryIO, cast

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
from backports import zstd

from pipelines.ingest.files.document import holds_lines, is_csv, read_items
from pipelines.ingest.files.lines import (
    GZIP_MAGIC,
    UTF8_MARK,
    ZSTD_MAGIC,
    open_plain,
    plain_name,
    read_pieces,
)
from pipelines.ingest.files.nesting import write_json
from pipelines.ingest.files.parquet import is_parquet, tell_zones


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
    with target.open("wb") as raw:
        out = _pack(raw, magic)
        try:
            if is_csv(path):
                return _write_csv(path, items, out)
            if is_document:
                return _write_document(path, items, out)
            return _write_lines(path, items, out)
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


def _write_lines(path: Path, items: Set[int], out: BinaryIO) -> bool:
    for piece in read_pieces(path):
        if piece.number not in items:
            out.write(piece.content)
        elif piece.is_last:
            out.write(b"\n")
    return True


def _write_document(path: Path, items: Set[int], out: BinaryIO) -> bool:
    with open_plain(path) as source:
        whole = orjson.loads(source.read().removeprefix(UTF8_MARK))
    if not isinstance(whole, list):
        return not items
    left = [record for position, record in enumerate(whole, start=1) if position not in items]
    try:
        out.write(write_json(left))
    except RecursionError:
        raise ValueError("a record is nested too deeply to be written again; delete the file") from None
    return bool(left)


def _write_csv(path: Path, items: Set[int], out: BinaryIO) -> bool:
    gone = {number for item in read_items(path, only=items) for number in item.lines}
    for piece in read_pieces(path, ends_at_return=True):
        if piece.number not in gone:
            out.write(piece.content)
    return True


def _write_parquet(path: Path, items: Set[int], target: Path) -> bool:
    with pq.ParquetFile(pa.OSFile(bytes(path))) as file:
        rows = tell_zones(file.read(), file.metadata)  # 96 bits are not written again
    kept = pa.array([position not in items for position in range(1, rows.num_rows + 1)], pa.bool_())
    left = rows.filter(kept)
    with pa.OSFile(bytes(target), "wb") as out:
        pq.write_table(left, out, compression="zstd")
    return bool(left.num_rows)
