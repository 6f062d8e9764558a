"""How sound the data of a home are now: for `plimsoll status`, from counts by day alone.

The same judgement as the published tables of Data health, made at the moment of asking: a silence shows even
if nothing was computed since. A day that waits for the next run has its state, and is an alert only where a
generation was published without it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from pipelines.assess.days.calendar import read_calendars
from pipelines.assess.days.data_alert import NOT_COMPUTED
from pipelines.assess.days.day import DataDay, DayState
from pipelines.assess.days.health import READ, Health, assess_health
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.lake.lake import Lake
from pipelines.settings import REPOSITORY

SQL = REPOSITORY / "sql" / "status"
RECENT_DAYS = 28
WHOLE = frozenset({DayState.COMPLETE, DayState.QUIET})


def describe_data(lake: Lake, zones: dict[str, str], *, at: dt.datetime) -> dict[str, dict[str, Any]]:
    """By deployment: freshness, states of days, alerts, disorder, completeness of fields, restatements.

    Args:
        lake: the lake.
        zones: the zone of each deployment.
        at: now.
    """
    calendars = {name: one for name, one in read_calendars(lake).items() if name in zones}
    with DuckDBEngine() as engine:
        engine.attach(lake, READ, is_checked=False)
        health = assess_health(engine, lake, calendars=calendars, zones=zones, at=at)
        fields = engine.query("select * from indicator.field_day").to_pylist()
        unscored, owed = (
            engine.query((SQL / f"{query}.sql").read_text(encoding="utf-8")).to_pylist()
            for query in ("unscored_by_state", "owed_by_detector")
        )
    described = {name: _describe(name, health, fields, unscored, lake) for name in zones}
    return {name: one | {"owed_by_detector": _find_owed(name, owed)} for name, one in described.items()}


def _describe(
    name: str, health: Health, fields: list[dict[str, Any]], unscored: list[dict[str, Any]], lake: Lake
) -> dict[str, Any]:
    days = [one for one in health.days if one.deployment_id == name]
    first = days[-1].day - dt.timedelta(days=RECENT_DAYS - 1) if days else None
    recent = [row for row in fields if row["deployment_id"] == name and first and row["day"] >= first]
    return {
        "days_by_state": dict(Counter(one.state.value for one in days)),
        "days_not_whole": [_day(one) for one in days if one.state not in WHOLE],
        "messages": sum(one.message_count for one in days),
        "out_of_order": _sum(days, "out_of_order_count"),
        "clock_skew": _sum(days, "clock_skew_count"),
        "unscored": _sum(days, "unscored_count"),
        "unscored_by_state": {
            row["state"]: int(row["row_count"]) for row in unscored if row["deployment_id"] == name
        },
        "open_alerts": [
            {"kind": one.kind, "opened_on": str(one.opened_on), "last_on": str(one.last_on), "note": one.note,
             "next_step": one.next_step, "holds_pages": one.holds_pages}
            for one in health.alerts
            if one.deployment_id == name and one.closed_on is None and one.kind != NOT_COMPUTED
        ],
        "field_completeness": _completeness(recent),
        "restatements": [
            {"day": str(row["day"]), "opened_on": str(row["opened_on"]), "records": row["record_count"],
             "days_late": row["days_late"], "partitions": find_tables(lake, name, row["day"])}
            for row in health.restatements.to_pylist()
            if row["deployment_id"] == name
        ],
    }  # fmt: skip


def _find_owed(name: str, owed: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """What each detector of a deployment was to read and has not answered about."""
    return {
        row["detector_id"]: {"messages": int(row["row_count"]), "days": int(row["day_count"])}
        for row in owed
        if row["deployment_id"] == name
    }


def find_tables(lake: Lake, deployment_id: str, day: dt.date) -> list[str]:
    """The tables that have a partition of this day: what a record that joins it may change."""
    return [
        name for name in lake.names() if lake.has_days(name) and (deployment_id, day) in lake.partitions(name)
    ]


def _day(one: DataDay) -> dict[str, Any]:
    return {"day": str(one.day), "state": one.state.value, "reasons": list(one.reasons)}


def _sum(days: list[DataDay], name: str) -> int:
    return sum(int(one.total.get(name, 0)) for one in days)


def _completeness(rows: list[dict[str, Any]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        one = found.setdefault(row["field"], {"known": 0, "of": 0})
        one["known"] += row["known_count"]
        one["of"] += row["row_count"]
    return dict(sorted(found.items()))
