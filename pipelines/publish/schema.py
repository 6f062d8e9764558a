"""The statements that create the published tables, generated from their declarations.

`sql/published/create.sql` is what `./run generate` writes; a test holds that it is current.
"""

from __future__ import annotations

import pyarrow as pa

from pipelines.schemas import PUBLISHED_TABLES
from pipelines.schemas.table import Table

TYPES = {
    pa.string(): "varchar",
    pa.date32(): "date",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.bool_(): "boolean",
    pa.timestamp("us", tz="UTC"): "timestamp with time zone",
}
HEADER = """-- The tables that dashboard, reports and other people's scripts read. Generated from pipelines/schemas/published.py.
-- Grain: see the comment of each table.
-- Missing: null where a comment allows it, never a made-up value.

create schema published;
"""


def create_statements() -> str:
    """SQL that creates every published table with its comments."""
    return HEADER + "".join(_create(table) for table in PUBLISHED_TABLES.values())


def _create(table: Table) -> str:
    columns = ",\n".join(
        f"    {column.name} {TYPES[column.type]}{'' if column.nullable else ' not null'}" for column in table.columns
    )
    comments = "".join(
        f"comment on column {table.full_name}.{column.name} is '{_quote(column.meaning)}';\n" for column in table.columns
    )
    return (
        f"\ncreate table {table.full_name} (\n{columns}\n);\n"
        f"comment on table {table.full_name} is '{_quote(table.meaning)}';\n{comments}"
    )


def _quote(text: str) -> str:
    return text.replace("'", "''")
