"""The ethics checklist of each deployment: who attested what, on which evidence, until when.

An answer is never changed by data: a breached indicator makes it read as contradicted, and a person decides.
The questions ship as content; whether an indicator is breached is judged elsewhere and passed in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from risk_register.changes import list_changes
from risk_register.content import load_checklist
from risk_register.errors import NotAllowedError
from risk_register.four_eyes import check_second_person
from risk_register.item_record import (
    ANSWERED,
    CLAIMS,
    LEAST_EVIDENCE,
    TRANSITIONS,
    ItemRecord,
    ItemStatus,
    Pending,
    PendingKind,
    VersionChange,
    Waiver,
    check_answer,
    check_step,
    describe_item,
    find_cadence_days,
    find_item,
    list_seen,
)
from risk_register.model import ChecklistState
from risk_register.register_tables import ItemEvidence
from risk_register.store import Store, Write
from risk_register.versions import check_version

__all__ = [
    "ANSWERED",
    "CLAIMS",
    "TRANSITIONS",
    "ItemRecord",
    "ItemStatus",
    "Pending",
    "PendingKind",
    "VersionChange",
    "Waiver",
    "approve_not_applicable",
    "approve_waiver",
    "attest",
    "contradicted_by",
    "decline_pending",
    "find_cadence_days",
    "list_items",
    "list_seen",
    "propose_waiver",
]

BREACH = "breach"  # the word of published observations for a broken appetite
LONGEST_WAIVER_DAYS = 180  # as an acceptance of a risk: then somebody decides again


def list_items(
    store: Store, deployment_id: str, *, as_of: dt.date, seen: Iterable[VersionChange] = ()
) -> tuple[ItemRecord, ...]:
    """The items of a deployment in the checklist's order; empty for one that the register does not know.

    Declared changes are read from the store; `seen` are those of the published file, declared ones too.
    """
    declared = [
        VersionChange(one.what, one.effective_on, one.note) for one in list_changes(store, deployment_id)
    ]
    changes = [*declared, *seen]
    with store.read() as session:
        found = session.scalars(select(ChecklistState).filter_by(deployment_id=deployment_id))
        rows = {row.item_id: row for row in found}
    return tuple(
        describe_item(item, rows[item.id], as_of=as_of, changes=changes)
        for item in load_checklist()
        if item.id in rows
    )


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
    for_version: str = "",
    expected_version: int | None = None,
) -> None:
    """Answer an item, for a version of model or prompt if one is named.

    `not_applicable` waits for another person (`approve_not_applicable`); until then the old answer stands.

    Raises:
        NotAllowedError: evidence, note or expiry that the answer needs is missing, or it was changed.
        UnknownRecordError: there is no such item or deployment.
    """
    status = ItemStatus(state)
    with store.write(actor=actor, at=at) as write:
        row = _find(write, deployment_id, item_id, expected_version=expected_version)
        has_evidence = len(evidence.strip()) >= LEAST_EVIDENCE or _has_evidence(write, row)
        check_answer(
            item_id, status, has_evidence=has_evidence, note=note, on=at.date(), expires_on=expires_on
        )
        check_step(item_id, ItemStatus(row.state), to_state=status)
        row.version += 1
        _drop_pending(write, row)
        if status is ItemStatus.NOT_APPLICABLE:
            _set_pending(row, PendingKind.NOT_APPLICABLE, reason=note, until=None, by=actor)
            write.record(
                "not_applicable_proposed", subject=item_id, deployment_id=deployment_id, reason=note.strip()
            )
            return
        before = row.state
        row.state, row.evidence, row.note = status.value, evidence.strip(), note.strip()
        row.attested_by, row.attested_on, row.expires_on = actor, at.date(), expires_on
        row.for_version, row.approved_by = for_version.strip(), None
        write.record(
            "item_attested",
            subject=item_id,
            deployment_id=deployment_id,
            before=before,
            after=status.value,
            evidence=row.evidence,
            note=row.note,
            expires_on=expires_on.isoformat() if expires_on else None,
            for_version=for_version.strip(),
        )


def approve_not_applicable(
    store: Store,
    *,
    deployment_id: str,
    item_id: str,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Confirm that an item does not concern a deployment.

    Raises:
        SelfApprovalError: the person who said so cannot confirm it.
        NotAllowedError: nothing waits.
    """
    with store.write(actor=actor, at=at) as write:
        row = _find(write, deployment_id, item_id, expected_version=expected_version)
        if row.pending_by is None or row.pending_kind != PendingKind.NOT_APPLICABLE:
            raise NotAllowedError(f"Nobody has proposed that {item_id} does not apply.")
        check_second_person(
            write,
            first=[row.pending_by],
            message=f"You proposed that {item_id} does not apply; another person must confirm it.",
            subject=item_id, deployment_id=deployment_id,
        )  # fmt: skip
        before = row.state
        row.state, row.evidence, row.note = ItemStatus.NOT_APPLICABLE.value, "", row.pending_reason or ""
        row.attested_by, row.attested_on, row.expires_on = row.pending_by, at.date(), None
        row.approved_by = actor
        _clear_pending(row)
        row.version += 1
        write.record(
            "item_attested",
            subject=item_id,
            deployment_id=deployment_id,
            before=before,
            after=row.state,
            proposed_by=row.attested_by,
        )


def propose_waiver(
    store: Store,
    *,
    deployment_id: str,
    item_id: str,
    reason: str,
    until: dt.date,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Ask that an item need not be met until a day; the answer stays as it is.

    Raises:
        NotAllowedError: the reason is blank, or the day is not within half a year.
    """
    latest = at.date() + dt.timedelta(days=LONGEST_WAIVER_DAYS)
    if not reason.strip() or not at.date() < until <= latest:
        raise NotAllowedError(
            f"{item_id}: a waiver needs a reason and a day after {at.date()} up to {latest}."
        )
    with store.write(actor=actor, at=at) as write:
        row = _find(write, deployment_id, item_id, expected_version=expected_version)
        _drop_pending(write, row)
        _set_pending(row, PendingKind.WAIVER, reason=reason, until=until, by=actor)
        row.version += 1
        write.record(
            "waiver_proposed",
            subject=item_id,
            deployment_id=deployment_id,
            until=until.isoformat(),
            reason=reason.strip(),
        )


def approve_waiver(
    store: Store,
    *,
    deployment_id: str,
    item_id: str,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Let a waiver hold.

    Raises:
        SelfApprovalError: who asked for it cannot approve it.
        NotAllowedError: nobody asked.
    """
    with store.write(actor=actor, at=at) as write:
        row = _find(write, deployment_id, item_id, expected_version=expected_version)
        if row.pending_by is None or row.pending_kind != PendingKind.WAIVER:
            raise NotAllowedError(f"Nobody has asked for a waiver of {item_id}.")
        check_second_person(
            write,
            first=[row.pending_by],
            message=f"You asked for the waiver of {item_id}; another person must approve it.",
            subject=item_id, deployment_id=deployment_id,
        )  # fmt: skip
        row.waived_until, row.waiver_reason = row.pending_until, row.pending_reason or ""
        row.waived_by, row.waiver_approved_by = row.pending_by, actor
        _clear_pending(row)
        row.version += 1
        write.record("item_waived", subject=item_id, deployment_id=deployment_id,
                     until=str(row.waived_until), proposed_by=row.waived_by)  # fmt: skip


def decline_pending(
    store: Store, *, deployment_id: str, item_id: str, reason: str, actor: str, at: dt.datetime
) -> None:
    """Leave an item as it is, although somebody proposed otherwise; the proposer may withdraw in this way.

    Raises:
        NotAllowedError: nothing waits, or the reason is blank.
    """
    if not reason.strip():
        raise NotAllowedError(f"Declining what was proposed of {item_id} needs a reason.")
    with store.write(actor=actor, at=at) as write:
        row = _find(write, deployment_id, item_id, expected_version=None)
        if row.pending_by is None:
            raise NotAllowedError(f"Nothing about {item_id} waits for a second person.")
        kind, by = row.pending_kind, row.pending_by
        _clear_pending(row)
        row.version += 1
        write.record("item_proposal_declined", subject=item_id, deployment_id=deployment_id, kind=kind,
                     proposed_by=by, reason=reason.strip())  # fmt: skip


def contradicted_by(item: ItemRecord, statuses: Mapping[str, str]) -> tuple[str, ...]:
    """The breached indicators that speak against an answer; none unless the answer claims to be met.

    `statuses` holds the latest status by indicator; an indicator that is not in it contradicts nothing.
    """
    if not item.claims_met:
        return ()
    return tuple(name for name in item.contradicting_indicators if statuses.get(name) == BREACH)


def _find(write: Write, deployment_id: str, item_id: str, *, expected_version: int | None) -> ChecklistState:
    row = find_item(write, deployment_id, item_id)
    check_version(
        write, current=row.version, expected=expected_version, subject=item_id, deployment_id=deployment_id
    )
    return row


def _has_evidence(write: Write, row: ChecklistState) -> bool:
    query = select(ItemEvidence.number).filter_by(
        deployment_id=row.deployment_id, item_id=row.item_id, withdrawn_at=None
    )
    return write.session.scalars(query.limit(1)).first() is not None


def _set_pending(
    row: ChecklistState, kind: PendingKind, *, reason: str, until: dt.date | None, by: str
) -> None:
    row.pending_kind, row.pending_reason = kind.value, reason.strip()
    row.pending_until, row.pending_by = until, by


def _drop_pending(write: Write, row: ChecklistState) -> None:
    """What waited for a second person makes way for what is said now; the audit keeps that it did."""
    if row.pending_by is None:
        return
    write.record("item_proposal_dropped", subject=row.item_id, deployment_id=row.deployment_id,
                 kind=row.pending_kind, proposed_by=row.pending_by)  # fmt: skip
    _clear_pending(row)


def _clear_pending(row: ChecklistState) -> None:
    row.pending_kind = row.pending_reason = row.pending_until = row.pending_by = None
