"""The risk register of each deployment: its risks, their owners, their moves and their history.

A risk moves along the literal table of `transitions`; ratings are `ratings`. Data may propose, only people
change anything here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from risk_register.account.four_eyes import check_second_person
from risk_register.content import load_risks
from risk_register.database.model import RiskChange, RiskState, columns_of
from risk_register.database.numbering import next_number
from risk_register.database.store import Store
from risk_register.database.tables.register import RiskComment
from risk_register.errors import NotAllowedError, SelfApprovalError
from risk_register.register.deployments import FIRST_REVIEW_DAYS, ensure_deployment, list_deployments
from risk_register.register.ratings import approve_rating, rate_residual
from risk_register.register.record import (
    PendingRating,
    RiskRecord,
    append_change,
    check_words,
    describe_risk,
    find_row,
    find_shipped_risk,
    put_in_state,
)
from risk_register.register.transitions import NEEDS_SECOND_PERSON, TRANSITIONS, RiskStatus, check_step

__all__ = [
    "TRANSITIONS",
    "Change",
    "Comment",
    "PendingRating",
    "RiskRecord",
    "RiskStatus",
    "approve_rating",
    "assign_owner",
    "can_move",
    "check_move",
    "comment",
    "ensure_deployment",
    "history",
    "list_comments",
    "list_deployments",
    "list_risks",
    "move",
    "rate_residual",
]

ACCEPTANCE_DAYS = 180  # an acceptance is looked at again after half a year


@dataclass(frozen=True)
class Comment:
    """What somebody said about a risk."""

    number: int
    at: dt.datetime
    actor: str
    body: str


@dataclass(frozen=True)
class Change:
    """One field of a risk, before and after."""

    version: int
    at: dt.datetime
    actor: str
    field: str
    part: str | None
    before: str | None
    after: str | None
    reason: str


def list_risks(store: Store, deployment_id: str) -> tuple[RiskRecord, ...]:
    """The risks of a deployment by reference; empty for one that the register does not know."""
    with store.read() as session:
        rows = {
            row.risk_id: row
            for row in session.scalars(select(RiskState).filter_by(deployment_id=deployment_id))
        }
    return tuple(describe_risk(risk, rows[risk.id]) for risk in load_risks() if risk.id in rows)


def assign_owner(
    store: Store,
    *,
    deployment_id: str,
    risk_id: str,
    owner: str,
    reason: str,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Say which role or account answers for a risk."""
    check_words(owner, f"The owner of {risk_id}")
    with store.write(actor=actor, at=at) as write:
        row = find_row(write, deployment_id, risk_id, expected_version=expected_version)
        before, row.owner = row.owner, owner.strip()
        append_change(write, row, field="owner", before=before, after=row.owner, reason=reason)
        write.record("owner_assigned", subject=risk_id, deployment_id=deployment_id, owner=row.owner)


def move(
    store: Store,
    *,
    deployment_id: str,
    risk_id: str,
    to_state: RiskStatus,
    reason: str,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
    accepted_until: dt.date | None = None,
) -> None:
    """Move a risk along the transition table; an acceptance holds until a day, half a year at most.

    Raises:
        NotAllowedError: the table has no such step, a rating or a reason is missing.
        SelfApprovalError: accepting or closing by the person who last rated or moved the risk.
    """
    target = RiskStatus(to_state)
    check_words(reason, f"Moving {risk_id}")
    with store.write(actor=actor, at=at) as write:
        row = find_row(write, deployment_id, risk_id, expected_version=expected_version)
        record = describe_risk(find_shipped_risk(risk_id), row)
        check_move(record, to_state=target, actor=actor)
        if target in NEEDS_SECOND_PERSON:
            check_second_person(
                write,
                first=[row.rated_by, row.moved_by],
                message=_say_own(record, actor, target),
                subject=risk_id,
                deployment_id=deployment_id,
            )
        put_in_state(write, row, target, reason=reason)
        if target is RiskStatus.ACCEPTED:
            row.accepted_until = row.review_due_on = _find_end(at.date(), accepted_until)
        if target is RiskStatus.CLOSED:
            row.review_due_on = None
        elif row.review_due_on is None:
            row.review_due_on = at.date() + dt.timedelta(days=FIRST_REVIEW_DAYS)


def check_move(record: RiskRecord, *, to_state: RiskStatus, actor: str) -> None:
    """Raise if this person cannot move the risk to a state.

    Raises:
        NotAllowedError: the table has no such step, or a rating is missing.
        SelfApprovalError: accepting or closing by the person who last rated or moved the risk.
    """
    check_step(record.state, to_state=to_state, is_rated=record.residual is not None)
    if to_state in NEEDS_SECOND_PERSON and actor in {record.rated_by, record.moved_by}:
        raise SelfApprovalError(_say_own(record, actor, to_state))


def _say_own(record: RiskRecord, actor: str, to_state: RiskStatus) -> str:
    return f"{actor} rated or moved {record.risk_id} last; another person must make it {to_state.value}."


def _find_end(today: dt.date, asked: dt.date | None) -> dt.date:
    latest = today + dt.timedelta(days=ACCEPTANCE_DAYS)
    if asked is not None and not today < asked <= latest:
        raise NotAllowedError(f"An acceptance holds until a day after {today}, at most until {latest}.")
    return asked or latest


def can_move(record: RiskRecord, *, to_state: RiskStatus, actor: str) -> bool:
    """Whether `check_move` would pass."""
    try:
        check_move(record, to_state=to_state, actor=actor)
    except NotAllowedError:
        return False
    return True


def comment(
    store: Store, *, deployment_id: str, risk_id: str, body: str, actor: str, at: dt.datetime
) -> None:
    """Say something about a risk; it changes nothing and stays."""
    check_words(body, f"A comment on {risk_id}")
    with store.write(actor=actor, at=at) as write:
        find_row(write, deployment_id, risk_id, expected_version=None)
        number = next_number(write.session, RiskComment.number, deployment_id=deployment_id, risk_id=risk_id)
        write.session.add(
            RiskComment(
                deployment_id=deployment_id,
                risk_id=risk_id,
                number=number,
                at=at,
                actor=actor,
                body=body.strip(),
            )
        )
        write.record("risk_commented", subject=risk_id, deployment_id=deployment_id, number=number)


def list_comments(store: Store, *, deployment_id: str, risk_id: str) -> tuple[Comment, ...]:
    """What was said about a risk, oldest first."""
    with store.read() as session:
        rows = session.scalars(
            select(RiskComment)
            .filter_by(deployment_id=deployment_id, risk_id=risk_id)
            .order_by(RiskComment.number)
        )
        return tuple(Comment(row.number, row.at, row.actor, row.body) for row in rows)


def history(store: Store, *, deployment_id: str, risk_id: str) -> tuple[Change, ...]:
    """Every change of a risk, oldest first."""
    with store.read() as session:
        rows = session.scalars(
            select(RiskChange)
            .filter_by(deployment_id=deployment_id, risk_id=risk_id)
            .order_by(RiskChange.change_id)
        )
        fields = Change.__dataclass_fields__
        return tuple(
            Change(**{name: value for name, value in columns_of(row).items() if name in fields})
            for row in rows
        )
