"""What a run of assess starts from: everything that is counted, read once, and what it is judged by."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from methods.suppression import HIDDEN_UP_TO
from pipelines.assess.days.calendar import Calendar, set_quiet, set_running
from pipelines.assess.days.day import local_today
from pipelines.assess.days.health import READ as HEALTH
from pipelines.assess.days.health import Health, assess_health
from pipelines.assess.history.change import RETURNING, tabulate_changes
from pipelines.assess.history.phases import find_phases
from pipelines.assess.impossible import leave_impossible
from pipelines.assess.level.appetite import list_unpassable
from pipelines.assess.level.cluster import Clusters, gather_clusters
from pipelines.assess.level.observation import Background, place_on_calendar
from pipelines.assess.level.readiness import list_unmeasured
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.lake.lake import Lake
from pipelines.schemas.indicator import INDICATOR_DAY
from pipelines.settings import REPOSITORY
from risk_register.database.store import Store
from risk_register.deployment.appetites import AppetiteDecision, in_force, list_decisions
from risk_register.deployment.changes import list_changes

LOG = logging.getLogger("plimsoll.assess")
SQL = REPOSITORY / "sql" / "assessment"
READ = (
    "indicator.indicator_day",
    "indicator.indicator_bucket",
    "indicator.slice_bucket",
    "indicator.indicator_histogram",
    "indicator.histogram_bucket",
    "indicator.indicator_week",
    "indicator.indicator_week_bucket",
    *HEALTH,
    "indicator.feature_day",
    "indicator.version_day",
)


@dataclass(frozen=True)
class Ground:
    """What was counted of deployments with data, without indicators that nothing here can measure.

    `deployments` are the rows of `ledger.deployment`, also of those without data, and `zones` theirs;
    `counts` and `histograms` are of `sql/assessment/period*.sql`, `features` of `indicator.feature_day`.
    """

    deployments: list[dict[str, Any]]
    zones: Mapping[str, str]
    health: Health
    changes: pa.Table
    background: Background
    detectors: list[dict[str, Any]]
    unmeasured: frozenset[str]
    counts: pd.DataFrame
    histograms: pd.DataFrame
    clusters: Clusters
    features: pd.DataFrame


def read_ground(
    engine: DuckDBEngine,
    lake: Lake,
    store: Store,
    *,
    deployments: list[dict[str, Any]],
    calendars: dict[str, Calendar],
    at: dt.datetime,
) -> Ground:
    """Read it; the engine holds `READ` and the health of the data afterwards.

    Args:
        engine: nothing is on it yet.
        lake: the generation to be judged.
        store: where people decided about limits and changes.
        deployments: the rows of `ledger.deployment`.
        calendars: the days with data by deployment.
        at: now.
    """
    zones = {row["deployment_id"]: row["zone"] for row in deployments}
    definitions = {row["indicator_id"]: row for row in read_rows(lake, "indicator.definition")}
    detectors = read_rows(lake, "finding.detector")
    engine.attach(lake, READ)
    calendars = set_running(calendars, {name: local_today(at, zones[name]) for name in calendars})
    health = assess_health(engine, lake, calendars=calendars, zones=zones, at=at)
    calendars = set_quiet(calendars, health.quiet)
    floor = {"hidden_up_to": HIDDEN_UP_TO}
    changes = tabulate_changes(
        engine.query(read_query("change"), floor).to_pylist(),
        {name: list_changes(store, name) for name in calendars},
        returned=engine.query(read_query("returned_version"), dict(RETURNING) | floor).to_pylist(),
    )
    decisions = {name: list_decisions(store, name) for name in calendars}
    left_out = {name: leave_out(made, definitions, on=at.date()) for name, made in decisions.items()}
    background = Background(
        definitions,
        calendars,
        {name: [one for one in made if one not in left_out[name]] for name, made in decisions.items()},
        find_phases(store, changes, calendars),
        health.states,
        _read_detectors(engine),
        left_out,
    )
    unmeasured = list_unmeasured(definitions, detectors)
    _add_operation(engine)
    counts = _without(_frame(engine.query(read_query("period"))), unmeasured)
    counts = counts[counts["deployment_id"].isin(list(calendars))]  # of others all was rejected
    return Ground(
        deployments,
        zones,
        health,
        changes,
        background,
        detectors,
        unmeasured,
        counts=place_on_calendar(leave_impossible(counts, definitions), background),
        histograms=_without(_frame(engine.query(read_query("period_histogram"))), unmeasured),
        clusters=gather_clusters(
            engine.query(read_query("period_bucket")),
            engine.query(read_query("period_slice_bucket")),
            engine.query(read_query("period_histogram_bucket")),
        ),
        features=_frame(engine.query("select * from indicator.feature_day")),
    )


def leave_out(
    decisions: tuple[AppetiteDecision, ...], definitions: Mapping[str, dict[str, Any]], *, on: dt.date
) -> tuple[AppetiteDecision, ...]:
    """The approved limits of a deployment that no value can pass; of those that would hold it is told."""
    found = list_unpassable(decisions, definitions)
    for one in found:
        if in_force(decisions, indicator_id=one.indicator_id, on=on) == one:
            LOG.warning(
                "  assess: no value can pass version %s of the limits of %s in %s: it judges nothing",
                *(one.version, one.indicator_id, one.deployment_id),
            )
    return found


def read_rows(lake: Lake, name: str) -> list[dict[str, Any]]:
    """The rows of a table that may not have been written yet."""
    rows = lake.read(name)
    return [] if rows is None else rows.to_pylist()


def read_query(name: str) -> str:
    """The text of a query of `sql/assessment`."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def _read_detectors(engine: DuckDBEngine) -> dict[str, dict[dt.date, str]]:
    """The detectors that scored each day, by deployment."""
    found: dict[str, dict[dt.date, str]] = {}
    for row in engine.query(read_query("detector_day")).to_pylist():
        found.setdefault(row["deployment_id"], {})[row["day"]] = row["detectors"]
    return found


def _without(rows: pd.DataFrame, indicators: frozenset[str]) -> pd.DataFrame:
    """The rows of indicators that can be measured: what only a judge can see has no number without one."""
    return rows[~rows["indicator_id"].isin(indicators)].reset_index(drop=True)


def _add_operation(engine: DuckDBEngine) -> None:
    """Show data-quality counts beside the other indicators, in the same table; after `assess_health`."""
    rows = engine.query(read_query("operation_day"))
    constant = {"definition_version": "", "slice": "all", "slice_value": "all"}
    columns = {name: pa.repeat(value, rows.num_rows) for name, value in constant.items()}
    columns |= {
        name: pa.repeat(pa.scalar(0, pa.int64()), rows.num_rows) for name in ("unscored_count", "unit_count")
    }
    columns |= {name: rows[name] for name in rows.column_names}
    schema = INDICATOR_DAY.arrow_schema
    operation = pa.table({name: columns[name] for name in schema.names}).cast(schema)
    held = engine.query("select * from indicator.indicator_day").select(schema.names).cast(schema)
    engine.register(INDICATOR_DAY.full_name, pa.concat_tables([held, operation]))


def _frame(rows: pa.Table) -> pd.DataFrame:
    return rows.to_pandas(date_as_object=True)
