"""What of a published table may leave: rows of one deployment, with the numbers of small cells taken out.

Which cells are small is marked once, when a generation is built (`pipelines.publish.suppression`). Tables
that hold ids of messages, or counts of people that nothing marks, do not leave this way.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.engines.duckdb import SETTINGS
from pipelines.errors import StateError
from pipelines.schemas.published import (
    ALARM,
    APPETITE,
    BRIDGE,
    CHANGE,
    CHECKLIST_ITEM,
    CORRECTION,
    DATA_ALERT,
    DATA_DAY,
    DEPLOYMENT,
    DETECTOR,
    DRIFT,
    EQUITY,
    INCIDENT,
    INDICATOR,
    OBSERVATION,
    READINESS,
    REGIME,
    RISK,
)  # fmt: skip
from pipelines.schemas.table import COUNT, NUMBER, Table

TABLES = {
    table.name: table
    for table in (
        OBSERVATION, INDICATOR, APPETITE, ALARM, CHANGE, RISK, CHECKLIST_ITEM, REGIME, INCIDENT, READINESS,
        DETECTOR, DRIFT, EQUITY, CORRECTION, BRIDGE, DATA_DAY, DATA_ALERT,
    )
}  # fmt: skip
FLAG = "is_suppressed"
KEPT = frozenset({"coverage", "generation", "appetite_version", "window_weeks"})
"""Numbers that count nobody; every other number of a suppressed row is taken out."""
DAYS = ("period_start", "day", "week", "opened_on", "effective_on", "last_week")
"""Columns that date a row, the first that a table has."""


def read_extract(
    published: Path,
    table_name: str,
    *,
    deployment_id: str,
    indicator_id: str | None = None,
    slice_name: str | None = None,
    first: dt.date | None = None,
    last: dt.date | None = None,
) -> pa.Table:
    """The rows of a table that match, in the order of its key; of a suppressed row no number is left.

    Raises:
        StateError: the table may not leave or lacks the column asked about, or there is no such file.
    """
    table = TABLES.get(table_name)
    if table is None:
        raise StateError(f"There is no table {table_name} to export. There is: {', '.join(sorted(TABLES))}.")
    rows = _read(published, table)
    names = rows.schema.names
    dated = next((name for name in DAYS if name in names), None)
    for column, wanted in (("indicator_id", indicator_id), ("slice", slice_name)):
        if wanted is not None:
            rows = _choose(rows, table_name, column, pc.field(column) == wanted)
    if "deployment_id" in names:
        rows = rows.filter(pc.field("deployment_id") == deployment_id)
    if first is not None:
        rows = _choose(rows, table_name, dated, pc.field(dated or "") >= pa.scalar(first, pa.date32()))
    if last is not None:
        rows = _choose(rows, table_name, dated, pc.field(dated or "") <= pa.scalar(last, pa.date32()))
    keys = [(name, "ascending") for name in table.key]
    return hide(rows.sort_by(keys), table)


def list_deployments(published: Path) -> list[str]:
    """The deployments of a published file."""
    return sorted(_read(published, DEPLOYMENT)["deployment_id"].to_pylist())


def hide(rows: pa.Table, table: Table) -> pa.Table:
    """The rows with every number of a suppressed one taken out."""
    if FLAG not in rows.schema.names:
        return rows
    hidden = rows[FLAG]
    for column in table.columns:
        if column.type in (COUNT, NUMBER) and column.name not in KEPT:
            place = rows.schema.get_field_index(column.name)
            shown = pc.if_else(hidden, pa.scalar(None, column.type), rows[column.name])
            rows = rows.set_column(place, pa.field(column.name, column.type), shown)
    return rows


def _read(published: Path, table: Table) -> pa.Table:
    if not published.is_file():
        raise StateError(f"There is no published file at {published}. Run the pipelines first.")
    try:
        with duckdb.connect(str(published), read_only=True, config=SETTINGS) as connection:
            return connection.table(table.full_name).to_arrow_table()
    except duckdb.Error as error:
        raise StateError(f"{published.name} cannot be read as a published file: {error}") from error


def _choose(rows: pa.Table, table_name: str, column: str | None, condition: pc.Expression) -> pa.Table:
    if column is None or column not in rows.schema.names:
        raise StateError(f"Rows of {table_name} are not told apart by that; leave the option out.")
    return rows.filter(condition)
