"""Erasure reaches reviews: the conversation's id goes, what was counted stays.

Items and pages lose the id for a reference that leads nowhere, with the detectors' verdict and the topics.
Labels are levels of nobody from then on, so that issued estimates can still be explained.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import select

from risk_register.review_states import ItemStatus, Outcome, can_step
from risk_register.review_tables import Page, ReviewAssignment, ReviewItem
from risk_register.store import Store

ERASED = "erased"


def forget_conversations(
    store: Store, *, deployment_id: str, conversation_ids: Iterable[str], actor: str, at: dt.datetime
) -> int:
    """Forget which conversations were reviewed; returns how many items it concerned. Safe to repeat."""
    ids = sorted(set(conversation_ids))
    with store.write(actor=actor, at=at) as write:
        session = write.session
        items = session.scalars(
            select(ReviewItem).where(
                ReviewItem.deployment_id == deployment_id, ReviewItem.conversation_id.in_(ids)
            )
        ).all()
        pages = session.scalars(
            select(Page).where(Page.deployment_id == deployment_id, Page.conversation_id.in_(ids))
        ).all()
        for item in items:
            item.conversation_id, item.verdict, item.topics = f"{ERASED}_{item.item_id}", "{}", ""
            item.user_id = None
            if can_step(ItemStatus(item.state), to_state=ItemStatus.WITHDRAWN):
                item.state = ItemStatus.WITHDRAWN.value
            open_ones = select(ReviewAssignment).filter_by(item_id=item.item_id, outcome=Outcome.OPEN.value)
            for assignment in session.scalars(open_ones):
                assignment.ended_at, assignment.outcome = at, Outcome.EXPIRED.value
        for page in pages:
            page.conversation_id = f"{ERASED}_page_{page.page_id}"
        if items or pages:
            write.record(
                "review_items_forgotten",
                subject=deployment_id,
                deployment_id=deployment_id,
                items=",".join(item.item_id for item in items),
                page_count=len(pages),
            )
        return len(items)
