"""Folds delivered rows into what staging already holds, in a way that no order of delivery can change.

Only the threads that a delivery touches are cut anew, and of those only the days around what came: the
cost does not depend on the length of the history.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.ingest.episode import cut
from pipelines.ingest.mapping import DeploymentRule
from pipelines.ingest.once import keep_once, sort_rows
from pipelines.ingest.stage import DELIVERED_EVENT, DELIVERED_MESSAGE, DELIVERED_SCORE, local_dates
from pipelines.schemas.staging import CONVERSATION, EVENT, MESSAGE, SCORE
from pipelines.settings import REPOSITORY

LIGHT_SCHEMA = pa.schema(
    [*(one for one in MESSAGE.arrow_schema if one.name != "text"), pa.field("place", pa.int64())]
)
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
    held: Staged,
    messages: pa.Table,
    events: pa.Table,
    *,
    scores: pa.Table | None = None,
    rule: DeploymentRule,
) -> Staged:
    """All of `held` with the delivered rows folded in.

    Args:
        held: what staging holds of the days around the delivered rows.
        messages: delivered messages, without episode.
        events: delivered events, without episode.
        scores: delivered scores of messages, without episode.
        rule: how the deployment's time is cut.
    """
    touched = pc.unique(
        pa.chunked_array([*messages["thread_id"].chunks, *events["thread_id"].chunks], pa.string())
    )
    untouched = _not_of(held.message, touched)
    delivered = _join(_of(held.message, touched), messages, DELIVERED_MESSAGE)
    # Texts are most of the bytes and decide nothing: they are moved once, by their places, at the end.
    texts = pa.chunked_array([*untouched["text"].chunks, *delivered["text"].chunks], pa.string())
    with DuckDBEngine() as engine:
        light = _without_texts(delivered, first=untouched.num_rows)
        message = _cut_episodes(keep_once(engine, light), rule)
        engine.register("staging.message", message)
        conversation = _as(engine.query(_read("conversation.sql")), CONVERSATION.arrow_schema)
        engine.register("staging.conversation", conversation)
        engine.register("staging.delivered_event", _join(_of(held.event, touched), events, DELIVERED_EVENT))
        event = _as(
            engine.query(_read("event.sql"), {"silence_hours": rule.silence_hours}), EVENT.arrow_schema
        )
        given = DELIVERED_SCORE.empty_table() if scores is None else scores
        engine.register("staging.delivered_score", _join(_of(held.score, touched), given, DELIVERED_SCORE))
        score = _as(engine.query(_read("score.sql")), SCORE.arrow_schema)
    all_messages = pa.concat_tables(
        [_without_texts(untouched, first=0).select(LIGHT_SCHEMA.names).cast(LIGHT_SCHEMA), message]
    )
    return Staged(
        _with_texts(_ordered(all_messages, "turn"), texts),
        _ordered(pa.concat_tables([_not_of(held.conversation, touched), conversation]), "started_at"),
        _ordered(pa.concat_tables([_not_of(held.event, touched), event]), "event_id"),
        _ordered(pa.concat_tables([_not_of(held.score, touched), score]), "message_id", "source", "name"),
    )


def _without_texts(messages: pa.Table, *, first: int) -> pa.Table:
    places = np.arange(first, first + messages.num_rows)
    return messages.drop_columns(["text"]).append_column("place", pa.array(places, pa.int64()))


def _with_texts(messages: pa.Table, texts: pa.ChunkedArray) -> pa.Table:
    return _as(messages.append_column("text", texts.take(messages["place"])), MESSAGE.arrow_schema)


def _cut_episodes(kept: pa.Table, rule: DeploymentRule) -> pa.Table:
    threads = kept["thread_id"].combine_chunks().dictionary_encode()
    codes = threads.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    moments = kept["sent_at"].cast(pa.int64()).to_numpy().astype(np.int64)
    episodes = cut(codes, moments, silence_hours=rule.silence_hours, maximum_hours=rule.maximum_hours)
    first = np.flatnonzero(np.diff(episodes, prepend=-1))
    identities = zip(
        kept["thread_id"].take(pa.array(first)).to_pylist(),
        kept["message_id"].take(pa.array(first)).to_pylist(),
        strict=True,
    )
    ids = pa.array(
        [hashlib.blake2b(f"{a}:{b}".encode(), digest_size=16).hexdigest() for a, b in identities], pa.string()
    )
    days = local_dates(kept["sent_at"].combine_chunks().take(pa.array(first)), rule.zone)
    turns = np.arange(len(episodes)) - first[episodes] if len(first) else np.zeros(0, dtype=np.int64)
    index = pa.array(episodes)
    whole = kept.append_column("conversation_id", ids.take(index)).append_column("day", days.take(index))
    return (
        whole.append_column("turn", pa.array(turns, pa.int64())).select(LIGHT_SCHEMA.names).cast(LIGHT_SCHEMA)
    )


def _of(table: pa.Table, threads: pa.Array) -> pa.Table:
    return table.filter(pc.is_in(table["thread_id"], value_set=threads))


def _not_of(table: pa.Table, threads: pa.Array) -> pa.Table:
    return table.filter(pc.invert(pc.is_in(table["thread_id"], value_set=threads)))


def _join(held: pa.Table, delivered: pa.Table, schema: pa.Schema) -> pa.Table:
    return pa.concat_tables([_as(held, schema), _as(delivered, schema)])


def _as(table: pa.Table, schema: pa.Schema) -> pa.Table:
    return table.select(schema.names).cast(schema)


def _ordered(table: pa.Table, *last: str) -> pa.Table:
    """By day, conversation and what is named; all rows are of one deployment."""
    inner = ["conversation_id"] if last != ("event_id",) else []
    return sort_rows(table, "day", *inner, *last)


def _read(name: str) -> str:
    return (Path(SQL) / name).read_text(encoding="utf-8")
