"""Drops what is older than its limit: text first, then findings, then counts. Holds come before.

Text goes and the messages stay as rows; the ledger says which days have lost what, and stages refuse to
compute those again. Decisions, definitions and the audit live in the governance store and are only ever
added to.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import StateError
from pipelines.expiry import Expired, record_expired
from pipelines.hold import Thread, held_threads
from pipelines.lake import lake as lakes
from pipelines.lake.forgetting import forget
from pipelines.lake.lake import Commit, Lake
from pipelines.lake.partition import Partition
from pipelines.lock import locked
from pipelines.privacy.aged import find_aged
from pipelines.privacy.cached import drop_old_cached
from pipelines.privacy.limits import load_limits
from pipelines.privacy.reach import CONVERSATIONS, TEXT_TABLE
from pipelines.privacy.request import Lapse, WithdrawnFile
from pipelines.privacy.trace import Dropped, enter_dropped, enter_files
from pipelines.reviewed_text import forget_reviewed
from pipelines.schemas import LAKE_TABLES
from pipelines.schemas.ledger import COMPUTED
from pipelines.settings import Home
from pipelines.shown_text import tell_name

FINDING_LAYERS = ("finding", "fact")
PERSONAL_TABLES = ("assessment.critical_day", "staging.score")
"""Tables outside the layers of findings and facts that have a row a message."""
PARTITIONS_AT_ONCE = 100
"""Whose texts are in memory at a time."""
Kept = dict[Partition, list[str]]
"""Conversations that a hold keeps, by day."""
EARLY_SHARE = 8
"""Of the days that text is kept, the part that a large delivered file loses at once."""


@dataclass(frozen=True)
class Retained:
    """What retention dropped, or would drop."""

    as_of: dt.date
    text_days: tuple[Partition, ...] = ()
    text_count: int = 0
    held_count: int = 0
    unscored_days: tuple[Partition, ...] = ()
    finding_days: tuple[Partition, ...] = ()
    count_days: tuple[Partition, ...] = ()
    inbox_files: tuple[str, ...] = ()
    held_files: tuple[str, ...] = ()
    cut_files: tuple[str, ...] = ()
    uncut_files: tuple[str, ...] = ()
    cached_count: int = 0


def retain(
    home: Home,
    lapse: Lapse,
    *,
    as_of: dt.date,
    at: dt.datetime | None = None,
    by: str = "retention",
    is_rehearsal: bool = False,
) -> Retained:
    """Drop what is too old; a rehearsal only says what would go. The audit knows of it before it goes.

    `lapse` takes old records out of delivered files that hold younger ones too. `at` is the moment that the
    audit names (else the begin of `as_of`), and `by` who does it.

    Raises:
        DefinitionError: limits or holds are not valid.
        StoreError: the audit takes no entry; nothing is dropped.
    """
    at = at or dt.datetime.combine(as_of, dt.time(), dt.UTC)
    limits = load_limits(home.definitions)
    held = held_threads(home, as_of)
    first_text = limits.first_day(limits.text_days, as_of=as_of)
    first_finding = limits.first_day(limits.finding_days, as_of=as_of)
    with locked(home.lake, by="retention"):
        with lakes.write(home.lake, by="retention") as commit:
            lake = commit.lake
            # In the order of their limits: a day whose counts go has nothing left to lose.
            counts = _older(lake, lake.names(), limits.first_day(limits.count_days, as_of=as_of))
            findings = _older(lake, _finding_tables(lake), first_finding)
            texts = [part for part in lake.partitions(TEXT_TABLE) if part[1] < first_text]
            blanked, text_count, held_count = _blank(lake, texts, held)
            counts = sorted(set(counts) - _held_days(lake, held))
            unscored = sorted(set(blanked) - _scored(lake))
            kept, forgotten = _split(lake, findings, held)
            if not is_rehearsal:
                marks = _write_text(commit, blanked, held, as_of)
                marks += _drop_findings(commit, kept, as_of)
                if marks:
                    record_expired(commit, marks)
                _drop_counts(commit, counts)
                _forget_stamps(commit, {*findings, *counts})
                lost = [one for one in marks if one["row_count"]]
                dropped = [Dropped(one["layer"], one["deployment_id"], one["day"]) for one in lost]
                dropped += [Dropped("count", *part) for part in counts]
                enter_dropped(home, dropped, as_of=as_of, at=at, by=by)
            # Cached answers are findings and may not outlive them: after the commit nobody knows whose went.
            cached = drop_old_cached(home, forgotten, before=first_finding, is_rehearsal=is_rehearsal)
        aged = find_aged(home, Lake(home.lake), first_text)
        # A hold names a conversation, not a file: while one is in force, no delivered file is touched.
        files, mixed = ({}, []) if held else (aged.old, aged.mixed)

        def announce(cut: Sequence[WithdrawnFile]) -> None:
            gone = (deployment for given in files.values() for deployment in given)
            enter_files(home, gone, (one.deployment_id for one in cut), as_of=as_of, at=at, by=by)

        early = dt.timedelta(days=limits.text_days // EARLY_SHARE)
        cut = lapse(home, mixed, before=first_text, early=early, is_rehearsal=is_rehearsal, announce=announce)
        if not is_rehearsal:
            forget_reviewed(home)
            forget(home.lake)
            for path in files:
                path.unlink()
    return Retained(
        as_of, tuple(blanked), text_count, held_count, tuple(unscored), tuple(findings), tuple(counts),
        _name(home, files), _name(home, [*aged.old, *aged.mixed] if held else []),
        tuple(f"{one.name}: {one.record_count} records" for one in cut.files),
        tuple(cut.unchecked), cached,
    )  # fmt: skip


def _older(lake: Lake, names: Iterable[str], first: dt.date) -> list[Partition]:
    parts = {part for name in filter(_is_cut, names) for part in lake.partitions(name)}
    return sorted(part for part in parts if part[1] < first)


def _is_cut(name: str) -> bool:
    return LAKE_TABLES[name].is_partitioned if name in LAKE_TABLES else True


def _finding_tables(lake: Lake) -> list[str]:
    return [
        name
        for name in lake.names()
        if _is_cut(name) and (name.partition(".")[0] in FINDING_LAYERS or name in PERSONAL_TABLES)
    ]


def _scored(lake: Lake) -> set[Partition]:
    rows = lake.read(COMPUTED.full_name)
    return {
        (row["deployment_id"], row["day"])
        for row in ([] if rows is None else rows.to_pylist())
        if row["stage"] == "finding"
    }


def _blank(lake: Lake, texts: list[Partition], held: frozenset[Thread]) -> tuple[list[Partition], int, int]:
    """Days with text that goes, how many messages lose theirs, and how many keep it under a hold."""
    days: set[Partition] = set()
    count, kept = 0, 0
    for start in range(0, len(texts), PARTITIONS_AT_ONCE):
        chunk = set(texts[start : start + PARTITIONS_AT_ONCE])
        rows = lake.read(
            TEXT_TABLE, days={day for _, day in chunk}, columns=["deployment_id", "day", "thread_id", "text"]
        )
        for row in _with_text(rows):
            if (row["deployment_id"], row["day"]) not in chunk:
                continue
            if (row["deployment_id"], row["thread_id"]) in held:
                kept += 1
            else:
                count += 1
                days.add((row["deployment_id"], row["day"]))
    return sorted(days), count, kept


def _with_text(rows: pa.Table | None) -> list[dict[str, Any]]:
    if rows is None:
        return []
    with_text = rows.filter(pc.greater(pc.utf8_length(rows["text"]), 0))
    return list(with_text.drop_columns(["text"]).to_pylist())


def _write_text(
    commit: Commit, blanked: list[Partition], held: frozenset[Thread], on: dt.date
) -> list[dict[str, Any]]:
    marks = []
    for part in blanked:
        rows = _read(commit.lake, TEXT_TABLE, part)
        kept = pa.array([(part[0], thread) in held for thread in rows["thread_id"].to_pylist()], pa.bool_())
        place = rows.schema.get_field_index("text")
        rows = rows.set_column(place, rows.schema.field(place), pc.if_else(kept, rows["text"], ""))
        commit.replace_days(TEXT_TABLE, rows, [part])
        marks.append(_mark(part, Expired.TEXT, on, rows.num_rows - (pc.sum(kept).as_py() or 0)))
    return marks


def _split(lake: Lake, parts: list[Partition], held: frozenset[Thread]) -> tuple[Kept, set[str]]:
    """The conversations of some days that a hold keeps, and all others."""
    kept: Kept = {part: [] for part in parts}
    others: set[str] = set()
    for part in parts:
        for row in _read(lake, CONVERSATIONS, part).to_pylist():
            add = kept[part].append if (part[0], row["thread_id"]) in held else others.add
            add(row["conversation_id"])
    return kept, others


def _drop_findings(commit: Commit, kept: Kept, on: dt.date) -> list[dict[str, Any]]:
    counts = dict.fromkeys(kept, 0)
    for part, conversations in kept.items():
        for name in _finding_tables(commit.lake):
            rows = _read(commit.lake, name, part)
            stays = _stays(rows, conversations)
            commit.replace_days(name, rows.filter(stays), [part])
            counts[part] += rows.num_rows - (pc.sum(stays).as_py() or 0)
    return [_mark(part, Expired.FINDING, on, count) for part, count in counts.items()]


def _stays(rows: pa.Table, kept: list[str]) -> pa.Array | pa.ChunkedArray:
    """Which rows are of kept conversations; a row about a user's day is of none, and goes."""
    if "conversation_id" not in rows.column_names:
        return pa.repeat(pa.scalar(False), rows.num_rows)
    return pc.is_in(rows["conversation_id"], value_set=pa.array(kept, pa.string()))


def _drop_counts(commit: Commit, parts: list[Partition]) -> None:
    for name in filter(_is_cut, commit.lake.names()):
        _empty(commit, name, parts)


def _empty(commit: Commit, name: str, parts: list[Partition]) -> None:
    rows = commit.lake.read(name, days=[])
    if parts and rows is not None:
        commit.replace_days(name, rows, parts)


def _held_days(lake: Lake, held: frozenset[Thread]) -> set[Partition]:
    rows = lake.read(CONVERSATIONS, columns=["deployment_id", "day", "thread_id"]) if held else None
    return {
        (row["deployment_id"], row["day"])
        for row in ([] if rows is None else rows.to_pylist())
        if (row["deployment_id"], row["thread_id"]) in held
    }


def _forget_stamps(commit: Commit, parts: set[Partition]) -> None:
    """Without a stamp, a day that cannot be counted again is not called stale."""
    rows = commit.lake.read(COMPUTED.full_name)
    if rows is None or not parts:
        return
    keys = zip(rows["deployment_id"].to_pylist(), rows["day"].to_pylist(), strict=True)
    commit.replace_all(
        COMPUTED.full_name, rows.filter(pa.array([key not in parts for key in keys], pa.bool_()))
    )


def _read(lake: Lake, name: str, part: Partition) -> pa.Table:
    rows = lake.read(name, days=[part[1]], deployment_id=part[0])
    if rows is None:
        raise StateError(f"The table {name} is not in the current generation.")
    return rows


def _mark(part: Partition, what: Expired, on: dt.date, count: int) -> dict[str, Any]:
    return {
        "deployment_id": part[0],
        "day": part[1],
        "layer": str(what),
        "expired_on": on,
        "row_count": count,
    }


def _name(home: Home, paths: Iterable[Path]) -> tuple[str, ...]:
    return tuple(tell_name(path.relative_to(home.path)) for path in sorted(paths))
