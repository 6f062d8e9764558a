"""The IANA zone of the reporting days of each deployment, as the lake knows them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from pipelines.lake.lake import Lake


def read_zones(lake: Lake) -> dict[str, str]:
    """The name of the zone by deployment; empty before anything was delivered."""
    rows = lake.read("ledger.deployment", columns=["deployment_id", "zone"])
    return {} if rows is None else {row["deployment_id"]: row["zone"] for row in rows.to_pylist()}


def find_zone(lake: Lake, deployment_id: str) -> ZoneInfo:
    """The zone of a deployment's reporting days; UTC for one that the lake does not know."""
    return ZoneInfo(read_zones(lake).get(deployment_id, "UTC"))
