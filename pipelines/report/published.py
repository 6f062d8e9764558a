"""Reads what one report needs from one published file, and nothing else touches the file.

The file is opened read-only under its own generation's name. What is asked of it is `queries.py`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb

from methods.drift import leave_distance
from pipelines.engines.duckdb import SETTINGS
from pipelines.errors import NothingToReportError, StateError
from pipelines.pointer import tell_unreadable
from pipelines.report import queries
from pipelines.report.document import Row
from pipelines.report.month import Month
from pipelines.schemas.published.judgement import DRIFT_INDEX


class Status(StrEnum):
    """Level against appetite; the words of `published.observation`."""

    NOT_APPLICABLE = "not_applicable"
    WITHIN = "within"
    NO_APPETITE_SET = "no_appetite_set"
    INSUFFICIENT_DATA = "insufficient_data"
    NOT_MEASURED = "not_measured"  # ours: the indicator has no row for the period
    WATCH = "watch"
    BREACH = "breach"


RANK = {status: rank for rank, status in enumerate(Status)}
"""Worse is higher: what is unknown ranks above what is known to be within."""


@dataclass(frozen=True)
class Observation:
    """One row of `published.observation`."""

    indicator_id: str
    period: str
    period_start: dt.date
    slice: str
    slice_value: str
    estimate: str
    numerator: float | None
    denominator: float | None
    value: float | None
    ci_low: float | None
    ci_high: float | None
    p90: float | None
    at_least: float | None
    method: str
    status: str
    variation: str
    coverage: float | None
    is_suppressed: bool
    is_partial: bool
    data_state: str
    appetite_version: int | None
    definition_version: str
    detector_version: str


@dataclass(frozen=True)
class Facts:
    """Everything a monthly report is made of, as the published file says it."""

    month: Month
    build: Row
    deployment: Row
    observations: tuple[Observation, ...]
    indicators: tuple[Row, ...]
    appetites: tuple[Row, ...]
    alarms: tuple[Row, ...]
    grave: tuple[Row, ...]
    changes: tuple[Row, ...]
    risks: tuple[Row, ...]
    checklist: tuple[Row, ...]
    regimes: tuple[Row, ...]
    incidents: tuple[Row, ...]
    findings: tuple[Row, ...]
    data_quality: tuple[Row, ...]
    data_days: tuple[Row, ...]
    readiness: tuple[Row, ...]
    detectors: tuple[Row, ...]
    misses: tuple[Row, ...]
    drift: tuple[Row, ...]
    equity: tuple[Row, ...]

    def find(
        self,
        indicator_id: str,
        month: Month,
        *,
        estimate: str = "raw",
        of: tuple[str, str] = ("all", "all"),
    ) -> Observation | None:
        """An indicator's observation in a month, of the whole deployment or of a slice and its value."""
        return self.index.get((indicator_id, "month", month.first, of, estimate))

    @cached_property
    def titles(self) -> dict[str, str]:
        """The title of each indicator by its id."""
        return {row["indicator_id"]: row["title"] for row in self.indicators}

    @cached_property
    def index(self) -> dict[tuple[str, str, dt.date, tuple[str, str], str], Observation]:
        """Observations by indicator, period, start, slice with its value, and estimate."""
        return {
            (row.indicator_id, row.period, row.period_start, (row.slice, row.slice_value), row.estimate): row
            for row in self.observations
        }

    def appetite(self, indicator_id: str, judged: Observation | None) -> Row | None:
        """The limits that an observation was judged by; without one, those in force when the month ends."""
        rows = [row for row in self.appetites if row["indicator_id"] == indicator_id]
        if judged is not None:
            return next((row for row in rows if row["version"] == (judged.appetite_version or 0)), None)
        return rows[-1] if rows else None


def read_facts(published: Path, *, deployment_id: str, month: Month) -> Facts:
    """Read a deployment's month.

    Raises:
        NothingToReportError: the deployment has no observation in that month, or none at all.
        StateError: no such file, or not a published file.
    """
    if not published.is_file():
        raise StateError(f"There is no published file at {published}. Run the pipelines first.")
    try:
        with duckdb.connect(str(published), read_only=True, config=SETTINGS) as connection:
            connection.execute("set timezone = 'UTC'")
            return _read(connection, deployment_id, month)
    except duckdb.Error as error:
        raise tell_unreadable(published, error) from error


def _read(connection: duckdb.DuckDBPyConnection, deployment_id: str, month: Month) -> Facts:
    def rows(sql: str, **parameters: Any) -> tuple[Row, ...]:
        return tuple(connection.sql(sql, params=parameters).to_arrow_table().to_pylist())

    scope = {"deployment_id": deployment_id}
    span = {**scope, "first_day": month.first, "last_day": month.last}
    first_touched = month.first - dt.timedelta(days=month.first.weekday())
    deployments = {row["deployment_id"]: row for row in rows(queries.DEPLOYMENTS)}
    if deployment_id not in deployments:
        raise NothingToReportError(
            f"There is no deployment '{deployment_id}' here. There are: {_listing(deployments)}."
        )
    months = [f"{row['period_start']:%Y-%m}" for row in rows(queries.MONTHS, **scope)]
    if str(month) not in months:
        raise NothingToReportError(
            f"Deployment '{deployment_id}' has no data for {month}. Months with data: {_listing(months)}."
        )
    observed = rows(
        queries.OBSERVATIONS,
        **scope,
        month=month.first,
        previous=month.previous.first,
        first_week=month.weeks[0],
        last_week=month.weeks[-1],
    )
    return Facts(
        month=month,
        build=_one(rows(queries.BUILD)),
        deployment=deployments[deployment_id],
        observations=tuple(_observation(row) for row in observed),
        indicators=rows(queries.INDICATORS),
        appetites=rows(queries.APPETITES, **scope, last_day=month.last),
        alarms=rows(queries.ALARMS, **span),
        grave=rows(queries.GRAVE, **span),
        changes=rows(queries.CHANGES, **scope, first_drawn=month.weeks[0], last_day=month.last),
        risks=rows(queries.RISKS, **scope),
        checklist=rows(queries.CHECKLIST, **scope),
        regimes=rows(queries.REGIMES, **scope),
        incidents=rows(queries.INCIDENTS, **scope),
        findings=rows(queries.FINDINGS, **span),
        data_quality=rows(queries.DATA_QUALITY, **span),
        data_days=rows(queries.DATA_DAYS, **span),
        readiness=rows(queries.READINESS, **scope),
        detectors=rows(queries.DETECTORS),
        misses=rows(queries.MISSES, **scope, first_day=month.first),
        drift=rows(queries.DRIFT, **scope, first_week_touched=first_touched, last_day=month.last),
        equity=rows(queries.EQUITY, **scope),
    )


def _observation(row: Row) -> Observation:
    if row["status"] not in RANK:
        raise StateError(f"Observation of '{row['indicator_id']}' has the unknown status '{row['status']}'.")
    if row["indicator_id"] == DRIFT_INDEX:
        row = {**row, "value": leave_distance(row["value"])}
    return Observation(**{field.name: row[field.name] for field in fields(Observation)})


def _one(rows: tuple[Row, ...]) -> Row:
    if len(rows) != 1:
        raise StateError(f"published.build has {len(rows)} rows; a published file has exactly one.")
    return rows[0]


def _listing(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"
