"""Which days have lost what to retention; a stage refuses to replace what it could not compute again.

The ledger keeps one row a day and layer. When something expires is decided by retention, not here.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import pyarrow as pa

from pipelines.lake.lake import Commit, Lake
from pipelines.lake.partition import Partition
from pipelines.schemas.ledger import EXPIRED


class Expired(StrEnum):
    """What a day no longer has."""

    TEXT = "text"
    """The messages are rows without text: they cannot be checked or scored again."""
    FINDING = "finding"
    """What detectors saw, and the facts, are gone: nothing can be counted again."""


def find_expired(lake: Lake, *what: Expired) -> set[Partition]:
    """The days that have lost any of `what`."""
    rows = lake.read(EXPIRED.full_name)
    return {
        (row["deployment_id"], row["day"])
        for row in ([] if rows is None else rows.to_pylist())
        if row["layer"] in what
    }


def record_expired(commit: Commit, rows: Iterable[dict[str, object]]) -> None:
    """Write down what a day has lost; a day and layer that is known already keeps its first date."""
    held = commit.lake.read(EXPIRED.full_name)
    known = {
        (row["deployment_id"], row["day"], row["layer"]): row
        for row in ([] if held is None else held.to_pylist())
    }
    fresh = {(row["deployment_id"], row["day"], row["layer"]): row for row in rows} | known
    table = pa.Table.from_pylist([fresh[key] for key in sorted(fresh)], schema=EXPIRED.arrow_schema)
    commit.replace_all(EXPIRED.full_name, table)
