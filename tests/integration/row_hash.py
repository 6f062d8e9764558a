"""Whether two homes hold the same: a hash of the ordered rows of every table, not of files.

Left out is what must differ between equal homes: names of data files (and what is hashed from them), the
numbers of generations, and the moment of a build.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.lake.lake import Lake

DIFFERS = {"inputs", "generation", "built_at"}


def hash_lake(home: Path) -> dict[str, str]:
    """A hash of the rows of every table of the lake, by name."""
    lake = Lake(home / "lake")
    return {name: hash_rows(lake.read(name)) for name in lake.names()}


def hash_published(home: Path) -> dict[str, str]:
    """A hash of the rows of every table that people read, by name."""
    file = home / "published" / (home / "published" / "current").read_text().strip()
    with duckdb.connect(str(file), read_only=True) as connection:
        names = [row[0] for row in connection.execute("select table_name from duckdb_tables()").fetchall()]
        return {
            name: hash_rows(connection.table(f"published.{name}").to_arrow_table()) for name in sorted(names)
        }


def hash_rows(rows: pa.Table | None) -> str:
    """A hash of the rows, put in order by all their columns."""
    if rows is None:
        return "no table"
    kept = rows.select([name for name in rows.column_names if name not in DIFFERS])
    ordered = kept.sort_by([(name, "ascending") for name in kept.column_names])
    digest = hashlib.sha256(repr(ordered.column_names).encode())
    for batch in ordered.to_batches(max_chunksize=10_000):
        digest.update(repr(batch.to_pylist()).encode())
    return f"{ordered.num_rows} rows {digest.hexdigest()[:16]}"
