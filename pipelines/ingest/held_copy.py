"""Where staging holds messages that a delivery brings again, however long ago they were said.

A log of calls repeats a conversation from its beginning, and a copy may come with another time: a window of
days around a delivery does not find every earlier copy, and what is not found would be stored twice. Looked
at are the days on which the delivered threads were held, and of these what names the messages.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.once import cut_names
from pipelines.lake.lake import Lake
from pipelines.lake.partition import chunk
from pipelines.schemas.staging import MESSAGE

NAMING = ("thread_id", "message_id", "role", "sent_at", "received_on", "content_hash")
"""What tells which message a row of staging is, and whether a copy changes it."""
IN_THREAD = ("thread_id", "message_id", "source_turn", "sent_at")
"""What tells where in its thread a message stands."""


def find_copies(lake: Lake, deployment_id: str, messages: pa.Table) -> pa.Table:
    """The rows of `staging.message` that these messages are copies of: `NAMING`, and the day each lies on."""
    names = cut_names(messages)
    found = [MESSAGE.empty().select(["day", *NAMING])]
    for days in _find_days(lake, deployment_id, pc.unique(messages["thread_id"])):
        on = _read_copies(lake, deployment_id, days, names, columns=["day", "message_id"])["day"].unique()
        rows = _read_copies(lake, deployment_id, on.to_pylist(), names, columns=found[0].column_names)
        found.append(rows.cast(found[0].schema))
    return pa.concat_tables(found)


def read_held(lake: Lake, deployment_id: str, threads: pa.Array) -> pa.Table:
    """`IN_THREAD` of all messages of some threads that are held."""
    found = [MESSAGE.empty().select(IN_THREAD)]
    for days in _find_days(lake, deployment_id, threads):
        held = lake.read("staging.message", days=days, deployment_id=deployment_id, columns=[*IN_THREAD])
        if held is not None:
            found.append(held.filter(pc.is_in(held["thread_id"], value_set=threads)).cast(found[0].schema))
    return pa.concat_tables(found)


def leave_unchanging(messages: pa.Table, copies: pa.Table, *, scored: pa.ChunkedArray) -> pa.Table:
    """The messages without those that would change nothing of what is held.

    Such is a message of a transcript that is held as it came first: its day need not be read, nor written.

    Args:
        messages: delivered messages.
        copies: what `find_copies` found of them.
        scored: ids of the messages that come with scores, which are always folded.
    """
    if not copies.num_rows:
        return messages
    keys = _tell(copies)
    # What an earlier version stored twice is folded, whatever comes: then it is one message again.
    counted = pc.value_counts(keys)
    once = counted.field("values").filter(pc.equal(counted.field("counts"), 1))
    held = copies.take(pc.index_in(once, value_set=keys)).take(pc.index_in(_tell(messages), value_set=once))
    is_told = (
        pc.equal(messages["copy_count"], 0),
        pc.is_null(messages["version_on"]),
        pc.equal(held["content_hash"], messages["content_hash"]),
        pc.less_equal(held["sent_at"], messages["sent_at"]),
        pc.less_equal(held["received_on"], messages["received_on"]),
        pc.invert(pc.is_in(messages["message_id"], value_set=scored.combine_chunks())),
    )
    leaves = functools.reduce(pc.and_, is_told)
    return messages.filter(pc.invert(pc.fill_null(leaves, False)))


def copies_of(messages: pa.Table, copies: pa.Table) -> pa.Table:
    """Of the copies that were found those of these messages."""
    return copies.filter(pc.is_in(cut_names(copies), value_set=cut_names(messages)))


def _read_copies(
    lake: Lake, deployment_id: str, days: list[dt.date], names: pa.Array, *, columns: list[str]
) -> pa.Table:
    held = lake.read("staging.message", days=days, deployment_id=deployment_id, columns=columns)
    rows = MESSAGE.empty().select(columns) if held is None else held
    return rows.filter(pc.is_in(cut_names(rows), value_set=names))


def _find_days(lake: Lake, deployment_id: str, threads: pa.Array) -> Iterator[list[dt.date]]:
    """The days on which some of the threads have an episode, as many at once as fit into memory."""
    held = sorted(day for one, day in lake.partitions("staging.conversation") if one == deployment_id)
    counts = lake.row_counts("staging.message")
    mine = {key: count for key, count in counts.items() if key[0] == deployment_id}
    for days in chunk(held, mine):
        rows = lake.read(
            "staging.conversation", days=days, deployment_id=deployment_id, columns=["day", "thread_id"]
        )
        if rows is not None:
            rows = rows.filter(pc.is_in(rows["thread_id"], value_set=threads))
            if rows.num_rows:
                yield pc.unique(rows["day"]).to_pylist()


def _tell(messages: pa.Table) -> pa.Array:
    return pc.binary_join_element_wise(cut_names(messages), messages["role"].combine_chunks(), ":")
