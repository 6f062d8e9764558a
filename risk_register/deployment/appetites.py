"""How much is too much: proposed by one person, approved by another, in force from a day on.

An indicator's YAML ships a placeholder; only what is approved here can put an alarm on somebody's phone.
Whether a value is within its appetite is judged elsewhere.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from risk_register.account.four_eyes import check_second_person
from risk_register.database.model import Appetite, Deployment, columns_of
from risk_register.database.numbering import next_number
from risk_register.database.store import Store, Write
from risk_register.errors import ChangedMeanwhileError, NotAllowedError, UnknownRecordError


class Side(StrEnum):
    """Which side of the limits is bad."""

    ABOVE = "above"
    BELOW = "below"


@dataclass(frozen=True)
class AppetiteDecision:
    """A proposal, and its approval once another person gave it; `version` counts approvals from 1."""

    proposal_id: int
    deployment_id: str
    indicator_id: str
    side: Side
    watch: float
    breach: float
    reason: str
    effective_from: dt.date
    proposed_by: str
    proposed_at: dt.datetime
    approved_by: str | None
    approved_at: dt.datetime | None
    version: int | None
    declined_by: str | None = None
    declined_at: dt.datetime | None = None
    decline_reason: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it waits for a second person."""
        return self.approved_by is None and self.declined_by is None

    @property
    def is_approved(self) -> bool:
        """Whether a second person has said yes."""
        return self.approved_by is not None


def propose(
    store: Store,
    *,
    deployment_id: str,
    indicator_id: str,
    side: Side,
    watch: float,
    breach: float,
    reason: str,
    effective_from: dt.date,
    actor: str,
    at: dt.datetime,
) -> int:
    """Put limits up for approval; nothing holds until `approve`. Returns its number there.

    What an indicator's values can be stands in its definition: a door that people use asks `passable`.

    Raises:
        NotAllowedError: the limits are in the wrong order or not numbers, there is no reason, or they would
            hold for days that have been judged by other approved ones.
        UnknownRecordError: the register does not know the deployment.
    """
    side = Side(side)
    check_limits(side, watch=watch, breach=breach)
    if not reason.strip():
        raise NotAllowedError(f"An appetite for {indicator_id} needs a reason that an auditor can follow.")
    with store.write(actor=actor, at=at) as write:
        if write.session.get(Deployment, deployment_id) is None:
            raise UnknownRecordError(f"The register does not know the deployment {deployment_id}.")
        held_since = _find_first_day(write, deployment_id, indicator_id)
        if held_since is not None and effective_from < at.date():
            raise NotAllowedError(
                f"{indicator_id} has approved limits since {held_since}, and days before {at.date()} were "
                "judged by them; new ones hold from today on at the earliest."
            )
        row = Appetite(
            deployment_id=deployment_id,
            proposal_id=next_number(write.session, Appetite.proposal_id, deployment_id=deployment_id),
            indicator_id=indicator_id,
            side=side.value,
            watch=watch,
            breach=breach,
            reason=reason.strip(),
            effective_from=effective_from,
            proposed_by=actor,
            proposed_at=at,
        )
        write.session.add(row)
        write.session.flush()
        write.record(
            "appetite_proposed",
            subject=indicator_id,
            deployment_id=deployment_id,
            proposal_id=row.proposal_id,
            side=side.value,
            watch=watch,
            breach=breach,
            effective_from=effective_from.isoformat(),
        )
        return row.proposal_id


def approve(store: Store, *, deployment_id: str, proposal_id: int, actor: str, at: dt.datetime) -> None:
    """Make a proposal hold from its day on; from today, if others have held until now and its day has passed.

    Whether a value can pass it is asked by the door, as of a proposal.

    Raises:
        SelfApprovalError: the proposer cannot approve.
        NotAllowedError: it is approved already.
        UnknownRecordError: the deployment has no such proposal.
    """
    with store.write(actor=actor, at=at) as write:
        row = _find(write, deployment_id, proposal_id)
        _check_open(row)
        check_second_person(
            write,
            first=[row.proposed_by],
            message=f"Proposal {proposal_id} is yours; another person must approve it.",
            subject=row.indicator_id,
            deployment_id=deployment_id,
        )
        if _find_first_day(write, deployment_id, row.indicator_id) is not None:
            row.effective_from = max(row.effective_from, at.date())
        latest = write.session.scalar(
            select(func.max(Appetite.version)).where(
                Appetite.deployment_id == row.deployment_id, Appetite.indicator_id == row.indicator_id
            )
        )
        row.approved_by, row.approved_at, row.version = actor, at, (latest or 0) + 1
        write.record(
            "appetite_approved",
            subject=row.indicator_id,
            deployment_id=row.deployment_id,
            proposal_id=proposal_id,
            version=row.version,
            effective_from=row.effective_from.isoformat(),
        )


def decline(
    store: Store, *, deployment_id: str, proposal_id: int, reason: str, actor: str, at: dt.datetime
) -> None:
    """Leave the limits as they are; the proposer may withdraw in this way, too.

    Raises:
        NotAllowedError: it was decided already, or the reason is blank.
        UnknownRecordError: the deployment has no such proposal.
    """
    if not reason.strip():
        raise NotAllowedError(f"Declining proposal {proposal_id} needs a reason; it may not be blank.")
    with store.write(actor=actor, at=at) as write:
        row = _find(write, deployment_id, proposal_id)
        _check_open(row)
        row.declined_by, row.declined_at, row.decline_reason = actor, at, reason.strip()
        write.record(
            "appetite_declined",
            subject=row.indicator_id,
            deployment_id=row.deployment_id,
            proposal_id=proposal_id,
        )


def _find_first_day(write: Write, deployment_id: str, indicator_id: str) -> dt.date | None:
    """Since when an indicator has had approved limits: the first may reach back, later ones never."""
    return write.session.scalar(
        select(func.min(Appetite.effective_from)).where(
            Appetite.deployment_id == deployment_id,
            Appetite.indicator_id == indicator_id,
            Appetite.approved_by.is_not(None),
        )
    )


def _find(write: Write, deployment_id: str, proposal_id: int) -> Appetite:
    row = write.session.get(Appetite, (deployment_id, proposal_id))
    if row is None:
        raise UnknownRecordError(f"There is no proposal {proposal_id} in {deployment_id}.")
    return row


def _check_open(row: Appetite) -> None:
    """A proposal is decided once; who comes second is told who was first, and when."""
    for verb, name, at in (
        ("approved", row.approved_by, row.approved_at),
        ("declined", row.declined_by, row.declined_at),
    ):
        if name is not None and at is not None:
            when = at.strftime("%Y-%m-%d %H:%M")
            raise ChangedMeanwhileError(
                f"Proposal {row.proposal_id} was {verb} by {name} at {when} UTC; review and try again."
            )


def list_decisions(store: Store, deployment_id: str) -> tuple[AppetiteDecision, ...]:
    """Every proposal of a deployment, approved or not, in the order it was made."""
    with store.read() as session:
        rows = session.scalars(
            select(Appetite).where(Appetite.deployment_id == deployment_id).order_by(Appetite.proposal_id)
        )
        return tuple(AppetiteDecision(**{**columns_of(row), "side": Side(row.side)}) for row in rows)


def in_force(
    decisions: Iterable[AppetiteDecision], *, indicator_id: str, on: dt.date
) -> AppetiteDecision | None:
    """The approved decision that holds on a day: the latest effective day, then the latest version."""
    candidates = [
        decision
        for decision in decisions
        if decision.indicator_id == indicator_id and decision.is_approved and decision.effective_from <= on
    ]
    return max(
        candidates, key=lambda decision: (decision.effective_from, decision.version or 0), default=None
    )


def check_limits(side: Side, *, watch: float, breach: float, say: Callable[[float], str] = str) -> None:
    """Raise a NotAllowedError for limits that are not numbers, or of which breach is passed first."""
    if not (math.isfinite(watch) and math.isfinite(breach)):
        raise NotAllowedError(f"Limits are numbers; got watch {watch} and breach {breach}.")
    if not (watch <= breach if side is Side.ABOVE else watch >= breach):
        raise NotAllowedError(
            f"Watch {say(watch)} must come before breach {say(breach)} on the side {side}: a value passes "
            "watch first."
        )
