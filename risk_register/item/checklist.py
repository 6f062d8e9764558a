"""The ethics checklist of each deployment: who attested what, on which evidence, until when.

An answer is never changed by data: a breached indicator makes it read as contradicted, and a person decides.
The questions ship as content; whether an indicator is breached is judged elsewhere and passed in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from sqlalchemy import Select, select

from risk_register.content import load_checklist
from risk_register.database.model import ChecklistState
from risk_register.database.store import Store, Write
from risk_register.database.tables.register import ItemEvidence
from risk_register.deployment.changes import list_changes
from risk_register.item.proposals import (
    approve_not_applicable,
    approve_waiver,
    decline_pending,
    drop_pending,
    propose_waiver,
    set_pending,
)
from risk_register.item.record import (
    ANSWERED,
    CLAIMS,
    LEAST_EVIDENCE,
    TRANSITIONS,
    ItemRecord,
    ItemStatus,
    Pending,
    PendingKind,
    Waiver,
    check_answer,
    check_step,
    describe_item,
    find_cadence_days,
    find_item,
)
from risk_register.item.version_change import VersionChange, list_seen

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
        kept = set(session.scalars(_select_kept(deployment_id)))
    return tuple(
        describe_item(item, rows[item.id], as_of=as_of, has_kept_evidence=item.id in kept, changes=changes)
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
        row = find_item(write, deployment_id, item_id, expected_version=expected_version)
        has_evidence = len(evidence.strip()) >= LEAST_EVIDENCE or _has_evidence(write, row)
        check_answer(
            item_id, status, has_evidence=has_evidence, note=note, on=at.date(), expires_on=expires_on
        )
        check_step(item_id, ItemStatus(row.state), to_state=status)
        row.version += 1
        drop_pending(write, row)
        if status is ItemStatus.NOT_APPLICABLE:
            set_pending(row, PendingKind.NOT_APPLICABLE, reason=note, until=None, by=actor)
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


def contradicted_by(item: ItemRecord, statuses: Mapping[str, str]) -> tuple[str, ...]:
    """The breached indicators that speak against an answer; none unless the answer claims to be met.

    `statuses` holds the latest status by indicator; an indicator that is not in it contradicts nothing.
    """
    if not item.claims_met:
        return ()
    return tuple(name for name in item.contradicting_indicators if statuses.get(name) == BREACH)


def _has_evidence(write: Write, row: ChecklistState) -> bool:
    query = _select_kept(row.deployment_id).filter_by(item_id=row.item_id)
    return write.session.scalars(query.limit(1)).first() is not None


def _select_kept(deployment_id: str) -> Select[str]:
    """The items of a deployment beside which evidence is kept that nobody has withdrawn."""
    return select(ItemEvidence.item_id).filter_by(deployment_id=deployment_id, withdrawn_at=None)
