"""Finds every row of the lake that is about erased people, in whatever table it is, and takes it out.

A table is swept by the id columns it has, so a table that is added later is swept, too. Counts of days and
slices have no ids and are counted anew.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import StateError
from pipelines.lake.lake import Commit, Lake
from pipelines.schemas import LAKE_TABLES
from pipelines.tombstones import SubjectKind, Tombstones

CONVERSATIONS = "staging.conversation"
ID_COLUMNS = ("user_id", "thread_id", "conversation_id", "message_id", "event_id", "unit_id")
PEOPLE = ("deployment_id", "user_id", "thread_id")
TEXT_TABLE = "staging.message"


@dataclass(frozen=True)
class Reach:
    """The pseudonyms of everything that goes. `touched`: conversations of others that lose a row."""

    users: frozenset[str] = frozenset()
    threads: frozenset[str] = frozenset()
    conversations: frozenset[str] = frozenset()
    rows: frozenset[str] = frozenset()  # message and event ids
    touched: frozenset[str] = frozenset()

    @property
    def ids(self) -> frozenset[str]:
        """All that may not be found afterwards."""
        return self.users | self.threads | self.conversations | self.rows

    def __or__(self, other: Reach) -> Reach:
        return Reach(*(getattr(self, name) | getattr(other, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Swept:
    """A table before and after."""

    name: str
    rows_before: int
    rows_after: int
    days: tuple[tuple[str, dt.date], ...] = field(default=(), compare=False)


def find_reach(lake: Lake, tombstones: Tombstones, held: frozenset[tuple[str, str]]) -> Reach:
    """What the tombstones cover in the lake, held threads left out."""
    found: dict[str, set[str]] = {
        name: set() for name in ("user", "thread", "conversation", "row", "touched")
    }
    for name in lake.names():
        columns = _id_columns(lake, name)
        if not {"user_id", "thread_id"} <= set(columns):
            continue
        rows = lake.read(name, columns=["deployment_id", *columns])
        if rows is None or not rows.num_rows:
            continue
        mine = _find_covered(rows, tombstones, held)
        for row in rows.filter(mine.by_thread).to_pylist():
            found["thread"].add(row["thread_id"])
            found["conversation"].add(row.get("conversation_id"))
            found["row"] |= {row.get("message_id"), row.get("event_id")}
        found["user"] |= mine.users
        for row in rows.filter(mine.by_user).to_pylist():
            found["touched"].add(row.get("conversation_id"))
            found["row"] |= {row.get("message_id"), row.get("event_id")}
    gone = {name: frozenset(one for one in ids if one and one != "unknown") for name, ids in found.items()}
    return Reach(
        gone["user"],
        gone["thread"],
        gone["conversation"],
        gone["row"],
        gone["touched"] - gone["conversation"],
    )


def find_threads(lake: Lake, deployment_id: str, user_id: str) -> tuple[set[str], set[str]]:
    """Threads in which this user is the only known one, and threads shared with others."""
    users: dict[str, set[str]] = {}
    for name in ("staging.message", "staging.event"):
        rows = lake.read(name, deployment_id=deployment_id, columns=["user_id", "thread_id"])
        if rows is not None:
            for row in rows.group_by(["thread_id", "user_id"]).aggregate([]).to_pylist():
                users.setdefault(row["thread_id"], set()).add(row["user_id"])
    mine = {thread: known - {"unknown"} for thread, known in users.items() if user_id in known}
    alone = {thread for thread, known in mine.items() if known == {user_id}}
    return alone, mine.keys() - alone


def sweep(commit: Commit, reach: Reach) -> tuple[Swept, ...]:
    """Take the rows out of every table that has them; every table with ids is counted, changed or not."""
    swept = []
    for name in commit.lake.names():
        columns = _id_columns(commit.lake, name)
        if columns:
            swept.append(_sweep_table(commit, name, columns, reach))
    return tuple(swept)


def _sweep_table(commit: Commit, name: str, columns: list[str], reach: Reach) -> Swept:
    is_cut = LAKE_TABLES[name].is_partitioned if name in LAKE_TABLES else True
    ids = _read(commit.lake, name, columns=[*(["deployment_id", "day"] if is_cut else []), *columns])
    gone = _goes(ids, name, columns, reach)
    after = ids.num_rows - (pc.sum(gone).as_py() or 0)
    is_counted_again = name == CONVERSATIONS and bool(reach.touched)
    if is_counted_again:
        gone = pc.or_(gone, _is_in(ids["conversation_id"], reach.touched))
    if not pc.any(gone).as_py():
        return Swept(name, ids.num_rows, ids.num_rows)
    if not is_cut:
        rows = _read(commit.lake, name)
        commit.replace_all(name, rows.filter(pc.invert(_goes(rows, name, columns, reach))))
        return Swept(name, ids.num_rows, after)
    pairs = ids.filter(gone).select(["deployment_id", "day"]).group_by(["deployment_id", "day"]).aggregate([])
    partitions = {(row["deployment_id"], row["day"]) for row in pairs.to_pylist()}
    rows = _read(commit.lake, name, days={day for _, day in partitions})
    left = rows.filter(pc.invert(_goes(rows, name, columns, reach)))
    if is_counted_again:
        before, left = left.num_rows, _count_again(commit.lake, left, reach)
        after -= before - left.num_rows
    commit.replace_days(name, left, partitions)
    return Swept(name, ids.num_rows, after, tuple(sorted(partitions)))


def _goes(rows: pa.Table, name: str, columns: list[str], reach: Reach) -> pa.Array:
    """Which rows are to go, as a mask."""
    layer = name.partition(".")[0]
    # A fact of a conversation that lost a row is made again from what is left.
    conversations = reach.conversations | (reach.touched if layer == "fact" else frozenset())
    has_closer_ids = set(columns) - {"user_id"}  # a user may have a thread that is held
    wanted = {
        "user_id": frozenset() if has_closer_ids else reach.users,
        "thread_id": reach.threads,
        "conversation_id": conversations,
        "message_id": reach.rows,
        "event_id": reach.rows,
        "unit_id": conversations | reach.rows,
    }
    mask = pa.chunked_array([pa.repeat(pa.scalar(False), rows.num_rows)])
    for column in columns:
        mask = pc.or_(mask, _is_in(rows[column], wanted[column]))
    return mask


def _count_again(lake: Lake, conversations: pa.Table, reach: Reach) -> pa.Table:
    """Rows of conversations shared with others, as what is left of them says."""
    messages = _read(
        lake, TEXT_TABLE, columns=["conversation_id", "message_id", "user_id", "role", "sent_at", "turn"]
    )
    chosen = _is_in(messages["conversation_id"], reach.touched)
    left: dict[str, list[dict[str, Any]]] = {one: [] for one in reach.touched}
    for row in messages.filter(chosen).sort_by("turn").to_pylist():
        if row["message_id"] not in reach.rows:
            left[row["conversation_id"]].append(row)
    rows = []
    for row in conversations.to_pylist():
        if row["conversation_id"] not in left:
            rows.append(row)
        elif said := left[row["conversation_id"]]:
            roles = [one["role"] for one in said]
            rows.append(row | {
                "user_id": said[0]["user_id"], "started_at": min(one["sent_at"] for one in said),
                "ended_at": max(one["sent_at"] for one in said), "message_count": len(said),
                "user_message_count": roles.count("user"),
                "assistant_message_count": roles.count("assistant"),
                "agent_message_count": roles.count("agent"),
            })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=conversations.schema)


@dataclass(frozen=True)
class _Covered:
    by_thread: pa.Array
    by_user: pa.Array
    users: set[str]


def _find_covered(rows: pa.Table, tombstones: Tombstones, held: frozenset[tuple[str, str]]) -> _Covered:
    people = rows.select(list(PEOPLE)).group_by(list(PEOPLE)).aggregate([]).to_pylist()
    free = [one for one in people if (one["deployment_id"], one["thread_id"]) not in held]
    waiting = {one["user_id"] for one in people if (one["deployment_id"], one["thread_id"]) in held}
    threads = {
        one["thread_id"]
        for one in free
        if tombstones.covers(SubjectKind.THREAD, one["deployment_id"], one["thread_id"])
    }
    theirs = [
        one for one in free if tombstones.covers(SubjectKind.USER, one["deployment_id"], one["user_id"])
    ]
    users = {one["user_id"] for one in theirs}
    shared = {one["thread_id"] for one in theirs} - threads
    by_user = pc.and_(_is_in(rows["user_id"], users), _is_in(rows["thread_id"], shared))
    return _Covered(_is_in(rows["thread_id"], threads), by_user, users - waiting)


def _is_in(column: pa.ChunkedArray, ids: Iterable[str]) -> pa.Array:
    return pc.fill_null(pc.is_in(column, value_set=pa.array(sorted(ids), pa.string())), False)


def _read(lake: Lake, name: str, **chosen: Any) -> pa.Table:
    rows = lake.read(name, **chosen)
    if rows is None:
        raise StateError(f"The table {name} is not in the current generation.")
    return rows


def _id_columns(lake: Lake, name: str) -> list[str]:
    rows = lake.read(name, days=[])
    return [] if rows is None else [column for column in ID_COLUMNS if column in rows.schema.names]
