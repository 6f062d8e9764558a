"""Finds every row of the lake that is about erased people, in whatever table it is, and takes it out.

A table is swept by the id columns it has, so a table that is added later is swept, too. Counts of days and
slices have no ids and are counted anew.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.lake import Commit, Lake
from pipelines.schemas import LAKE_TABLES
from pipelines.tombstones import SubjectKind, Tombstones

ID_COLUMNS = ("user_id", "thread_id", "conversation_id", "message_id", "event_id", "unit_id")
PEOPLE = ("deployment_id", "user_id", "thread_id")
TEXT_TABLE = "staging.message"
TEXT_ROW_GROUP = 2048
"""Rows; as ingest writes them, so that one conversation is read in milliseconds."""


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
        mine = _is_covered(rows, tombstones, held)
        for row in rows.filter(mine["thread"]).to_pylist():
            found["thread"].add(row["thread_id"])
            found["conversation"].add(row.get("conversation_id"))
            found["row"] |= {row.get("message_id"), row.get("event_id")}
        for row in rows.filter(mine["user"]).to_pylist():
            found["user"].add(row["user_id"])
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
    lake = commit.lake
    is_cut = LAKE_TABLES[name].is_partitioned if name in LAKE_TABLES else True
    ids = lake.read(name, columns=[*(["deployment_id", "day"] if is_cut else []), *columns])
    gone = _goes(ids, name, columns, reach)
    count = pc.sum(gone).as_py() or 0
    if not count:
        return Swept(name, ids.num_rows, ids.num_rows)
    if not is_cut:
        rows = lake.read(name)
        commit.replace_all(name, rows.filter(pc.invert(_goes(rows, name, columns, reach))))
        return Swept(name, ids.num_rows, ids.num_rows - count)
    pairs = ids.filter(gone).select(["deployment_id", "day"]).group_by(["deployment_id", "day"]).aggregate([])
    partitions = {(row["deployment_id"], row["day"]) for row in pairs.to_pylist()}
    rows = lake.read(name, days={day for _, day in partitions})
    left = rows.filter(pc.invert(_goes(rows, name, columns, reach)))
    if name == "staging.conversation" and reach.touched:
        left = _count_again(lake, left, reach)
    size = TEXT_ROW_GROUP if name == TEXT_TABLE else None
    commit.replace_days(name, left, partitions, row_group_size=size)
    return Swept(name, ids.num_rows, ids.num_rows - count, tuple(sorted(partitions)))


def _goes(rows: pa.Table, name: str, columns: list[str], reach: Reach) -> pa.Array:
    """Which rows are to go, as a mask."""
    layer = name.partition(".")[0]
    # A fact of a conversation that lost a row is made again from what is left.
    conversations = reach.conversations | (reach.touched if layer == "fact" else frozenset())
    wanted = {
        "user_id": reach.users if name != "staging.conversation" else frozenset(),
        "thread_id": reach.threads,
        "conversation_id": conversations,
        "message_id": reach.rows,
        "event_id": reach.rows,
        "unit_id": conversations | reach.rows,
    }
    mask = pa.chunked_array([pa.repeat(pa.scalar(False), rows.num_rows)])
    for column in columns:
        values = pa.array(sorted(wanted[column]), pa.string())
        mask = pc.or_(mask, pc.fill_null(pc.is_in(rows[column], value_set=values), False))
    return mask


def _count_again(lake: Lake, conversations: pa.Table, reach: Reach) -> pa.Table:
    """Rows of conversations shared with others, as what is left of them says."""
    messages = lake.read(
        TEXT_TABLE, columns=["conversation_id", "message_id", "user_id", "role", "sent_at", "turn"]
    )
    chosen = pc.is_in(messages["conversation_id"], value_set=pa.array(sorted(reach.touched), pa.string()))
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


def _is_covered(
    rows: pa.Table, tombstones: Tombstones, held: frozenset[tuple[str, str]]
) -> dict[str, pa.Array]:
    people = rows.select(list(PEOPLE)).group_by(list(PEOPLE)).aggregate([]).to_pylist()
    free = [one for one in people if (one["deployment_id"], one["thread_id"]) not in held]
    threads = {
        one["thread_id"]
        for one in free
        if tombstones.covers(SubjectKind.THREAD, one["deployment_id"], one["thread_id"])
    }
    users = {
        (one["user_id"], one["thread_id"])
        for one in free
        if one["thread_id"] not in threads
        and tombstones.covers(SubjectKind.USER, one["deployment_id"], one["user_id"])
    }
    by_thread = pc.is_in(rows["thread_id"], value_set=pa.array(sorted(threads), pa.string()))
    by_user = pc.and_(
        pc.is_in(rows["user_id"], value_set=pa.array(sorted({user for user, _ in users}), pa.string())),
        pc.is_in(rows["thread_id"], value_set=pa.array(sorted({thread for _, thread in users}), pa.string())),
    )
    return {"thread": by_thread, "user": by_user}


def _id_columns(lake: Lake, name: str) -> list[str]:
    rows = lake.read(name, days=[])
    return [] if rows is None else [column for column in ID_COLUMNS if column in rows.schema.names]
