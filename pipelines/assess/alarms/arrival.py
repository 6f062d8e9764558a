"""Per-day inputs of alarms, kept in the lake so that a run reads facts of changed days only.

`assessment.arrival_day` counts the units of the watched indicators by the day on which their last record was
delivered. An alarm about day t reads what had come by t + 3; a unit that was completed later is not in it,
but counts once and whole on the day on which it was completed. Units are judged as they stand now: what a
conversation looked like before its late record came is not reconstructed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipelines.computed import record, recorded
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.errors import StateError
from pipelines.lake.lake import Commit, Lake
from pipelines.lake.partition import chunk
from pipelines.schemas.assessment import ARRIVAL_DAY, CRITICAL_DAY, DAILY
from pipelines.schemas.table import Table
from pipelines.settings import REPOSITORY
from pipelines.statement import dependencies

SQL = REPOSITORY / "sql" / "assessment"
STAGE = "assessment"
FILES = ("arrival", "arrival_day", "critical_day")
MADE = ("unit.arrival", "unit.counted")
"""What is made here, of what the lake holds."""


def count_arrivals(commit: Commit, definitions: Sequence[Mapping[str, Any]]) -> dict[str, pa.Table]:
    """Bring the days up to date whose counts have changed; returns all rows of both tables by name."""
    lake = commit.lake
    version = _version(definitions)
    wanted = {part: f"{inputs}:{version}" for part, inputs in recorded(lake, "indicator").items()}
    held = recorded(lake, STAGE)
    stale = sorted({part[1] for part in wanted.keys() | held.keys() if wanted.get(part) != held.get(part)})
    changed: dict[str, list[pa.Table]] = {table.full_name: [] for table in DAILY}
    for days in chunk(stale, lake.row_counts("fact.message")):
        present = {part for part in wanted if part[1] in set(days)}
        gone = {part for part in held if part[1] in set(days)} - present
        for table, rows in _count(commit, days, definitions).items():
            commit.replace_days(table.full_name, rows, present | gone)
            changed[table.full_name].append(rows)
    if stale:
        record(
            commit,
            STAGE,
            wanted,
            {part for part in wanted if part[1] in set(stale)},
            gone=held.keys() - wanted.keys(),
        )
    return {table.full_name: _merge(commit, table, changed[table.full_name], stale) for table in DAILY}


def has_seen_counts(lake: Lake) -> bool:
    """Whether the last assessment read all days as they are counted now."""
    seen = {part: value.partition(":")[0] for part, value in recorded(lake, STAGE).items()}
    return seen == recorded(lake, "indicator")


def _count(
    commit: Commit, days: Sequence[dt.date], definitions: Sequence[Mapping[str, Any]]
) -> dict[Table, pa.Table]:
    with DuckDBEngine() as engine:
        for name in _list_sources(definitions):
            # In memory, because every watched indicator reads them again.
            rows = commit.lake.read(name, days=days)
            if rows is None:
                raise StateError(f"The table {name} has not been computed yet. Run the pipelines first.")
            engine.register(name, rows)
        engine.register("unit.arrival", engine.query(_read("arrival")))
        counts = [ARRIVAL_DAY.empty()]
        for definition in definitions:
            engine.register(
                "unit.counted", engine.query(definition["sql"], json.loads(definition["parameters"]))
            )
            rows = engine.query(_read("arrival_day"))
            rows = rows.append_column(
                "indicator_id", pa.repeat(pa.scalar(definition["indicator_id"]), rows.num_rows)
            )
            counts.append(_conform(rows, ARRIVAL_DAY))
        critical = _conform(engine.query(_read("critical_day")), CRITICAL_DAY)
        return {ARRIVAL_DAY: pa.concat_tables(counts), CRITICAL_DAY: critical}


def _list_sources(definitions: Sequence[Mapping[str, Any]]) -> list[str]:
    """The tables of the lake that the SQL reads: these definitions differ between homes."""
    texts = [_read(name) for name in FILES] + [str(definition["sql"]) for definition in definitions]
    return sorted({name for sql in texts for name in dependencies(sql) if not name.startswith("unit.")})


def _merge(commit: Commit, table: Table, changed: list[pa.Table], stale: list[dt.date]) -> pa.Table:
    """The rows that stand, with the changed days in the place of the old ones."""
    days = sorted({day for _, day in commit.lake.partitions(table.full_name)} - set(stale))
    kept = commit.lake.read(table.full_name, days=days) if days else None
    parts = [table.empty() if kept is None else _conform(kept, table), *changed]
    return pa.concat_tables(parts).sort_by([(name, "ascending") for name in table.key])


def _version(definitions: Sequence[Mapping[str, Any]]) -> str:
    digest = hashlib.sha256()
    for definition in definitions:
        digest.update(str(definition["definition_version"]).encode())
    for name in FILES:
        digest.update(_read(name).encode())
    return digest.hexdigest()[:16]


def _conform(rows: pa.Table, table: Table) -> pa.Table:
    return rows.select(table.arrow_schema.names).cast(table.arrow_schema)


def _read(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
