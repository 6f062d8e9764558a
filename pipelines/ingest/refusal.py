"""Refuses what comes back of a person who was erased.

A refused record is counted as rejected with the reason `erased`. Its line is not written down, nor a hash
of it: both would lead from the ledger back to the person.
"""

from __future__ import annotations

from pipelines.ingest.pseudonymise import Pseudonymiser
from pipelines.ingest.source import Reason, Records, Rejection
from pipelines.tombstones import SubjectKind, Tombstones

NOWHERE = 0


def refuse_erased(
    records: Records, *, deployment_id: str, pseudonymiser: Pseudonymiser, tombstones: Tombstones
) -> None:
    """Take the records of erased users and threads out, and count them as rejected."""
    if not tombstones.marks:
        return
    count = 0
    for columns in (records.messages, records.events):
        if not columns:
            continue
        users = pseudonymiser.identify_all("user", deployment_id, columns["user"])
        threads = pseudonymiser.identify_all("thread", deployment_id, columns["thread"])
        erased = {
            kind: {one for one in set(ids) if tombstones.covers(kind, deployment_id, one)}
            for kind, ids in ((SubjectKind.USER, users), (SubjectKind.THREAD, threads))
        }
        kept = [
            place
            for place, (user, thread) in enumerate(zip(users, threads, strict=True))
            if user not in erased[SubjectKind.USER] and thread not in erased[SubjectKind.THREAD]
        ]
        count += len(users) - len(kept)
        for name, values in columns.items():
            columns[name] = [values[place] for place in kept]
    records.rejected += [Rejection(NOWHERE, Reason.ERASED, None, b"")] * count
