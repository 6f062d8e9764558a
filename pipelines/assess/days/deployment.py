"""Deployments as rows: from when to when there are data of them, and how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from pipelines.assess.days.calendar import Calendar
from pipelines.lake.lake import Lake
from pipelines.schemas.assessment import DEPLOYMENT


def tabulate_deployments(
    lake: Lake, known: list[dict[str, Any]], calendars: Mapping[str, Calendar]
) -> pa.Table:
    """The table `assessment.deployment`."""
    rows = []
    for row in known:
        name = str(row["deployment_id"])
        held = lake.read("staging.conversation", deployment_id=name, columns=["message_count"])
        counts = [] if held is None else held["message_count"].to_pylist()
        calendar = calendars.get(name)
        rows.append(
            {
                "deployment_id": name,
                "title": row["title"],
                "zone": row["zone"],
                "first_day": calendar.first if calendar else None,
                "last_day": calendar.last if calendar else None,
                "conversation_count": len(counts),
                "message_count": sum(counts),
            }
        )
    return pa.Table.from_pylist(rows, schema=DEPLOYMENT.arrow_schema)
