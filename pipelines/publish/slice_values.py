"""Marks rows whose slice has a value of few conversations: it may be one person's words, and does not leave.

A log may say anything as a gender, a use or the name of a prompt, a person's name too. Pages inside the house
show it; whatever leaves has no such row (`is_of_few`). What numbers may leave is settled in `suppression`.
"""

from __future__ import annotations

import pyarrow as pa

from methods.suppression import HIDDEN_UP_TO
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.lake.lake import Lake
from pipelines.settings import REPOSITORY

QUERY = REPOSITORY / "sql" / "assessment" / "known_slice_value.sql"
OF_NOBODY = frozenset({"all", "unknown", "unrecognised"})
"""Values that no log gives."""
Value = tuple[str, str, str]
"""A deployment, a slice and a value of it."""


def list_known_values(lake: Lake) -> frozenset[Value]:
    """The values that more than `HIDDEN_UP_TO` conversations had, over all days of the lake."""
    with DuckDBEngine() as engine:
        engine.attach(lake, ("indicator.slice_bucket",))
        rows = engine.query(QUERY.read_text(encoding="utf-8"), {"hidden_up_to": HIDDEN_UP_TO})
    return frozenset(zip(*(column.to_pylist() for column in rows.columns), strict=True))


def mark_few(rows: pa.Table, known: frozenset[Value]) -> pa.Table:
    """The rows of slices with `is_of_few`: a value that is not `known` and that a log gave."""
    values = zip(*(rows[name].to_pylist() for name in ("deployment_id", "slice", "slice_value")), strict=True)
    of_few = [value[2] not in OF_NOBODY and value not in known for value in values]
    place = rows.schema.get_field_index("is_of_few")
    return rows.set_column(place, rows.schema.field(place), pa.array(of_few, pa.bool_()))
