"""Erasure reaches the register: the ids of a person and of their conversations go, what was counted stays.

Items, pages, searches and ended holds lose the id for a reference that leads nowhere, with the detectors'
verdict and the topics. Labels are levels of nobody from then on, so that what was issued can be explained.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_register.database.store import Store
from risk_register.database.tables.incident import IncidentHold
from risk_register.database.tables.review import Location, Page, ReviewAssignment, ReviewItem
from risk_register.review.states import ItemStatus, Outcome, can_step

ERASED = "erased"


def forget_person(
    store: Store, *, deployment_id: str, ids: Collection[str], actor: str, at: dt.datetime
) -> int:
    """Forget whose conversations these are; returns how many rows it concerned. Safe to repeat.

    Args:
        store: the governance store.
        deployment_id: the deployment whose ids they are.
        ids: pseudonyms of users, threads, conversations and messages. A hold in force keeps its thread's out.
        actor: who erases.
        at: when.
    """
    gone = frozenset(ids)
    with store.write(actor=actor, at=at) as write:
        items = _forget_items(write.session, deployment_id, gone, at)
        others = _forget_others(write.session, deployment_id, gone)
        if items or others:
            write.record(
                "review_items_forgotten",
                subject=deployment_id,
                deployment_id=deployment_id,
                items=",".join(items),
                other_count=others,
            )
        return len(items) + others


def list_named(store: Store) -> frozenset[tuple[str, str]]:
    """Every deployment and id of a user, thread, conversation or message that `forget_person` may forget."""
    named = (
        (ReviewItem, (ReviewItem.conversation_id, ReviewItem.user_id)),
        (Page, (Page.conversation_id,)),
        (Location, (Location.subject,)),
        (IncidentHold, (IncidentHold.conversation_id, IncidentHold.thread_id)),
    )
    with store.read() as session:
        return frozenset(
            (deployment_id, one.partition("/")[0])
            for table, columns in named
            for deployment_id, *ids in session.execute(select(table.deployment_id, *columns))
            for one in ids
            if one and not one.startswith(f"{ERASED}_")
        )


def _forget_items(session: Session, deployment_id: str, gone: frozenset[str], at: dt.datetime) -> list[str]:
    found = []
    for item in session.scalars(select(ReviewItem).filter_by(deployment_id=deployment_id)).all():
        if item.conversation_id not in gone:
            if item.user_id in gone:
                item.user_id = None
                found.append(item.item_id)
            continue
        found.append(item.item_id)
        item.conversation_id, item.verdict, item.topics = f"{ERASED}_{item.item_id}", "{}", ""
        item.user_id = None
        if can_step(ItemStatus(item.state), to_state=ItemStatus.WITHDRAWN):
            item.state = ItemStatus.WITHDRAWN.value
        open_ones = select(ReviewAssignment).filter_by(item_id=item.item_id, outcome=Outcome.OPEN.value)
        for assignment in session.scalars(open_ones):
            ended_at = min(at, assignment.locked_until)
            assignment.ended_at, assignment.outcome = ended_at, Outcome.EXPIRED.value
    return found


def _forget_others(session: Session, deployment_id: str, gone: frozenset[str]) -> int:
    count = 0
    for page in session.scalars(select(Page).filter_by(deployment_id=deployment_id)).all():
        if page.conversation_id in gone:
            page.conversation_id = f"{ERASED}_page_{page.page_id}"
            count += 1
    for location in session.scalars(select(Location).filter_by(deployment_id=deployment_id)).all():
        if location.subject.partition("/")[0] in gone:
            location.subject = f"{ERASED}_location_{location.location_id}"
            location.source_file = location.position = None
            count += 1
    for hold in session.scalars(select(IncidentHold).filter_by(deployment_id=deployment_id)).all():
        if gone & {hold.conversation_id, hold.thread_id}:
            hold.conversation_id = hold.thread_id = f"{ERASED}_{hold.hold_id}"
            count += 1
    return count
