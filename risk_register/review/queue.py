"""Items in front of reviewers: served, kept for whoever opened them, passed on, freed when the time is over.

What is served says nothing of what the detectors saw: no level, no lane, no clock. Which item comes next is
`order`, labels are `labels`; items stay in the sample whatever happens here.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_register.database.store import Store, Write
from risk_register.database.tables.review import ReviewAssignment, ReviewItem, ReviewLabel
from risk_register.errors import NotAllowedError
from risk_register.review.order import choose_item
from risk_register.review.reviewers import find_reviewer
from risk_register.review.states import LOCK_TIME, PURPOSES, SEVERE_LEVEL, ItemStatus, Outcome, Purpose

QUEUE = "review_queue"  # the actor of what happens to an item without a person being named


@dataclass(frozen=True)
class ReviewTask:
    """An item in front of a reviewer; for an adjudication with the two answers, without names."""

    item_id: str
    sample_id: str
    deployment_id: str
    conversation_id: str
    day: dt.date | None
    language: str
    purpose: Purpose
    locked_until: dt.datetime
    answers_so_far: tuple[Mapping[str, int], ...] = ()


def next_item(store: Store, *, deployment_id: str, reviewer: str, at: dt.datetime) -> ReviewTask | None:
    """The item to look at now: the one already open, else the next; None when nothing waits for this person.

    Raises:
        NotAllowedError: the reviewer has not said which languages they read.
    """
    with store.write(actor=reviewer, at=at) as write:
        person = find_reviewer(write.session, reviewer)
        if not person.languages:
            raise NotAllowedError(f"{reviewer} has not said which languages they read; do that first.")
        _free_expired(write, deployment_id)
        open_one = find_open(write.session, deployment_id=deployment_id, reviewer=reviewer)
        if open_one is not None:
            return _describe(write.session, open_one)
        found = choose_item(write.session, person, deployment_id=deployment_id, at=at)
        if found is None:
            return None
        item, lane = found
        assignment = ReviewAssignment(
            item_id=item.item_id,
            reviewer=reviewer,
            purpose=PURPOSES[ItemStatus(item.state)].value,
            lane=lane.value,
            is_severe=item.level >= SEVERE_LEVEL,
            served_at=at,
            locked_until=at + LOCK_TIME,
            outcome=Outcome.OPEN.value,
        )
        write.session.add(assignment)
        write.record(
            "review_item_served",
            subject=item.item_id,
            deployment_id=deployment_id,
            purpose=assignment.purpose,
        )
        return _describe(write.session, assignment)


def pass_on(store: Store, *, item_id: str, reviewer: str, at: dt.datetime) -> None:
    """Give an open item back, without a reason. Somebody else gets it, and it stays in the sample.

    The trace says that the item was passed on, not by whom; to whom it was given before stands in the audit,
    as whatever leads to words of people does.

    Raises:
        NotAllowedError: the item is not open for this person.
    """
    _give_back(store, Outcome.PASSED, "review_item_passed_on", item_id=item_id, reviewer=reviewer, at=at)


def recuse(store: Store, *, item_id: str, reviewer: str, at: dt.datetime) -> None:
    """Say "I know this person": the item goes to somebody else, and so does everything of that person.

    The trace says that it happened, not who it was; to whom the item was given before stands in the audit.

    Raises:
        NotAllowedError: the item is not open for this person.
    """
    _give_back(store, Outcome.RECUSED, "review_item_recused", item_id=item_id, reviewer=reviewer, at=at)


def _give_back(
    store: Store, outcome: Outcome, action: str, *, item_id: str, reviewer: str, at: dt.datetime
) -> None:
    with store.write(actor=QUEUE, at=at) as write:
        assignment = find_assignment(write.session, item_id=item_id, reviewer=reviewer, at=at)
        assignment.ended_at, assignment.outcome = at, outcome.value
        write.record(action, subject=item_id, deployment_id=_deployment_of(write.session, item_id))


def find_assignment(session: Session, *, item_id: str, reviewer: str, at: dt.datetime) -> ReviewAssignment:
    """The open assignment of an item to a person.

    Raises:
        NotAllowedError: there is none, or its time is over.
    """
    found = session.scalar(
        select(ReviewAssignment).filter_by(item_id=item_id, reviewer=reviewer, outcome=Outcome.OPEN.value)
    )
    if found is None:
        raise NotAllowedError(f"{item_id} is not open for {reviewer}; ask for the next item.")
    if at >= found.locked_until:
        raise NotAllowedError(
            f"{item_id} was kept for {reviewer} until {found.locked_until:%Y-%m-%d %H:%M} UTC; that is over. "
            "Ask for the next item."
        )
    return found


def open_task(store: Store, *, deployment_id: str, reviewer: str, at: dt.datetime) -> ReviewTask | None:
    """The item that a person has open, serving no other; None when there is none or its time is over."""
    with store.read() as session:
        found = find_open(session, deployment_id=deployment_id, reviewer=reviewer)
        return None if found is None or at >= found.locked_until else _describe(session, found)


def find_open(session: Session, *, deployment_id: str, reviewer: str) -> ReviewAssignment | None:
    """What a person has open in a deployment."""
    return session.scalar(
        select(ReviewAssignment)
        .join(ReviewItem, ReviewItem.item_id == ReviewAssignment.item_id)
        .where(
            ReviewItem.deployment_id == deployment_id,
            ReviewAssignment.reviewer == reviewer,
            ReviewAssignment.outcome == Outcome.OPEN.value,
        )
    )


def _free_expired(write: Write, deployment_id: str) -> None:
    expired = write.session.scalars(
        select(ReviewAssignment)
        .join(ReviewItem, ReviewItem.item_id == ReviewAssignment.item_id)
        .where(
            ReviewItem.deployment_id == deployment_id,
            ReviewAssignment.outcome == Outcome.OPEN.value,
            ReviewAssignment.locked_until <= write.at,
        )
    ).all()
    for assignment in expired:
        assignment.ended_at, assignment.outcome = assignment.locked_until, Outcome.EXPIRED.value
    if expired:
        items = ",".join(sorted(assignment.item_id for assignment in expired))
        write.record("review_locks_expired", subject=deployment_id, deployment_id=deployment_id, items=items)


def _describe(session: Session, assignment: ReviewAssignment) -> ReviewTask:
    item = session.get_one(ReviewItem, assignment.item_id)
    purpose = Purpose(assignment.purpose)
    labels: tuple[Mapping[str, int], ...] = ()
    if purpose is Purpose.ADJUDICATION:
        rows = session.scalars(select(ReviewLabel).filter_by(item_id=item.item_id))
        labels = tuple(json.loads(row.answers) for row in sorted(rows, key=lambda row: row.answers))
    return ReviewTask(
        item_id=item.item_id,
        sample_id=item.sample_id,
        deployment_id=item.deployment_id,
        conversation_id=item.conversation_id,
        day=item.day,
        language=item.language,
        purpose=purpose,
        locked_until=assignment.locked_until,
        answers_so_far=labels,
    )


def _deployment_of(session: Session, item_id: str) -> str:
    return session.get_one(ReviewItem, item_id).deployment_id
