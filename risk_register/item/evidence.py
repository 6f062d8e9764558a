"""Evidence of a checklist item: a kept file, an address or an indicator; withdrawn, never deleted.

The bytes of a file lie in the folder of `evidence_files`; here it is known by its SHA-256.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select

from risk_register.database.model import columns_of
from risk_register.database.numbering import next_number
from risk_register.database.store import Store
from risk_register.database.tables.register import ItemEvidence
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.item.evidence_files import StoredFile
from risk_register.item.record import find_item

TITLE_LIMIT = 200


class EvidenceKind(StrEnum):
    """What shows it."""

    FILE = "file"
    """A file that is kept here."""
    LINK = "link"
    """An address; what lies there may change."""
    INDICATOR = "indicator"
    """An indicator of ours, by its id."""


@dataclass(frozen=True)
class EvidenceRecord:
    """A piece of evidence; `location` is a file's name, an address or an indicator's id."""

    item_id: str
    number: int
    kind: EvidenceKind
    title: str
    location: str
    content_hash: str | None
    byte_count: int | None
    added_by: str
    added_at: dt.datetime
    withdrawn_by: str | None
    withdrawn_at: dt.datetime | None


def add_evidence(
    store: Store,
    *,
    deployment_id: str,
    item_id: str,
    kind: EvidenceKind,
    title: str,
    location: str,
    actor: str,
    at: dt.datetime,
    file: StoredFile | None = None,
) -> int:
    """Put evidence beside an item. Returns its number within the item.

    Raises:
        NotAllowedError: a word is missing, an address is none, or a file was not kept.
        UnknownRecordError: there is no such item.
    """
    kind = EvidenceKind(kind)
    words, place = title.strip() or location.strip(), location.strip()
    if not place or len(words) > TITLE_LIMIT:
        raise NotAllowedError(f"Evidence needs a place and a title of at most {TITLE_LIMIT} characters.")
    if kind is EvidenceKind.LINK and not place.startswith(("https://", "http://")):
        raise NotAllowedError(f"{place[:80]!r} is not an address; it begins with https://.")
    if (file is None) is (kind is EvidenceKind.FILE):
        raise NotAllowedError("A file of evidence is kept first; a link or an indicator has no file.")
    with store.write(actor=actor, at=at) as write:
        find_item(write, deployment_id, item_id)
        number = next_number(write.session, ItemEvidence.number, deployment_id=deployment_id, item_id=item_id)
        write.session.add(
            ItemEvidence(
                deployment_id=deployment_id,
                item_id=item_id,
                number=number,
                kind=kind.value,
                title=words,
                location=place,
                content_hash=file.content_hash if file else None,
                byte_count=file.byte_count if file else None,
                added_by=actor,
                added_at=at,
            )
        )
        write.record(
            "evidence_added",
            subject=item_id,
            deployment_id=deployment_id,
            number=number,
            kind=kind.value,
            content_hash=file.content_hash if file else None,
        )
        return number


def withdraw_evidence(
    store: Store, *, deployment_id: str, item_id: str, number: int, reason: str, actor: str, at: dt.datetime
) -> None:
    """Say that something no longer shows it; the file and the record stay.

    Raises:
        NotAllowedError: it is withdrawn already, or the reason is blank.
        UnknownRecordError: there is no such evidence.
    """
    if not reason.strip():
        raise NotAllowedError(f"Withdrawing evidence of {item_id} needs a reason.")
    with store.write(actor=actor, at=at) as write:
        row = write.session.get(ItemEvidence, (deployment_id, item_id, number))
        if row is None:
            raise UnknownRecordError(f"{item_id} has no evidence {number}.")
        if row.withdrawn_at is not None:
            raise NotAllowedError(f"Evidence {number} of {item_id} was withdrawn by {row.withdrawn_by}.")
        row.withdrawn_by, row.withdrawn_at = actor, at
        write.record("evidence_withdrawn", subject=item_id, deployment_id=deployment_id, number=number,
                     reason=reason.strip())  # fmt: skip


def list_evidence(store: Store, deployment_id: str) -> tuple[EvidenceRecord, ...]:
    """The evidence of a deployment's items, by item and number."""
    names = EvidenceRecord.__dataclass_fields__
    with store.read() as session:
        rows = session.scalars(
            select(ItemEvidence)
            .filter_by(deployment_id=deployment_id)
            .order_by(ItemEvidence.item_id, ItemEvidence.number)
        )
        return tuple(
            EvidenceRecord(
                **{
                    **{name: value for name, value in columns_of(row).items() if name in names},
                    "kind": EvidenceKind(row.kind),
                }
            )
            for row in rows
        )
