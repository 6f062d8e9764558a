"""What a reviewer sees of their own work: labels today, severe items, whether a rest is due, what waits.

For the reviewer alone. Nobody else's figures can be asked for by a page, and no list of reviewers is made.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewAssignment, ReviewItem, ReviewLabel
from risk_register.review.order import is_for
from risk_register.review.reviewers import ReviewerRecord, count_severe, find_reviewer
from risk_register.review.states import BREAK_AFTER, REST, SEVERE_A_DAY, TRIAGE_LEVEL


@dataclass(frozen=True)
class OwnPace:
    """A person's own day, and how much waits for them.

    `is_done_for_today` says that the day's severe items are used up; ordinary ones are still served.
    """

    labelled_today: int
    severe_today: int
    severe_limit: int
    minutes_without_rest: int
    is_rest_due: bool
    waiting_count: int

    @property
    def is_done_for_today(self) -> bool:
        """Whether the day's limit of severe items is reached."""
        return self.severe_today >= self.severe_limit


@dataclass(frozen=True)
class LaneLengths:
    """Unlabelled items of a deployment: by clock in the triage lane, those past it, and all that wait."""

    by_level: dict[int, int]
    overdue_count: int
    waiting_count: int


@dataclass(frozen=True)
class OverdueItems:
    """Items of one level that were to be looked at by one moment, and were not."""

    level: int
    due_at: dt.datetime
    item_count: int


def read_own_pace(store: Store, *, deployment_id: str, reviewer: str, at: dt.datetime) -> OwnPace:
    """The pace of the person who asks."""
    with store.read() as session:
        person = find_reviewer(session, reviewer)
        minutes = _count_minutes(session, reviewer, at=at)
        return OwnPace(
            labelled_today=_count_labels(session, person, at=at),
            severe_today=count_severe(session, person, at=at, is_told=True),
            severe_limit=SEVERE_A_DAY,
            minutes_without_rest=minutes,
            is_rest_due=minutes >= BREAK_AFTER.total_seconds() / 60,
            waiting_count=_count(session, is_for(session, person, deployment_id)) if person.languages else 0,
        )


def read_lanes(store: Store, *, deployment_id: str, at: dt.datetime) -> LaneLengths:
    """How long the two lanes are; no item and nobody is named."""
    here = (ReviewItem.deployment_id == deployment_id) & ReviewItem.label_id.is_(None)
    here &= ReviewItem.state != "withdrawn"
    with store.read() as session:
        levels = session.execute(
            select(ReviewItem.level, func.count().label("item_count"))
            .where(here, ReviewItem.level >= TRIAGE_LEVEL)
            .group_by(ReviewItem.level)
            .order_by(ReviewItem.level.desc())
        )
        return LaneLengths(
            by_level={row.level: row.item_count for row in levels},
            overdue_count=_count(session, here & (ReviewItem.due_at < at)),
            waiting_count=_count(session, here),
        )


def list_overdue(
    store: Store, *, deployment_id: str, since: dt.datetime, at: dt.datetime
) -> tuple[OverdueItems, ...]:
    """Items of the triage lane whose clock ran out in a span and that nobody has labelled, gravest first."""
    query = (
        select(ReviewItem.level, ReviewItem.due_at, func.count().label("item_count"))
        .where(
            ReviewItem.deployment_id == deployment_id,
            ReviewItem.label_id.is_(None),
            ReviewItem.state != "withdrawn",
            ReviewItem.level >= TRIAGE_LEVEL,
            ReviewItem.due_at >= since,
            ReviewItem.due_at < at,
        )
        .group_by(ReviewItem.level, ReviewItem.due_at)
        .order_by(ReviewItem.level.desc(), ReviewItem.due_at)
    )
    with store.read() as session:
        return tuple(OverdueItems(row.level, row.due_at, row.item_count) for row in session.execute(query))


def _count(session: Session, condition: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(ReviewItem).where(condition)) or 0


def _count_labels(session: Session, person: ReviewerRecord, *, at: dt.datetime) -> int:
    zone = ZoneInfo(person.zone)
    since = dt.datetime.combine(at.astimezone(zone).date(), dt.time(), zone).astimezone(dt.UTC)
    query = select(func.count()).select_from(ReviewLabel)
    return session.scalar(
        query.where(ReviewLabel.reviewer == person.name, ReviewLabel.labelled_at >= since)
    ) or 0  # fmt: skip


def _count_minutes(session: Session, reviewer: str, *, at: dt.datetime) -> int:
    """Minutes since the last rest: back from now, as long as no gap between items was a rest.

    Nobody reads an item longer than it is kept for them.
    """
    rows = session.execute(
        select(ReviewAssignment.served_at, ReviewAssignment.ended_at, ReviewAssignment.locked_until)
        .where(
            ReviewAssignment.reviewer == reviewer, ReviewAssignment.served_at > at - dt.timedelta(hours=12)
        )
        .order_by(ReviewAssignment.assignment_id.desc())
    )
    begun = at
    for served_at, ended_at, locked_until in rows:
        if begun - min(ended_at or at, locked_until) >= REST:
            break
        begun = served_at
    return int((at - begun).total_seconds() // 60)
