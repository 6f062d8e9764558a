"""The Dagster skin of assess: one asset a run, over all days that the lake holds."""

import datetime as dt
import logging
from collections.abc import Iterator
from typing import Any

import dagster as dg
import pandas as pd
import pyarrow as pa

from pipelines import lake as lakes
from pipelines.assess.alarms.arrival import count_arrivals
from pipelines.assess.alarms.canary_reference import add_references
from pipelines.assess.alarms.concern import tabulate_concerns
from pipelines.assess.alarms.data_call import call_engineers
from pipelines.assess.alarms.raising import find_faults, raise_all, tell_people
from pipelines.assess.days.calendar import WHOLE_WEEK, Calendar, read_calendars, set_quiet, set_running
from pipelines.assess.days.day import local_today
from pipelines.assess.days.deployment import tabulate_deployments
from pipelines.assess.days.health import READ as HEALTH
from pipelines.assess.days.health import assess_health, tabulate_health
from pipelines.assess.equity.corrected_groups import correct_groups
from pipelines.assess.equity.groups import compare_groups
from pipelines.assess.history.bridge import tabulate_bridges
from pipelines.assess.history.canary import ANSWERED, count_inconsistent
from pipelines.assess.history.change import tabulate_changes
from pipelines.assess.history.drift import REFERENCE_WEEKS, assess_drift, index_observations
from pipelines.assess.history.phases import find_phases
from pipelines.assess.history.shift import tabulate_shifts
from pipelines.assess.history.text_drift import compare_texts, tabulate_areas
from pipelines.assess.impossible import leave_impossible
from pipelines.assess.level.appetite import tabulate_appetites
from pipelines.assess.level.cluster import gather_clusters
from pipelines.assess.level.measuring import compare_late_with_early, count_different_groups
from pipelines.assess.level.observation import (
    Background,
    place_on_calendar,
)
from pipelines.assess.level.readiness import assess_readiness, list_unmeasured, read_held
from pipelines.assess.observing import observe
from pipelines.assess.register.counting import list_records, measure_register
from pipelines.assess.register.likelihood import assess_likelihoods
from pipelines.assess.register.proposing import speak_to_register
from pipelines.assess.reviews.misses import tabulate_misses
from pipelines.assess.reviews.reviewed import assess_reviews
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.lake import Lake
from pipelines.schemas import assessment as schemas
from pipelines.schemas.indicator import INDICATOR_DAY
from pipelines.schemas.table import Table
from pipelines.settings import POOL, REPOSITORY, Home
from risk_register.appetites import list_decisions
from risk_register.changes import list_changes
from risk_register.deployments import ensure_deployment
from risk_register.store import open_store
from risk_register.watched import WATCHED

SQL = REPOSITORY / "sql" / "assessment"
LOG = logging.getLogger("plimsoll.assess")
ACTOR = "plimsoll"
RECENT_DAYS = 31
"""A month; reading more would make a run dearer the longer the history."""
READ = (
    "indicator.indicator_day",
    "indicator.indicator_bucket",
    "indicator.indicator_histogram",
    "indicator.indicator_week",
    "indicator.indicator_week_bucket",
    *HEALTH,
    "indicator.feature_day",
    "indicator.version_day",
)


def build(home: Home, counted: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset that judges what was counted; `counted` are the assets it reads."""

    @dg.multi_asset(
        name="assess",
        specs=[
            dg.AssetSpec(
                table.full_name.split("."), group_name="assessment", deps=counted, description=table.meaning
            )
            for table in schemas.TABLES
        ],
        pool=POOL,
    )
    def assess() -> Iterator[dg.MaterializeResult]:
        assess_all(home, at=dt.datetime.now(dt.UTC))
        yield from (dg.MaterializeResult(asset_key=table.full_name.split(".")) for table in schemas.TABLES)

    return assess


def assess_all(home: Home, *, at: dt.datetime) -> tuple[str, ...]:
    """Replace every assessment table in one generation; returns whose people could not be told, and why."""
    store = open_store(home.governance_url)
    with lakes.write(home.lake, by="assess") as commit, DuckDBEngine() as engine:
        lake = commit.lake
        calendars = read_calendars(lake)
        if not calendars:
            return ()
        known = _rows(lake, "ledger.deployment")
        for row in known:
            ensure_deployment(
                store, deployment_id=row["deployment_id"], title=row["title"], actor=ACTOR, at=at
            )
        definitions = {row["indicator_id"]: row for row in _rows(lake, "indicator.definition")}
        detectors = _rows(lake, "finding.detector")
        engine.attach(lake, READ)
        engine.attach(lake, ["staging.conversation"], days=_recent_days(calendars))
        zones = {row["deployment_id"]: row["zone"] for row in known}
        calendars = set_running(calendars, {name: local_today(at, zones[name]) for name in calendars})
        health = assess_health(engine, lake, calendars=calendars, zones=zones, at=at)
        calendars = set_quiet(calendars, health.quiet)
        changes = tabulate_changes(
            engine.query(_read("change")).to_pylist(),
            {name: list_changes(store, name) for name in calendars},
        )
        background = Background(
            definitions,
            calendars,
            {name: list_decisions(store, name) for name in calendars},
            find_phases(store, changes, calendars),
            health.states,
            _read_detectors(engine),
        )
        features = _frame(engine.query("select * from indicator.feature_day"))
        areas = compare_texts(commit, calendars, reference_weeks=REFERENCE_WEEKS)
        drift = assess_drift(features, calendars, tabulate_areas(areas, reference_weeks=REFERENCE_WEEKS))
        unmeasured = list_unmeasured(definitions, detectors)
        arrived = count_arrivals(
            commit, [definitions[name] for name in WATCHED if name in definitions.keys() - unmeasured]
        )
        _add_operation(engine)
        counts = _without(_frame(engine.query(_read("period"))), unmeasured)
        counts = counts[counts["deployment_id"].isin(list(calendars))]  # of others all was rejected
        counts = place_on_calendar(leave_impossible(counts, definitions), background)
        clusters = gather_clusters(engine.query(_read("period_bucket")), engine.query(_read("cluster_size")))
        reviewed = assess_reviews(commit, store, background, counts, at=at)
        canary = {name: _rows(lake, f"finding.canary_{name}") for name in ("probe", "run")}
        asked_again = add_references(canary["run"], canary["probe"], changes.to_pylist())
        raised = raise_all(
            store,
            lake,
            background,
            arrived=arrived,
            corrections=reviewed.correction,
            detectors=detectors,
            changes=changes,
            drift=drift,
            features=features,
            canary_runs=asked_again,
            faults=find_faults(health.alerts),
            at=at,
        )
        groups = compare_groups(counts, definitions, detectors, clusters, calendars).to_pylist()
        groups = correct_groups(groups, reviewed.strata, reviewed.tallies, definitions)
        equity = pa.Table.from_pylist(groups, schema=schemas.EQUITY.arrow_schema)
        computed = [
            *index_observations(drift),
            *reviewed.measured,
            *compare_late_with_early(counts),
            *count_different_groups(equity),
            *measure_register(store, background, zones=zones),
        ]
        inconsistent = [
            row
            for row in count_inconsistent(canary["probe"], canary["run"])
            if row["deployment_id"] in calendars
        ]
        raw, charts = observe(
            store,
            background,
            counts=pd.concat([counts, pd.DataFrame(inconsistent)]) if inconsistent else counts,
            histograms=_without(_frame(engine.query(_read("period_histogram"))), unmeasured),
            clusters=clusters,
            computed=[row for row in computed if row["indicator_id"] in definitions],
            zones=zones,
            changes=changes,
            at=at,
        )
        asked = {row["deployment_id"] for row in inconsistent}
        tables = {
            schemas.OBSERVATION: pa.concat_tables(
                [_conform(raw, schemas.OBSERVATION), reviewed.observations]
            ),
            schemas.CHART: charts,
            schemas.LIKELIHOOD: assess_likelihoods(
                counts, definitions, changes, calendars, reviewed.correction
            ),
            schemas.CORRECTION: reviewed.correction,
            schemas.DETECTOR_PERFORMANCE: reviewed.performance,
            schemas.EQUITY: equity,
            schemas.ALARM: tabulate_concerns(raised.concerns),
            schemas.ALARM_STREAM: raised.streams,
            schemas.NEEDS_EYES: raised.needs_eyes,
            schemas.CANARY_RUN: pa.Table.from_pylist(asked_again, schema=schemas.CANARY_RUN.arrow_schema),
            schemas.DRIFT: drift,
            schemas.DRIFT_SHIFT: tabulate_shifts(features, drift, calendars),
            schemas.BRIDGE: tabulate_bridges(lake),
            schemas.MISS_RATE: tabulate_misses(lake, calendars),
            schemas.TEXT_AREA: areas,
            schemas.DATA_QUALITY: engine.query(_read("data_quality")),
            schemas.CHANGE: changes,
            schemas.APPETITE: tabulate_appetites(background),
            schemas.READINESS: assess_readiness(
                {
                    name: read_held(
                        lake,
                        name,
                        records=reviewed.records(name)
                        | list_records(store, name)
                        | ({ANSWERED} if name in asked else frozenset())
                        | ({WHOLE_WEEK} if calendar.has_whole_week() else frozenset()),
                    )
                    for name, calendar in calendars.items()
                },
                definitions,
                detectors,
                since=engine.query(_read("counted_since")).to_pylist(),
            ),
            schemas.DEPLOYMENT: tabulate_deployments(lake, known, calendars),
            **tabulate_health(engine, health),
        }
        LOG.info("  assess: %d observations", tables[schemas.OBSERVATION].num_rows)
        for table, rows in tables.items():
            commit.replace_all(table.full_name, _conform(rows, table))
    speak_to_register(
        store,
        tables[schemas.OBSERVATION],
        definitions,
        deployment_ids=calendars,
        actor=ACTOR,
        at=at,
    )
    # After the generation is current: killed in between, the next run tells the same.
    call_engineers(store, health.alerts, calendars, at=at)
    return tell_people(store, raised, calendars, at=at)


def _read_detectors(engine: DuckDBEngine) -> dict[str, dict[dt.date, str]]:
    """The detectors that scored each day, by deployment."""
    found: dict[str, dict[dt.date, str]] = {}
    for row in engine.query(_read("detector_day")).to_pylist():
        found.setdefault(row["deployment_id"], {})[row["day"]] = row["detectors"]
    return found


def _without(rows: pd.DataFrame, indicators: frozenset[str]) -> pd.DataFrame:
    """The rows of indicators that can be measured: what only a judge can see has no number without one."""
    return rows[~rows["indicator_id"].isin(indicators)].reset_index(drop=True)


def _add_operation(engine: DuckDBEngine) -> None:
    """Show data-quality counts beside the other indicators, in the same table; after `assess_health`."""
    rows = engine.query(_read("operation_day"))
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


def _recent_days(calendars: dict[str, Calendar]) -> list[dt.date]:
    """The last days with data of every deployment: how often people come back is read from these alone."""
    return sorted({day for calendar in calendars.values() for day in sorted(calendar.present)[-RECENT_DAYS:]})


def _rows(lake: Lake, name: str) -> list[dict[str, Any]]:
    rows = lake.read(name)
    return [] if rows is None else rows.to_pylist()


def _frame(rows: pa.Table) -> pd.DataFrame:
    return rows.to_pandas(date_as_object=True)


def _conform(rows: pa.Table, table: Table) -> pa.Table:
    return rows.select(table.arrow_schema.names).cast(table.arrow_schema)


def _read(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")
