"""Which item comes next for a reviewer: their languages, their topics, their day's limit, and two lanes.

Severe items are interleaved with ordinary ones, and the triage lane never takes more than its share. Within
a stratum the order is always that of the draw. Only what a person does not take is passed over; while
nobody was shown that, its stratum does not count (`standing`): what counts is a random part of it.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from risk_register.account.four_eyes import list_same_person
from risk_register.database.tables.review import ReviewAssignment, ReviewItem
from risk_register.review.reviewers import ReviewerRecord, is_at_limit
from risk_register.review.states import (
    DECIDED,
    MEASUREMENT_SHARE,
    PURPOSES,
    SEVERE_IN_A_ROW,
    SEVERE_LEVEL,
    TRIAGE_LEVEL,
    ItemStatus,
    Lane,
    Outcome,
)

CANDIDATES_AT_ONCE = 20


def choose_item(
    session: Session, person: ReviewerRecord, *, deployment_id: str, at: dt.datetime
) -> tuple[ReviewItem, Lane] | None:
    """The first item that this person may see: a dispute, else by lane, an ordinary one after severe ones."""
    may_see = [is_for(session, person, deployment_id)]
    if is_at_limit(session, person, at=at):
        may_see.append(ReviewItem.level < SEVERE_LEVEL)
    elif _had_severe_in_a_row(session, list_same_person(session, person.name)):
        ordinary = _first(session, person, [*may_see, ReviewItem.level < SEVERE_LEVEL], Lane.MEASUREMENT)
        if ordinary is not None:
            return ordinary, Lane.MEASUREMENT
    disputed = [*may_see, ReviewItem.state == ItemStatus.DISPUTED.value]
    found = _first(session, person, disputed, Lane.MEASUREMENT)
    if found is not None:
        return found, Lane.MEASUREMENT
    for lane in _order_lanes(session, deployment_id):
        found = _first(session, person, may_see, lane)
        if found is not None:
            return found, lane
    return None


def is_for(session: Session, person: ReviewerRecord, deployment_id: str) -> ColumnElement[bool]:
    """Items that may be served to a person: unsettled, in a language they read, held by nobody, new to them.

    Nothing comes of somebody whom the person said they know. A second account of theirs is no second person.
    """
    names = list_same_person(session, person.name)
    mine = select(ReviewAssignment.item_id).where(
        ReviewAssignment.reviewer.in_(names), ReviewAssignment.outcome.in_(DECIDED)
    )
    known = (
        select(ReviewItem.user_id)
        .join(ReviewAssignment, ReviewAssignment.item_id == ReviewItem.item_id)
        .where(
            ReviewAssignment.reviewer.in_(names),
            ReviewAssignment.outcome == Outcome.RECUSED.value,
            ReviewItem.deployment_id == deployment_id,
            ReviewItem.user_id.is_not(None),
        )
    )
    held = select(ReviewAssignment.item_id).where(ReviewAssignment.outcome == Outcome.OPEN.value)
    return and_(
        ReviewItem.deployment_id == deployment_id,
        ReviewItem.state.in_([state.value for state in PURPOSES]),
        ReviewItem.language.in_(person.languages),
        ReviewItem.item_id.not_in(mine),
        ReviewItem.item_id.not_in(held),
        or_(ReviewItem.user_id.is_(None), ReviewItem.user_id.not_in(known)),
    )


def _first(
    session: Session, person: ReviewerRecord, conditions: list[ColumnElement[bool]], lane: Lane
) -> ReviewItem | None:
    avoided = set(person.topics_not_taken)
    query = _in_order(select(ReviewItem).where(*conditions), lane)
    if not avoided:
        return session.scalar(query.limit(1))
    for item in session.scalars(query.execution_options(yield_per=CANDIDATES_AT_ONCE)):
        if not avoided & set(item.topics.split(",")):
            return item
    return None


def _in_order(query: Select[ReviewItem], lane: Lane) -> Select[ReviewItem]:
    if lane is Lane.MEASUREMENT:
        return query.order_by(ReviewItem.sample_id.desc(), ReviewItem.draw_position)
    # Within a level by the draw alone: any other order would choose which part of a stratum is reviewed.
    urgency = (ReviewItem.level.desc(), ReviewItem.due_at, ReviewItem.draw_position)
    return query.where(ReviewItem.level >= TRIAGE_LEVEL).order_by(*urgency)


def _order_lanes(session: Session, deployment_id: str) -> tuple[Lane, Lane]:
    """Triage first, but in the newest sample never beyond its share: the rest belongs to the random order."""
    newest = select(func.max(ReviewItem.sample_id)).filter_by(deployment_id=deployment_id).scalar_subquery()
    rows = session.execute(
        select(ReviewAssignment.lane, func.count().label("item_count"))
        .join(ReviewItem, ReviewItem.item_id == ReviewAssignment.item_id)
        .where(
            ReviewItem.sample_id == newest,
            ReviewAssignment.outcome.in_((Outcome.LABELLED.value, Outcome.OPEN.value)),
        )
        .group_by(ReviewAssignment.lane)
    )
    counts: dict[str, int] = {row.lane: row.item_count for row in rows}
    served = sum(counts.values()) + 1
    if counts.get(Lane.MEASUREMENT.value, 0) < int(MEASUREMENT_SHARE * served):
        return Lane.MEASUREMENT, Lane.TRIAGE
    return Lane.TRIAGE, Lane.MEASUREMENT


def _had_severe_in_a_row(session: Session, names: tuple[str, ...]) -> bool:
    last = session.scalars(
        select(ReviewAssignment.is_severe)
        .where(ReviewAssignment.reviewer.in_(names))
        .order_by(ReviewAssignment.assignment_id.desc())
        .limit(SEVERE_IN_A_ROW)
    ).all()
    return len(last) == SEVERE_IN_A_ROW and all(last)
