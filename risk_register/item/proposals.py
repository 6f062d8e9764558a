"""What waits for a second person about a checklist item: that it does not apply, or need not be met yet.

The answer stays as it is until somebody else confirms. Answers themselves are `checklist`.
"""

from __future__ import annotations

import datetime as dt

from risk_register.account.four_eyes import check_second_person
from risk_register.database.model import ChecklistState
from risk_register.database.store import Store, Write
from risk_register.errors import NotAllowedError
from risk_register.item.record import ItemStatus, PendingKind, find_item

LONGEST_WAIVER_DAYS = 180  # as an acceptance of a risk: then somebody decides again


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
        row = find_item(write, deployment_id, item_id, expected_version=expected_version)
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
        row = find_item(write, deployment_id, item_id, expected_version=expected_version)
        drop_pending(write, row)
        set_pending(row, PendingKind.WAIVER, reason=reason, until=until, by=actor)
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
        row = find_item(write, deployment_id, item_id, expected_version=expected_version)
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
        row = find_item(write, deployment_id, item_id)
        if row.pending_by is None:
            raise NotAllowedError(f"Nothing about {item_id} waits for a second person.")
        kind, by = row.pending_kind, row.pending_by
        _clear_pending(row)
        row.version += 1
        write.record("item_proposal_declined", subject=item_id, deployment_id=deployment_id, kind=kind,
                     proposed_by=by, reason=reason.strip())  # fmt: skip


def set_pending(
    row: ChecklistState, kind: PendingKind, *, reason: str, until: dt.date | None, by: str
) -> None:
    """Let something wait for a second person."""
    row.pending_kind, row.pending_reason = kind.value, reason.strip()
    row.pending_until, row.pending_by = until, by


def drop_pending(write: Write, row: ChecklistState) -> None:
    """What waited for a second person makes way for what is said now; the audit keeps that it did."""
    if row.pending_by is None:
        return
    write.record("item_proposal_dropped", subject=row.item_id, deployment_id=row.deployment_id,
                 kind=row.pending_kind, proposed_by=row.pending_by)  # fmt: skip
    _clear_pending(row)


def _clear_pending(row: ChecklistState) -> None:
    row.pending_kind = row.pending_reason = row.pending_until = row.pending_by = None
