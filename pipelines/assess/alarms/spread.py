"""Days of a stream in buckets of people, of which `methods.spread` learns the design effect."""

from __future__ import annotations

import datetime as dt

from methods.intervals import FloatArray
from methods.spread import Buckets
from pipelines.assess.days.calendar import DAY
from pipelines.assess.level.cluster import Clusters


def read_buckets(
    clusters: Clusters | None, deployment_id: str, indicator_id: str, first: dt.date, units: FloatArray
) -> Buckets | None:
    """Days from `first` on in buckets of people, those with `units` alone; None without buckets."""
    if clusters is None:
        return None
    days = [first + day * DAY for day in range(len(units))]
    events, counted = clusters.read_days(deployment_id, indicator_id, days)
    is_counted = (units > 0)[:, None]
    return Buckets(events * is_counted, counted * is_counted)
