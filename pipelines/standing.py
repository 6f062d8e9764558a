"""How indicators stand, read from the table of observations: as a whole, and in each slice."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc


def latest_statuses(observations: pa.Table, deployment_id: str) -> dict[str, str]:
    """The standing of every indicator of a deployment."""
    rows = observations.filter(pc.equal(observations["deployment_id"], deployment_id))
    rows = rows.filter(rows["is_latest"])
    return dict(zip(rows["indicator_id"].to_pylist(), rows["status"].to_pylist(), strict=True))


def slice_statuses(observations: pa.Table, deployment_id: str) -> dict[tuple[str, str, str], str]:
    """As counted, the status of every indicator in every slice, in the newest whole week of each."""
    is_mine = pc.equal(observations["deployment_id"], deployment_id)
    is_raw_week = pc.and_(pc.equal(observations["period"], "week"), pc.equal(observations["estimate"], "raw"))
    is_whole = pc.and_(is_raw_week, pc.invert(observations["is_partial"]))
    rows = observations.filter(pc.and_(is_mine, is_whole)).sort_by("period_start")
    names = ("indicator_id", "slice", "slice_value", "status")
    return {
        (indicator, part, value): status
        for indicator, part, value, status in zip(*(rows[name].to_pylist() for name in names), strict=True)
    }
