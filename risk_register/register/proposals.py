"""Ratings that data speak for: proposed after a run, accepted or declined by a person with a reason.

The class comes from the upper bound of an observed rate, never from the rate itself. Nothing here changes a
rating alone: an accepted proposal goes through `ratings`, where a lower one waits for a second person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import select

from risk_register.acceptability import (
    Probability,
    Severity,
    classify_probability,
    may_lower,
)
from risk_register.database.model import RiskState, columns_of
from risk_register.database.numbering import next_number
from risk_register.database.store import Store, Write
from risk_register.database.tables.review import RatingProposal
from risk_register.errors import ChangedMeanwhileError, UnknownRecordError
from risk_register.register.rating_evidence import Evidence, find_limit, say_evidence, take_worst
from risk_register.register.ratings import rate_within
from risk_register.register.record import check_words, find_row, rating_of
from risk_register.steps import check_allowed

__all__ = [
    "TRANSITIONS",
    "Evidence",
    "ProposalRecord",
    "ProposalStatus",
    "accept_proposal",
    "can_decide",
    "decline_proposal",
    "list_proposals",
    "propose_rerating",
]

REPEAT_AFTER = dt.timedelta(days=90)  # a declined class is not put up again before the next quarter


class ProposalStatus(StrEnum):
    """Where a proposal stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REPLACED = "replaced"
    """Newer data spoke for another class before anybody decided."""


TRANSITIONS: MappingProxyType[ProposalStatus, tuple[ProposalStatus, ...]] = MappingProxyType(
    {
        ProposalStatus.OPEN: (ProposalStatus.ACCEPTED, ProposalStatus.DECLINED, ProposalStatus.REPLACED),
        ProposalStatus.ACCEPTED: (),
        ProposalStatus.DECLINED: (),
        ProposalStatus.REPLACED: (),
    }
)


@dataclass(frozen=True)
class ProposalRecord:
    """A proposal with its evidence, and what was decided.

    `is_exposure_limited`: so few units were seen that not even a blank record would support the class that
    is rated now, and no event was seen, or too few to reach the proposed class by their lower bound.
    """

    proposal_id: int
    deployment_id: str
    risk_id: str
    indicator_id: str
    slice: str
    slice_value: str
    observed_rate: float
    upper_bound: float
    unit_count: int
    is_exposure_limited: bool
    severity: Severity
    probability: Probability
    rated_probability: Probability
    evidence: str
    state: ProposalStatus
    proposed_at: dt.datetime
    decided_by: str | None
    decided_at: dt.datetime | None
    reason: str


def propose_rerating(
    store: Store, *, deployment_id: str, evidence: Iterable[Evidence], actor: str, at: dt.datetime
) -> tuple[int, ...]:
    """Put up a re-rating for every risk whose worst evidence is of another class than its rating.

    Several pieces of evidence for a risk count by the worst. A lower class needs two whole quarters below the
    rated one, a higher class is put up at once. What is open already, or was declined within 90 days for the
    same class, is not repeated. Returns the numbers of new proposals.

    Raises:
        UnknownRecordError: the deployment has no such risk.
        ValueError: a bound is no probability.
    """
    found: dict[str, list[Evidence]] = {}
    for each in evidence:
        found.setdefault(each.risk_id, []).append(each)
    with store.write(actor=actor, at=at) as write:
        made = [_propose(write, deployment_id, take_worst(found[risk_id])) for risk_id in sorted(found)]
    return tuple(proposal_id for proposal_id in made if proposal_id is not None)


def accept_proposal(
    store: Store, *, deployment_id: str, proposal_id: int, reason: str, actor: str, at: dt.datetime
) -> bool:
    """Rate as proposed. True: the rating holds. False: it is lower and waits for a second person.

    The rating names the proposal and not its figures: its reason leaves with exports, and they may hold a
    small cell.

    Raises:
        NotAllowedError: it was decided before, or the reason is blank.
        ChangedMeanwhileError: the risk has another rating than the one that the proposal speaks against.
        UnknownRecordError: the deployment has no such proposal.
    """
    with store.write(actor=actor, at=at) as write:
        row = _decide(write, deployment_id, proposal_id, ProposalStatus.ACCEPTED, reason=reason)
        _check_rating(write, row)
        is_in_force = rate_within(
            write,
            deployment_id=row.deployment_id,
            risk_id=row.risk_id,
            severity=Severity(row.severity),
            probability=Probability(row.probability),
            rationale=f"{reason.strip()} (as data proposed, proposal {proposal_id})",
        )
        write.record("rerating_accepted", subject=row.risk_id, deployment_id=row.deployment_id,
                     proposal_id=proposal_id)  # fmt: skip
        return is_in_force


def decline_proposal(
    store: Store, *, deployment_id: str, proposal_id: int, reason: str, actor: str, at: dt.datetime
) -> None:
    """Leave the rating as it is, and say why.

    Raises:
        NotAllowedError: it was decided before, or the reason is blank.
        UnknownRecordError: the deployment has no such proposal.
    """
    with store.write(actor=actor, at=at) as write:
        row = _decide(write, deployment_id, proposal_id, ProposalStatus.DECLINED, reason=reason)
        write.record("rerating_declined", subject=row.risk_id, deployment_id=row.deployment_id,
                     proposal_id=proposal_id)  # fmt: skip


def list_proposals(store: Store, deployment_id: str) -> tuple[ProposalRecord, ...]:
    """Every proposal of a deployment, newest first."""
    with store.read() as session:
        rows = session.scalars(
            select(RatingProposal)
            .filter_by(deployment_id=deployment_id)
            .order_by(RatingProposal.proposal_id.desc())
        )
        return tuple(_describe(row) for row in rows)


def can_decide(record: ProposalRecord, *, to_state: ProposalStatus) -> bool:
    """Whether a proposal can still go there."""
    return to_state in TRANSITIONS[record.state]


def _propose(write: Write, deployment_id: str, evidence: Evidence) -> int | None:
    row = find_row(write, deployment_id, evidence.risk_id, expected_version=None)
    rated = rating_of(row)
    probability = classify_probability(evidence.upper_bound)
    is_lower = probability.lower_bound < rated.probability.lower_bound
    if is_lower and not may_lower(rated.probability, evidence.quarter_bounds):
        probability = rated.probability
    earlier = _find_earlier(write, row)
    if earlier is not None and ProposalStatus(earlier.state) is ProposalStatus.OPEN:
        is_same = (earlier.probability, earlier.severity, earlier.rated_probability) == (
            probability.value, rated.severity.value, rated.probability.value,
        )  # fmt: skip
        if is_same and rated.probability is not probability:
            return None
        earlier.state = ProposalStatus.REPLACED.value
        write.record("rerating_replaced", subject=row.risk_id, deployment_id=deployment_id,
                     proposal_id=earlier.proposal_id)  # fmt: skip
    if rated.probability is probability or _was_declined(earlier, probability, at=write.at):
        return None
    limit = find_limit(evidence, probability, rated.probability)
    proposal = RatingProposal(
        deployment_id=deployment_id,
        proposal_id=next_number(write.session, RatingProposal.proposal_id, deployment_id=deployment_id),
        risk_id=evidence.risk_id,
        indicator_id=evidence.indicator_id,
        slice=evidence.slice,
        slice_value=evidence.slice_value,
        observed_rate=evidence.observed_rate,
        upper_bound=evidence.upper_bound,
        unit_count=evidence.unit_count,
        is_exposure_limited=limit is not None,
        severity=rated.severity.value,
        probability=probability.value,
        rated_probability=rated.probability.value,
        evidence=say_evidence(evidence, probability, rated.probability, limit),
        state=ProposalStatus.OPEN.value,
        proposed_at=write.at,
    )
    write.session.add(proposal)
    write.session.flush()
    write.record(
        "rerating_proposed",
        subject=evidence.risk_id,
        deployment_id=deployment_id,
        proposal_id=proposal.proposal_id,
        indicator_id=evidence.indicator_id,
        before=rated.probability.value,
        after=probability.value,
        is_exposure_limited=limit is not None,
    )
    return proposal.proposal_id


def _find_earlier(write: Write, row: RiskState) -> RatingProposal | None:
    return write.session.scalar(
        select(RatingProposal)
        .filter_by(deployment_id=row.deployment_id, risk_id=row.risk_id)
        .order_by(RatingProposal.proposal_id.desc())
        .limit(1)
    )


def _was_declined(earlier: RatingProposal | None, probability: Probability, *, at: dt.datetime) -> bool:
    return (
        earlier is not None
        and earlier.state == ProposalStatus.DECLINED.value
        and earlier.probability == probability.value
        and earlier.decided_at is not None
        and at < earlier.decided_at + REPEAT_AFTER
    )


def _decide(
    write: Write, deployment_id: str, proposal_id: int, to_state: ProposalStatus, *, reason: str
) -> RatingProposal:
    check_words(reason, f"Deciding proposal {proposal_id}")
    row = write.session.get(RatingProposal, (deployment_id, proposal_id))
    if row is None:
        raise UnknownRecordError(f"There is no proposal {proposal_id} in {deployment_id}.")
    state = ProposalStatus(row.state)
    by = f", decided by {row.decided_by}," if row.decided_by else ""
    check_allowed(f"Proposal {proposal_id}{by}", state, to_state=to_state, allowed=TRANSITIONS[state])
    row.state, row.decided_by, row.decided_at = to_state.value, write.actor, write.at
    row.reason = reason.strip()
    return row


def _check_rating(write: Write, row: RatingProposal) -> None:
    """A proposal moves the probability of one rating; another that people made since is not overwritten."""
    risk = find_row(write, row.deployment_id, row.risk_id, expected_version=None)
    rated = rating_of(risk)
    if (rated.severity.value, rated.probability.value) != (row.severity, row.rated_probability):
        told = write.say_last_change(row.risk_id, deployment_id=row.deployment_id)
        raise ChangedMeanwhileError(
            f"{row.risk_id} was {told}: it is {rated.severity} {rated.probability} now, and proposal "
            f"{row.proposal_id} speaks of {row.severity} {row.rated_probability}. Decline it; the next run "
            "proposes anew if the data still differ."
        )


def _describe(row: RatingProposal) -> ProposalRecord:
    return ProposalRecord(
        **{
            **columns_of(row),
            "severity": Severity(row.severity),
            "probability": Probability(row.probability),
            "rated_probability": Probability(row.rated_probability),
            "state": ProposalStatus(row.state),
        }
    )
