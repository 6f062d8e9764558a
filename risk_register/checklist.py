"""The ethics checklist of each deployment: who attested what, on which evidence, until when.

An answer is never changed by data: a breached indicator makes it read as contradicted, and a person decides.
The questions ship as content; whether an indicator is breached is judged elsewhere and passed in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import select

from risk_register.content import ChecklistItem, load_checklist
from risk_register.definition import Stage
from risk_register.errors import NotAllowedError, SelfApprovalError, UnknownRecordError
from risk_register.model import ChecklistState
from risk_register.store import Store, Write

BREACH = "breach"  # the word of published observations for a broken appetite


class ItemStatus(StrEnum):
    """The answer to an item."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    MET = "met"
    MET_WITH_EXCEPTIONS = "met_with_exceptions"
    """Met but for what the note says."""
    NOT_MET = "not_met"
    NOT_APPLICABLE = "not_applicable"
    """Does not concern this deployment, as a second person confirmed."""


_S = ItemStatus
_ANSWERS = (_S.IN_PROGRESS, _S.MET, _S.MET_WITH_EXCEPTIONS, _S.NOT_MET, _S.NOT_APPLICABLE)
# An answer may be given again and may become any other; only the blank beginning does not come back.
TRANSITIONS: MappingProxyType[ItemStatus, tuple[ItemStatus, ...]] = MappingProxyType(
    {
        _S.NOT_STARTED: _ANSWERS,
        _S.IN_PROGRESS: _ANSWERS,
        _S.MET: _ANSWERS,
        _S.MET_WITH_EXCEPTIONS: _ANSWERS,
        _S.NOT_MET: _ANSWERS,
        _S.NOT_APPLICABLE: _ANSWERS,
    }
)
CLAIMS = frozenset({ItemStatus.MET, ItemStatus.MET_WITH_EXCEPTIONS})
ANSWERED = CLAIMS | {ItemStatus.NOT_MET, ItemStatus.NOT_APPLICABLE}


@dataclass(frozen=True)
class ItemRecord:
    """A checklist item as a deployment has it on a day."""

    deployment_id: str
    item_id: str
    reference: str
    stage: Stage
    question: str
    evidence_expected: str
    cadence: str
    source: str
    contradicting_indicators: tuple[str, ...]
    state: ItemStatus
    evidence: str
    note: str
    attested_by: str | None
    attested_on: dt.date | None
    approved_by: str | None
    due_on: dt.date
    expires_on: dt.date | None
    is_overdue: bool
    pending_by: str | None
    pending_reason: str | None
    version: int

    @property
    def claims_met(self) -> bool:
        """Whether the answer says that the item is met, and so can be contradicted."""
        return self.state in CLAIMS


def list_items(store: Store, deployment_id: str, *, as_of: dt.date) -> tuple[ItemRecord, ...]:
    """The items of a deployment in the checklist's order; empty for one that the register does not know."""
    with store.read() as session:
        found = session.scalars(select(ChecklistState).filter_by(deployment_id=deployment_id))
        rows = {row.item_id: row for row in found}
    return tuple(_describe(item, rows[item.id], as_of) for item in load_checklist() if item.id in rows)


def attest(
    store: Store,
    *,
    deployment_id: str,
    item_id: str,
    state: ItemStatus,
    evidence: str,
    note: str,
    actor: str,
    at: dt.datetime,
    expires_on: dt.date | None,
) -> None:
    """Answer an item.

    `not_applicable` waits for another person (`approve_not_applicable`); until then the old answer stands.

    Raises:
        NotAllowedError: evidence, note or expiry that the answer needs is missing.
        UnknownRecordError: there is no such item or deployment.
    """
    status = ItemStatus(state)
    _check_answer(item_id, status, evidence=evidence, note=note, on=at.date(), expires_on=expires_on)
    with store.write(actor=actor, at=at) as write:
        row = _find(write, deployment_id, item_id)
        if status not in TRANSITIONS[ItemStatus(row.state)]:
            raise NotAllowedError(f"{item_id} is {row.state} and cannot become {status.value}.")
        row.version += 1
        if status is ItemStatus.NOT_APPLICABLE:
            row.pending_by, row.pending_reason = actor, note.strip()
            write.record("not_applicable_proposed", subject=item_id, deployment_id=deployment_id)
            return
        before = row.state
        row.state, row.evidence, row.note = status.value, evidence.strip(), note.strip()
        row.attested_by, row.attested_on, row.expires_on = actor, at.date(), expires_on
        row.approved_by = row.pending_by = row.pending_reason = None
        write.record(
            "item_attested",
            subject=item_id,
            deployment_id=deployment_id,
            before=before,
            after=status.value,
            expires_on=expires_on.isoformat() if expires_on else None,
        )


def approve_not_applicable(
    store: Store, *, deployment_id: str, item_id: str, actor: str, at: dt.datetime
) -> None:
    """Confirm that an item does not concern a deployment.

    Raises:
        SelfApprovalError: the person who said so cannot confirm it.
        NotAllowedError: nothing waits.
    """
    with store.write(actor=actor, at=at) as write:
        row = _find(write, deployment_id, item_id)
        if row.pending_by is None or row.pending_reason is None:
            raise NotAllowedError(f"Nobody has proposed that {item_id} does not apply.")
        if row.pending_by == actor:
            raise SelfApprovalError(
                f"You proposed that {item_id} does not apply; another person must confirm it."
            )
        before = row.state
        row.state, row.evidence, row.note = ItemStatus.NOT_APPLICABLE.value, "", row.pending_reason
        row.attested_by, row.attested_on, row.expires_on = row.pending_by, at.date(), None
        row.approved_by, row.pending_by, row.pending_reason = actor, None, None
        row.version += 1
        write.record(
            "item_attested",
            subject=item_id,
            deployment_id=deployment_id,
            before=before,
            after=row.state,
            proposed_by=row.attested_by,
        )


def contradicted_by(item: ItemRecord, statuses: Mapping[str, str]) -> tuple[str, ...]:
    """The breached indicators that speak against an answer; none unless the answer claims to be met.

    `statuses` holds the latest status by indicator; an indicator that is not in it contradicts nothing.
    """
    if not item.claims_met:
        return ()
    return tuple(name for name in item.contradicting_indicators if statuses.get(name) == BREACH)


def _check_answer(
    item_id: str, status: ItemStatus, *, evidence: str, note: str, on: dt.date, expires_on: dt.date | None
) -> None:
    problems = []
    if status is ItemStatus.NOT_STARTED:
        problems.append("not_started is where an item begins; it cannot be attested")
    if status in CLAIMS and not evidence.strip():
        problems.append("met needs evidence: a file, an address or a hash")
    if status in CLAIMS and (expires_on is None or expires_on <= on):
        problems.append(f"met needs a day after {on} on which it expires")
    if status is ItemStatus.MET_WITH_EXCEPTIONS and not note.strip():
        problems.append("met_with_exceptions needs a note that says which")
    if status is ItemStatus.NOT_APPLICABLE and not note.strip():
        problems.append("not_applicable needs a note that says why")
    if problems:
        raise NotAllowedError(f"{item_id}: {'; '.join(problems)}.")


def _describe(item: ChecklistItem, row: ChecklistState, as_of: dt.date) -> ItemRecord:
    status = ItemStatus(row.state)
    limit = row.expires_on if status in ANSWERED else row.due_on
    return ItemRecord(
        deployment_id=row.deployment_id,
        item_id=item.id,
        reference=item.reference,
        stage=item.stage,
        question=item.question,
        evidence_expected=item.evidence_expected,
        cadence=item.cadence,
        source=item.source,
        contradicting_indicators=item.contradicting_indicators,
        state=status,
        evidence=row.evidence,
        note=row.note,
        attested_by=row.attested_by,
        attested_on=row.attested_on,
        approved_by=row.approved_by,
        due_on=row.due_on,
        expires_on=row.expires_on,
        is_overdue=limit is not None and limit < as_of,
        pending_by=row.pending_by,
        pending_reason=row.pending_reason,
        version=row.version,
    )


def _find(write: Write, deployment_id: str, item_id: str) -> ChecklistState:
    row = write.session.get(ChecklistState, (deployment_id, item_id))
    if row is None:
        raise UnknownRecordError(f"The checklist of {deployment_id} has no item {item_id}.")
    return row
