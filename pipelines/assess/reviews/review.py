"""Reviews as counts: what people and detectors say of the same conversations, stratum by stratum.

An indicator is counted twice over the labelled conversations, by its own SQL: once on what the detectors
found, once on what a person saw. No second definition can drift away from the first. What is kept are sums
of a sample's strata; estimates are made of them in `correction`. Labels come from the governance store, text
is not needed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import logging
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from methods.review_estimates import gather_moments
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.lake.lake import Commit, Lake
from pipelines.schemas.assessment import REVIEW_STRATUM, REVIEW_TALLY
from pipelines.schemas.table import USER_SLICES
from pipelines.settings import REPOSITORY
from risk_register.database.store import Store
from risk_register.errors import DesignLostError
from risk_register.review.reviews import LabelExport, export_labels, list_samples

SQL = REPOSITORY / "sql" / "assessment" / "reviewed_conversation.sql"
LOG = logging.getLogger("plimsoll.assess")
TABLES = (REVIEW_STRATUM, REVIEW_TALLY)
READ_TABLE = re.compile(r"\bfact\.(\w+)")
SEEN = frozenset(re.findall(r"answered\.(\w+) as", SQL.read_text(encoding="utf-8"))) | {
    "is_escalated",
    "is_escalated_at_risk",
    "has_support_after_risk",
}
"""Columns of a conversation that a label decides."""

CORRECTED_KINDS = ("proportion", "rate_per_1000")

CASES = {"user_at_risk": ("user_risk_level", 2), "suicidal_thoughts": ("suicidal_level", 1),
         "assistant_harm": ("harm_level", 2)}  # fmt: skip
"""What a detector is judged by, beside the indicators: a column of a conversation and its least level."""

Values = NDArray[np.float64]


def choose_corrected(definitions: Mapping[str, Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Indicators that labels of whole conversations can correct, and whose numbers a detector decides."""
    return [
        one
        for one in definitions.values()
        if one["computed_by"] == "sql"
        and one["unit"] == "conversation"
        and one["kind"] in CORRECTED_KINDS
        and "signal:" in one["needs"]
        and set(READ_TABLE.findall(one["sql"])) == {"conversation"}
        and any(f"conversation.{name}" in one["sql"] for name in SEEN)
    ]


def tally_reviews(
    commit: Commit,
    store: Store,
    definitions: Mapping[str, Mapping[str, Any]],
    *,
    deployments: Iterable[str],
    at: dt.datetime,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Bring the tallies of every sample up to date; returns strata and tallies of all of them.

    A sample whose labels, facts and definitions have not changed is taken from the lake. One whose design is
    lost is left out: nothing is estimated from it.
    """
    chosen = choose_corrected(definitions)
    held = {table: _held(commit.lake, table.full_name) for table in TABLES}
    parts: dict[Any, list[pa.Table]] = {table: [table.empty()] for table in TABLES}
    for deployment in deployments:
        for sample in list_samples(store, deployment):
            try:
                export = export_labels(store, sample_id=sample.sample_id, at=at)
            except DesignLostError as error:
                LOG.warning("  %s", error)
                continue
            source = _hash(commit.lake, export, chosen)
            known = {table: _of(held[table], sample.sample_id, source) for table in TABLES}
            fresh = (
                known if known[REVIEW_STRATUM].num_rows else tally_sample(commit.lake, export, chosen, source)
            )
            for table in TABLES:
                parts[table].append(fresh[table])
    for table in TABLES:
        rows = pa.concat_tables(parts[table])
        if rows.num_rows or held[table].num_rows:
            commit.replace_all(table.full_name, rows)
        parts[table] = [rows]
    strata, tallies = (parts[table][0].to_pandas(date_as_object=True) for table in TABLES)
    return strata, tallies


def tally_sample(
    lake: Lake, export: LabelExport, definitions: Sequence[Mapping[str, Any]], source: str
) -> dict[Any, pa.Table]:
    """The strata and tallies of one sample."""
    sample = export.sample
    days = [sample.week + dt.timedelta(days=number) for number in range(7)]
    rows = lake.read("fact.conversation", days=days, deployment_id=sample.deployment_id)
    if rows is None:
        rows = pa.table({"conversation_id": pa.array([], pa.string())})
    given = pa.array([one.conversation_id for one in export.labels], pa.string())
    rows = rows.filter(pc.is_in(rows["conversation_id"], given))
    known = set(rows["conversation_id"].to_pylist())  # what was cut anew or erased since is not there
    labelled = Counter(one.stratum_id for one in export.labels if one.conversation_id in known)
    labels = {label.conversation_id: label for label in export.counted}
    facts = rows.filter(pc.is_in(rows["conversation_id"], pa.array(list(labels), pa.string())))
    ids: list[str] = facts["conversation_id"].to_pylist()
    order = [stratum.stratum_id for stratum in export.strata]
    place = np.array([order.index(labels[name].stratum_id) for name in ids], dtype=int)
    seen, counted = _count_twice(facts, [labels[name].answers for name in ids], ids, definitions)
    own = {"deployment_id": sample.deployment_id, "week": sample.week, "sample_id": sample.sample_id}
    own |= {"source": source}
    strata = [
        own
        | {
            "stratum_id": one.stratum_id,
            "language": one.language,
            "level": one.level,
            "is_flagged": one.is_flagged,
            "unit_count": one.unit_count,
            "sample_count": one.sample_count,
            "reviewed_count": labelled[one.stratum_id],
            "overdue_count": one.overdue_count,
            "coming_count": one.coming_count,
            "waiting_count": one.waiting_count,
            "passed_over_count": one.passed_over_count,
            "detector_version": sample.detector_version,
        }
        for one in export.strata
    ]
    slices = {("all", "all"): np.ones(len(ids), dtype=bool)}
    for group in USER_SLICES if ids else ():
        column = np.array(facts[group].to_pylist(), dtype=object)
        slices |= {(group, str(value)): column == value for value in sorted(set(column))}
    tallies = []
    for name in seen:
        both = np.hstack([seen[name], counted[name]])
        for (group, value), mask in slices.items():
            if group != "all" and name.startswith("case:") and name != "case:user_at_risk":
                continue
            found = gather_moments(place, both * mask[:, None], count=len(order))
            tallies += [
                own
                | {"stratum_id": order[position], "indicator_id": name, "slice": group, "slice_value": value}
                | {
                    "sums": found.sums[position].tolist(),
                    "products": found.products[position].ravel().tolist(),
                }
                for position in np.flatnonzero(found.sums.any(axis=1)).tolist()
            ]
    return {
        REVIEW_STRATUM: pa.Table.from_pylist(strata, schema=REVIEW_STRATUM.arrow_schema),
        REVIEW_TALLY: pa.Table.from_pylist(tallies, schema=REVIEW_TALLY.arrow_schema),
    }


def _count_twice(
    facts: pa.Table,
    answers: Sequence[Mapping[str, int]],
    ids: Sequence[str],
    definitions: Sequence[Mapping[str, Any]],
) -> tuple[dict[str, Values], dict[str, Values]]:
    """Numerator and denominator of every unit, by what people saw and by what detectors counted."""
    if not ids:
        return {}, {}
    said = [
        (name, signal, level)
        for name, each in zip(ids, answers, strict=True)
        for signal, level in each.items()
    ]
    names, signals, levels = zip(*said, strict=True) if said else ((), (), ())
    with DuckDBEngine(threads=1) as engine:
        engine.register("unit.labelled", pa.table({"conversation_id": pa.array(ids, pa.string())}))
        engine.register(
            "unit.answer",
            pa.table(
                {
                    "conversation_id": pa.array(names, pa.string()),
                    "signal_id": pa.array(signals, pa.string()),
                    "level": pa.array(levels, pa.int64()),
                }
            ),
        )
        engine.register("fact.conversation", facts)
        reviewed = engine.query(SQL.read_text(encoding="utf-8"))
        counted = _count(engine, ids, definitions) | _judge(facts, ids)
        engine.register("fact.conversation", reviewed)
        seen = _count(engine, ids, definitions) | _judge(reviewed, ids)
    wrong = np.array([[float("a_misinformation" in each), 1.0] for each in answers])
    seen["case:inaccuracy"], counted["case:inaccuracy"] = wrong, np.zeros_like(wrong)
    return seen, counted


def _count(
    engine: DuckDBEngine, ids: Sequence[str], definitions: Sequence[Mapping[str, Any]]
) -> dict[str, Values]:
    place = {name: position for position, name in enumerate(ids)}
    found = {}
    for one in definitions:
        table = np.zeros((len(ids), 2))
        rows = engine.query(one["sql"], json.loads(one["parameters"]))
        at = [place[name] for name in rows["unit_id"].to_pylist()]
        table[at, 0], table[at, 1] = rows["numerator"].to_numpy(), rows["denominator"].to_numpy()
        found[str(one["indicator_id"])] = table
    return found


def _judge(facts: pa.Table, ids: Sequence[str]) -> dict[str, Values]:
    order = {name: position for position, name in enumerate(facts["conversation_id"].to_pylist())}
    rows = [order[name] for name in ids]
    return {
        f"case:{case}": np.column_stack(
            [(facts[column].to_numpy()[rows] >= level).astype(float), np.ones(len(ids))]
        )
        for case, (column, level) in CASES.items()
    }


def _hash(lake: Lake, export: LabelExport, definitions: Sequence[Mapping[str, Any]]) -> str:
    """What a sample's tallies are made of."""
    week, deployment = export.sample.week, export.sample.deployment_id
    prints = lake.fingerprints("fact.conversation")
    said = [
        sorted([one.item_id, sorted(one.answers.items())] for one in export.labels),
        [
            [
                *(one.stratum_id, one.unit_count, one.labelled_count, one.overdue_count),
                *(one.coming_count, one.waiting_count, one.passed_over_count),
            ]
            for one in export.strata
        ],
        [prints.get((deployment, week + dt.timedelta(days=number)), "") for number in range(7)],
        [one["definition_version"] for one in definitions],
        SQL.read_text(encoding="utf-8"),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def _held(lake: Lake, name: str) -> pa.Table:
    table = next(table for table in TABLES if table.full_name == name)
    rows = lake.read(name)
    is_same = rows is not None and rows.schema.names == table.arrow_schema.names
    return rows.cast(table.arrow_schema) if rows is not None and is_same else table.empty()


def _of(rows: pa.Table, sample_id: str, source: str) -> pa.Table:
    return rows.filter(pc.and_(pc.equal(rows["sample_id"], sample_id), pc.equal(rows["source"], source)))
