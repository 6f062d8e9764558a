"""A home with a history to measure with: days of staging and findings without any text that means something.

The last month, which later days read, is of full size; days before it are thin, for of them a day reads the
logs alone, which are as long as if they were not.

Rows go straight into the lake, as ingest and detect would leave them; what those stages cost is measured
elsewhere. One day is drawn; the others are that day moved, with ids of their own. The same bytes for the same
numbers.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import random
from collections.abc import Iterator
from typing import Any

import duckdb
import pyarrow as pa

from pipelines.detect.cards import cards_table
from pipelines.detect.cascade import make_cascade
from pipelines.lake import lake as lakes
from pipelines.schemas import finding, ledger, staging
from pipelines.schemas.table import DATE, TIMESTAMP, Table
from pipelines.settings import Home

DEPLOYMENT = "bench"
FIRST_DAY = dt.date(2025, 11, 1)
MESSAGES_A_CONVERSATION = 6
FULL_DAYS, THINNER = 31, 50
MESSAGES_AT_ONCE = 500_000
PEOPLE = 50_000
OWN_IDS = {"conversation_id", "thread_id", "message_id", "event_id"}
"""Columns whose value is another on every day."""
DEFAULTS: dict[pa.DataType, Any] = {
    pa.string(): "unknown",
    pa.int64(): 0,
    pa.int8(): 0,
    pa.float64(): 0.0,
    pa.bool_(): False,
}
SIGNALS = (
    ("user", "u_suicidal_ideation", 2, 0.010),
    ("user", "u_acute_distress", 1, 0.040),
    ("user", "u_ai_reliance", 1, 0.010),
    ("assistant", "p_crisis_resource", 1, 0.020),
    ("assistant", "p_help_encouraged", 1, 0.040),
    ("assistant", "p_ai_disclosure", 1, 0.030),
    ("assistant", "a_out_of_scope_clinical", 2, 0.005),
)
"""Role, signal, level and the share of that role's messages in which it is found."""


def add_history(home: Home, *, days: int, conversations: int) -> tuple[list[dt.date], list[dt.date]]:
    """Fill an empty home with that many days; returns the thin days and those of that many conversations."""
    chosen = [FIRST_DAY + dt.timedelta(days=number) for number in range(days)]
    with lakes.write(home.lake, by="bench") as commit:
        known = {"deployment_id": DEPLOYMENT, "title": "Bench", "zone": "Europe/Berlin"}
        commit.replace_all(
            ledger.DEPLOYMENT.full_name,
            _table(ledger.DEPLOYMENT, [known | {"silence_hours": 12, "maximum_hours": 48}]),
        )
        commit.replace_all(finding.DETECTOR.full_name, cards_table(make_cascade()))
    thin, full = chosen[:-FULL_DAYS], chosen[-FULL_DAYS:]
    for part, size in ((thin, max(conversations // THINNER, 1)), (full, conversations)):
        at_once = max(1, MESSAGES_AT_ONCE // (size * MESSAGES_A_CONVERSATION))
        for start in range(0, len(part), at_once):
            add_days(home, part[start : start + at_once], conversations=size)
    return thin, full


def add_days(home: Home, days: list[dt.date], *, conversations: int) -> None:
    """Put these days in the place of what the home holds of them."""
    with duckdb.connect() as engine, lakes.write(home.lake, by="bench") as commit:
        engine.execute("set enable_progress_bar = false")
        for table, drawn in _draw_day(conversations).items():
            moved = [_move(engine, table, drawn, day) for day in days]
            commit.replace_days(table.full_name, pa.concat_tables(moved), {(DEPLOYMENT, day) for day in days})


def _move(engine: duckdb.DuckDBPyConnection, table: Table, drawn: pa.Table, day: dt.date) -> pa.Table:
    """The same rows on another day: dates and times later, each id another, people in another order."""
    later = (day - FIRST_DAY).days
    fields = []
    for column in table.columns:
        moved = f'"{column.name}"'
        if column.type in {DATE, TIMESTAMP}:
            moved += f" + to_days({later})"
        elif column.name in OWN_IDS:
            moved = f"md5({moved} || '{day}')"
        elif column.name == "user_id":
            moved = f"md5((hash({moved}, {later}) % {PEOPLE})::VARCHAR)"
        fields.append(moved)
    rows = engine.from_arrow(drawn).project(", ".join(fields)).to_arrow_table()
    return rows.rename_columns(table.arrow_schema.names).cast(table.arrow_schema)


@functools.cache
def _draw_day(conversations: int) -> dict[Table, pa.Table]:
    chance = random.Random(conversations)  # noqa: S311 - the same day in every run
    held = [_make_conversation(FIRST_DAY, number, chance) for number in range(conversations)]
    messages = [message for _, spoken in held for message in spoken]
    return {
        staging.CONVERSATION: _table(staging.CONVERSATION, [one for one, _ in held]),
        staging.MESSAGE: _table(staging.MESSAGE, messages),
        staging.EVENT: _table(staging.EVENT, list(_make_events(held, chance))),
        finding.FINDING: _table(finding.FINDING, list(_make_findings(messages, chance))),
        finding.COVERAGE: _table(
            finding.COVERAGE,
            [
                {name: message[name] for name in ("deployment_id", "day", "conversation_id", "message_id")}
                | {"detector_id": "lexicon", "detector_version": "bench", "state": "scored", "is_basis": True}
                for message in messages
            ],
        ),
    }


def _make_conversation(
    day: dt.date, number: int, chance: random.Random
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    began = dt.datetime.combine(day, dt.time(1), dt.UTC) + dt.timedelta(seconds=chance.randrange(70_000))
    ended = began + dt.timedelta(minutes=MESSAGES_A_CONVERSATION - 1)
    person = {
        "deployment_id": DEPLOYMENT,
        "day": day,
        "conversation_id": _name("conversation", day, number),
        "thread_id": _name("thread", day, number),
        "user_id": _name("user", chance.randrange(PEOPLE)),
        "language": "en",
        "model": "companion-3.1",
        "region": chance.choice(("US-CA", "GB", "DE", "IE")),
        "age_band": chance.choice(("18-24", "25-34", "35-49")),
        "surface": chance.choice(("ios", "android", "web")),
        "received_on": day,
    }
    counts = {"message_count": MESSAGES_A_CONVERSATION, "agent_message_count": 0}
    counts |= dict.fromkeys(("user_message_count", "assistant_message_count"), MESSAGES_A_CONVERSATION // 2)
    messages = [
        person
        | {
            "message_id": _name("message", day, number, turn),
            "turn": turn,
            "source_turn": turn,
            "role": "assistant" if turn % 2 else "user",
            "text": "." * chance.randrange(20, 400),
            "sent_at": began + dt.timedelta(minutes=turn),
            "sent_on": day,
            "copy_count": 1,
            "same_copy_count": 1,
        }
        for turn in range(MESSAGES_A_CONVERSATION)
    ]
    return person | counts | {"started_at": began, "ended_at": ended}, messages


def _make_findings(messages: list[dict[str, Any]], chance: random.Random) -> Iterator[dict[str, Any]]:
    for message in messages:
        for role, signal, level, share in SIGNALS:
            if message["role"] == role and chance.random() < share:
                yield {
                    name: message[name] for name in ("deployment_id", "day", "conversation_id", "message_id")
                } | {
                    "signal_id": signal,
                    "level": level,
                    "subject": "self",
                    "time": "current",
                    "score": 1.0,
                    "is_alert": True,
                    "is_deciding": True,
                    "evidence_id": "bench",
                    "detector_id": "lexicon",
                    "detector_version": "bench",
                }


def _make_events(
    held: list[tuple[dict[str, Any], list[dict[str, Any]]]], chance: random.Random
) -> Iterator[dict[str, Any]]:
    for one, _ in held:
        if chance.random() < 0.05:
            yield one | {
                "event_id": _name("event", one["conversation_id"]),
                "kind": "notice",
                "detail": chance.choice(("ai_disclosure", "crisis_banner")),
                "occurred_at": one["started_at"],
                "occurred_on": one["day"],
                "copy_count": 1,
            }


def _table(table: Table, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows in the declared schema; what is not said takes a value of its type."""
    missing = {
        column.name: None if column.nullable else DEFAULTS.get(column.type) for column in table.columns
    }
    names = [column.name for column in table.columns]
    filled = ({name: row.get(name, missing[name]) for name in names} for row in rows)
    return pa.Table.from_pylist(list(filled), schema=table.arrow_schema)


def _name(*parts: object) -> str:
    return hashlib.blake2b(repr(parts).encode(), digest_size=16).hexdigest()
