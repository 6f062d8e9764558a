"""A table of plain values that a page shows and a reader may take away as CSV.

What leaves is what the address filters, every column and every row. Text from logs leaves as text:
a cell that a spreadsheet would run as a formula is quoted. Small cells are hidden by the page that
fills the sheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import isnan

from dashboards.records import Observation
from methods.coverage import round_coverage
from methods.drift import leave_distance
from risk_register.exchange.cell import guard

SUPPRESSED = "suppressed"
DRIFT_INDEX = "drift_index"

Value = str | int | float | bool | date | None


@dataclass(frozen=True)
class Sheet:
    """Rows of plain values under named columns."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[tuple[Value, ...]]


def leave_coverage(row: Observation) -> float | str | None:
    """The coverage of a row as it may leave: none of a hidden row, else in steps."""
    if row.coverage is None:
        return None
    steps = float(round_coverage(row.coverage, row.denominator))
    return SUPPRESSED if row.is_suppressed or isnan(steps) else steps


def leave_value(row: Observation) -> float | None:
    """The value of a row that is shown, as it may leave: that of the index of drift is a distance."""
    return leave_distance(row.value) if row.indicator_id == DRIFT_INDEX else row.value


def write_csv(sheet: Sheet) -> str:
    """The sheet as CSV, UTF-8 text with a byte-order mark so that spreadsheets read it as such."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(sheet.columns)
    writer.writerows([[_as_text(value) for value in row] for row in sheet.rows])
    return "\ufeff" + buffer.getvalue()


def _as_text(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    return guard(str(value))
