"""The default engine: SQL files over pruned lists of Parquet files, in an in-memory DuckDB.

It never opens a file that people read, so nothing here can lock a reader out. SQL text comes from files
in `sql/`; values are bound by name, never written into the text.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self

import duckdb
import pyarrow as pa

from pipelines.aside import Spill
from pipelines.errors import StateError
from pipelines.lake.damage import check_contents, told
from pipelines.lake.lake import Lake
from pipelines.lake.partition import Partition, leave_out
from pipelines.schemas import LAKE_TABLES
from pipelines.settings import Home

SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "temp_directory": "",  # else what memory does not hold lies in the clear wherever the command was called
}

# `set schema` takes no parameter, and SQL is never put together from strings.
USE_LAYER = {
    "ledger": "set schema = 'ledger'",
    "staging": "set schema = 'staging'",
    "finding": "set schema = 'finding'",
    "history": "set schema = 'history'",
    "fact": "set schema = 'fact'",
    "indicator": "set schema = 'indicator'",
    "assessment": "set schema = 'assessment'",
    "published": "set schema = 'published'",
    "unit": "set schema = 'unit'",
}
ROWS_IN_A_PIECE = 8_192
CREATE_LAYERS = """
set timezone = 'UTC';
set enable_progress_bar = false;
create schema if not exists ledger; create schema if not exists staging;
create schema if not exists finding; create schema if not exists history;
create schema if not exists fact; create schema if not exists indicator;
create schema if not exists assessment;
create schema if not exists published;
create schema if not exists unit;
"""


class DuckDBEngine:
    """One in-memory connection on which lake tables appear as `layer.table`."""

    def __init__(self, *, threads: int | None = None) -> None:
        self.connection = duckdb.connect(":memory:", config=SETTINGS)
        if threads is not None:
            self.connection.execute("set threads = $threads", {"threads": threads})
        self.connection.execute(CREATE_LAYERS)
        self._spill: Spill | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give back what it holds."""
        self.connection.close()
        if self._spill is not None:
            self._spill.close()

    def attach(
        self,
        lake: Lake,
        names: Iterable[str],
        *,
        days: Iterable[dt.date] | None = None,
        without: Collection[Partition] = (),
        is_checked: bool = True,
    ) -> None:
        """Show lake tables, pruned to `days` and `without` some partitions, as views.

        DuckDB holds no page against its checksum, so whole files are looked at first. Who only says how much
        there is, over all days, may do without.

        Raises:
            StateError: a table that SQL writes does not exist yet, so its columns are unknown.
            HomeError: a file of a table is damaged.
        """
        self._make_room(lake)
        chosen = None if days is None else list(days)
        for name in names:
            files = leave_out(lake.files(name, days=chosen), without)
            if files:
                if is_checked:
                    check_contents(files)
                with told(files, duckdb.Error):
                    found = self.connection.from_parquet(files, hive_partitioning=True, union_by_name=True)
                self._view(name, self._complete(lake, name, found))
            elif name in LAKE_TABLES:
                self.register(name, LAKE_TABLES[name].empty())
            else:
                rows = lake.read(name, days=[])
                if rows is None:
                    raise StateError(f"The table {name} has not been computed yet. Run the pipelines first.")
                self.register(name, rows)

    def register(self, name: str, rows: pa.Table) -> None:
        """Show an Arrow table as `layer.table`."""
        self._view(name, self.connection.from_arrow(cut(rows)))

    def query(self, sql: str, parameters: dict[str, Any] | None = None) -> pa.Table:
        """Run one select and return its rows."""
        return self.connection.sql(sql, params=parameters or {}).to_arrow_table()

    def _make_room(self, lake: Lake) -> None:
        """Let what memory does not hold lie in the home; where nobody may write, memory has to do."""
        if self._spill is None:
            with suppress(OSError):
                self._spill = Spill(Home(lake.path.parent))
                place = str(self._spill.path)
                self.connection.execute("set temp_directory = $place", {"place": place})

    def _complete(self, lake: Lake, name: str, rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        """Columns that an earlier version of the code did not write yet: a text is 'unknown', else null.

        Of a table that SQL writes, days whose rows are otherwise the same are not written anew for them.
        """
        declared = LAKE_TABLES[name].arrow_schema if name in LAKE_TABLES else lake.find_schema(name)
        missing = [field for field in declared if field.name not in rows.columns]
        if not missing:
            return rows
        of_columns = self.connection.from_arrow(pa.schema(missing).empty_table())
        added = [
            duckdb.ConstantExpression(
                "unknown" if pa.types.is_string(one.type) and not one.nullable else None
            )
            .cast(kind)
            .alias(one.name)
            for one, kind in zip(missing, of_columns.types, strict=True)
        ]
        return rows.select(duckdb.StarExpression(), *added)

    def _view(self, name: str, relation: duckdb.DuckDBPyRelation) -> None:
        layer, table = name.split(".")
        self.connection.execute(USE_LAYER[layer])
        relation.create_view(table, replace=True)
        self.connection.execute("set schema = 'main'")


def cut(rows: pa.Table) -> pa.Table:
    """The same rows in pieces: the engine reads a piece in one thread, and a whole table is one piece."""
    return pa.Table.from_batches(rows.to_batches(max_chunksize=ROWS_IN_A_PIECE), schema=rows.schema)
