"""Erases a person or a thread from every place a home keeps, and writes a signed receipt.

Tombstones come first, so that nothing returns meanwhile; a journal keeps what is still to do. Killed
anywhere, the same request run again completes it. If one store cannot be checked, the request fails and
says which.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Sequence, Set
from pathlib import Path
from time import monotonic

from pipelines import tombstones as marks
from pipelines.aside import clear_aside
from pipelines.errors import PlimsollError, StateError
from pipelines.hold import Thread, held_threads
from pipelines.lake import lake as lakes
from pipelines.lake.forgetting import forget
from pipelines.lake.lake import Lake
from pipelines.privacy.backups import tell_backups
from pipelines.privacy.cached import drop_cached
from pipelines.privacy.copies import Checked, check_files, check_governance, describe_kept, drop_published
from pipelines.privacy.decisions import SWEEP, forget_erased
from pipelines.privacy.file_names import count_by_name, tell_names
from pipelines.privacy.journal import Journal, journal_path, load_journal, save_journal
from pipelines.privacy.reach import Reach, find_reach, find_threads, sweep
from pipelines.privacy.receipt import Document, write_receipt
from pipelines.privacy.request import Covers, Request, Surroundings, Withdraw, WithdrawnFile
from pipelines.privacy.trace import enter_swept
from pipelines.reviewed_text import describe_learned, forget_reviewed
from pipelines.settings import Home
from pipelines.tombstones import SubjectKind, Tombstones
from risk_register.database.audit import record_access
from risk_register.database.prose import hide_named, list_written
from risk_register.database.store import Store, open_store
from risk_register.register.deployments import list_deployments
from risk_register.review.withdrawal import forget_person, list_named

SEARCHED = "every file of the home, decoded, and the governance store: "
LEFT = "nothing is left but what `kept` names"
LEFT_BY_HOLD = (
    "the threads under a legal hold are all there, with their messages, ids and delivered records, and go "
    "when the hold is released and this is asked for again; of the rest nothing is left but what `kept` names"
)


class ErasureIncompleteError(PlimsollError):
    """Something could not be erased or checked; the same request run again completes it."""


def erase(
    home: Home, store: Store, request: Request, *, around: Surroundings, actor: str, at: dt.datetime
) -> Document:
    """Erase, look whether anything is left, and write the receipt; returns it.

    Raises:
        StateError: the home holds nothing of this id.
        ErasureIncompleteError: a store could not be erased or checked.
    """
    path = journal_path(home, request.deployment_id, request.kind, request.pseudonym)
    begun = monotonic()
    held = held_threads(home, at.date())
    journal = load_journal(path) or _begin(home, request, around, actor=actor, at=at)
    tombstones = _bury(home, request, journal, path, at=at)
    clear_aside(home, by="erasure")  # from here on, what is read meets the tombstones
    _erase_lake(home, tombstones, held, journal, path)
    covers = _covers(tombstones, held)
    rehearsal = around.withdraw(home, covers, raw_ids=request.raw_ids, is_rehearsal=True)
    taken = count_by_name(((one.name, one.record_count) for one in rehearsal.files), rehearsal.raw_ids)
    for name, count in taken.items():  # counted before they go: a killed run must not lose the count
        journal.files[name] = max(journal.files.get(name, 0), count)
    save_journal(path, journal)
    problems = list(around.withdraw(home, covers, raw_ids=request.raw_ids).unchecked)
    _bury_named(home, store, journal)
    reviewed = forget_person(store, deployment_id=request.deployment_id, ids=journal.ids, actor=actor, at=at)
    journal.count("register/reviews", reviewed)
    hidden = hide_named(store, deployment_id=request.deployment_id, ids=journal.ids, actor=actor, at=at)
    for name, count in hidden.items():
        journal.count(f"register/{name}", count)
    save_journal(path, journal)
    left = store.wipe()
    around.publish()
    forget(home.lake)
    for version, count in forget_reviewed(home).items():
        journal.count(f"models/{version}", count)
    save_journal(path, journal)
    problems += drop_published(home, journal.ids)
    found = _merge(check_files(home, journal.ids, journal=path), check_governance(store, journal.ids))
    backups = tell_backups(home, at=at)
    problems += found.problems
    if problems:
        journal.problems = problems
        save_journal(path, journal)
        raise ErasureIncompleteError(
            "The erasure is not complete. Put this right and run it again:\n"
            + "\n".join(f"  {problem}" for problem in problems)
        )
    waiting = sum((request.deployment_id, thread) in held for thread in _find_threads(home, request))
    ended = at + dt.timedelta(seconds=round(monotonic() - begun))
    document = _describe(journal, found, actor=actor, at=ended, waiting=waiting) | {"backups": backups}
    why = "the database writes its log over in time; archives and standbys are the operator's"
    document["kept"] += [{"what": what, "why": why} for what in left]
    document["kept"] += tell_names(home, rehearsal.raw_ids)
    document["kept"] += describe_learned(home)
    outside = around.count_outside(home)
    if outside:
        document["kept"].append({
            "what": f"{outside} delivered files outside the home",
            "why": "they are the operator's; delivered again, the records of the erased are refused",
        })  # fmt: skip
    written = write_receipt(home, document)
    record_access(
        store, action="erasure", subject=journal.receipt_id, deployment_id=request.deployment_id,
        reason=f"erasure of one {request.kind}: {document['state']}", actor=actor, at=at,
        asked_by=document["asked_by"],
    )  # fmt: skip
    path.unlink()
    return document | {"path": str(written)}


def sweep_erased(
    home: Home, withdraw: Withdraw | None, *, on: dt.date, at: dt.datetime
) -> tuple[int, list[str]]:
    """Take out again what the tombstones cover, as after a restore; returns rows and what is unchecked.

    Published files that show it go; the next run publishes what is left. Holds are those of the day `on`,
    and `at` is now.
    """
    tombstones = marks.load_tombstones(home.keys / marks.FILE)
    if not tombstones.marks:
        return 0, []
    held = held_threads(home, on)
    with lakes.write(home.lake, by=SWEEP) as commit:
        reach = find_reach(commit.lake, tombstones, held)
        drop_cached(home, reach.ids | reach.touched)
        _bury_parts(home, tombstones, reach)
        swept = sweep(commit, reach)
        enter_swept(home, (part for one in swept for part in one.days), at=at, by=SWEEP)
    unchecked: list[str] = []
    if withdraw is not None:

        def announce(files: Sequence[WithdrawnFile]) -> None:
            enter_swept(home, (), (one.deployment_id for one in files), at=at, by=SWEEP)

        unchecked += withdraw(home, _covers(tombstones, held), announce=announce).unchecked
    forget_reviewed(home)
    rows = sum(one.rows_before - one.rows_after for one in swept)
    forget_erased(home, at=at, also=reach.ids)
    if rows:
        forget(home.lake)
        unchecked += drop_published(home, reach.ids, is_current_too=True)
    return rows, unchecked


def _bury_parts(home: Home, tombstones: Tombstones, reach: Reach) -> None:
    """Before the lake forgets whose conversations these were: decisions of an older night may name them."""
    if not reach.conversations:
        return
    known = [one.deployment_id for one in list_deployments(open_store(home.governance_url))]
    new = [
        one
        for one in reach.conversations
        if not any(tombstones.covers(SubjectKind.PART, deployment, one) for deployment in known)
    ]
    parts = {marks.mark(SubjectKind.PART, deployment, one) for deployment in known for one in new}
    if parts:
        marks.add_tombstones(home.keys / marks.FILE, parts)


def _begin(home: Home, request: Request, around: Surroundings, *, actor: str, at: dt.datetime) -> Journal:
    known = marks.load_own(home)
    is_known = known.covers(request.kind, request.deployment_id, request.pseudonym)
    if not is_known and not _find_threads(home, request):
        asked = Tombstones(frozenset({_mark(request)}))
        rehearsal = around.withdraw(
            home, _covers(asked, frozenset()), raw_ids=request.raw_ids, is_rehearsal=True
        )
        if not rehearsal.files and not rehearsal.unchecked:
            raise StateError(
                f"Deployment {request.deployment_id} holds nothing of this {request.kind}, neither in the "
                "lake nor in delivered files. Nothing was erased; check the id and the deployment."
            )
    receipt_id = f"{marks.RECEIPT}{at:%Y%m%d}_{secrets.token_hex(6)}"
    return Journal(
        receipt_id, at.isoformat(), request.deployment_id, request.kind, request.pseudonym, asked_by=actor
    )


def _bury(home: Home, request: Request, journal: Journal, path: Path, *, at: dt.datetime) -> Tombstones:
    journal.marks.add(_mark(request))
    if request.kind is SubjectKind.USER:
        alone, _ = find_threads(Lake(home.lake), request.deployment_id, request.pseudonym)
        journal.marks |= {marks.mark(SubjectKind.THREAD, request.deployment_id, one) for one in alone}
    save_journal(path, journal)
    marks.add_tombstones(home.keys / marks.FILE, journal.marks, at=at)
    return Tombstones(frozenset(journal.marks))


def _mark(request: Request) -> str:
    return marks.mark(request.kind, request.deployment_id, request.pseudonym)


def _find_threads(home: Home, request: Request) -> set[str]:
    lake = Lake(home.lake)
    if request.kind is SubjectKind.USER:
        alone, shared = find_threads(lake, request.deployment_id, request.pseudonym)
        return alone | shared
    for name in ("staging.message", "staging.event"):
        rows = lake.read(name, deployment_id=request.deployment_id, columns=["thread_id"])
        if rows is not None and request.pseudonym in set(rows["thread_id"].to_pylist()):
            return {request.pseudonym}
    return set()


def _erase_lake(
    home: Home, tombstones: Tombstones, held: frozenset[Thread], journal: Journal, path: Path
) -> None:
    with lakes.write(home.lake, by="erasure") as commit:
        reach = find_reach(commit.lake, tombstones, held)
        if not reach.rows:
            journal.confirm()  # what a killed run had planned is done
        journal.ids |= reach.ids
        _bury_in_journal(home, journal, reach.conversations)
        for name, count in drop_cached(home, reach.ids | reach.touched).items():
            journal.count(name, count)
        journal.plan(sweep(commit, reach))
        save_journal(path, journal)
    journal.confirm()
    save_journal(path, journal)


def _bury_named(home: Home, store: Store, journal: Journal) -> None:
    """What decisions name of this person, in every copy of them: of messages only these, for all are many."""
    named = {one for deployment, one in list_named(store) if deployment == journal.deployment_id}
    _bury_in_journal(home, journal, (named | list_written(store)) & journal.ids)


def _bury_in_journal(home: Home, journal: Journal, parts: Set[str]) -> None:
    """What the journal has is buried: `_bury` begins every run with all of it."""
    new = {marks.mark(SubjectKind.PART, journal.deployment_id, one) for one in parts} - journal.marks
    if new:
        journal.marks |= new
        marks.add_tombstones(home.keys / marks.FILE, new)


def _covers(tombstones: Tombstones, held: Set[Thread]) -> Covers:
    def covers(deployment: str, user: str, thread: str) -> bool:
        if (deployment, thread) in held:
            return False
        return tombstones.covers(SubjectKind.USER, deployment, user) or tombstones.covers(
            SubjectKind.THREAD, deployment, thread
        )

    return covers


def _merge(one: Checked, other: Checked) -> Checked:
    return Checked(one.kept + other.kept, one.problems + other.problems)


def _describe(journal: Journal, found: Checked, *, actor: str, at: dt.datetime, waiting: int) -> Document:
    tables: list[Document] = [
        {"store": f"lake/{name.replace('.', '/')}", "rows_before": journal.after[name] + count,
         "rows_after": journal.after[name], "rows_erased": count}
        for name, count in sorted(journal.erased.items())
    ]  # fmt: skip
    files: list[Document] = [
        {"store": name, "rows_before": count, "rows_after": 0, "rows_erased": count}
        for name, count in sorted(journal.files.items())
    ]
    return {
        "receipt_id": journal.receipt_id,
        "kind": str(journal.kind),
        "deployment_id": journal.deployment_id,
        "state": "held" if waiting else "complete",
        "threads_under_hold": waiting,
        "requested_at": journal.requested_at,
        "completed_at": at.isoformat(),
        "asked_by": journal.asked_by or actor,
        "tombstones": len(journal.marks),
        "stores": tables + files,
        "days_counted_again": sorted(journal.days),
        "searched": SEARCHED + (LEFT_BY_HOLD if waiting else LEFT),
        "kept": describe_kept() + found.kept,
    }
