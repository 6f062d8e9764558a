"""Collects staged rows and folds them into the days of the lake, a bounded number of bytes at a time.

However large a file is, only so much of it is held at once; everything lies in one commit, so a reader sees
all of the file or nothing.
"""

from __future__ import annotations

import datetime as dt
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.ingest.fold import EMPTY, Staged, fold
from pipelines.ingest.held_copy import copies_of, find_copies, leave_unchanging, read_held
from pipelines.ingest.mapping import DeploymentRule
from pipelines.ingest.once import count_versions
from pipelines.ingest.pseudonymise import UNKNOWN
from pipelines.ingest.rejoin import Piece, rejoin
from pipelines.ingest.source import Records
from pipelines.ingest.stage import DELIVERED_EVENT, DELIVERED_MESSAGE, DELIVERED_SCORE, Stager, fill_columns
from pipelines.ingest.window import find_days
from pipelines.lake.lake import Commit, Lake
from pipelines.lake.partition import find_changed

FOLDED_AT = 192 * 1024 * 1024
"""Bytes of staged rows, about a quarter of a million messages."""


class Tray:
    """Staged rows of one commit that are not in the lake yet; a full one is folded as the next is filled.

    `version_count`: by how many the records grew that are other versions of a message than the one kept.
    `apart_count`: windows of a conversation's history that meet nothing of what is held of it.
    `shared_count`: threads in which several users write now, and before did not.
    """

    def __init__(self, commit: Commit, rule: DeploymentRule, stager: Stager) -> None:
        self._commit, self._rule, self._stager = commit, rule, stager
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="fold")
        self._engine: Future[DuckDBEngine] | None = None
        self._folding: Future[None] | None = None
        self.version_count = self.apart_count = self.shared_count = 0
        self._clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._aside.shutdown()
        if self._engine is not None:
            self._engine.result().close()

    def add(self, records: Records, received_on: dt.date) -> None:
        """Stage records of one delivery."""
        self._engine = self._engine or self._aside.submit(DuckDBEngine)
        messages = self._stager.stage_messages(records, received_on)
        scores = self._stager.stage_scores(records, messages)
        self._pieces.append(_make_piece(records, messages, scores))
        self._events.append(self._stager.stage_events(records, received_on))
        self._size += messages.nbytes
        if self._size >= FOLDED_AT:
            self._hand_over()

    def empty(self) -> None:
        """Fold everything into the days it belongs to."""
        self._hand_over()
        self._wait()

    def _hand_over(self) -> None:
        self._wait()
        pieces, event = self._pieces, pa.concat_tables(self._events)
        self._clear()
        self._folding = self._aside.submit(self._fold, pieces, event)

    def _wait(self) -> None:
        """For what was handed over; what went wrong there is raised here."""
        if self._folding is not None:
            self._folding.result()
            self._folding = None

    def _fold(self, pieces: list[Piece], event: pa.Table) -> None:
        message, score = _join(pieces)
        if self._engine is None or message.num_rows + event.num_rows == 0:
            return
        lake = self._commit.so_far
        copies = find_copies(lake, self._rule.id, message)
        rejoined = rejoin(
            pieces, copies, read_held=partial(read_held, lake, self._rule.id), stager=self._stager
        )
        self.apart_count += rejoined.apart_count
        if rejoined.is_changed:
            message, score = _join(rejoined.pieces)
            copies = find_copies(lake, self._rule.id, message)
        message = leave_unchanging(message, copies, scored=score["message_id"])
        if message.num_rows + event.num_rows == 0:
            return
        copies = copies_of(message, copies)
        days = find_days(lake, rule=self._rule, messages=message, events=event, copies=copies)
        held = _held(lake, self._rule.id, days)
        staged = fold(self._engine.result(), held, message, event, scores=score, rule=self._rule)
        self.version_count += count_versions(staged.message) - count_versions(held.message)
        self.shared_count += count_shared(staged.message) - count_shared(held.message)
        # Most days around a delivery stay as they are; what is not written again is not computed again.
        for name, before, after in (
            ("staging.message", held.message, staged.message),
            ("staging.conversation", held.conversation, staged.conversation),
            ("staging.event", held.event, staged.event),
            ("staging.score", held.score, staged.score),
        ):
            self._commit.replace_days(name, after, find_changed(before, after))

    def _clear(self) -> None:
        self._pieces = [Piece(DELIVERED_MESSAGE.empty_table(), DELIVERED_SCORE.empty_table())]
        self._events = [DELIVERED_EVENT.empty_table()]
        self._size = 0


def count_shared(messages: pa.Table) -> int:
    """Threads in which more than one known user writes; who answers them is none."""
    is_written = pc.and_(pc.equal(messages["role"], "user"), pc.not_equal(messages["user_id"], UNKNOWN))
    written = messages.select(["thread_id", "user_id"]).filter(is_written)
    users = written.group_by("thread_id").aggregate([("user_id", "min"), ("user_id", "max")])
    return int(pc.sum(pc.not_equal(users["user_id_min"], users["user_id_max"])).as_py() or 0)


def _make_piece(records: Records, messages: pa.Table, scores: pa.Table) -> Piece:
    if not records.is_transcript or not records.messages:
        return Piece(messages, scores)
    threads, names = ([str(one) for one in records.messages[column]] for column in ("thread", "message_id"))
    return Piece(messages, scores, threads, names, records.windows)


def _join(pieces: list[Piece]) -> tuple[pa.Table, pa.Table]:
    messages = pa.concat_tables([one.messages for one in pieces])
    return messages, pa.concat_tables([one.scores for one in pieces])


def _held(lake: Lake, deployment_id: str, days: set[dt.date]) -> Staged:
    def read(name: str, empty: pa.Table) -> pa.Table:
        rows = lake.read(name, days=days, deployment_id=deployment_id)
        return empty if rows is None else fill_columns(rows, empty.schema)

    return Staged(
        read("staging.message", EMPTY.message),
        read("staging.conversation", EMPTY.conversation),
        read("staging.event", EMPTY.event),
        read("staging.score", EMPTY.score),
    )
