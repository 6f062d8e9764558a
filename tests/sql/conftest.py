"""Rows for the SQL cases: a case states what matters, the rest is an ordinary day in one deployment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pytest

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.indicators.compute import build_facts, list_fact_sources
from pipelines.schemas import LAKE_TABLES
from pipelines.schemas.table import SLICES
from risk_register.content import load_taxonomy

Row = dict[str, Any]
Rows = dict[str, list[Row]]

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
DAY = NOON.date()

PLACE: Row = {
    "deployment_id": "companion",
    "day": DAY,
    "thread_id": "thread-0",
    "user_id": "0a",
    "received_on": DAY,
    **dict.fromkeys(SLICES, "unknown"),
}
CONVERSATION: Row = PLACE | {"started_at": NOON, "ended_at": NOON}
MESSAGE: Row = PLACE | {"conversation_id": "conversation-0", "sent_on": DAY}
EVENT: Row = PLACE | {"conversation_id": "conversation-0", "occurred_at": NOON, "occurred_on": DAY}
FINDING: Row = PLACE | {"subject": "self", "time": "current", "evidence_id": "rule", "detector_id": "lexicon",
                       "is_alert": True, "is_deciding": True, "is_basis": True}  # fmt: skip

EARLIER: Row = PLACE | {"conversation_id": "earlier-0"}
HISTORY_NAMES = {"history.thread_risk": "earlier_risk", "history.user_presence": "earlier_presence"}
"""What the cases call the rows of the days before."""

EVERYTHING = "everything"
"""The sight of a message in which every signal was looked for; a case names another one for less."""

FACT_ROWS: dict[str, Row] = {
    "conversation": CONVERSATION
    | {
        "message_count": 2,
        "has_scored_message": True,
        "is_reason_looked_for": True,
        "is_grounding_looked_for": True,
    },
    "message": MESSAGE
    | {"is_scored": True, "scoring_state": "scored", "deployment_hour": 12, "sight": EVERYTHING},
    "message_signal": FINDING | {"is_counted": True, "conversation_id": "conversation-0", "sent_at": NOON},
    "event": EVENT,
    "user_week": PLACE | {"started_at": NOON, "user_week_id": "0a:2026-03-02"},
    "user_return": PLACE,
    "notice_gap": PLACE,
    "resource_mention": PLACE | {"conversation_id": "conversation-0", "sent_at": NOON},
    "sight": PLACE,
}


@pytest.fixture(scope="session")
def engine() -> Iterator[DuckDBEngine]:
    """One engine for the cases of facts; every case registers all tables anew."""
    with DuckDBEngine(threads=1) as engine:
        yield engine


@pytest.fixture(scope="session")
def indicator_engine() -> Iterator[DuckDBEngine]:
    """One engine for the cases of indicators, on which nothing but `give_facts` puts facts."""
    with DuckDBEngine(threads=1) as engine:
        yield engine


@pytest.fixture(scope="session")
def fact_schemas(engine: DuckDBEngine) -> dict[str, pa.Schema]:
    """The columns that the fact files really have, by full name."""
    for name in list_fact_sources():
        engine.register(name, LAKE_TABLES[name].empty())
    return {name: rows.schema for name, rows in build_facts(engine).items()}


@pytest.fixture(scope="session")
def give_facts(indicator_engine: DuckDBEngine, fact_schemas: dict[str, pa.Schema]) -> Callable[[Rows], None]:
    """Put a case's facts on the engine, and take away those of the case before; empty ones stay."""
    stale = set(fact_schemas)

    def give(given: Rows) -> None:
        for name, rows in make_facts(given, fact_schemas).items():
            if rows.num_rows or name in stale:
                indicator_engine.register(name, rows)
            stale.discard(name)
            if rows.num_rows:
                stale.add(name)

    return give


@pytest.fixture
def give_sources(engine: DuckDBEngine) -> Callable[[Rows], None]:
    """Put a case's staging and findings on the engine."""

    def give(given: Rows) -> None:
        for name, rows in make_sources(given).items():
            engine.register(name, rows)

    return give


def make_facts(given: Rows, schemas: dict[str, pa.Schema]) -> dict[str, pa.Table]:
    """All fact tables, with the rows of a case in them."""
    if unknown := {f"fact.{name}" for name in given} - schemas.keys():
        raise ValueError(f"{unknown} are no facts")
    given = {"sight": [{"sight": EVERYTHING, "signal_id": one.id} for one in load_taxonomy().signals]} | given
    return {
        name: _table(
            [
                FACT_ROWS[name.removeprefix("fact.")] | _ids(name, place, row) | row
                for place, row in enumerate(given.get(name.removeprefix("fact."), []))
            ],
            schema,
        )
        for name, schema in schemas.items()
    }


def make_sources(given: Rows) -> dict[str, pa.Table]:
    """The tables below the facts: messages follow each other by a minute, and the detector read them all."""
    names = {name: HISTORY_NAMES.get(name, name.partition(".")[2]) for name in list_fact_sources()}
    known = set(names.values())
    if unknown := given.keys() - known:
        raise ValueError(f"{unknown} are no tables that facts read")
    messages = [
        MESSAGE
        | {
            "message_id": f"message-{place}",
            "turn": place,
            "sent_at": NOON + dt.timedelta(minutes=row.get("turn", place)),
        }
        | row
        for place, row in enumerate(given.get("message", []))
    ]
    rows: dict[str, list[Row]] = {
        "message": messages,
        "conversation": _conversations(messages, given.get("conversation", [])),
        "event": [
            EVENT
            | {"event_id": f"event-{place}", "occurred_at": NOON + dt.timedelta(minutes=row.get("minute", 0))}
            | {key: value for key, value in row.items() if key != "minute"}
            for place, row in enumerate(given.get("event", []))
        ],
        "finding": [FINDING | {"conversation_id": "-", "level": 2} | row for row in given.get("finding", [])],
        "coverage": given.get("coverage", [])
        or [{"message_id": m["message_id"], "state": "scored"} for m in messages if m["role"] != "agent"],
        "language": [FINDING | row for row in given.get("language", [])],
        "sight": given.get("sight", []),
        "deployment": given.get("deployment", [{"zone": "UTC"}]),
        "earlier_risk": [EARLIER | row for row in given.get("earlier_risk", [])],
        "earlier_presence": [PLACE | row for row in given.get("earlier_presence", [])],
    }
    rows["coverage"] = [FINDING | row for row in rows["coverage"]]
    rows["deployment"] = [{"deployment_id": "companion"} | row for row in rows["deployment"]]
    return {name: _table(rows[place], LAKE_TABLES[name].arrow_schema) for name, place in names.items()}


def _conversations(messages: list[Row], stated: list[Row]) -> list[Row]:
    by_id = {row.get("conversation_id", "conversation-0"): row for row in stated}
    ids = list(dict.fromkeys([*(m["conversation_id"] for m in messages), *by_id]))
    made = []
    for name in ids:
        own = [m for m in messages if m["conversation_id"] == name]
        counts = {f"{role}_message_count": sum(m["role"] == role for m in own) for role in
                  ("user", "assistant", "agent")}  # fmt: skip
        first, last = (own[0]["sent_at"], own[-1]["sent_at"]) if own else (NOON, NOON)
        made.append(
            CONVERSATION
            | {"conversation_id": name, "message_count": len(own), "started_at": first, "ended_at": last}
            | counts
            | by_id.get(name, {})
        )
    return made


KEYED = {"conversation_id", "message_id", "event_id"}


def _ids(name: str, place: int, row: Row) -> Row:
    if name == "fact.message_signal":
        return {"message_id": "message-0"}
    key = f"{name.removeprefix('fact.')}_id"
    own = {} if key in row or key not in KEYED else {key: f"{name.removeprefix('fact.')}-{place}"}
    return own | ({"sent_at": NOON + dt.timedelta(minutes=place)} if name == "fact.message" else {})


def _table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    if (
        stray := {key for row in rows for key in row if key not in schema.names}
        - PLACE.keys()
        - FINDING.keys()
    ):
        raise ValueError(f"{stray} are no columns; there are {schema.names}")
    filled = [{field.name: row.get(field.name, _ordinary(field)) for field in schema} for row in rows]
    return pa.Table.from_pylist(filled, schema=schema)


def _ordinary(field: pa.Field) -> object:
    if field.name.startswith("first_") or field.name in {"source_turn", "connection_seconds", "version_on"}:
        return None
    if pa.types.is_boolean(field.type):
        return False
    if pa.types.is_integer(field.type) or pa.types.is_floating(field.type):
        return 0
    return "unknown"
