"""What a reviewer reads, what they do not take, and how much of the hard kind they have seen today.

Each says it for themselves and nobody asks why. Who may review at all is a grant; speed and passes are
counted nowhere for others, though the audit says what was given to whom, and when.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from risk_register.account.four_eyes import list_same_person
from risk_register.content import load_taxonomy
from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewAssignment, Reviewer, ReviewLabel
from risk_register.errors import NotAllowedError
from risk_register.review.states import DECIDED, SEVERE_A_DAY, SEVERE_LEVEL


@dataclass(frozen=True)
class ReviewerRecord:
    """A reviewer's own settings; without languages nothing is served."""

    name: str
    languages: tuple[str, ...] = ()
    topics_not_taken: tuple[str, ...] = ()
    zone: str = "UTC"


def list_topics() -> tuple[str, ...]:
    """The families of signals of the taxonomy: what a reviewer may choose not to take."""
    return tuple(sorted({signal.family for signal in load_taxonomy().signals if signal.id[0] in "ua"}))


def set_reviewer(
    store: Store,
    *,
    languages: tuple[str, ...],
    topics_not_taken: tuple[str, ...] = (),
    zone: str = "UTC",
    actor: str,
    at: dt.datetime,
) -> None:
    """Say what you read and do not take; the topics stay out of the audit.

    Raises:
        NotAllowedError: a topic or zone does not exist, or no language is named.
    """
    unknown = sorted(set(topics_not_taken) - set(list_topics()))
    if unknown:
        raise NotAllowedError(f"There is no topic {', '.join(unknown)}. Known: {', '.join(list_topics())}.")
    if zone not in available_timezones():
        raise NotAllowedError(f"{zone!r} is not an IANA time zone such as Europe/Berlin.")
    if not languages or not all(name.strip() and "," not in name for name in languages):
        raise NotAllowedError("Name at least one language that you read, such as en.")
    with store.write(actor=actor, at=at) as write:
        row = write.session.get(Reviewer, actor) or Reviewer(name=actor)
        row.languages = ",".join(sorted(set(languages)))
        row.topics_not_taken = ",".join(sorted(set(topics_not_taken)))
        row.zone = zone
        write.session.add(row)
        write.record("reviewer_set", subject=actor, languages=row.languages, zone=zone)


def read_reviewer(store: Store, name: str) -> ReviewerRecord:
    """A person's settings, for that person."""
    with store.read() as session:
        return find_reviewer(session, name)


def find_reviewer(session: Session, name: str) -> ReviewerRecord:
    """The settings of a reviewer; none were made means no language."""
    row = session.get(Reviewer, name)
    if row is None:
        return ReviewerRecord(name)
    return ReviewerRecord(name, _split(row.languages), _split(row.topics_not_taken), row.zone)


def list_languages(store: Store) -> frozenset[str]:
    """Every language that some reviewer reads; the strata of others show that there is no reviewer."""
    with store.read() as session:
        return frozenset(name for row in session.scalars(select(Reviewer)) for name in _split(row.languages))


def count_severe(
    session: Session, reviewer: ReviewerRecord, *, at: dt.datetime, is_told: bool = False
) -> int:
    """Severe items shown to a person today, all deployments and accounts together, each counted once.

    Severe is what the detectors said, or what the person found there. When the person is told, without those
    that are open or may come back after their lock ran out: the number would say what the detectors make of
    them before the label.
    """
    zone = ZoneInfo(reviewer.zone)
    today = at.astimezone(zone).date()
    since = dt.datetime.combine(today, dt.time(), zone).astimezone(dt.UTC)
    names = list_same_person(session, reviewer.name)
    found = (ReviewLabel.item_id == ReviewAssignment.item_id) & ReviewLabel.reviewer.in_(names)
    shown = session.execute(
        select(ReviewAssignment.item_id, ReviewAssignment.is_severe, ReviewLabel.answers)
        .outerjoin(ReviewLabel, found)
        .where(
            ReviewAssignment.reviewer.in_(names),
            ReviewAssignment.served_at >= since,
            ReviewAssignment.outcome.in_(DECIDED) if is_told else true(),
        )
    )
    return len({item for item, is_severe, answers in shown if is_severe or _is_severe(answers)})


def is_at_limit(session: Session, reviewer: ReviewerRecord, *, at: dt.datetime) -> bool:
    """Whether a person has seen as many severe items as a day allows."""
    return count_severe(session, reviewer, at=at) >= SEVERE_A_DAY


def _is_severe(answers: str | None) -> bool:
    return answers is not None and max(json.loads(answers).values(), default=0) >= SEVERE_LEVEL


def _split(words: str) -> tuple[str, ...]:
    return tuple(word for word in words.split(",") if word)
