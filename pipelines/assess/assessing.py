"""The work of assess: judge what was counted, replace every table in one generation, and tell people."""

from __future__ import annotations

import datetime as dt
import logging

import pandas as pd
import pyarrow as pa

from pipelines.assess.alarms.arrival import count_arrivals
from pipelines.assess.alarms.canary_reference import add_references
from pipelines.assess.alarms.concern import tabulate_concerns
from pipelines.assess.alarms.data_call import call_engineers
from pipelines.assess.alarms.raising import Raised, find_faults, raise_all, tell_people
from pipelines.assess.days.calendar import WHOLE_WEEK, read_calendars
from pipelines.assess.days.deployment import tabulate_deployments
from pipelines.assess.days.health import tabulate_health
from pipelines.assess.equity.corrected_groups import correct_groups
from pipelines.assess.equity.groups import compare_groups
from pipelines.assess.ground import Ground, read_ground, read_query, read_rows
from pipelines.assess.history.bridge import tabulate_bridges
from pipelines.assess.history.canary import ANSWERED, count_inconsistent
from pipelines.assess.history.drift import assess_drift, index_observations
from pipelines.assess.history.shift import tabulate_shifts
from pipelines.assess.history.text_drift import compare_texts, tabulate_areas
from pipelines.assess.level.appetite import tabulate_appetites
from pipelines.assess.level.measuring import compare_late_with_early, count_different_groups
from pipelines.assess.level.readiness import assess_readiness, read_held
from pipelines.assess.observing import observe
from pipelines.assess.register.counting import list_records, measure_register
from pipelines.assess.register.likelihood import assess_likelihoods
from pipelines.assess.register.proposing import speak_to_register
from pipelines.assess.reviews.misses import tabulate_misses
from pipelines.assess.reviews.reviewed import assess_reviews
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Commit
from pipelines.schemas import assessment as schemas
from pipelines.schemas.table import Table
from pipelines.settings import Home
from risk_register.alarm.watched import WATCHED
from risk_register.database.store import Store, open_store
from risk_register.register.deployments import ensure_deployment

LOG = logging.getLogger("plimsoll.assess")
ACTOR = "plimsoll"


def assess_all(home: Home, *, at: dt.datetime) -> tuple[str, ...]:
    """Replace every assessment table in one generation; returns whose people could not be told, and why."""
    store = open_store(home.governance_url)
    with lakes.write(home.lake, by="assess") as commit, DuckDBEngine() as engine:
        calendars = read_calendars(commit.lake)
        if not calendars:
            return ()
        deployments = read_rows(commit.lake, "ledger.deployment")
        for row in deployments:
            ensure_deployment(
                store, deployment_id=row["deployment_id"], title=row["title"], actor=ACTOR, at=at
            )
        ground = read_ground(engine, commit.lake, store, deployments=deployments, calendars=calendars, at=at)
        tables, raised = _judge(commit, engine, store, ground, at=at)
        LOG.info("  assess: %d observations", tables[schemas.OBSERVATION].num_rows)
        for table, rows in tables.items():
            commit.replace_all(table.full_name, _conform(rows, table))
    background = ground.background
    speak_to_register(
        store,
        tables[schemas.OBSERVATION],
        background.definitions,
        deployment_ids=background.calendars,
        actor=ACTOR,
        at=at,
    )
    # After the generation is current: killed in between, the next run tells the same.
    call_engineers(store, ground.health.alerts, background.calendars, at=at)
    return tell_people(store, raised, background.calendars, at=at)


def _judge(
    commit: Commit, engine: DuckDBEngine, store: Store, ground: Ground, *, at: dt.datetime
) -> tuple[dict[Table, pa.Table], Raised]:
    """All tables of a run, and whom it concerns."""
    lake, background, counts = commit.lake, ground.background, ground.counts
    calendars, definitions = background.calendars, background.definitions
    areas = compare_texts(commit, calendars)
    drift = assess_drift(ground.features, calendars, tabulate_areas(areas))
    arrived = count_arrivals(
        commit, [definitions[name] for name in WATCHED if name in definitions.keys() - ground.unmeasured]
    )
    reviewed = assess_reviews(commit, store, background, counts, at=at)
    probes, runs = (read_rows(lake, f"finding.canary_{name}") for name in ("probe", "run"))
    asked_again = add_references(runs, probes, ground.changes.to_pylist())
    inconsistent = [row for row in count_inconsistent(probes, runs) if row["deployment_id"] in calendars]
    raised = raise_all(
        store,
        lake,
        background,
        arrived=arrived,
        corrections=reviewed.correction,
        detectors=ground.detectors,
        changes=ground.changes,
        drift=drift,
        features=ground.features,
        clusters=ground.clusters,
        canary_runs=asked_again,
        faults=find_faults(ground.health.alerts),
        at=at,
    )
    raw_groups = compare_groups(counts, definitions, ground.detectors, ground.clusters, calendars).to_pylist()
    groups = correct_groups(raw_groups, reviewed.strata, reviewed.tallies, definitions, ground.clusters)
    equity = pa.Table.from_pylist(groups, schema=schemas.EQUITY.arrow_schema)
    computed = [
        *index_observations(drift, counts),
        *reviewed.measured,
        *compare_late_with_early(counts, ground.clusters),
        *count_different_groups(equity, {row["deployment_id"]: row["last_day"] for row in raw_groups}),
        *measure_register(store, background, zones=ground.zones),
    ]
    raw, charts = observe(
        store,
        background,
        counts=pd.concat([counts, pd.DataFrame(inconsistent)]) if inconsistent else counts,
        histograms=ground.histograms,
        clusters=ground.clusters,
        computed=[row for row in computed if row["indicator_id"] in definitions],
        zones=ground.zones,
        changes=ground.changes,
        at=at,
    )
    asked = {row["deployment_id"] for row in inconsistent}
    held = {
        name: read_held(
            lake,
            name,
            records=reviewed.records(name)
            | list_records(store, name)
            | ({ANSWERED} if name in asked else frozenset())
            | ({WHOLE_WEEK} if calendar.has_whole_week() else frozenset()),
        )
        for name, calendar in calendars.items()
    }
    counted_since = engine.query(read_query("counted_since")).to_pylist()
    return {
        schemas.OBSERVATION: pa.concat_tables([_conform(raw, schemas.OBSERVATION), reviewed.observations]),
        schemas.CHART: charts,
        schemas.LIKELIHOOD: assess_likelihoods(
            counts, definitions, ground.changes, calendars, reviewed.correction, clusters=ground.clusters
        ),
        schemas.CORRECTION: reviewed.correction,
        schemas.DETECTOR_PERFORMANCE: reviewed.performance,
        schemas.EQUITY: equity,
        schemas.ALARM: tabulate_concerns(raised.concerns),
        schemas.ALARM_STREAM: raised.streams,
        schemas.NEEDS_EYES: raised.needs_eyes,
        schemas.CANARY_RUN: pa.Table.from_pylist(asked_again, schema=schemas.CANARY_RUN.arrow_schema),
        schemas.DRIFT: drift,
        schemas.DRIFT_SHIFT: tabulate_shifts(ground.features, drift, calendars),
        schemas.BRIDGE: tabulate_bridges(lake),
        schemas.MISS_RATE: tabulate_misses(lake, calendars),
        schemas.TEXT_AREA: areas,
        schemas.DATA_QUALITY: engine.query(read_query("data_quality")),
        schemas.CHANGE: ground.changes,
        schemas.APPETITE: tabulate_appetites(background),
        schemas.READINESS: assess_readiness(held, definitions, ground.detectors, since=counted_since),
        schemas.DEPLOYMENT: tabulate_deployments(lake, ground.deployments, calendars),
        **tabulate_health(engine, ground.health),
    }, raised


def _conform(rows: pa.Table, table: Table) -> pa.Table:
    return rows.select(table.arrow_schema.names).cast(table.arrow_schema)
