"""A risk as a deployment has it, and how its row becomes that record or gets a change appended.

The shipped texts come from the content, the decisions from the store. Who may decide what is not here.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from risk_register.acceptability import Acceptability, Probability, Severity, judge_acceptability
from risk_register.content import Kri, Risk, load_risks
from risk_register.database.model import RiskChange, RiskState
from risk_register.database.store import Write
from risk_register.database.versions import check_version
from risk_register.definition import Rating
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.register.transitions import RiskStatus

VALUE_LIMIT = 200


@dataclass(frozen=True)
class PendingRating:
    """A lower rating that waits for a second person."""

    rating: Rating
    rationale: str
    proposed_by: str


@dataclass(frozen=True)
class RiskRecord:
    """A risk of a deployment; `acceptability` is of the residual rating, or of the inherent one before it."""

    deployment_id: str
    risk_id: str
    reference: str
    title: str
    statement: str
    state: RiskStatus
    inherent: Rating
    residual: Rating | None
    acceptability: Acceptability
    pending: PendingRating | None
    rationale: str
    rated_by: str | None
    moved_by: str | None
    owner: str | None
    review_due_on: dt.date | None
    accepted_until: dt.date | None
    kris: tuple[Kri, ...]
    controls: tuple[str, ...]
    checklist_items: tuple[str, ...]
    paper_rows: tuple[str, ...]
    note: str
    version: int

    def is_overdue(self, as_of: dt.date) -> bool:
        """Whether its review should have happened before that day, or its acceptance has run out.

        An open risk without a day of review is overdue: nobody would ever look at it again.
        """
        if self.state is RiskStatus.CLOSED:
            return False
        return self.review_due_on is None or self.review_due_on < as_of or self.has_lapsed(as_of)

    def has_lapsed(self, as_of: dt.date) -> bool:
        """Whether it was accepted until a day before that one, and nobody has decided again."""
        return (
            self.state is RiskStatus.ACCEPTED
            and self.accepted_until is not None
            and self.accepted_until < as_of
        )


def describe_risk(risk: Risk, row: RiskState) -> RiskRecord:
    """The record of a row."""
    residual = residual_of(row)
    rating = residual or risk.inherent
    return RiskRecord(
        deployment_id=row.deployment_id,
        risk_id=risk.id,
        reference=risk.reference,
        title=risk.title,
        statement=risk.statement,
        state=RiskStatus(row.state),
        inherent=risk.inherent,
        residual=residual,
        acceptability=judge_acceptability(rating.severity, rating.probability),
        pending=pending_of(row),
        rationale=row.rationale,
        rated_by=row.rated_by,
        moved_by=row.moved_by,
        owner=row.owner,
        review_due_on=row.review_due_on,
        accepted_until=row.accepted_until,
        kris=risk.kris,
        controls=risk.controls,
        checklist_items=risk.checklist_items,
        paper_rows=risk.paper_rows,
        note=risk.note,
        version=row.version,
    )


def find_shipped_risk(risk_id: str) -> Risk:
    """The shipped risk of this id.

    Raises:
        UnknownRecordError: there is none.
    """
    found = {risk.id: risk for risk in load_risks()}
    if risk_id not in found:
        raise UnknownRecordError(f"There is no risk {risk_id}. Known: {', '.join(found)}.")
    return found[risk_id]


def find_row(write: Write, deployment_id: str, risk_id: str, *, expected_version: int | None) -> RiskState:
    """The row of a risk, to be changed.

    Raises:
        UnknownRecordError: the deployment has no such risk.
        NotAllowedError: somebody changed it since the version that the caller saw.
    """
    row = write.session.get(RiskState, (deployment_id, risk_id))
    if row is None:
        raise UnknownRecordError(f"The register of {deployment_id} has no risk {risk_id}.")
    check_version(
        write, current=row.version, expected=expected_version, subject=risk_id, deployment_id=deployment_id
    )
    return row


def append_change(
    write: Write,
    row: RiskState,
    *,
    field: str,
    before: str | None,
    after: str | None,
    reason: str,
    part: str | None = None,
) -> None:
    """Give a row its next version and write down what changed; history is never rewritten."""
    row.version += 1
    write.session.add(
        RiskChange(
            deployment_id=row.deployment_id,
            risk_id=row.risk_id,
            version=row.version,
            at=write.at,
            actor=write.actor,
            field=field,
            part=part,
            before=_cut(before),
            after=_cut(after),
            reason=reason.strip(),
        )
    )


def _cut(value: str | None) -> str | None:
    """A value as the history keeps it: the whole text is where it belongs, a column holds 200 characters."""
    return value if value is None or len(value) <= VALUE_LIMIT else f"{value[: VALUE_LIMIT - 1]}…"


def residual_of(row: RiskState) -> Rating | None:
    """The residual rating in force, if there is one."""
    if row.severity is None or row.probability is None:
        return None
    return Rating(severity=Severity(row.severity), probability=Probability(row.probability))


def rating_of(row: RiskState) -> Rating:
    """The rating that counts now: the residual one, else the inherent one that ships."""
    return residual_of(row) or find_shipped_risk(row.risk_id).inherent


def pending_of(row: RiskState) -> PendingRating | None:
    """The rating that waits for a second person, if one does."""
    if row.pending_severity is None or row.pending_probability is None or row.pending_by is None:
        return None
    rating = Rating(severity=Severity(row.pending_severity), probability=Probability(row.pending_probability))
    return PendingRating(rating, row.pending_rationale or "", row.pending_by)


def check_words(reason: str, what: str) -> None:
    """Raise NotAllowedError for blank words."""
    if not reason.strip():
        raise NotAllowedError(f"{what} needs words that a later reader can follow; they may not be blank.")


def put_in_state(write: Write, row: RiskState, state: RiskStatus, *, reason: str) -> None:
    """Move a risk; an acceptance ends with every move, and who accepts sets its end afterwards."""
    before, row.state, row.moved_by = row.state, state.value, write.actor
    row.accepted_until = None
    append_change(write, row, field="state", before=before, after=row.state, reason=reason)
    write.record(
        "risk_moved", subject=row.risk_id, deployment_id=row.deployment_id, before=before, after=row.state
    )
