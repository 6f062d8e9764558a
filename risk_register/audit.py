"""Reading the audit, and checking that nobody changed it.

Entries are written by the store in the transaction of what they describe. The chain shows a changed, removed
or reordered entry; that the newest were cut off shows only against a head kept elsewhere (`expected_head`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from risk_register import chain
from risk_register.errors import NotAllowedError
from risk_register.model import AuditEntry
from risk_register.store import Store


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
    hash: str


@dataclass(frozen=True)
class ChainCheck:
    """What a check of the chain found; `head` is the hash of the newest entry, to be kept elsewhere."""

    is_intact: bool
    entry_count: int
    head: str
    broken_at: int | None
    problem: str


def list_entries(
    store: Store,
    *,
    deployment_id: str | None = None,
    actor: str | None = None,
    action: str | None = None,
    subject: str | None = None,
    limit: int = 1000,
) -> tuple[AuditRecord, ...]:
    """The newest entries that match, newest first."""
    wanted = {"deployment_id": deployment_id, "actor": actor, "action": action, "subject": subject}
    query = select(AuditEntry).filter_by(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    with store.read() as session:
        rows = session.scalars(query.order_by(AuditEntry.sequence.desc()).limit(limit))
        return tuple(
            AuditRecord(
                sequence=row.sequence,
                at=row.at,
                actor=row.actor,
                action=row.action,
                deployment_id=row.deployment_id,
                subject=row.subject,
                details=json.loads(row.details),
                hash=row.hash,
            )
            for row in rows
        )


def record_access(
    store: Store, *, action: str, subject: str, deployment_id: str, reason: str, actor: str, at: dt.datetime
) -> None:
    """Leave a trace of something that changes nothing, such as reading a conversation or an export.

    Raises:
        NotAllowedError: the reason is blank.
    """
    if not reason.strip():
        raise NotAllowedError(f"{action} of {subject} needs a reason; it may not be blank.")
    with store.write(actor=actor, at=at) as write:
        write.record(action, subject=subject, deployment_id=deployment_id, reason=reason)


def verify_chain(store: Store, *, expected_head: str | None = None) -> ChainCheck:
    """Check every link, and that the chain still contains the head that was kept elsewhere."""
    previous, count, has_expected = chain.FIRST_HASH, 0, expected_head in (None, chain.FIRST_HASH)
    with store.read() as session:
        entries = select(AuditEntry).order_by(AuditEntry.sequence).execution_options(yield_per=1000)
        for row in session.scalars(entries):
            count += 1
            problem = _find_problem(row, expected_sequence=count, previous_hash=previous)
            if problem:
                return ChainCheck(False, count, row.hash, row.sequence, problem)
            previous = row.hash
            has_expected = has_expected or row.hash == expected_head
    if not has_expected:
        return ChainCheck(
            False, count, previous, None, "The head that was kept elsewhere is no longer in the chain."
        )
    return ChainCheck(True, count, previous, None, "")


def _find_problem(row: AuditEntry, *, expected_sequence: int, previous_hash: str) -> str:
    if row.sequence != expected_sequence:
        return f"Entry {expected_sequence} is missing."
    if row.previous_hash != previous_hash:
        return f"Entry {row.sequence} does not follow the entry before it."
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
    return "" if row.hash == expected else f"Entry {row.sequence} was changed after it was written."
