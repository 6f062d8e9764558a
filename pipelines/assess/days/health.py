"""The health of the data as tables: days, alerts, rules and what they found, fields, restatements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from pipelines.assess.days.alert import DataAlert
from pipelines.assess.days.calendar import Calendar
from pipelines.assess.days.data_alert import find_alerts
from pipelines.assess.days.day import Arrivals, DataDay, DayState, assess_days, is_material, local_today
from pipelines.assess.days.delivered import show_delivered
from pipelines.computed import recorded
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.lake.lake import Lake
from pipelines.schemas import assessment as schemas
from pipelines.schemas.indicator import FIELD_DAY, QUALITY_DAY, RECEIVED_DAY
from pipelines.schemas.ledger import DELIVERY, QUALITY, REJECTED, RULE
from pipelines.schemas.table import Table
from pipelines.settings import REPOSITORY

SQL = REPOSITORY / "sql" / "assessment"
READ = tuple(
    table.full_name for table in (QUALITY_DAY, RECEIVED_DAY, FIELD_DAY, DELIVERY, REJECTED, QUALITY, RULE)
)
"""What must be on the engine; counts by day only."""

NO_DATA = Calendar(frozenset(), frozenset())


@dataclass(frozen=True)
class Health:
    """What is known of the data of every deployment."""

    days: tuple[DataDay, ...]
    alerts: tuple[DataAlert, ...]
    restatements: pa.Table

    @property
    def states(self) -> dict[str, dict[dt.date, DayState]]:
        """The state of every day by deployment."""
        found: dict[str, dict[dt.date, DayState]] = {}
        for one in self.days:
            found.setdefault(one.deployment_id, {})[one.day] = one.state
        return found

    @property
    def quiet(self) -> dict[str, frozenset[dt.date]]:
        """The days by deployment that have no data, as is usual on their weekday."""
        return {
            name: frozenset(day for day, state in days.items() if state is DayState.QUIET)
            for name, days in self.states.items()
        }


def assess_health(
    engine: DuckDBEngine,
    lake: Lake,
    *,
    calendars: Mapping[str, Calendar],
    zones: Mapping[str, str],
    at: dt.datetime,
) -> Health:
    """The days and alerts of every deployment; `READ` must be on the engine, `unit.delivered` is then, too.

    Args:
        engine: with the tables of `READ`.
        lake: tells which days were computed.
        calendars: the days with data by deployment.
        zones: the IANA zone of each deployment's reporting day, also of those without data.
        at: now.
    """
    show_delivered(engine)
    totals = _grouped(engine.query(_read("day_total")))
    restatements = engine.query(_read("restatement"))
    restated = _grouped(restatements)
    received = _grouped(engine.query("select * from indicator.received_day"))
    fields = _grouped(engine.query("select * from indicator.field_day"))
    computed: dict[str, set[dt.date]] = {}
    for deployment, day in recorded(lake, "indicator"):
        computed.setdefault(deployment, set()).add(day)
    days: list[DataDay] = []
    alerts: list[DataAlert] = []
    for name in sorted(zones):
        today = local_today(at, zones[name])
        calendar = calendars.get(name, NO_DATA)
        mine = assess_days(
            totals.get(name, []),
            present=calendar.present,
            arrivals=_arrivals(received.get(name, []), totals.get(name, []), calendar),
            restated={row["day"] for row in restated.get(name, []) if is_material(row)},
            computed=computed.get(name, set()),
            deployment_id=name,
            today=today,
        )
        days += mine
        alerts += find_alerts(
            name,
            mine,
            totals=totals.get(name, []),
            fields=fields.get(name, []),
            restatements=restated.get(name, []),
            today=today,
        )
    return Health(tuple(days), tuple(alerts), restatements)


def tabulate_health(engine: DuckDBEngine, health: Health) -> dict[Table, pa.Table]:
    """The tables of `pipelines.schemas.published.health`, before they carry a generation."""
    return {
        schemas.DATA_DAY: pa.Table.from_pylist(
            [_row(one) for one in health.days], schema=schemas.DATA_DAY.arrow_schema
        ),
        schemas.DATA_ALERT: pa.Table.from_pylist(
            [asdict(one) for one in health.alerts], schema=schemas.DATA_ALERT.arrow_schema
        ),
        schemas.DATA_RULE: engine.query("select * from ledger.rule order by rule"),
        schemas.DATA_CHECK: engine.query("select * from ledger.quality order by deployment_id, day, rule"),
        schemas.FIELD_COMPLETENESS: engine.query(
            "select * from indicator.field_day order by deployment_id, day, field"
        ),
        schemas.RESTATEMENT: health.restatements,
    }


def _row(one: DataDay) -> dict[str, Any]:
    counts = {name: 0 for name in schemas.DATA_DAY.arrow_schema.names if name.endswith("_count")}
    del counts["expected_count"]
    return {
        "tell_rules": "",
        **counts,
        **one.total,
        "deployment_id": one.deployment_id,
        "day": one.day,
        "state": one.state.value,
        "reasons": ",".join(one.reasons),
        "volume": one.volume.verdict.value,
        "expected_count": one.volume.expected,
        "expected_low": one.volume.low,
        "expected_high": one.volume.high,
    }


def _arrivals(received: list[dict[str, Any]], totals: list[dict[str, Any]], calendar: Calendar) -> Arrivals:
    newest: dict[dt.date, dt.date] = {}
    for row in received:
        newest[row["received_on"]] = max(row["day"], newest.get(row["received_on"], row["day"]))
    # What was delivered and not computed yet is known by its day of delivery alone.
    for row in totals:
        before = [day for day in calendar.present if day <= row["day"]]
        if row["delivered_count"] and before and row["day"] not in newest:
            newest[row["day"]] = max(before)
    return Arrivals(newest)


def _grouped(rows: pa.Table) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows.to_pylist():
        found.setdefault(row["deployment_id"], []).append(row)
    return found


def _read(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
