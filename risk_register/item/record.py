"""A checklist item as a deployment has it on a day, and how its row becomes that record.

The questions ship as content, the answers come from the store. Who may answer what is `checklist`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from risk_register.content import ChecklistItem
from risk_register.database.model import ChecklistState
from risk_register.database.store import Write
from risk_register.database.versions import check_version
from risk_register.definition import Stage
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.item.version_change import VersionChange, find_outdating
from risk_register.steps import check_allowed

MONTHS = re.compile(r"every (?:(\d+) months|month)")
DAYS_A_MONTH = 30.5
LEAST_EVIDENCE = 2  # letters: one names no file, address or hash
LONGEST_ANSWER = dt.timedelta(days=366)
"""How long an answer holds at most, as the longest cadence does: then somebody looks again."""


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


class PendingKind(StrEnum):
    """What somebody has proposed of an item, that needs a second person."""

    NOT_APPLICABLE = "not_applicable"
    """That it does not concern the deployment."""
    WAIVER = "waiver"
    """That it need not be met until a day."""


@dataclass(frozen=True)
class Pending:
    """What waits for a second person; `until` is the end of a waiver."""

    kind: PendingKind
    reason: str
    until: dt.date | None
    proposed_by: str


@dataclass(frozen=True)
class Waiver:
    """That an item need not be met until a day; the answer stands beside it as it was."""

    until: dt.date
    reason: str
    proposed_by: str
    approved_by: str


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
    again_on: dt.date | None
    """The day by which it has to be answered again: by its expiry, or by its cadence if that is before."""
    outdated_by: VersionChange | None
    """The first change after the answer, where its cadence is a release or a model."""
    is_evidence_withdrawn: bool
    """Whether it says that it is met, and nothing that is in use shows it any more."""
    is_overdue: bool
    pending: Pending | None
    waiver: Waiver | None
    for_version: str
    """The version of model or prompt that the answer is about."""
    version: int

    @property
    def pending_by(self) -> str | None:
        """Who waits for a second person."""
        return None if self.pending is None else self.pending.proposed_by

    @property
    def claims_met(self) -> bool:
        """Whether the answer says that the item is met, and so can be contradicted."""
        return self.state in CLAIMS

    def is_met_on(self, day: dt.date) -> bool:
        """Whether an answer that has not run out, and has its evidence, says so; a waiver changes neither."""
        has_run_out = self.again_on is not None and self.again_on < day
        return self.claims_met and not has_run_out and not self.is_evidence_withdrawn


def describe_item(
    item: ChecklistItem,
    row: ChecklistState,
    *,
    as_of: dt.date,
    has_kept_evidence: bool,
    changes: Iterable[VersionChange] = (),
) -> ItemRecord:
    """The record of a row on a day, among the changes of the deployment.

    `has_kept_evidence` says whether evidence that nobody has withdrawn is kept beside the item.
    """
    status = ItemStatus(row.state)
    waiver = _waiver_of(row, as_of=as_of)
    outdated_by = _find_outdating(item, row, status, changes)
    again_on = _find_again(item, row, status, outdated_by)
    limit = again_on if status in ANSWERED else row.due_on
    has_run_out = limit is not None and limit < as_of
    is_evidence_withdrawn = status in CLAIMS and not row.evidence.strip() and not has_kept_evidence
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
        again_on=again_on,
        outdated_by=outdated_by,
        is_evidence_withdrawn=is_evidence_withdrawn,
        is_overdue=(has_run_out or is_evidence_withdrawn) and waiver is None,
        pending=_pending_of(row),
        waiver=waiver,
        for_version=row.for_version,
        version=row.version,
    )


def find_cadence_days(cadence: str) -> int | None:
    """How many days an answer lasts by an item's cadence; None if it follows releases, events or laws."""
    found = MONTHS.search(cadence)
    return None if found is None else round(int(found[1] or 1) * DAYS_A_MONTH)


def check_step(item_id: str, state: ItemStatus, *, to_state: ItemStatus) -> None:
    """Raise if the table has no such step.

    Raises:
        NotAllowedError: says which steps are allowed.
    """
    check_allowed(item_id, state, to_state=to_state, allowed=TRANSITIONS[state])


def check_answer(
    item_id: str,
    status: ItemStatus,
    *,
    has_evidence: bool,
    note: str,
    on: dt.date,
    expires_on: dt.date | None,
) -> None:
    """Raise NotAllowedError for an answer without the evidence, day or note that it needs."""
    problems = []
    if status is ItemStatus.NOT_STARTED:
        problems.append("not_started is where an item begins; it cannot be attested")
    if status in CLAIMS and not has_evidence:
        problems.append("met needs evidence: a file, an address or a hash; one letter is none")
    if status in CLAIMS and (expires_on is None or not on < expires_on <= on + LONGEST_ANSWER):
        problems.append(f"met needs a day after {on} on which it expires, up to {on + LONGEST_ANSWER}")
    if status is ItemStatus.MET_WITH_EXCEPTIONS and not note.strip():
        problems.append("met_with_exceptions needs a note that says which")
    if status is ItemStatus.NOT_APPLICABLE and not note.strip():
        problems.append("not_applicable needs a note that says why")
    if problems:
        raise NotAllowedError(f"{item_id}: {'; '.join(problems)}.")


def find_item(
    write: Write, deployment_id: str, item_id: str, *, expected_version: int | None = None
) -> ChecklistState:
    """The row of an item, to be changed.

    Raises:
        UnknownRecordError: the deployment has no such item.
        ChangedMeanwhileError: it is no longer at the version that the caller saw.
    """
    row = write.session.get(ChecklistState, (deployment_id, item_id))
    if row is None:
        raise UnknownRecordError(f"The checklist of {deployment_id} has no item {item_id}.")
    check_version(
        write, current=row.version, expected=expected_version, subject=item_id, deployment_id=deployment_id
    )
    return row


def _find_outdating(
    item: ChecklistItem, row: ChecklistState, status: ItemStatus, changes: Iterable[VersionChange]
) -> VersionChange | None:
    if row.attested_on is None or status not in ANSWERED or status is ItemStatus.NOT_APPLICABLE:
        return None
    return find_outdating(
        changes, cadence=item.cadence, answered_on=row.attested_on, for_version=row.for_version
    )


def _find_again(
    item: ChecklistItem, row: ChecklistState, status: ItemStatus, outdated_by: VersionChange | None
) -> dt.date | None:
    days = find_cadence_days(item.cadence)
    by_cadence = (
        row.attested_on + dt.timedelta(days=days)
        if days is not None and row.attested_on is not None and status is not ItemStatus.NOT_APPLICABLE
        else None
    )
    # An expiry of before there was a longest one may lie years ahead.
    longest = row.attested_on + LONGEST_ANSWER if row.expires_on and row.attested_on else None
    by_change = outdated_by.effective_on if outdated_by else None
    return min(
        (day for day in (row.expires_on, longest, by_cadence, by_change) if day is not None), default=None
    )


def _pending_of(row: ChecklistState) -> Pending | None:
    if row.pending_by is None:
        return None
    kind = PendingKind(row.pending_kind or PendingKind.NOT_APPLICABLE)
    return Pending(kind, row.pending_reason or "", row.pending_until, row.pending_by)


def _waiver_of(row: ChecklistState, *, as_of: dt.date) -> Waiver | None:
    if row.waived_until is None or row.waived_until < as_of:
        return None
    return Waiver(row.waived_until, row.waiver_reason, row.waived_by or "", row.waiver_approved_by or "")
