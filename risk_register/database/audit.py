"""Reading the audit, and checking that nobody changed it.

Entries are written by the store in the transaction of what they describe. The chain shows a changed, removed
or reordered entry, and its head that the newest were cut off. Whoever rewrites the whole chain and its head
is found only against a head that was kept elsewhere (`expected_head`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from risk_register.database import chain
from risk_register.database.model import AuditEntry, AuditHead, Deployment
from risk_register.database.store import HEAD, Store
from risk_register.errors import NotAllowedError

PLACE_IN_CHAIN = frozenset({"sequence", "previous_hash"})


@dataclass(frozen=True)
class AuditRecord:
    """One thing that somebody did."""

    sequence: int
    at: dt.datetime
    actor: str
    action: str
    deployment_id: str | None
    subject: str
    details: Mapping[str, Any]
    previous_hash: str
    hash: str


@dataclass(frozen=True)
class ChainCheck:
    """What a check of the chain found; `head` is the hash of the newest entry, to be kept elsewhere.

    Asked for a deployment, the count and the head are of its own entries, although every link was checked.
    """

    is_intact: bool
    entry_count: int
    head: str
    broken_at: int | None
    problem: str
    fault_count: int


def list_entries(
    store: Store,
    *,
    deployment_id: str | None = None,
    actor: str | None = None,
    action: str | None = None,
    subject: str | None = None,
    subjects: Sequence[str] | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
    is_about_accounts: bool = False,
    limit: int | None = 1000,
) -> tuple[AuditRecord, ...]:
    """The newest entries that match, newest first; days are in UTC, both included.

    `is_about_accounts` asks for those that belong to no deployment.
    """
    wanted = {"deployment_id": deployment_id, "actor": actor, "action": action, "subject": subject}
    query = select(AuditEntry).filter_by(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    if is_about_accounts:
        query = query.where(AuditEntry.deployment_id.is_(None))
    if subjects is not None:
        query = query.where(AuditEntry.subject.in_(subjects))
    if since is not None:
        query = query.where(AuditEntry.at >= dt.datetime.combine(since, dt.time(), dt.UTC))
    if until is not None:
        query = query.where(AuditEntry.at <= dt.datetime.combine(until, dt.time.max, dt.UTC))
    with store.read() as session:
        rows = session.scalars(query.order_by(AuditEntry.sequence.desc()).limit(limit))
        return tuple(_describe(row) for row in rows)


def write_entries(store: Store, *, deployment_id: str | None) -> Iterator[bytes]:
    """Entries as lines of JSON, oldest first; the trace of it is the caller's.

    Of one deployment without their place in the chain, which would tell how much is done elsewhere; an entry
    is named by its hash. None: of all deployments and accounts, with all that is needed to check every link.
    """
    query = select(AuditEntry).order_by(AuditEntry.sequence)
    if deployment_id is not None:
        query = query.filter_by(deployment_id=deployment_id)
    with store.read() as session:
        for row in session.scalars(query.execution_options(yield_per=1000)):
            fields = asdict(_describe(row))
            if deployment_id is not None:
                fields = {name: value for name, value in fields.items() if name not in PLACE_IN_CHAIN}
            yield json.dumps(fields, default=_write_moment, sort_keys=True).encode() + b"\n"


def _write_moment(moment: dt.datetime) -> str:
    return moment.isoformat()


def _describe(row: AuditEntry) -> AuditRecord:
    return AuditRecord(
        sequence=row.sequence,
        at=row.at,
        actor=row.actor,
        action=row.action,
        deployment_id=row.deployment_id,
        subject=row.subject,
        details=json.loads(row.details),
        previous_hash=row.previous_hash,
        hash=row.hash,
    )


def record_access(
    store: Store,
    *,
    action: str,
    subject: str,
    deployment_id: str,
    reason: str,
    actor: str,
    at: dt.datetime,
    **details: object,
) -> None:
    """Leave a trace of something that changes nothing here, such as reading a conversation or an export.

    Raises:
        NotAllowedError: the reason is blank.
    """
    if not reason.strip():
        raise NotAllowedError(f"{action} of {subject} needs a reason; it may not be blank.")
    with store.write(actor=actor, at=at) as write:
        write.record(action, subject=subject, deployment_id=deployment_id, reason=reason, **details)


def record_on_home(
    store: Store, action: str, *, subject: str, actor: str, at: dt.datetime, **details: object
) -> None:
    """Leave a trace of something done to a whole home in the audit of each of its deployments.

    Whoever reads the audit of one sees no entry that belongs to none; only a home without any has such a one.
    """
    with store.write(actor=actor, at=at) as write:
        query = select(Deployment.deployment_id).order_by(Deployment.deployment_id)
        for deployment_id in [*write.session.scalars(query)] or [None]:
            write.record(action, subject=subject, deployment_id=deployment_id, **details)


def verify_chain(
    store: Store, *, expected_head: str | None = None, deployment_id: str | None = None
) -> ChainCheck:
    """Check every link, that the chain ends where its head says, and that it still contains a known head."""
    previous, count, has_expected = chain.FIRST_HASH, 0, expected_head in (None, chain.FIRST_HASH)
    following, faults, newest = 1, 0, chain.FIRST_HASH
    first: tuple[int, str] | None = None
    with store.read() as session:
        head = session.get(AuditHead, HEAD)
        entries = select(AuditEntry).order_by(AuditEntry.sequence).execution_options(yield_per=1000)
        for row in session.scalars(entries):
            if deployment_id in (None, row.deployment_id):
                count, newest = count + 1, row.hash
            problem = _find_problem(row, expected_sequence=following, previous_hash=previous)
            if problem:
                faults += 1
                first = first or problem
            previous, following = row.hash, row.sequence + 1
            has_expected = has_expected or row.hash == expected_head
    if head is not None and (head.sequence, head.hash) != (following - 1, previous):
        faults += 1
        first = first or (min(head.sequence, following), _say_end(head, following - 1))
    if head is None and following > 1:
        faults += 1
        first = first or (following - 1, "The head of the chain is missing.")
    if first is not None:
        return ChainCheck(False, count, newest, first[0], first[1], faults)
    if not has_expected:
        problem_of_head = "The head that was kept elsewhere is no longer in the chain."
        return ChainCheck(False, count, newest, None, problem_of_head, 1)
    return ChainCheck(True, count, newest, None, "", 0)


def _find_problem(row: AuditEntry, *, expected_sequence: int, previous_hash: str) -> tuple[int, str] | None:
    if row.sequence < expected_sequence:
        return row.sequence, f"Entry {row.sequence} stands where none may stand."
    if row.sequence > expected_sequence:
        return expected_sequence, f"Entry {expected_sequence} is missing."
    if row.previous_hash != previous_hash:
        return (
            row.sequence,
            f"Entry {row.sequence} does not follow the one before it: one of the two was changed.",
        )
    expected = chain.link(
        row.previous_hash,
        sequence=row.sequence,
        at=row.at,
        actor=row.actor,
        action=row.action,
        deployment_id=row.deployment_id,
        subject=row.subject,
        details=row.details,
    )
    if row.hash == expected:
        return None
    return row.sequence, f"Entry {row.sequence} was changed after it was written."


def _say_end(head: AuditHead, last: int) -> str:
    if head.sequence > last:
        return f"The newest entries are missing: the chain ends at {last}, its head says {head.sequence}."
    return f"The head says that the chain ends at {head.sequence}; it ends at {last}."
