"""Builds the file that people read: one DuckDB database a generation, made aside, checked, then made current.

Readers open it by name and keep the one they have; nothing they read is ever written again.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.engines.duckdb import SETTINGS
from pipelines.errors import HomeError, StateError
from pipelines.full_disk import told_full
from pipelines.lake.lake import Lake
from pipelines.pointer import make_current
from pipelines.publish.comparisons import suppress_equity
from pipelines.publish.distances import suppress_drift, suppress_index
from pipelines.publish.few_messages import list_few, suppress_days
from pipelines.publish.governance import copy_governance
from pipelines.publish.leads import drop_leads
from pipelines.publish.retention import drop_old_files, list_named_files
from pipelines.publish.slice_values import list_known_values, mark_few
from pipelines.publish.suppression import (
    suppress_corrections,
    suppress_counts,
    suppress_misses,
    suppress_observations,
)
from pipelines.schemas import PUBLISHED_TABLES, published
from pipelines.schemas.assessment import ADDED_BY_PUBLISHING
from pipelines.settings import Home
from risk_register.content import load_taxonomy
from risk_register.database.store import open_store

WORST_DELAY_MINUTES = 90
"""Minutes from a delivery to its appearance: up to 70 until the days are computed, and a run of 20."""

FROM_LAKE = {
    "deployment": "assessment.deployment",
    "observation": "assessment.observation",
    "appetite": "assessment.appetite",
    "change": "assessment.change",
    "data_quality": "assessment.data_quality",
    "data_day": "assessment.data_day",
    "data_alert": "assessment.data_alert",
    "data_rule": "assessment.data_rule",
    "data_check": "assessment.data_check",
    "field_completeness": "assessment.field_completeness",
    "restatement": "assessment.restatement",
    "readiness": "assessment.readiness",
    "drift": "assessment.drift",
    "drift_shift": "assessment.drift_shift",
    "bridge": "assessment.bridge",
    "alarm": "assessment.alarm",
    "alarm_stream": "assessment.alarm_stream",
    "needs_eyes": "assessment.needs_eyes",
    "equity": "assessment.equity",
    "chart": "assessment.chart",
    "likelihood": "assessment.likelihood",
    "correction": "assessment.correction",
    "detector_performance": "assessment.detector_performance",
    "miss_rate": "assessment.miss_rate",
    "indicator": "indicator.definition",
    "finding_summary": "indicator.finding_day",
    "language": "indicator.language_day",
    "canary_run": "assessment.canary_run",
    "canary_probe": "finding.canary_probe",
    "detector": "finding.detector",
    "detector_card": "finding.detector_card",
    "detector_figure": "finding.detector_figure",
}


def publish(home: Home, *, at: dt.datetime, lineage: list[dict[str, str]]) -> Path:
    """Build `published-<generation>.duckdb` and make it current.

    Raises:
        StateError: nothing has been assessed yet.
        HomeError: the disk is full; what was current stays so.
    """
    lake = Lake(home.lake)
    if "assessment.observation" not in lake.names():
        raise StateError("Nothing has been assessed yet. Ingest logs and run the pipelines first.")
    tables = {name: table.empty() for name, table in PUBLISHED_TABLES.items()}
    for name, origin in FROM_LAKE.items():
        rows = lake.read(origin)
        if rows is not None:
            tables[name] = _conform(rows, published_name=name, generation=lake.generation.number)
    tables["finding_summary"] = drop_leads(tables["finding_summary"], tables["detector"])
    known = list_known_values(lake)
    for name in ("observation", "equity"):
        tables[name] = mark_few(tables[name], known)
    definitions = lake.read("indicator.definition")
    if definitions is not None:
        tables["observation"] = suppress_observations(
            tables["observation"], definitions, tables["correction"]
        )
        few = list_few(tables["data_day"])
        tables["drift"] = suppress_drift(tables["drift"], few)
        tables["observation"] = suppress_days(tables["observation"], few)
        tables["observation"] = suppress_index(tables["observation"], tables["drift"])
        tables["equity"] = suppress_equity(tables["equity"], tables["observation"], definitions)
        tables["correction"] = suppress_corrections(tables["correction"])
        tables["likelihood"] = suppress_counts(tables["likelihood"])
        tables["miss_rate"] = suppress_misses(tables["miss_rate"])
    store = open_store(home.governance_url)
    zones = {row["deployment_id"]: row["zone"] for row in tables["deployment"].to_pylist()}
    tables |= copy_governance(store, tables["observation"], changes=tables["change"], zones=zones, at=at)
    tables["dictionary"] = _dictionary()
    tables["lineage"] = pa.Table.from_pylist(lineage, schema=published.LINEAGE.arrow_schema)
    tables["build"] = pa.Table.from_pylist(
        [
            {
                "generation": lake.generation.number,
                "built_at": at,
                "code_version": version("plimsoll"),
                "taxonomy_version": load_taxonomy().version,
                "home_kind": str(home.kind or "real"),
                "worst_delay_minutes": WORST_DELAY_MINUTES,
            }
        ],
        schema=published.BUILD.arrow_schema,
    )
    target = home.published / f"published-{lake.generation.number:08d}.duckdb"
    for name, rows in tables.items():
        _check(name, rows)
    # The caller holds the home's lock, so whatever lies aside was left by a writer that is gone.
    _clear_aside(home.published)
    aside = target.with_suffix(f".{os.getpid()}.aside")
    try:
        with told_full(home.published):
            _write(aside, tables)
            aside.replace(target)
            make_current(home.published, target.name)
    except HomeError:
        _clear_aside(home.published)  # it takes up the room that is lacking
        raise
    drop_old_files(home.published, named=list_named_files(home.reports))
    return target


def _conform(rows: pa.Table, *, published_name: str, generation: int) -> pa.Table:
    schema = PUBLISHED_TABLES[published_name].arrow_schema
    for field in schema:
        if field.name in ADDED_BY_PUBLISHING:
            # Until it is marked, a row is one that does not leave.
            known = {"generation": generation, "is_of_few": True}
            value = pa.scalar(known.get(field.name), field.type)
            rows = rows.append_column(field, pa.repeat(value, rows.num_rows))
    return rows.select(schema.names).cast(schema)


def _clear_aside(folder: Path) -> None:
    for left in folder.glob("published-*.aside*"):
        left.unlink()


def _write(path: Path, tables: Mapping[str, pa.Table]) -> None:
    with duckdb.connect(str(path), config=SETTINGS) as connection:
        connection.execute("create schema published")
        for name, rows in tables.items():
            # The relation API takes names as names: no statement is put together from strings.
            connection.from_arrow(rows).create(f"published.{name}")


def _check(name: str, rows: pa.Table) -> None:
    unknown = [
        column.name
        for column in PUBLISHED_TABLES[name].columns
        if not column.nullable and rows[column.name].null_count
    ]
    if unknown:
        raise StateError(f"published.{name} would hold nulls where none may be: {', '.join(unknown)}.")


def _dictionary() -> pa.Table:
    rows = [
        {
            "table_name": table.name,
            "column_name": column.name,
            "type": str(column.type),
            "is_nullable": column.nullable,
            "is_key": column.name in table.key,
            "meaning": column.meaning,
        }
        for table in PUBLISHED_TABLES.values()
        for column in table.columns
    ]
    return pa.Table.from_pylist(rows, schema=published.DICTIONARY.arrow_schema)
