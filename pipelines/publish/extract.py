"""What of a published table may leave: rows of one deployment, with the numbers of small cells taken out.

Which cells are small is marked once, when a generation is built (`pipelines.publish.suppression`). Tables
that hold ids of messages, or counts of people that nothing marks, do not leave this way.
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import ColumnExpression, ConstantExpression, Expression

from methods.coverage import round_coverage
from methods.day_counts import COLUMNS_ABOUT_WORDS
from pipelines.engines.duckdb import SETTINGS
from pipelines.errors import StateError
from pipelines.pointer import tell_unreadable
from pipelines.publish.distances import step_distances, step_index
from pipelines.publish.few_messages import UNTOUCHED, list_few, silence_alerts
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
    MISS_RATE,
    OBSERVATION,
    READINESS,
    REGIME,
    RESTATEMENT,
    RISK,
)  # fmt: skip
from pipelines.schemas.table import COUNT, NUMBER, Column, Table

TABLES = {
    table.name: table
    for table in (
        OBSERVATION, INDICATOR, APPETITE, ALARM, CHANGE, RISK, CHECKLIST_ITEM, REGIME, INCIDENT, READINESS,
        DETECTOR, DRIFT, EQUITY, CORRECTION, BRIDGE, MISS_RATE, DATA_DAY, DATA_ALERT,
    )
}  # fmt: skip
FLAG = "is_suppressed"
OF_FEW = "is_of_few"
"""Flag of rows that do not leave at all, for they name what may be one person's."""
COVERAGE = "coverage"
OF_DETECTOR = tuple(one for one in ALARM.columns if one.name in {"checkpoint", "statistic", "evidence"})
"""Where a detector stands and what it counted, for pages inside: days are told by it as by a sum of them."""
KEPT = frozenset({"generation", "appetite_version", "window_weeks", "week_count"})
"""Numbers that count nobody; every other number of a suppressed row is taken out."""
JUDGED = ("status", "variation")
"""What limits make of a number: with these and how many units there were it says which number it was."""
DAYS = ("period_start", "day", "week", "opened_on", "effective_on", "last_week")
"""Columns that date a row, the first that a table has."""

OF_COUNTED = ("raw_", "powered_", "error_rate_")
"""How columns of a corrected rate begin that are made of what detectors counted in all conversations."""
WEEKS = tuple(
    ColumnExpression(name) == ConstantExpression(value)
    for name, value in (("period", "week"), ("slice", "all"), ("estimate", "raw"))
)
"""Weeks of whole deployments, as detectors counted them."""


@dataclass(frozen=True)
class _Condition:
    """What a column must be beside a value; without a value nothing is asked."""

    column: str
    relation: Callable[[Expression, Expression], Expression]
    value: str | dt.date | bool | None

    def express(self) -> Expression:
        return self.relation(ColumnExpression(self.column), ConstantExpression(self.value))


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
    """The rows of a table that match, in the order of its key; of a suppressed row no number is left, nor
    how it was judged.

    Raises:
        StateError: the table may not leave or lacks the column asked about, or there is no such file.
    """
    table = TABLES.get(table_name)
    if table is None:
        raise StateError(f"There is no table {table_name} to export. There is: {', '.join(sorted(TABLES))}.")
    names = [column.name for column in table.columns]
    dated = next((name for name in DAYS if name in names), "a day")
    mine = _Condition("deployment_id", operator.eq, deployment_id if "deployment_id" in names else None)
    conditions = [
        mine,
        _Condition(OF_FEW, operator.eq, False if OF_FEW in names else None),
        _Condition("indicator_id", operator.eq, indicator_id),
        _Condition("slice", operator.eq, slice_name),
        _Condition(dated, operator.ge, first),
        _Condition(dated, operator.le, last),
    ]
    asked = [one for one in conditions if one.value is not None]
    if any(one.column not in names for one in asked):
        raise StateError(f"Rows of {table_name} are not told apart by that; leave the option out.")
    rows = read_rows(published, table, [one.express() for one in asked])
    if table in (DATA_DAY, DATA_ALERT):
        few = list_few(read_rows(published, DATA_DAY, [mine.express()]))
        if table is DATA_ALERT:
            rows = silence_alerts(rows, read_rows(published, RESTATEMENT, [mine.express()]), few)
        else:
            rows = _hide_days(rows, few.get(deployment_id, UNTOUCHED).days)
    if table is ALARM:
        for column in OF_DETECTOR:
            rows = _take_out(rows, column, pa.scalar(True))
    if table is DRIFT:
        rows = step_distances(rows)
    if table is OBSERVATION:
        rows = step_index(rows)
    if table is CORRECTION:
        rows = _hide_counted(rows, observations=read_rows(published, OBSERVATION, [mine.express(), *WEEKS]))
    keys = [(name, "ascending") for name in table.key]
    return hide(rows.sort_by(keys), table)


def list_deployments(published: Path) -> list[str]:
    """The deployments of a published file."""
    return sorted(read_rows(published, DEPLOYMENT)["deployment_id"].to_pylist())


def hide(rows: pa.Table, table: Table) -> pa.Table:
    """The rows with numbers and status of suppressed ones taken out, and the coverage of others in steps."""
    if FLAG not in rows.schema.names:
        return rows
    hidden = rows[FLAG]
    for column in table.columns:
        is_judgement = table is OBSERVATION and column.name in JUDGED
        if is_judgement or (column.type in (COUNT, NUMBER) and column.name not in KEPT):
            rows = _take_out(rows, column, hidden)
    if COVERAGE in rows.schema.names:
        steps = round_coverage(rows[COVERAGE].to_numpy(), rows["denominator"].to_numpy())
        place = rows.schema.get_field_index(COVERAGE)
        rows = rows.set_column(place, COVERAGE, pa.array(steps, NUMBER, from_pandas=True))
    return rows


def _hide_days(rows: pa.Table, few: frozenset[dt.date]) -> pa.Table:
    """Days without the counts that `day_counts` keeps back; `few` are those of which none leaves."""
    is_few = pc.is_in(rows["day"], value_set=pa.array(sorted(few), pa.date32()))
    for column in DATA_DAY.columns:
        if column.type in (COUNT, NUMBER):
            rows = _take_out(rows, column, pa.scalar(True) if column.name in COLUMNS_ABOUT_WORDS else is_few)
    return rows


def _hide_counted(rows: pa.Table, *, observations: pa.Table) -> pa.Table:
    """Corrected rates without what is made of detectors' counts where a week of the window is hidden.

    The raw rate of 404 conversations is a count of one of them by continued fractions, and several windows
    together give what one does not. What people reviewed stands.
    """
    hidden: dict[str, list[dt.date]] = {}
    for week in observations.filter(observations[FLAG]).select(["indicator_id", "period_start"]).to_pylist():
        hidden.setdefault(week["indicator_id"], []).append(week["period_start"])
    windows = zip(
        *(rows[name].to_pylist() for name in ("indicator_id", "first_week", "last_week")), strict=True
    )
    gives_away = [
        any(first <= week <= last for week in hidden.get(indicator, ())) for indicator, first, last in windows
    ]
    where = pa.chunked_array([gives_away], pa.bool_())
    for column in CORRECTION.columns:
        if column.name.startswith(OF_COUNTED):
            rows = _take_out(rows, column, where)
    return rows


def _take_out(rows: pa.Table, column: Column, where: pa.ChunkedArray | pa.Scalar) -> pa.Table:
    """The rows without the values of a column where a condition holds."""
    shown = pc.if_else(where, pa.scalar(None, column.type), rows[column.name])
    place = rows.schema.get_field_index(column.name)
    return rows.set_column(place, pa.field(column.name, column.type), shown)


def read_rows(published: Path, table: Table, conditions: Iterable[Expression] = ()) -> pa.Table:
    """The rows of a published table for which every condition holds; no others are read.

    Raises:
        StateError: there is no such file, or it is none that this code can read.
    """
    if not published.is_file():
        raise StateError(f"There is no published file at {published}. Run the pipelines first.")
    try:
        with duckdb.connect(str(published), read_only=True, config=SETTINGS) as connection:
            rows = connection.table(table.full_name)
            for condition in conditions:
                rows = rows.filter(condition)
            return rows.to_arrow_table()
    except duckdb.Error as error:
        raise tell_unreadable(published, error) from error
