"""Whether anybody is left who can read what waits for another person; a team of one confirms nothing alone.

Counts alone: nothing here names who could, or says what the first person saw. Topics that somebody does not
take are their own and do not count. What is served to whom is `order`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.account.permissions import ALLOWED, Action
from risk_register.database.model import Account, AccountGrant
from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewAssignment, Reviewer, ReviewItem
from risk_register.review.order import is_for
from risk_register.review.results import Design, Progress, read_design
from risk_register.review.reviewers import find_reviewer
from risk_register.review.states import ItemStatus, Outcome

BY_ANOTHER = frozenset({ItemStatus.NEEDS_SECOND.value, ItemStatus.DISPUTED.value})


@dataclass(frozen=True)
class Wait:
    """What waits in a stratum for another person.

    `since` is when the first of these labels was given; it does not tell which of them holds the stratum.
    `unreadable_count` are those that nobody else can read: who reviews here and reads the language had them.
    """

    since: dt.datetime
    unreadable_count: int


def find_waits(store: Store, progress: Progress) -> Mapping[str, Wait]:
    """By stratum that waits for another person: since when, and how many of its labels nobody can read."""
    held = {one.stratum_id for one in progress.strata if one.waiting_count}
    if not held:
        return {}
    design = read_design(store, progress.sample.sample_id)
    mine = [item for item in design.items if item.stratum_id in held and item.state in BY_ANOTHER]
    given: dict[str, dt.datetime] = {}
    for label in design.labels.values():
        given[label.item_id] = min(label.labelled_at, given.get(label.item_id, label.labelled_at))
    readable = _list_readable(store, design)
    unreadable = Counter(item.stratum_id for item in mine if item.item_id not in readable)
    return {
        stratum: Wait(
            since=min(given[item.item_id] for item in mine if item.stratum_id == stratum),
            unreadable_count=unreadable[stratum],
        )
        for stratum in {item.stratum_id for item in mine}
    }


def _list_readable(store: Store, design: Design) -> frozenset[str]:
    """Items of a sample that lie open in front of somebody, or may be served to a reviewer."""
    sample_id, deployment_id = design.sample.sample_id, design.sample.deployment_id
    roles = [role.value for role, actions in ALLOWED.items() if Action.REVIEW in actions]
    of_sample = select(ReviewItem.item_id).where(ReviewItem.sample_id == sample_id)
    with store.read() as session:
        open_ones = select(ReviewAssignment.item_id).where(
            ReviewAssignment.outcome == Outcome.OPEN.value, ReviewAssignment.item_id.in_(of_sample)
        )
        names = session.scalars(
            select(Reviewer.name)
            .join(Account, Account.name == Reviewer.name)
            .join(AccountGrant, AccountGrant.name == Account.name)
            .where(
                Account.is_disabled.is_(False),
                AccountGrant.deployment_id == deployment_id,
                AccountGrant.role.in_(roles),
            )
            .distinct()
        ).all()
        found = set(session.scalars(open_ones))
        for name in names:
            served = is_for(session, find_reviewer(session, name), deployment_id)
            found |= set(session.scalars(of_sample.where(served)))
    return frozenset(found)
