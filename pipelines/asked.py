"""Which days of its range a run of Dagster computes: those that it was asked for.

Dagster gives a run one day or one range. Late records change scattered days, which share one run, for each
run has a publication after it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
DAYS = "plimsoll/days"
"""The tag with the days of a range that are computed; without it, all are."""
WIDEST_GAP = dt.timedelta(days=31)
"""Dagster notes every day of a range for every table, so that ranges do not reach over years."""


def name_days(days: Iterable[dt.date]) -> Iterator[dict[str, str]]:
    """The tags of the runs that compute these days: one run, unless more than a month lies between two."""
    for part in _split(sorted(days)):
        named = " ".join(day.isoformat() for day in part)
        yield {RANGE_START: part[0].isoformat(), RANGE_END: part[-1].isoformat(), DAYS: named}


def read_days(tags: Mapping[str, str], keys: Iterable[str]) -> list[dt.date]:
    """The days that a run with these tags computes; `keys` are those of its range."""
    asked = set(tags[DAYS].split()) if DAYS in tags else None
    return [dt.date.fromisoformat(key) for key in keys if asked is None or key in asked]


def _split(days: Sequence[dt.date]) -> Iterator[list[dt.date]]:
    part: list[dt.date] = []
    for day in days:
        if part and day - part[-1] > WIDEST_GAP:
            yield part
            part = []
        part.append(day)
    if part:
        yield part
