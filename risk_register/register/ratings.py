"""Residual ratings: what risk remains once controls are in place, as people judge it.

A rating that is not lower holds at once; a lower one waits until a second person approves it. A higher one
ends an acceptance and opens a closed risk. Data may support a rating, it never makes one.
"""

from __future__ import annotations

import datetime as dt
from types import MappingProxyType

from risk_register.acceptability import Acceptability, Probability, Severity, judge_acceptability
from risk_register.account.four_eyes import check_second_person
from risk_register.database.model import RiskState
from risk_register.database.store import Store, Write
from risk_register.definition import Rating
from risk_register.errors import NotAllowedError
from risk_register.register.record import (
    append_change,
    check_words,
    find_row,
    pending_of,
    put_in_state,
    rating_of,
    residual_of,
)
from risk_register.register.transitions import RiskStatus

# How long a rating stands before it is reviewed, in days: the worse, the sooner.
REVIEW_DAYS = MappingProxyType(
    {Acceptability.UNACCEPTABLE: 30, Acceptability.INVESTIGATE: 90, Acceptability.ACCEPTABLE: 180}
)

ENDED_BY_A_HIGHER_RATING = frozenset({RiskStatus.ACCEPTED.value, RiskStatus.CLOSED.value})


def rate_residual(
    store: Store,
    *,
    deployment_id: str,
    risk_id: str,
    severity: Severity,
    probability: Probability,
    rationale: str,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
) -> bool:
    """Judge what risk remains. True: it holds now. False: it is lower, and waits for `approve_rating`.

    Lower means severity or probability below the residual rating in force; without one, below the inherent.

    Raises:
        NotAllowedError: there is no rationale, or somebody changed the risk meanwhile.
        UnknownRecordError: there is no such risk or deployment.
    """
    with store.write(actor=actor, at=at) as write:
        return rate_within(
            write,
            deployment_id=deployment_id,
            risk_id=risk_id,
            severity=severity,
            probability=probability,
            rationale=rationale,
            expected_version=expected_version,
        )


def rate_within(
    write: Write,
    *,
    deployment_id: str,
    risk_id: str,
    severity: Severity,
    probability: Probability,
    rationale: str,
    expected_version: int | None = None,
) -> bool:
    """`rate_residual` as part of a write that does more, so that both happen or neither."""
    new = Rating(severity=Severity(severity), probability=Probability(probability))
    check_words(rationale, f"A rating of {risk_id}")
    row = find_row(write, deployment_id, risk_id, expected_version=expected_version)
    before = pending_of(row)
    if not _is_lower(new, than=rating_of(row)):
        if before is not None:  # it was lower than what holds no more
            append_change(
                write, row, field="pending_rating", before=_name(before.rating), after=None, reason=rationale
            )
        _apply_rating(write, row, new, rationale.strip(), rated_by=write.actor)
        return True
    row.pending_severity, row.pending_probability = new.severity.value, new.probability.value
    row.pending_rationale, row.pending_by = rationale.strip(), write.actor
    append_change(
        write,
        row,
        field="pending_rating",
        before=_name(before.rating if before else None),
        after=_name(new),
        reason=rationale,
    )
    write.record("rating_proposed", subject=risk_id, deployment_id=deployment_id, rating=_name(new))
    return False


def approve_rating(
    store: Store,
    *,
    deployment_id: str,
    risk_id: str,
    actor: str,
    at: dt.datetime,
    expected_version: int | None = None,
) -> None:
    """Let a lower rating hold.

    Raises:
        SelfApprovalError: the person who rated cannot approve.
        NotAllowedError: nothing waits.
    """
    with store.write(actor=actor, at=at) as write:
        row = find_row(write, deployment_id, risk_id, expected_version=expected_version)
        pending = pending_of(row)
        if pending is None:
            raise NotAllowedError(f"No rating of {risk_id} waits for approval.")
        check_second_person(
            write,
            first=[pending.proposed_by],
            message=f"The lower rating of {risk_id} is yours; another person must approve it.",
            subject=risk_id,
            deployment_id=deployment_id,
        )
        _apply_rating(write, row, pending.rating, pending.rationale, rated_by=pending.proposed_by)


def _apply_rating(write: Write, row: RiskState, new: Rating, rationale: str, *, rated_by: str) -> None:
    before = residual_of(row)
    is_higher = _is_lower(rating_of(row), than=new)
    row.severity, row.probability = new.severity.value, new.probability.value
    row.rationale, row.rated_by = rationale, rated_by
    row.pending_severity = row.pending_probability = row.pending_rationale = row.pending_by = None
    acceptability = judge_acceptability(new.severity, new.probability)
    row.review_due_on = write.at.date() + dt.timedelta(days=REVIEW_DAYS[acceptability])
    append_change(write, row, field="residual", before=_name(before), after=_name(new), reason=rationale)
    write.record(
        "risk_rated",
        subject=row.risk_id,
        deployment_id=row.deployment_id,
        before=_name(before),
        after=_name(new),
        rated_by=rated_by,
    )
    if is_higher and row.state in ENDED_BY_A_HIGHER_RATING:
        put_in_state(write, row, RiskStatus.ASSESSED, reason=rationale)


def _is_lower(new: Rating, *, than: Rating) -> bool:
    severities, probabilities = list(Severity), list(Probability)
    is_less_severe = severities.index(new.severity) < severities.index(than.severity)
    # Probability runs from frequent to improbable: a later class is a lower one.
    is_less_probable = probabilities.index(new.probability) > probabilities.index(than.probability)
    return is_less_severe or is_less_probable


def _name(rating: Rating | None) -> str | None:
    return None if rating is None else f"{rating.severity.value} {rating.probability.value}"
