"""Refuses what comes back of a person who was erased.

A refused record is counted as rejected with the reason `erased`. Its line is not written down, nor a hash
of it: both would lead from the ledger back to the person. What comes for a thread under a legal hold is taken
in: a hold comes before an erasure, and later words are evidence, too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Set
from typing import NamedTuple

import pyarrow as pa

from pipelines.hold import Thread, held_threads
from pipelines.ingest.pseudonymise import Pseudonymiser
from pipelines.ingest.reason import Reason
from pipelines.ingest.source import Records, Rejection
from pipelines.settings import Home
from pipelines.tombstones import SubjectKind, Tombstones, load_own

NOWHERE = 0


class Refused(NamedTuple):
    """Who was erased, and the threads that come in all the same."""

    tombstones: Tombstones
    held: Set[Thread]


def read_refused(home: Home) -> Refused:
    """What a home refuses today."""
    tombstones = load_own(home)
    held = held_threads(home, dt.datetime.now(dt.UTC).date()) if tombstones.marks else frozenset()
    return Refused(tombstones, held)


def refuse_erased(
    records: Records, refused: Refused, *, deployment_id: str, pseudonymiser: Pseudonymiser
) -> None:
    """Take the records of erased users and threads out, and count them as rejected."""
    if not refused.tombstones.marks:
        return
    count = 0
    for columns in (records.messages, records.events):
        if not columns:
            continue
        users = pseudonymiser.identify_all("user", deployment_id, columns["user"])
        threads = pseudonymiser.identify_all("thread", deployment_id, columns["thread"])
        gone = _erased(users, threads, deployment_id, refused)
        kept = [place for place, is_gone in enumerate(gone) if not is_gone]
        count += len(users) - len(kept)
        for name, values in columns.items():
            columns[name] = [values[place] for place in kept]
    if records.plain is not None:
        users = pseudonymiser.identify_all("user", deployment_id, records.plain["user"].to_pylist())
        threads = pseudonymiser.identify_all("thread", deployment_id, records.plain["thread"].to_pylist())
        gone = _erased(users, threads, deployment_id, refused)
        count += sum(gone)
        records.plain = records.plain.filter(pa.array([not one for one in gone], pa.bool_()))
    records.rejected += [Rejection(NOWHERE, Reason.ERASED, None, b"")] * count


def _erased(users: list[str], threads: list[str], deployment_id: str, refused: Refused) -> list[bool]:
    erased = {
        kind: {one for one in set(ids) if refused.tombstones.covers(kind, deployment_id, one)}
        for kind, ids in ((SubjectKind.USER, users), (SubjectKind.THREAD, threads))
    }
    return [
        (user in erased[SubjectKind.USER] or thread in erased[SubjectKind.THREAD])
        and (deployment_id, thread) not in refused.held
        for user, thread in zip(users, threads, strict=True)
    ]
