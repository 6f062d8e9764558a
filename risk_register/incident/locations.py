"""Locating a person at risk: who looked for which source record, why, and who confirmed it within 24 hours.

One person may act at once; a second looks at it afterwards. Finding the record means reading the delivered
file again and is not done here. The operator's own ids are not kept, only the file and the position.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.account.four_eyes import check_second_person
from risk_register.database.model import Deployment, columns_of
from risk_register.database.numbering import next_number
from risk_register.database.store import Store
from risk_register.database.tables.review import Location
from risk_register.errors import NotAllowedError, UnknownRecordError

CONFIRM_WITHIN = dt.timedelta(hours=24)


@dataclass(frozen=True)
class Found:
    """Where a message came from, or why that cannot be said. The operator's own id is shown, never kept."""

    source_file: str | None = None
    position: int | None = None
    source_conversation: str | None = None
    why_not: str = ""


Locate = Callable[[str, str], Found]
"""Deployment and id of a conversation or message; who searches is whoever starts the dashboard."""


@dataclass(frozen=True)
class LocationRecord:
    """A search for a source record: its outcome, and the confirmation that it was right to search."""

    location_id: int
    deployment_id: str
    subject: str
    reason: str
    is_found: bool
    source_file: str | None
    position: int | None
    why_not: str
    located_by: str
    located_at: dt.datetime
    confirm_by: dt.datetime
    confirmed_by: str | None
    confirmed_at: dt.datetime | None

    def is_overdue(self, at: dt.datetime) -> bool:
        """Whether the second person is late."""
        return self.confirmed_by is None and at > self.confirm_by


def record_location(
    store: Store,
    *,
    deployment_id: str,
    subject: str,
    reason: str,
    source_file: str | None,
    position: int | None,
    why_not: str,
    actor: str,
    at: dt.datetime,
) -> LocationRecord:
    """Write down a search, found or not, before its answer is shown.

    Raises:
        NotAllowedError: the reason is blank, or neither a place nor why there is none is given.
        UnknownRecordError: the register does not know the deployment.
    """
    if not reason.strip():
        raise NotAllowedError(f"Locating {subject} needs a reason; it may not be blank.")
    if (source_file is None) == (not why_not.strip()):
        raise NotAllowedError(f"A search for {subject} ends with a source file, or with why there is none.")
    with store.write(actor=actor, at=at) as write:
        if write.session.get(Deployment, deployment_id) is None:
            raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
        row = Location(
            deployment_id=deployment_id,
            location_id=next_number(write.session, Location.location_id, deployment_id=deployment_id),
            subject=subject,
            reason=reason.strip(),
            is_found=source_file is not None,
            source_file=source_file,
            position=position,
            why_not=why_not.strip(),
            located_by=actor,
            located_at=at,
            confirm_by=at + CONFIRM_WITHIN,
        )
        write.session.add(row)
        write.session.flush()
        write.record(
            "person_located" if row.is_found else "person_not_located",
            # Not the conversation's id: the audit outlives a person's data, the record loses them on erasure.
            subject=f"location_{row.location_id}",
            deployment_id=deployment_id,
            reason=row.reason,
        )
        return LocationRecord(**columns_of(row))


def confirm_location(
    store: Store, *, location_id: int, deployment_id: str, note: str, actor: str, at: dt.datetime
) -> LocationRecord:
    """Say as a second person that the search was right; late is possible and stays visible as late.

    Raises:
        SelfApprovalError: who located cannot confirm.
        NotAllowedError: it is confirmed already, or the note is blank.
        UnknownRecordError: there is no such search in the deployment.
    """
    if not note.strip():
        raise NotAllowedError(f"Confirming search {location_id} needs a note; it may not be blank.")
    with store.write(actor=actor, at=at) as write:
        row = write.session.get(Location, (deployment_id, location_id))
        if row is None:
            raise UnknownRecordError(f"There is no search {location_id} in {deployment_id}.")
        if row.confirmed_by is not None:
            raise NotAllowedError(f"Search {location_id} was confirmed by {row.confirmed_by} already.")
        check_second_person(
            write,
            first=[row.located_by],
            message=f"You located {row.subject}; another person must confirm it.",
            subject=f"location_{location_id}",
            deployment_id=deployment_id,
        )
        row.confirmed_by, row.confirmed_at = actor, at
        write.record(
            "location_confirmed",
            subject=f"location_{location_id}",
            deployment_id=deployment_id,
            note=note.strip(),
            is_late=at > row.confirm_by,
        )
        return LocationRecord(**columns_of(row))


def list_locations(store: Store, deployment_id: str) -> tuple[LocationRecord, ...]:
    """Every search in a deployment, newest first."""
    with store.read() as session:
        rows = session.scalars(
            select(Location).filter_by(deployment_id=deployment_id).order_by(Location.location_id.desc())
        )
        return tuple(LocationRecord(**columns_of(row)) for row in rows)
