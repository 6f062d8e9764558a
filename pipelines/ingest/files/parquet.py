"""Rows of a delivered Parquet file as dictionaries, in memory that does not grow with the file.

What a row means is the source's business.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipelines.ingest.files.lines import PARQUET_MAGIC

Rows = TypeVar("Rows", pa.RecordBatch, pa.Table)
ROWS_AT_ONCE = 1_000
BYTES_AT_ONCE = 64 * 1024 * 1024
"""Of Parquet. A few kilobytes of a file may stand for gigabytes of rows."""
UNTOLD = (ValueError, OverflowError, KeyError)
"""What a value raises that Python cannot hold: a year beyond 9999, an unknown zone, text of no encoding."""


class Untold:
    """Stands for a value of a typed file that cannot be told; no field takes it."""

    def __repr__(self) -> str:
        return "<untold>"  # no label of a slice


def is_parquet(path: Path) -> bool:
    """Whether the file begins as Parquet does, whatever its name."""
    with path.open("rb") as stream:
        return stream.read(4) == PARQUET_MAGIC


def read_parquet(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file.

    Raises:
        UNREADABLE: a file that is damaged; what came before was yielded.
    """
    with pq.ParquetFile(pa.OSFile(bytes(path))) as file:  # a name need be no text
        texts = [field.name for field in file.schema_arrow if pa.types.is_string(field.type)]
        metadata = file.metadata
    rows_at_once = _count_rows(metadata)
    with pq.ParquetFile(pa.OSFile(bytes(path)), read_dictionary=texts, metadata=metadata) as file:
        for batch in file.iter_batches(batch_size=rows_at_once):
            for piece in _cut(tell_zones(batch, metadata)):
                yield from _read_batch(piece)


def tell_zones(rows: Rows, metadata: pq.FileMetaData) -> Rows:
    """The same rows, with the zone of times of 96 bits.

    Spark, unless it is told otherwise, and Hive write a moment so: in UTC, which the file does not say.
    """
    leaves = [metadata.schema.column(number) for number in range(metadata.num_columns)]
    moments = [f"{leaf.path}." for leaf in leaves if leaf.physical_type == "INT96"]
    kinds = {field.name: _tell_zone(field.type) for field in rows.schema
             if any(path.startswith(f"{field.name}.") for path in moments)}  # fmt: skip
    if not kinds:
        return rows
    fields = [field.with_type(kinds.get(field.name, field.type)) for field in rows.schema]
    return rows.cast(pa.schema(fields))


def _tell_zone(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind) and kind.tz is None:
        return pa.timestamp(kind.unit, "UTC")
    if pa.types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_tell_zone(kind.value_type)))
    if pa.types.is_struct(kind):
        return pa.struct([field.with_type(_tell_zone(field.type)) for field in kind])
    return kind


def _count_rows(metadata: pq.FileMetaData) -> int:
    """Rows to read at once, by what those of the widest group take; of a value that is told once, once."""
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    width = max((group.total_byte_size / max(group.num_rows, 1) for group in groups), default=0.0)
    return max(1, min(ROWS_AT_ONCE, int(BYTES_AT_ONCE / max(width, 1.0))))


def _cut(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """The same rows in pieces that fit into memory also when each value is written out."""
    sizes = np.zeros(batch.num_rows)
    for column in batch.columns:
        if isinstance(column, pa.DictionaryArray):
            lengths = pc.take(pc.binary_length(column.dictionary), column.indices)
            sizes += pc.fill_null(lengths, 0).to_numpy(zero_copy_only=False)
        else:
            sizes += column.nbytes / batch.num_rows
    ends = np.flatnonzero(np.diff(np.cumsum(sizes) // BYTES_AT_ONCE)) + 1
    for start, end in pairwise([0, *ends.tolist(), batch.num_rows]):
        yield batch.slice(start, end - start)


def _read_batch(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    try:
        return batch.to_pylist()
    except UNTOLD:
        columns = [[_tell(cell) for cell in column] for column in batch.columns]
        return [dict(zip(batch.schema.names, row, strict=True)) for row in zip(*columns, strict=True)]


def _tell(cell: pa.Scalar) -> Any:
    try:
        return cell.as_py()
    except UNTOLD:
        return Untold()
