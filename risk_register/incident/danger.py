"""A person may be in danger now: an incident, and somebody on call who must be told.

One key, no form. The notice goes into the outbox in the same write, which sends it and calls the next person
until somebody acknowledges it; here stands which conversation it is about, and who took it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.acceptability import Severity
from risk_register.account.permissions import Action
from risk_register.database.model import columns_of
from risk_register.database.numbering import next_number
from risk_register.database.store import Store
from risk_register.database.tables.review import Page
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.incident.incidents import open_within
from risk_register.incident.states import Nature, Origin
from risk_register.notice.kinds import NoticeKind, NoticeSeverity
from risk_register.notice.notices import acknowledge_within, queue_notice

TITLE = "A person may be in danger now"
NEEDED_TO_TAKE = Action.LOCATE_PERSON
"""What somebody must be allowed to do to take the call: nobody else is called then, so they must act."""


@dataclass(frozen=True)
class PageRecord:
    """A page: raised, and taken by somebody."""

    page_id: int
    deployment_id: str
    incident_id: str
    conversation_id: str
    raised_by: str
    raised_at: dt.datetime
    taken_by: str | None
    taken_at: dt.datetime | None


def find_needed(kind: NoticeKind) -> Action:
    """What somebody must be allowed to do to take a call of a kind, whichever door they come through."""
    return NEEDED_TO_TAKE if kind is NoticeKind.DANGER else Action.ACKNOWLEDGE_ALARM


def raise_danger(
    store: Store, *, deployment_id: str, conversation_id: str, actor: str, at: dt.datetime
) -> PageRecord:
    """Open an incident of the gravest severity and ask for the on-call, in one step.

    A second call for the same conversation while the first page waits gives that page back.

    Raises:
        UnknownRecordError: the register does not know the deployment.
    """
    with store.write(actor=actor, at=at) as write:
        waiting = write.session.scalar(
            select(Page).filter_by(
                deployment_id=deployment_id, conversation_id=conversation_id, taken_at=None
            )
        )
        if waiting is not None:
            return PageRecord(**columns_of(waiting))
        incident_id = open_within(
            write,
            deployment_id=deployment_id,
            title=TITLE,
            severity=Severity.S5,
            # Without the conversation's id: incidents stay when a person's data are erased.
            origin=Origin.REVIEW,
            nature=Nature.SERIOUS_HARM,
            description="Raised while reading; the page names the conversation. Follow the crisis protocol.",
        )
        page = Page(
            deployment_id=deployment_id,
            page_id=next_number(write.session, Page.page_id, deployment_id=deployment_id),
            incident_id=incident_id,
            conversation_id=conversation_id,
            raised_by=actor,
            raised_at=at,
        )
        write.session.add(page)
        write.session.flush()
        queue_notice(
            write,
            key=f"danger:{incident_id}",
            deployment_id=deployment_id,
            kind=NoticeKind.DANGER,
            severity=NoticeSeverity.PAGE,
            reference_id=incident_id,
            link=f"/incidents?deployment={deployment_id}&incident={incident_id}",
        )
        write.record(
            "on_call_must_be_paged",
            subject=incident_id,
            deployment_id=deployment_id,
            page_id=page.page_id,
        )
        return PageRecord(**columns_of(page))


def list_pages(store: Store, deployment_id: str | None = None) -> tuple[PageRecord, ...]:
    """Every page, newest first; of one deployment or of all, for whoever sends them."""
    query = select(Page).order_by(Page.raised_at.desc(), Page.page_id.desc())
    if deployment_id is not None:
        query = query.filter_by(deployment_id=deployment_id)
    with store.read() as session:
        return tuple(PageRecord(**columns_of(row)) for row in session.scalars(query))


def take_page(store: Store, *, deployment_id: str, page_id: int, actor: str, at: dt.datetime) -> None:
    """Say "I have it": from then on it is known who looks after it, and nobody else is called.

    Raises:
        UnknownRecordError: the deployment has no such page.
        NotAllowedError: somebody else has it.
    """
    with store.write(actor=actor, at=at) as write:
        page = write.session.get(Page, (deployment_id, page_id))
        if page is None:
            raise UnknownRecordError(f"There is no page {page_id} in {deployment_id}.")
        if page.taken_by is not None:
            raise NotAllowedError(f"Page {page_id} was taken by {page.taken_by} already.")
        page.taken_by, page.taken_at = actor, at
        acknowledge_within(write, reference_id=page.incident_id)
        write.record("page_taken", subject=page.incident_id, deployment_id=page.deployment_id,
                     page_id=page_id)  # fmt: skip
