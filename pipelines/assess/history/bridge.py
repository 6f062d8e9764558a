"""The bridge between two versions of the detectors: agreement, and the ratio of their rates, by signal."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

from methods.bridge import measure_bridge
from pipelines.lake.lake import Lake
from pipelines.schemas.assessment import BRIDGE
from pipelines.schemas.bridge import BRIDGE_DAY

GROUP = ["deployment_id", "signal_id", "old_version", "new_version", "is_trial"]
COUNTS = ["both_count", "old_count", "new_count"]


def tabulate_bridges(lake: Lake) -> pa.Table:
    """The table `assessment.bridge`, over all days on which two versions scored the same messages."""
    held = lake.read(BRIDGE_DAY.full_name)
    if held is None or not held.num_rows:
        return BRIDGE.empty()
    rows: list[dict[str, Any]] = []
    for key, part in held.to_pandas(date_as_object=True).groupby(GROUP, sort=True):
        days = part["day"]
        rows.append(
            dict(zip(GROUP, key, strict=True))
            | {"first_day": days.min(), "last_day": days.max(), "day_count": days.nunique()}
            | _measure(part)
        )
    return pa.Table.from_pylist(rows, schema=BRIDGE.arrow_schema)


def _measure(part: pd.DataFrame) -> dict[str, Any]:
    clusters = part.groupby("bucket")[COUNTS].sum()
    found = measure_bridge(*(clusters[name].to_numpy() for name in COUNTS))
    return {
        "both_count": found.both_count,
        "old_count": found.old_count,
        "new_count": found.new_count,
        "agreement": found.agreement,
        "ratio": found.ratio,
        "ci_low": found.ci_low,
        "ci_high": found.ci_high,
        "is_suppressed": found.is_small,
    }
