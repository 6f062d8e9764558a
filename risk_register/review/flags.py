"""Flags: a reviewer wants a second pair of eyes on an item, whatever they label it.

A flag stays. It says that the item was flagged, not by whom: a doubt is no mark against anybody. To whom the
item was given at that time stands in the audit.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewFlag, ReviewItem
from risk_register.review.queue import QUEUE, find_assignment
from risk_register.review.states import ItemStatus


@dataclass(frozen=True)
class FlaggedItem:
    """An item that somebody flagged."""

    item_id: str
    state: ItemStatus
    flagged_at: dt.datetime


def flag_item(store: Store, *, item_id: str, reviewer: str, at: dt.datetime) -> None:
    """Flag the item that is open for this person. Safe to repeat.

    Raises:
        NotAllowedError: the item is not open for this person.
    """
    with store.write(actor=QUEUE, at=at) as write:
        find_assignment(write.session, item_id=item_id, reviewer=reviewer, at=at)
        if write.session.get(ReviewFlag, item_id) is not None:
            return
        deployment_id = write.session.get_one(ReviewItem, item_id).deployment_id
        write.session.add(ReviewFlag(item_id=item_id, deployment_id=deployment_id, flagged_at=at))
        write.record("review_item_flagged", subject=item_id, deployment_id=deployment_id)


def is_flagged(store: Store, item_id: str) -> bool:
    """Whether somebody has flagged the item."""
    with store.read() as session:
        return session.get(ReviewFlag, item_id) is not None


def list_flagged(store: Store, deployment_id: str) -> tuple[FlaggedItem, ...]:
    """The flagged items of a deployment, newest first."""
    query = (
        select(ReviewFlag, ReviewItem.state)
        .join(ReviewItem, ReviewItem.item_id == ReviewFlag.item_id)
        .where(ReviewFlag.deployment_id == deployment_id)
        .order_by(ReviewFlag.flagged_at.desc(), ReviewFlag.item_id)
    )
    with store.read() as session:
        return tuple(
            FlaggedItem(flag.item_id, ItemStatus(state), flag.flagged_at)
            for flag, state in session.execute(query)
        )
