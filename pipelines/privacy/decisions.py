"""Decisions name people, too: whoever was erased is taken out of them again, whichever night they are of.

A database of decisions that is put back alone, or to an earlier moment, knows people again who were erased
since. The home's tombstones tell them; nothing else of the home is needed, and nothing of the database is
believed: with nine thousand ids under review and a hundred thousand tombstones that takes half a second.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Set

from pipelines.hold import Thread, held_threads
from pipelines.lake.lake import Lake
from pipelines.privacy.receipt import write_durably
from pipelines.settings import Home
from pipelines.tombstones import FILE, SubjectKind, Tombstones, load_tombstones
from risk_register.database.prose import hide_named, list_written
from risk_register.database.store import Store, open_store
from risk_register.register.deployments import list_deployments
from risk_register.review.withdrawal import forget_person, list_named

SWEEP = "sweep of erased people"
OWED = "wiping_is_owed.json"
"""Stands in the home from before ids are forgotten until they are out of the bytes as well."""


def forget_erased(home: Home, *, at: dt.datetime, also: Set[str] = frozenset()) -> int:
    """Take out of the decisions whoever the tombstones cover, and `also` ids; returns rows. Safe to repeat.

    What a hold in force keeps in the lake stays. Killed anywhere, the next time completes it.

    Raises:
        StateError: the tombstones are damaged.
        StoreError: the database cannot be reached or rewritten; nothing is lost by trying again.
    """
    tombstones = load_tombstones(home.keys / FILE)
    owed = home.path / OWED
    if not tombstones.marks and not owed.exists():
        return 0
    store = open_store(home.governance_url)
    try:
        gone = _find_covered(home, store, tombstones, also, on=at.date())
        if not gone and not owed.exists():
            return 0
        write_durably(owed, {"since": at.isoformat()})
        count = sum(
            forget_person(store, deployment_id=deployment, ids=ids, actor=SWEEP, at=at)
            + sum(hide_named(store, deployment_id=deployment, ids=ids, actor=SWEEP, at=at).values())
            for deployment, ids in sorted(gone.items())
        )
        store.wipe()
        owed.unlink()
        return count
    finally:
        store.close()


def _find_covered(
    home: Home, store: Store, tombstones: Tombstones, also: Set[str], *, on: dt.date
) -> dict[str, set[str]]:
    """Ids that decisions name and should not, by deployment."""
    known = [one.deployment_id for one in list_deployments(store)]
    written = {(deployment, one) for one in list_written(store) for deployment in known}
    covered = {
        (deployment, one)
        for deployment, one in list_named(store) | written
        if one in also or any(tombstones.covers(kind, deployment, one) for kind in SubjectKind)
    }
    gone: dict[str, set[str]] = {}
    for deployment, one in covered - (_find_kept(home, held_threads(home, on)) if covered else set()):
        gone.setdefault(deployment, set()).add(one)
    return gone


def _find_kept(home: Home, held: frozenset[Thread]) -> set[tuple[str, str]]:
    """Deployment and id of what holds keep; one whose thread is gone from the lake keeps nothing."""
    rows = (
        Lake(home.lake).read(
            "staging.conversation", columns=["deployment_id", "thread_id", "conversation_id", "user_id"]
        )
        if held
        else None
    )
    return {
        (row["deployment_id"], row[name])
        for row in (rows.to_pylist() if rows is not None else ())
        if (row["deployment_id"], row["thread_id"]) in held
        for name in ("thread_id", "conversation_id", "user_id")
    }
