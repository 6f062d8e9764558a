"""Changes: those that people declared, and those that only the logs show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pyarrow as pa

from pipelines.schemas.assessment import CHANGE

GONE = "@none"
RETURNING: Mapping[str, float] = MappingProxyType(
    {
        # Fewer days away are a trial or an outage, and no time of another model.
        "away_day_count": 3,
        # A model of every fifth answer, ten a conversation, misses 20 conversations once in 90 times.
        "away_message_count": 200,
        # Conversations that began with the old model go on for some days.
        "negligible_share": 0.05,
        # A stray day is no return; alarms wait as long for late records.
        "return_day_count": 3,
    }
)
"""When a name that comes again is a change: parameters of `sql/assessment/returned_version.sql`.

A name is away while, on so many days in a row with so many answers, less than a negligible share of each
day's answers name it; it is back on the first day from which half of the answers of so many days do. Owner:
clinical safety; placeholders of 2026-11-30.
"""


def tabulate_changes(
    observed: Sequence[Mapping[str, Any]],
    declared: Mapping[str, Sequence[Any]],
    *,
    returned: Sequence[Mapping[str, Any]] = (),
) -> pa.Table:
    """The table `assessment.change`.

    Args:
        observed: rows of `sql/assessment/change.sql`.
        declared: the change register's records by deployment.
        returned: rows of `sql/assessment/returned_version.sql`.
    """
    rows = [
        {
            "change_id": ":".join(
                ["observed", row["deployment_id"], row["what"], str(row["effective_on"]), row["value"]]
            ),
            "deployment_id": row["deployment_id"],
            "effective_on": row["effective_on"],
            "what": row["what"],
            "note": note,
            "origin": "observed",
            "is_planned": None,
            "declared_by": None,
        }
        for row, note in [
            *((row, _say(row["what"], row["value"])) for row in observed),
            *((row, _say_again(row["what"], row["value"])) for row in returned),
        ]
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


def _say_again(what: str, value: str) -> str:
    # It ends with the name, by which an answer of the checklist knows what brought its version.
    return f"After days without it, most answers again name the {what} {value}."
