"""Folds delivered rows into what staging already holds, in a way that no order of delivery can change.

Only the threads that a delivery touches are cut anew, and of those only the days around what came and around
what it repeats: the cost does not depend on the length of the history. Finding what it repeats does
(`held_copy`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.ingest.episode import cut
from pipelines.ingest.mapping import DeploymentRule
from pipelines.ingest.once import find_order, keep_once, sort_rows
from pipelines.ingest.stage import DELIVERED_EVENT, DELIVERED_MESSAGE, DELIVERED_SCORE, local_dates
from pipelines.schemas.staging import CONVERSATION, EVENT, MESSAGE, SCORE
from pipelines.settings import REPOSITORY

SQL = REPOSITORY / "sql" / "staging"


@dataclass(frozen=True)
class Staged:
    """Rows of the staging tables."""

    message: pa.Table
    conversation: pa.Table
    event: pa.Table
    score: pa.Table

    def partitions(self) -> set[tuple[str, dt.date]]:
        """The (deployment, day) partitions with rows."""
        found: set[tuple[str, dt.date]] = set()
        for table in (self.message, self.event):
            pairs = table.select(["deployment_id", "day"]).group_by(["deployment_id", "day"]).aggregate([])
            found |= {(row["deployment_id"], row["day"]) for row in pairs.to_pylist()}
        return found


EMPTY = Staged(MESSAGE.empty(), CONVERSATION.empty(), EVENT.empty(), SCORE.empty())


def fold(
    engine: DuckDBEngine,
    held: Staged,
    messages: pa.Table,
    events: pa.Table,
    *,
    scores: pa.Table | None = None,
    rule: DeploymentRule,
) -> Staged:
    """All of `held` with the delivered rows folded in.

    Args:
        engine: what weighs copies and counts; its staging tables are replaced.
        held: what staging holds of the days around the delivered rows.
        messages: delivered messages, without episode.
        events: delivered events, without episode.
        scores: delivered scores of messages, without episode.
        rule: how the deployment's time is cut.
    """
    touched = pc.unique(
        pa.chunked_array([*messages["thread_id"].chunks, *events["thread_id"].chunks], pa.string())
    )
    delivered = _join(_of(held.message, touched), messages, DELIVERED_MESSAGE)
    message = _cut_episodes(keep_once(engine, delivered), rule)

    def ask() -> tuple[pa.Table, pa.Table, pa.Table]:
        engine.register("staging.message", message.drop_columns(["text"]))
        conversation = _as(engine.query(_read("conversation.sql")), CONVERSATION.arrow_schema)
        engine.register("staging.conversation", conversation)
        engine.register("staging.delivered_event", _join(_of(held.event, touched), events, DELIVERED_EVENT))
        event = _as(
            engine.query(_read("event.sql"), {"silence_hours": rule.silence_hours}), EVENT.arrow_schema
        )
        given = DELIVERED_SCORE.empty_table() if scores is None else scores
        engine.register("staging.delivered_score", _join(_of(held.score, touched), given, DELIVERED_SCORE))
        return conversation, event, _as(engine.query(_read("score.sql")), SCORE.arrow_schema)

    # Memory is used again by the thread that had it: what is large is done here, not in one that ends.
    with ThreadPoolExecutor(1, thread_name_prefix="ask") as aside:
        asked = aside.submit(ask)
        ordered = _ordered(_together(_not_of(held.message, touched), message), "turn")
        conversation, event, score = asked.result()
    return Staged(
        ordered,
        _ordered(_together(_not_of(held.conversation, touched), conversation), "started_at"),
        _ordered(_together(_not_of(held.event, touched), event), "event_id"),
        _ordered(_together(_not_of(held.score, touched), score), "message_id", "source", "name"),
    )


def _cut_episodes(kept: pa.Table, rule: DeploymentRule) -> pa.Table:
    """The rows as they lie, with episode, day and turn: they are moved once, at the end of the fold."""
    # Many logs give a question and its reply one time and no number. A reply that stood before its question
    # would answer nothing; where lines lay in a file says nothing once they have come in several.
    placed = kept.append_column("is_reply", pc.not_equal(kept["role"], "user"))
    order = find_order(placed, "thread_id", "sent_at", "source_turn", "is_reply", at_last="message_id")
    threads = kept["thread_id"].combine_chunks().dictionary_encode()
    codes = threads.indices.to_numpy(zero_copy_only=False).astype(np.int64)[order]
    moments = kept["sent_at"].cast(pa.int64()).to_numpy().astype(np.int64)[order]
    episodes = cut(codes, moments, silence_hours=rule.silence_hours, maximum_hours=rule.maximum_hours)
    starts = np.flatnonzero(np.diff(episodes, prepend=-1))
    first = pa.array(order[starts])
    identities = zip(
        kept["thread_id"].take(first).to_pylist(), kept["message_id"].take(first).to_pylist(), strict=True
    )
    ids = pa.array(
        [hashlib.blake2b(f"{a}:{b}".encode(), digest_size=16).hexdigest() for a, b in identities], pa.string()
    )
    days = local_dates(kept["sent_at"].combine_chunks().take(first), rule.zone)
    turns = np.arange(len(episodes)) - starts[episodes] if len(starts) else np.zeros(0, dtype=np.int64)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    index = pa.array(episodes[back])
    whole = kept.append_column("conversation_id", ids.take(index)).append_column("day", days.take(index))
    return _as(whole.append_column("turn", pa.array(turns[back], pa.int64())), MESSAGE.arrow_schema)


def _of(table: pa.Table, threads: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["thread_id"], value_set=threads))


def _not_of(table: pa.Table, threads: pa.Array) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table["thread_id"], value_set=threads)))


def _together(held: pa.Table, fresh: pa.Table) -> pa.Table:
    # An empty piece is a piece, too: all rows would be copied once more to be put together with it.
    return pa.concat_tables([held, fresh]) if held.num_rows else fresh


def _join(held: pa.Table, delivered: pa.Table, schema: pa.Schema) -> pa.Table:
    return _together(_as(held, schema), _as(delivered, schema))


def _as(table: pa.Table, schema: pa.Schema) -> pa.Table:
    return table.select(schema.names).cast(schema)


def _ordered(table: pa.Table, *last: str) -> pa.Table:
    """By day, conversation and what is named; all rows are of one deployment."""
    inner = ["conversation_id"] if last != ("event_id",) else []
    return sort_rows(table, "day", *inner, *last)


def _read(name: str) -> str:
    return (SQL / name).read_text(encoding="utf-8")
