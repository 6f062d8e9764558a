"""Rows of a table by partition (deployment and day): which differ, which are chosen; days by the month.

Pure functions on Arrow tables; where partitions lie is the lake's business.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

Partition = tuple[str, dt.date]
KEYS = ["deployment_id", "day"]
"""What a table is cut by."""
DAYS_AT_ONCE, ROWS_AT_ONCE = 31, 500_000
"""What is in memory at a time; a single day may hold more."""


def leave_out(files: Iterable[str], without: Iterable[Partition]) -> list[str]:
    """The data files that lie in none of some partitions."""
    left = {(f"{KEYS[0]}={deployment}", f"{KEYS[1]}={day.isoformat()}") for deployment, day in without}
    return [file for file in files if Path(file).parts[-3:-1] not in left]


def chunk(days: Iterable[dt.date], counts: Mapping[Partition, int]) -> list[list[dt.date]]:
    """The days in their order, in parts that fit into memory; `counts` are the rows of each partition."""
    rows: Counter[dt.date] = Counter()
    for (_, day), count in counts.items():
        rows[day] += count
    parts: list[list[dt.date]] = []
    held = 0
    for day in days:
        held += rows[day]
        if not parts or len(parts[-1]) == DAYS_AT_ONCE or held > ROWS_AT_ONCE:
            parts.append([])
            held = rows[day]
        parts[-1].append(day)
    return parts


def find_changed(before: pa.Table | None, after: pa.Table) -> set[Partition]:
    """The partitions whose rows differ; their order does not count, for not every query gives one."""
    # A column that only later code has is null in earlier rows, though it never is in its own.
    schema = pa.schema([field.with_nullable(True) for field in after.schema])
    new = split(after.cast(schema))
    if before is None or set(before.schema.names) != set(after.schema.names):
        return set(new) | (set() if before is None else set(split(before)))
    old = split(before.select(schema.names).cast(schema))
    return {key for key in old.keys() | new.keys() if not _is_same(old.get(key), new.get(key))}


def choose(rows: pa.Table, partitions: Iterable[Partition]) -> pa.Table:
    """The rows of some partitions, one partition after the other."""
    parts = split(rows)
    return pa.concat_tables([rows.slice(0, 0), *(parts[key] for key in partitions if key in parts)])


def split(rows: pa.Table) -> dict[Partition, pa.Table]:
    """The rows of each partition, in their order."""
    places = pa.array(np.arange(rows.num_rows))
    keys = rows.select(KEYS).append_column("place", places)
    groups = keys.group_by(KEYS, use_threads=False).aggregate([("place", "list")])
    return {
        (deployment, day): _take(rows, chosen.values)
        for deployment, day, chosen in zip(
            groups["deployment_id"].to_pylist(),
            groups["day"].to_pylist(),
            groups["place_list"],
            strict=True,
        )
    }


def _is_same(one: pa.Table | None, other: pa.Table | None) -> bool:
    if one is None or other is None or one.num_rows != other.num_rows:
        return False
    order = [(name, "ascending") for name in one.column_names]
    return bool(one.equals(other) or one.sort_by(order).equals(other.sort_by(order)))


def _take(rows: pa.Table, places: pa.Array) -> pa.Table:
    first, last = places[0].as_py(), places[-1].as_py()
    is_run = last - first + 1 == len(places)
    return rows.slice(first, len(places)) if is_run else rows.take(places)  # a slice copies nothing
