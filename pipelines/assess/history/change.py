"""Changes: those that people declared, and those that only the logs show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from pipelines.schemas.assessment import CHANGE

GONE = "@none"


def tabulate_changes(observed: list[dict[str, Any]], declared: Mapping[str, Sequence[Any]]) -> pa.Table:
    """The table `assessment.change`.

    Args:
        observed: rows of `sql/assessment/change.sql`.
        declared: the change register's records by deployment.
    """
    rows = [
        {
            "change_id": ":".join(
                ["observed", row["deployment_id"], row["what"], str(row["effective_on"]), row["value"]]
            ),
            "deployment_id": row["deployment_id"],
            "effective_on": row["effective_on"],
            "what": row["what"],
            "note": _say(row["what"], row["value"]),
            "origin": "observed",
            "is_planned": None,
            "declared_by": None,
        }
        for row in observed
    ]
    rows += [
        {
            "change_id": record.change_id,
            "deployment_id": deployment,
            "effective_on": record.effective_on,
            "what": str(record.what),
            "note": record.note,
            "origin": "declared",
            "is_planned": record.is_planned,
            "declared_by": record.declared_by,
        }
        for deployment, records in declared.items()
        for record in records
    ]
    return pa.Table.from_pylist(rows, schema=CHANGE.arrow_schema)


def _say(what: str, value: str) -> str:
    if what != "detector":
        return f"The log first names the {what} {value}."
    return f"Scored from here on {'without' if value.endswith(GONE) else 'by'} the detector {value}."
