"""Which days of staging a delivery can change: those around it and around what it brings again, and as far
as a chain of episodes reaches.

Cutting a thread depends on everything since its last long silence. A thread that has no silence at the
edge of the loaded days makes the window wider, day by day, until it does.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.mapping import DeploymentRule
from pipelines.lake.lake import Lake

DAY = dt.timedelta(days=1)
Span = tuple[dt.datetime, dt.datetime]
Moments = tuple[tuple[pa.Table, str], ...]
"""Rows with a thread, and the column that says when."""


def find_days(
    lake: Lake, *, rule: DeploymentRule, messages: pa.Table, events: pa.Table, copies: pa.Table
) -> set[dt.date]:
    """The days of staging to load and fold with the delivered rows.

    Args:
        lake: with what is held.
        rule: how the deployment's time is cut.
        messages: delivered messages.
        events: delivered events.
        copies: held rows that the messages are copies of (`pipelines.ingest.held_copy`); where the delivered
            one is kept, its episode loses the other.
    """
    moments = ((messages, "sent_at"), (events, "occurred_at"), (copies, "sent_at"))
    dates = {day for table, column in ((messages, "sent_on"), (events, "occurred_on"), (copies, "day"))
             for day in pc.unique(table[column]).to_pylist()}  # fmt: skip
    reach = _reach(rule)
    days = {day + step * DAY for day in dates for step in range(-reach, reach + 1)}
    existing = {day for deployment, day in lake.partitions("staging.conversation") if deployment == rule.id}
    if not existing:
        return days
    while wider := _missing(lake, rule, moments, days=days) & existing - days:
        days |= {day + step * DAY for day in wider for step in range(-reach, reach + 1)}
    return days


def _arrivals(moments: Moments, threads: pa.Array) -> dict[str, list[Span]]:
    arrived: dict[str, list[Span]] = defaultdict(list)
    for table, column in moments:
        rows = table.filter(pc.is_in(table["thread_id"], value_set=threads))
        for thread, moment in zip(rows["thread_id"].to_pylist(), rows[column].to_pylist(), strict=True):
            arrived[thread].append((moment, moment))
    return arrived


def _reach(rule: DeploymentRule) -> int:
    """Days on either side: an episode counts on its first day; what joins it may come a silence after it.

    The hour more is for the day on which clocks go back.
    """
    return math.ceil((rule.maximum_hours + rule.silence_hours + 1) / 24)


def _missing(lake: Lake, rule: DeploymentRule, moments: Moments, *, days: set[dt.date]) -> set[dt.date]:
    """Days beyond the window to which an unbroken chain of a touched thread may reach."""
    columns = ["thread_id", "started_at", "ended_at"]
    held = lake.read("staging.conversation", days=days, deployment_id=rule.id, columns=columns)
    if held is None:
        return set()
    touched = [pc.unique(table["thread_id"]) for table, _ in moments]
    held = held.filter(pc.is_in(held["thread_id"], value_set=pa.concat_arrays(touched)))
    if not held.num_rows:
        return set()
    # Of a large delivery only the few threads that go on are looked at one by one.
    arrived = _arrivals(moments, pc.unique(held["thread_id"]))
    spans: dict[str, list[Span]] = defaultdict(list)
    for row in held.to_pylist():
        spans[row["thread_id"]].append((row["started_at"], row["ended_at"]))
    silence = dt.timedelta(hours=rule.silence_hours)
    needed: set[dt.date] = set()
    for thread, held_spans in spans.items():
        for begin, end in _chains([*held_spans, *arrived[thread]], silence):
            if not any(begin <= moment <= end for moment, _ in arrived[thread]):
                continue  # what came cannot change where this chain is cut
            earliest = (begin - silence - dt.timedelta(hours=rule.maximum_hours) - DAY).date()  # zones differ
            latest = (end + silence + DAY).date()
            reach = (latest - earliest).days + 1
            needed |= {earliest + step * DAY for step in range(reach)}
    return needed - days


def _chains(spans: list[Span], silence: dt.timedelta) -> list[Span]:
    chains: list[Span] = []
    for begin, end in sorted(spans):
        if chains and begin - chains[-1][1] < silence:
            chains[-1] = (chains[-1][0], max(chains[-1][1], end))
        else:
            chains.append((begin, end))
    return chains
