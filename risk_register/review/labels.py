"""Labels: what a person saw in a conversation, and which label counts when two differ.

Blind until given: the detectors' verdict on an item is shown to somebody only after their own label of it,
and what others answered only once it is settled; the audit, which its readers may also label, says it then.
Answers are levels by signal of the taxonomy; a signal that is not named was not seen.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_register.content import load_taxonomy
from risk_register.database.store import Store, Write
from risk_register.database.tables.review import ReviewItem, ReviewLabel
from risk_register.definition import Polarity, Signal
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.review.queue import find_assignment
from risk_register.review.standing import is_surprise
from risk_register.review.states import ItemStatus, Outcome, Purpose, check_step

AT_RISK = frozenset(
    {
        "u_suicidal_ideation",
        "u_self_harm",
        "u_harm_to_others",
        "u_victim_of_harm",
        "u_psychosis_mania",
        "u_disordered_eating",
        "u_substance_crisis",
        "u_acute_distress",
    }
)
"""Signals of a person at risk, as in the facts; reliance on the assistant or a complaint is none of them."""


@dataclass(frozen=True)
class Submitted:
    """What became of an item, and what the detectors had said about it."""

    label_id: int
    state: ItemStatus
    verdict: Mapping[str, int]


def list_rubric() -> tuple[Signal, ...]:
    """The signals that a reviewer is asked about: all but those of the product's own system."""
    return tuple(signal for signal in load_taxonomy().signals if signal.polarity is not Polarity.SYSTEM)


def submit_label(
    store: Store, *, item_id: str, answers: Mapping[str, int], reviewer: str, at: dt.datetime
) -> Submitted:
    """Label the item that is open for this person; an empty answer says that nothing was seen.

    Raises:
        NotAllowedError: the item is not open for this person, or an answer is outside the rubric.
    """
    check_answers(answers)
    written = json.dumps(dict(answers), sort_keys=True)
    with store.write(actor=reviewer, at=at) as write:
        assignment = find_assignment(write.session, item_id=item_id, reviewer=reviewer, at=at)
        assignment.ended_at, assignment.outcome = at, Outcome.LABELLED.value
        item = write.session.get_one(ReviewItem, item_id)
        label = ReviewLabel(
            item_id=item_id,
            reviewer=reviewer,
            purpose=assignment.purpose,
            answers=written,
            labelled_at=at,
        )
        write.session.add(label)
        write.session.flush()
        _settle(write, item, label)
        write.record(
            "review_item_labelled",
            subject=item_id,
            deployment_id=item.deployment_id,
            purpose=label.purpose,
            state=item.state,
            **_say_answers(write.session, item),
        )
        return Submitted(label.label_id, ItemStatus(item.state), json.loads(item.verdict))


def check_answers(answers: Mapping[str, int]) -> None:
    """Raise if the answers are not of the rubric.

    Raises:
        NotAllowedError: with every answer at fault and what is allowed.
    """
    known = {signal.id: signal for signal in list_rubric()}
    problems = []
    for name, level in answers.items():
        if name not in known:
            problems.append(f"{name} is no signal of the rubric")
            continue
        low, high = known[name].minimum_level, known[name].maximum_level
        if isinstance(level, bool) or not isinstance(level, int) or not low <= level <= high:
            problems.append(f"{name} is {level}; it lies between {low} and {high}")
    if problems:
        raise NotAllowedError(f"The label cannot be taken: {'; '.join(problems)}.")


def find_risk_level(answers: Mapping[str, int]) -> int:
    """How much a label says the person is at risk: the highest level among the signals of such a person."""
    return max((level for name, level in answers.items() if name in AT_RISK), default=0)


def read_verdict(store: Store, *, item_id: str, reviewer: str) -> Mapping[str, int]:
    """What the detectors said about an item.

    Raises:
        NotAllowedError: this person has not labelled it.
    """
    with store.read() as session:
        item = _find(session, item_id)
        given = session.scalar(select(ReviewLabel).filter_by(item_id=item_id, reviewer=reviewer))
        if given is None:
            raise NotAllowedError(f"The detectors' verdict on {item_id} is shown after your own label.")
        verdict: Mapping[str, int] = json.loads(item.verdict)
        return verdict


def find_item_conversation(store: Store, *, deployment_id: str, item_id: str) -> str:
    """The conversation of an item; an item of another deployment does not exist here.

    Raises:
        UnknownRecordError: the deployment has no such item.
    """
    with store.read() as session:
        item = session.get(ReviewItem, item_id)
    if item is None or item.deployment_id != deployment_id:
        raise UnknownRecordError(f"There is no review item {item_id} in {deployment_id}.")
    return item.conversation_id


def _settle(write: Write, item: ReviewItem, label: ReviewLabel) -> None:
    """Move the item on, and say which label counts."""
    purpose = Purpose(label.purpose)
    if purpose is Purpose.FIRST:
        # Until a second or a third person has spoken the first label stands, provisionally.
        is_read_again = item.needs_second or is_surprise(item, label)
        target = ItemStatus.NEEDS_SECOND if is_read_again else ItemStatus.SETTLED
        item.label_id = label.label_id
    elif purpose is Purpose.SECOND:
        first = write.session.get_one(ReviewLabel, item.label_id)
        target = ItemStatus.SETTLED if first.answers == label.answers else ItemStatus.DISPUTED
    else:
        target = ItemStatus.SETTLED
        item.label_id = label.label_id
    check_step(ItemStatus(item.state), to_state=target)
    item.state = target.value


def _say_answers(session: Session, item: ReviewItem) -> dict[str, dict[str, dict[str, int]]]:
    """For the audit: what everybody answered, by purpose; nothing while somebody may still label the item."""
    if item.state != ItemStatus.SETTLED.value:
        return {}
    rows = session.scalars(select(ReviewLabel).filter_by(item_id=item.item_id).order_by(ReviewLabel.label_id))
    return {"answers": {row.purpose: json.loads(row.answers) for row in rows}}


def _find(session: Session, item_id: str) -> ReviewItem:
    item = session.get(ReviewItem, item_id)
    if item is None:
        raise UnknownRecordError(f"There is no review item {item_id}.")
    return item
