"""The Dagster skin of indicators: facts and counts of the days of a run, dependencies read from the SQL."""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from graphlib import TopologicalSorter

import dagster as dg
import pyarrow as pa

from pipelines.asked import read_days
from pipelines.computed import carried_inputs, indicator_inputs, record, recorded
from pipelines.decisions_version import require_current_decisions
from pipelines.discretion import Discretion
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.expiry import Expired, find_expired
from pipelines.indicators.compute import (
    COUNTED,
    SQL,
    USER_WEEK,
    build_facts,
    build_weeks,
    count_units,
    definitions_version,
    list_fact_sources,
    list_sources,
)
from pipelines.indicators.definition import Definition, definitions_table, dependencies
from pipelines.indicators.own import list_usable_definitions, load_home_definitions
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake
from pipelines.lake.partition import Partition, chunk
from pipelines.schemas import history
from pipelines.schemas import indicator as schemas
from pipelines.schemas.ledger import QUALITY
from pipelines.settings import POOL, Home

LOG = logging.getLogger("plimsoll.indicators")
DAILY = (
    schemas.FEATURE_DAY,
    schemas.QUALITY_DAY,
    schemas.RECEIVED_DAY,
    schemas.FIELD_DAY,
    schemas.FINDING_DAY,
    schemas.LANGUAGE_DAY,
    schemas.VERSION_DAY,
)
WHOLE = frozenset({"ledger.deployment", "finding.sight"})
"""Small tables that facts read and that are not cut into days."""
ONCE = frozenset({"conversation_id_is_unique", "event_id_is_unique", "message_id_is_unique"})
"""Rules of the gate by which a row is there once."""
WEEKLY = (schemas.INDICATOR_WEEK, schemas.INDICATOR_WEEK_BUCKET)


def build(home: Home, days: dg.PartitionsDefinition) -> list[dg.AssetsDefinition]:
    """The assets that compute facts and count indicators.

    While a definition of the home is not valid its own are missing, and a run that counts refuses.
    """
    facts = _facts()
    order = list(
        TopologicalSorter(
            {name: dependencies(sql) & facts.keys() for name, sql in facts.items()}
        ).static_order()
    )
    definitions = list_usable_definitions(home)
    origins = _origins(definitions)
    single = dg.BackfillPolicy.single_run()

    def spec(name: str, group: str, text: str) -> dg.AssetSpec:
        deps = [dg.AssetDep(origin.split(".")) for origin in origins[name]]
        return dg.AssetSpec(
            name.split("."), group_name=group, deps=deps, description=text, partitions_def=days
        )

    @dg.multi_asset(
        name="fact",
        specs=[spec(name, "fact", sql.splitlines()[0].removeprefix("-- ")) for name, sql in facts.items()],
        partitions_def=days,
        backfill_policy=single,
        pool=POOL,
    )
    def fact(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        require_current_decisions(home)
        compute_facts(home, read_days(context.run.tags, context.partition_keys))
        yield from (dg.MaterializeResult(asset_key=name.split(".")) for name in order)

    daily = [spec(table.full_name, "indicator", table.meaning) for table in DAILY]
    counted = [
        spec(f"indicator.{one.indicator_id}", "indicator", one.question) for one in definitions if one.sql
    ]

    @dg.multi_asset(
        name="indicator", specs=[*counted, *daily], partitions_def=days, backfill_policy=single, pool=POOL
    )
    def indicator(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        require_current_decisions(home)
        count_days(home, read_days(context.run.tags, context.partition_keys))
        yield from (dg.MaterializeResult(asset_key=one.key) for one in (*counted, *daily))

    return [fact, indicator]


def list_lineage(home: Home) -> list[dict[str, str]]:
    """Which table each fact, count and indicator is made from: a row for each origin, with its `target`."""
    origins = _origins(list_usable_definitions(home))
    return [{"target": target, "origin": origin} for target, named in origins.items() for origin in named]


def compute_facts(home: Home, days: Sequence[dt.date]) -> None:
    """Replace the facts of these days, a generation for each part that fits into memory."""
    for part in chunk(days, Lake(home.lake).row_counts("staging.message")):
        _compute(home, part)


@Discretion("counting of facts")
def _compute(home: Home, days: Sequence[dt.date]) -> None:
    with lakes.write(home.lake, by="fact") as commit, DuckDBEngine() as engine:
        earlier = {table.full_name for table in history.TABLES}
        doubled = _doubled(commit.lake, days)
        for deployment, day in sorted(doubled):
            LOG.warning("  facts: %s of %s is left out, for rows of it are stored twice", day, deployment)
        engine.attach(commit.lake, list_fact_sources() - earlier - WHOLE, days=days, without=doubled)
        engine.attach(commit.lake, WHOLE)
        _show_history(engine, commit.lake, days)
        staged, closed = _staged(commit.lake, days), _closed(commit.lake, days)
        for name, rows in build_facts(engine).items():
            if name == USER_WEEK:
                continue
            commit.replace_days(name, rows, (staged | _held(commit.lake, name, days)) - closed)


def count_days(home: Home, days: Sequence[dt.date]) -> None:
    """Replace the counts of these days, part by part, and write down from what they come."""
    definitions = load_home_definitions(home)
    for part in chunk(days, Lake(home.lake).row_counts("staging.message")):
        _count(home, part, definitions)


@Discretion("counting of indicators")
def _count(home: Home, days: Sequence[dt.date], definitions: tuple[Definition, ...]) -> None:
    with lakes.write(home.lake, by="indicator") as commit, DuckDBEngine() as engine:
        lake = commit.lake
        sources = {name for table in DAILY for name in dependencies(_aggregation(table.name))}
        sources |= {name for one in definitions if one.sql for name in list_sources(one)}
        sources |= {"fact.conversation", "fact.message", "fact.event"}
        facts = {name for name in sources if name.startswith("fact.")} - {USER_WEEK}
        engine.attach(lake, sorted(sources - facts - {USER_WEEK}), days=days)
        weeks = sorted({day - dt.timedelta(days=day.weekday()) for day in days})
        whole = [week + dt.timedelta(days=n) for week in weeks for n in range(7)]
        doubled = _doubled(lake, whole)
        engine.attach(lake, sorted(facts), days=days, without=doubled)
        engine.attach(lake, ["fact.user_day"], days=whole, without=doubled)
        build_weeks(engine)
        counts = count_units(engine, definitions)
        tables = {table.full_name: engine.query(_aggregation(table.name)) for table in DAILY}
        tables |= {table.full_name: getattr(counts, table.name) for table in COUNTED}
        staged, closed, expired = _staged(lake, days), _closed(lake, days), find_expired(lake, Expired.TEXT)
        for table in (*DAILY, *COUNTED):
            rows = _ordered(
                tables[table.full_name].select(table.arrow_schema.names).cast(table.arrow_schema), table.key
            )
            if table in WEEKLY:
                partitions = _weeks(lake, table.full_name, weeks, staged) - _weeks_of(closed)
            else:
                partitions = (staged | _held(lake, table.full_name, days)) - closed
            if table is schemas.FEATURE_DAY:
                partitions -= expired  # it counts the length of what was said
            commit.replace_days(table.full_name, rows, partitions)
        commit.replace_all(schemas.DEFINITION.full_name, definitions_table(definitions))
        present = {part for part in lake.partitions("staging.message") if part[1] in set(days)} - closed
        findings = recorded(lake, "finding")
        inputs = indicator_inputs(lake, findings, definitions_version(definitions))
        gone = {part for part in recorded(lake, "indicator") if part[1] in set(days)} - present - closed
        LOG.info("  indicators: %d definitions, %d counts", len(definitions), counts.indicator_day.num_rows)
        record(commit, "indicator", inputs, present & inputs.keys(), gone=gone)
        record(commit, "carried", carried_inputs(lake, present), present, gone=gone)


def _facts() -> dict[str, str]:
    """The SQL of every fact, by its table."""
    return {
        f"fact.{path.stem}": path.read_text(encoding="utf-8") for path in sorted((SQL / "fact").glob("*.sql"))
    }


def _origins(definitions: tuple[Definition, ...]) -> dict[str, list[str]]:
    """What each fact, table of counts and indicator reads, from its SQL; not its own days before."""
    made = {name: dependencies(sql) for name, sql in _facts().items()}
    made |= {f"indicator.{one.indicator_id}": list_sources(one) for one in definitions if one.sql}
    made |= {table.full_name: dependencies(_aggregation(table.name)) for table in DAILY}
    return {
        name: sorted(
            origin
            for origin in origins
            if origin not in WHOLE and not origin.startswith(("history.", "unit."))
        )
        for name, origins in made.items()
    }


def _show_history(engine: DuckDBEngine, lake: Lake, days: Sequence[dt.date]) -> None:
    """Show what the facts of these days read of the days before them."""
    for table in history.TABLES:
        before = history.LOOK_BACK_DAYS[table.name]
        earlier = {day - dt.timedelta(days=back) for day in days for back in range(1, before + 1)}
        rows = lake.read(f"fact.{table.name}", days=sorted(earlier - set(days)))
        engine.register(table.full_name, table.empty() if rows is None else rows)


def _weeks_of(parts: set[Partition]) -> set[Partition]:
    return {(deployment, day - dt.timedelta(days=day.weekday())) for deployment, day in parts}


def _weeks(lake: Lake, name: str, weeks: list[dt.date], staged: set[Partition]) -> set[Partition]:
    """The weeks (by their Monday) that hold a staged day, and those that a table holds."""
    return _weeks_of(staged) | _held(lake, name, weeks)


def _staged(lake: Lake, days: Sequence[dt.date]) -> set[Partition]:
    """The days that staging holds."""
    return _held(lake, "staging.message", days) | _held(lake, "staging.event", days)


def _closed(lake: Lake, days: Sequence[dt.date]) -> set[Partition]:
    """Days that stay as they are, for what they were counted from has expired."""
    chosen = set(days)
    closed = {part for part in find_expired(lake, Expired.FINDING) if part[1] in chosen}
    if closed:
        LOG.warning("  %d days stay as they are, for their findings have expired", len(closed))
    return closed


def _doubled(lake: Lake, days: Sequence[dt.date]) -> set[Partition]:
    """Days that the gate holds because a row is there twice: joined, it would count in other days, too."""
    rows = lake.read(QUALITY.full_name, days=days, columns=["deployment_id", "day", "rule", "is_met"])
    return {
        (row["deployment_id"], row["day"])
        for row in ([] if rows is None else rows.to_pylist())
        if row["rule"] in ONCE and not row["is_met"]
    }


def _held(lake: Lake, name: str, days: Sequence[dt.date]) -> set[Partition]:
    """Days that a table holds, be it that staging no longer does."""
    chosen = set(days)
    return {part for part in lake.partitions(name) if part[1] in chosen}


def _aggregation(name: str) -> str:
    return (SQL / "aggregation" / f"{name}.sql").read_text(encoding="utf-8")


def _ordered(rows: pa.Table, key: tuple[str, ...]) -> pa.Table:
    return rows.sort_by([(name, "ascending") for name in key])
