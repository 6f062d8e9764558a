"""Runs the SQL: staging and findings become facts, facts become counts by day, slice and bucket.

What is counted is in `sql/fact` and `sql/indicators`; how it is added up is in `sql/aggregation`.
Nothing here divides: intervals and status are made in assess.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.errors import DefinitionError, StateError
from pipelines.indicators import age
from pipelines.indicators.definition import UNSEEN, Definition, dependencies
from pipelines.indicators.lineage import find_population
from pipelines.indicators.vocabulary import Computer, Kind, Unit
from pipelines.schemas.indicator import (
    HISTOGRAM_BUCKET,
    INDICATOR_BUCKET,
    INDICATOR_DAY,
    INDICATOR_HISTOGRAM,
    INDICATOR_WEEK,
    INDICATOR_WEEK_BUCKET,
    SLICE_BUCKET,
)
from pipelines.schemas.table import USER_SLICES, Table
from pipelines.settings import REPOSITORY

SQL = REPOSITORY / "sql"

PLACED_UNITS = (Unit.CONVERSATION, Unit.MESSAGE, Unit.EVENT, Unit.USER_WEEK)

USER_WEEK = "fact.user_week"
"""Made of the days of whole weeks whenever it is counted, and never kept: a day's run sees a part of it."""

SEEN_BY = frozenset({"fact.message", "fact.sight"})
"""Where it stands which signals were looked for in a message."""

AGE_BAND = "unit.age_band"
"""What each age band of the log says of being of age; made when facts are, from the bands that occur."""

COUNTED = (
    INDICATOR_DAY,
    INDICATOR_BUCKET,
    SLICE_BUCKET,
    INDICATOR_HISTOGRAM,
    HISTOGRAM_BUCKET,
    INDICATOR_WEEK,
    INDICATOR_WEEK_BUCKET,
)


@dataclass(frozen=True)
class IndicatorTables:
    """The counts of all indicators and the units of slices, in the declared schemas."""

    indicator_day: pa.Table
    indicator_bucket: pa.Table
    slice_bucket: pa.Table
    indicator_histogram: pa.Table
    histogram_bucket: pa.Table
    indicator_week: pa.Table
    indicator_week_bucket: pa.Table


def list_fact_sources() -> frozenset[str]:
    """The tables that must be on the engine before `build_facts`."""
    return frozenset(
        name
        for sql in _read_facts().values()
        for name in dependencies(sql)
        if not name.startswith(("fact.", "unit."))
    )


def build_facts(engine: DuckDBEngine, wanted: Iterable[str] | None = None) -> dict[str, pa.Table]:
    """Run the files of `sql/fact`, each after what it reads, and show each as `fact.<name>`.

    Args:
        engine: holds what they read of other layers.
        wanted: full names such as `fact.conversation`, made with the facts they read and no others; all if
            none are named.

    Returns the rows by full name.
    """
    files = _read_facts()
    waiting = list(files if wanted is None else wanted)
    order: dict[str, frozenset[str]] = {}
    for name in waiting:
        order[name] = dependencies(files[name]) & files.keys()
        waiting.extend(order[name] - order.keys())
    if any(AGE_BAND in dependencies(files[name]) for name in order):
        bands = engine.query("select distinct age_band from staging.conversation")["age_band"]
        engine.register(AGE_BAND, age.tabulate_ages(bands.to_pylist()))
    facts = {}
    for name in TopologicalSorter(order).static_order():
        facts[name] = engine.query(files[name])
        engine.register(name, facts[name])
    return facts


def count_units(engine: DuckDBEngine, definitions: tuple[Definition, ...]) -> IndicatorTables:
    """Count every indicator that SQL computes, over the facts that are on the engine.

    Raises:
        DefinitionError: an indicator returned a unit twice, an unknown unit, or a negative count.
        StateError: an id is there twice, so that rows could count twice, and the gate held no day for it.
    """
    rows: dict[Table, list[pa.Table]] = {table: [table.empty()] for table in COUNTED}
    for unit in PLACED_UNITS:
        chosen = [one for one in definitions if one.computed_by is Computer.SQL and one.unit is unit]
        if not chosen:
            continue
        _place_units(engine, unit)
        unseen = _find_unseen(engine, unit, frozenset[str]().union(*(one.looked_for for one in chosen)))
        if unit is not Unit.USER_WEEK:
            people = _aggregate(engine, "slice_bucket")
            rows[SLICE_BUCKET].append(_conform(people, SLICE_BUCKET, {"unit": unit.value}))
        for one in chosen:
            _register_rows(engine, one, unseen)
            named = {"indicator_id": one.indicator_id, "definition_version": one.definition_version}
            counts = _aggregate(engine, "indicator_day", population_is_found=one.population_is_found)
            buckets = _aggregate(engine, "indicator_bucket")
            if unit is Unit.USER_WEEK:
                counts = counts.filter(pc.is_in(counts["slice"], pa.array(["all", *USER_SLICES])))
                rows[INDICATOR_WEEK].append(_conform(counts, INDICATOR_WEEK, named))
                rows[INDICATOR_WEEK_BUCKET].append(_conform(buckets, INDICATOR_WEEK_BUCKET, named))
                continue
            rows[INDICATOR_DAY].append(_conform(counts, INDICATOR_DAY, named))
            rows[INDICATOR_BUCKET].append(_conform(buckets, INDICATOR_BUCKET, named))
            if one.kind is Kind.DISTRIBUTION:
                engine.register("unit.bin", pa.table({"lower_edge": pa.array(one.bins, pa.int64())}))
                engine.register("unit.binned", _aggregate(engine, "binned_unit"))
                for table in (INDICATOR_HISTOGRAM, HISTOGRAM_BUCKET):
                    rows[table].append(_conform(_aggregate(engine, table.name), table, named))
    return IndicatorTables(**{table.name: pa.concat_tables(parts) for table, parts in rows.items()})


def list_sources(one: Definition) -> frozenset[str]:
    """The facts from which an indicator is counted: those that its SQL reads, and what was looked for."""
    return dependencies(one.sql) | (
        SEEN_BY if one.looked_for and one.unit is not Unit.USER_WEEK else frozenset()
    )


def build_weeks(engine: DuckDBEngine) -> None:
    """Show `fact.user_week`, from the days of `fact.user_day` that are on the engine."""
    engine.register(USER_WEEK, engine.query(_read_facts()[USER_WEEK]))


def definitions_version(definitions: tuple[Definition, ...]) -> str:
    """One word for all definitions, all SQL of facts and aggregation, and how age bands are read."""
    digest = hashlib.sha256(Path(age.__file__).read_bytes())
    for one in definitions:
        digest.update(one.definition_version.encode())
    for folder in ("fact", "aggregation"):
        for path in sorted((SQL / folder).glob("*.sql")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:32]


def _place_units(engine: DuckDBEngine, unit: Unit) -> None:
    places = _aggregate(engine, f"{unit}_unit")
    engine.register("unit.place", places)
    repeated = _aggregate(engine, "repeated_unit")
    if repeated.num_rows:
        names = ", ".join(repeated["unit_id"].to_pylist())
        raise StateError(
            f"fact.{unit} holds these ids more than once: {names} (at most 5 shown). An id must be one row. "
            "Compute these days from the start (plimsoll run --from DAY --to DAY): the gate then holds those "
            "on which a message is stored twice, and the others are counted."
        )


def _find_unseen(engine: DuckDBEngine, unit: Unit, needed: frozenset[str]) -> pa.Table:
    """The units in which nobody looked for one of these signals (`unit_id`, `signal_id`)."""
    names = sorted(needed)
    roles = ["user" if name.startswith("u_") else "assistant" for name in names]
    if not names or unit is Unit.USER_WEEK:
        return pa.table({"unit_id": pa.array([], pa.string()), "signal_id": pa.array([], pa.string())})
    engine.register("unit.need", pa.table({"signal_id": names, "role": roles}))
    engine.register("unit.sight", _aggregate(engine, f"{unit}_sight"))
    return _aggregate(engine, "unseen_unit")


def _register_rows(engine: DuckDBEngine, one: Definition, unseen: pa.Table) -> None:
    rows = engine.query(one.sql, dict(one.parameters))
    if one.kind is Kind.DISTRIBUTION:
        engine.register("unit.distribution", rows)
        rows = _aggregate(engine, "distribution_row")
    if UNSEEN not in rows.column_names:
        rows = rows.append_column(UNSEEN, pa.repeat(pa.scalar(0, pa.int32()), rows.num_rows))
    engine.register("unit.counted", rows)
    fault = _aggregate(engine, "row_fault").to_pylist()[0]
    if any(fault.values()):
        raise DefinitionError(
            f"The indicator {one.indicator_id} returned {fault['stray_count']} rows whose unit_id is no "
            f"{one.unit}, {fault['repeated_count']} repeated units and {fault['impossible_count']} negative "
            "or missing counts. Its SQL must return one row a unit, with counts of 0 or more."
        )
    population = one.looked_for & find_population(one.sql, one.parameters)
    engine.register("unit.unseen", pa.table({"unit_id": _list_units(unseen, population)}))
    left = _list_units(unseen, one.looked_for)
    if len(left):
        engine.register("unit.counted", _leave_out(rows, left, is_count=one.kind is Kind.COUNT))


def _list_units(unseen: pa.Table, signals: frozenset[str]) -> pa.Array:
    """The units in which nobody looked for one of these."""
    is_named = pc.is_in(unseen["signal_id"], pa.array(sorted(signals), pa.string()))
    return unseen.filter(is_named)["unit_id"].unique()


def _leave_out(rows: pa.Table, unseen: pa.Array, *, is_count: bool) -> pa.Table:
    """The rows, with nothing counted and nothing clear where nobody looked.

    Of a count what was found stays: a banner that the log names was shown, whoever could read the words.
    """
    is_unseen = pc.is_in(rows["unit_id"], unseen)
    is_left = pc.and_(is_unseen, pc.equal(rows["numerator"], 0)) if is_count else is_unseen
    for name, value, chosen in (
        ("numerator", 0, is_left),
        ("denominator", 0, is_left),
        (UNSEEN, 1, is_unseen),
    ):
        column = rows[name]
        left = pc.if_else(chosen, pa.scalar(value, column.type), column)
        rows = rows.set_column(rows.schema.get_field_index(name), name, left)
    return rows


def _conform(rows: pa.Table, table: Table, constant: Mapping[str, str]) -> pa.Table:
    columns = [
        pa.repeat(constant[column.name], rows.num_rows)
        if column.name in constant
        else rows[column.name].cast(column.type)
        for column in table.columns
    ]
    return pa.table(columns, schema=table.arrow_schema)


def _aggregate(engine: DuckDBEngine, name: str, **parameters: bool) -> pa.Table:
    return engine.query((SQL / "aggregation" / f"{name}.sql").read_text(encoding="utf-8"), parameters)


def _read_facts() -> dict[str, str]:
    return {
        f"fact.{path.stem}": path.read_text(encoding="utf-8") for path in sorted((SQL / "fact").glob("*.sql"))
    }
