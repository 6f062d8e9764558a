"""Whether a published file has every table and column that this code reads.

A file is never altered. One that earlier code built may be read no more once a column was added; the next run
builds a new one.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipelines.engines.duckdb import SETTINGS
from pipelines.pointer import find_current
from pipelines.schemas.published import TABLES
from pipelines.settings import Home

OTHER_CODE = (
    "Pages may not be able to read what is published: another version of the code built it, or its file is "
    "damaged or gone. "
    "Next: plimsoll run"
)
"""What is said where it is not."""


def is_of_this_code(home: Home) -> bool:
    """Whether what is current, if anything, can be read by this code."""
    current = find_current(home.published)
    try:
        return current is None or not list_missing(current)
    except duckdb.Error:  # the file is gone, or is no database
        return False


def list_missing(path: Path) -> list[str]:
    """Declared columns that a published file lacks, as `table.column`."""
    with duckdb.connect(str(path), read_only=True, config=SETTINGS) as connection:
        known = set(
            connection.sql(
                "select table_name, column_name from information_schema.columns "
                "where table_schema = 'published'"
            ).fetchall()
        )
    return [
        f"{table.name}.{column.name}"
        for table in TABLES
        for column in table.columns
        if (table.name, column.name) not in known
    ]
