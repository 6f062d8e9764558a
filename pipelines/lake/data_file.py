"""The data files of a table: written by Arrow, several at once, then told to its log.

A file that no commit names is not part of the table; tidying deletes it. Each page of a file has a checksum,
which Arrow holds it against; the name has one of the whole file, for DuckDB looks at none.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
from deltalake import DeltaTable, Field, Schema
from deltalake.transaction import AddAction, create_table_with_add_actions
from pyarrow import parquet

from pipelines.lake.damage import name_checked
from pipelines.lake.partition import KEYS, Partition, split
from pipelines.lake.table_log import STAYS

WRITERS = os.cpu_count() or 1
LARGE = 64 * 1024
"""Bytes of a partition. To pack fewer takes as long as the rest of a file; threads would just wait."""


@dataclass(frozen=True)
class Layout:
    """How rows lie in a file.

    Attributes:
        row_group_size: rows that are read at once, None for as many as Arrow chooses.
        different: columns whose values differ from row to row: no dictionary of them is tried.
        together: columns whose equal values lie together, so that a row group may be passed over by its
            least and greatest; None for all that are not `different`.
    """

    row_group_size: int | None = None
    different: frozenset[str] = frozenset()
    together: frozenset[str] | None = None


LAYOUTS = {
    "staging.message": Layout(
        8_192, frozenset({"text", "message_id", "content_hash", "sent_at"}), frozenset({"conversation_id"})
    )
}
"""Of tables that are large. From a day of half a million messages one conversation is read in 4 ms, where
2,048 lie together in 8 ms."""


def make_table(location: Path, rows: pa.Table, layout: Layout, settings: Mapping[str, str | None]) -> None:
    """The first version of a table that is cut by deployment and day, with all of the rows."""
    files = _write_all(location, split(rows), layout)
    schema = Schema.from_arrow(rows.schema)
    create_table_with_add_actions(str(location), schema, files, partition_by=KEYS, configuration=settings)


def make_whole(location: Path, rows: pa.Table, settings: Mapping[str, str | None]) -> None:
    """The first version of a table that is not cut, with all of the rows."""
    files = [_write(location, Layout(), None, rows)]
    create_table_with_add_actions(
        str(location), Schema.from_arrow(rows.schema), files, configuration=settings
    )


def replace_whole(table: DeltaTable, location: Path, rows: pa.Table) -> None:
    """Put rows, and their columns, in the place of all of a table that is not cut. The table moves on."""
    table.create_write_transaction(
        [_write(location, Layout(), None, rows)],
        mode="overwrite",
        schema=Schema.from_arrow(rows.schema),
        post_commithook_properties=STAYS,
    )
    table.update_incremental()


def replace_partitions(
    table: DeltaTable, location: Path, rows: pa.Table, partitions: Collection[Partition], layout: Layout
) -> None:
    """Put rows in the place of whole partitions; one without rows becomes empty. The table moves on."""
    parts = {key: part for key, part in split(_fit(table, rows)).items() if key in partitions}
    files = _write_all(location, parts, layout)
    for deployment_id in sorted({deployment for deployment, _ in partitions}):
        days = sorted(day.isoformat() for deployment, day in partitions if deployment == deployment_id)
        table.create_write_transaction(
            [one for one in files if one.partition_values["deployment_id"] == deployment_id],
            mode="overwrite",
            schema=table.schema(),
            partition_by=KEYS,
            partition_filters=[("deployment_id", "=", deployment_id), ("day", "in", days)],
            post_commithook_properties=STAYS,
        )
        table.update_incremental()


def _fit(table: DeltaTable, rows: pa.Table) -> pa.Table:
    """Rows with the columns of the table, which learns those that only a later version of the code has."""
    known = {field.name for field in table.schema().fields}
    # Of earlier rows nobody can say what a new column holds: there it is null, whatever new ones promise.
    new = [
        Field(field.name, field.type, nullable=True)
        for field in Schema.from_arrow(rows.schema).fields
        if field.name not in known
    ]
    if new:
        table.alter.add_columns(new, post_commithook_properties=STAYS)
    schema = pa.schema(table.schema().to_arrow())
    for field in schema:
        if field.name not in rows.schema.names:
            rows = rows.append_column(field, pa.nulls(rows.num_rows, field.type))
    return rows.select(schema.names).cast(schema)


def _write_all(location: Path, parts: Mapping[Partition, pa.Table], layout: Layout) -> list[AddAction]:
    """A file for each partition, and what the log is to say of it."""
    if all(part.nbytes < LARGE for part in parts.values()):
        return [_write(location, layout, partition, part) for partition, part in parts.items()]
    with ThreadPoolExecutor(WRITERS, thread_name_prefix="data-file") as writers:
        return list(writers.map(partial(_write, location, layout), parts.keys(), parts.values()))


def _write(location: Path, layout: Layout, partition: Partition | None, rows: pa.Table) -> AddAction:
    values = (
        {} if partition is None else dict(zip(KEYS, (partition[0], partition[1].isoformat()), strict=True))
    )
    folder = location.joinpath(*(f"{key}={value}" for key, value in values.items()))
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"part-{uuid.uuid4()}.parquet"
    columns = rows.drop_columns(list(values))  # which the names of the folders say
    alike = [name for name in columns.column_names if name not in layout.different]
    together = alike if layout.together is None else [name for name in alike if name in layout.together]
    parquet.write_table(
        columns,
        draft,
        compression="zstd" if columns.nbytes >= LARGE else "none",
        row_group_size=layout.row_group_size,
        use_dictionary=alike,
        write_statistics=together,
        write_page_checksum=True,
        store_schema=False,
    )
    file = draft.rename(name_checked(draft))
    return AddAction(
        path=str(file.relative_to(location)),
        size=file.stat().st_size,
        partition_values=values,
        modification_time=time.time_ns() // 1_000_000,
        data_change=True,
        stats=json.dumps({"numRecords": rows.num_rows}),
    )
