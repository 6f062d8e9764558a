"""Reports on their way out: submitted by one person, approved by another, then issued, and filed.

Every step is about one manifest: a report that was built again since is another report. An issued one stays
as it is. Building and checking the files is not done here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import select

from risk_register.applicability import RegimeStanding, list_standings
from risk_register.content import Regime
from risk_register.errors import ChangedMeanwhileError, NotAllowedError, UnknownRecordError
from risk_register.four_eyes import check_second_person
from risk_register.model import Deployment, columns_of
from risk_register.numbering import next_number
from risk_register.report_tables import ReportSubmission
from risk_register.store import Store, Write


class ReportStatus(StrEnum):
    """How far a built report came."""

    SUBMITTED = "submitted"
    """Somebody stands for it and asks another person to approve it."""
    APPROVED = "approved"
    """A second person read it and said yes."""
    ISSUED = "issued"
    """It left; from here on it is not built again."""
    FILED = "filed"
    """The receiver has it; the reference says where that is written."""
    DECLINED = "declined"
    """Sent back with a reason, by whoever reads it or by whoever submitted it."""


_S = ReportStatus
TRANSITIONS: MappingProxyType[ReportStatus, tuple[ReportStatus, ...]] = MappingProxyType(
    {
        _S.SUBMITTED: (_S.APPROVED, _S.DECLINED),
        _S.APPROVED: (_S.ISSUED, _S.DECLINED),
        _S.ISSUED: (_S.FILED,),
        _S.FILED: (),
        _S.DECLINED: (),
    }
)
LEFT_THE_HOUSE = frozenset({ReportStatus.ISSUED, ReportStatus.FILED})


@dataclass(frozen=True)
class SubmissionRecord:
    """A report as it stands on its way out; `number` counts within the deployment."""

    deployment_id: str
    number: int
    report: str
    period: str
    manifest_hash: str
    state: ReportStatus
    submitted_by: str
    submitted_at: dt.datetime
    approved_by: str | None
    approved_at: dt.datetime | None
    issued_by: str | None
    issued_at: dt.datetime | None
    filed_by: str | None
    filed_at: dt.datetime | None
    reference: str
    declined_by: str | None
    declined_at: dt.datetime | None
    decline_reason: str


@dataclass(frozen=True)
class BuiltOnce:
    """A built report as it lies there now: its manifest's SHA-256 names exactly these files."""

    deployment_id: str
    report: str
    period: str
    manifest_hash: str


def submit(store: Store, built: BuiltOnce, *, actor: str, at: dt.datetime) -> int:
    """Stand for a built report and ask another person to approve it. Returns its number.

    Raises:
        NotAllowedError: this period's report is on its way already, or has been issued.
        UnknownRecordError: the register does not know the deployment.
    """
    with store.write(actor=actor, at=at) as write:
        if write.session.get(Deployment, built.deployment_id) is None:
            raise UnknownRecordError(f"The register does not know the deployment {built.deployment_id}.")
        known = _find_standing(write, built)
        if known is not None:
            raise NotAllowedError(
                f"{built.report} of {built.period} is {known.state} already, as number {known.number}."
            )
        number = next_number(write.session, ReportSubmission.number, deployment_id=built.deployment_id)
        write.session.add(
            ReportSubmission(
                deployment_id=built.deployment_id,
                number=number,
                report=built.report,
                period=built.period,
                manifest_hash=built.manifest_hash,
                state=ReportStatus.SUBMITTED.value,
                submitted_by=actor,
                submitted_at=at,
                reference="",
                decline_reason="",
            )
        )
        _record(write, "report_submitted", built, number=number)
        return number


def approve(store: Store, built: BuiltOnce, *, actor: str, at: dt.datetime) -> None:
    """Say yes to a submitted report, as the second person.

    Raises:
        SelfApprovalError: whoever submitted it cannot approve it.
        ChangedMeanwhileError: it was built again since it was submitted.
        NotAllowedError: it waits for no approval.
    """
    with store.write(actor=actor, at=at) as write:
        row = _take(write, built, to_state=ReportStatus.APPROVED)
        check_second_person(
            write,
            first=[row.submitted_by],
            message=f"You submitted {built.report} of {built.period}; another person must approve it.",
        )
        row.approved_by, row.approved_at = actor, at
        _record(write, "report_approved", built, number=row.number, submitted_by=row.submitted_by)


def decline(store: Store, built: BuiltOnce, *, reason: str, actor: str, at: dt.datetime) -> None:
    """Send a report back before it leaves; it may be built and submitted again.

    Raises:
        NotAllowedError: it has been issued, was never submitted, or the reason is blank.
    """
    if not reason.strip():
        raise NotAllowedError("Sending a report back needs a reason.")
    with store.write(actor=actor, at=at) as write:
        row = _take(write, built, to_state=ReportStatus.DECLINED, is_same=False)
        row.declined_by, row.declined_at, row.decline_reason = actor, at, reason.strip()
        _record(write, "report_declined", built, number=row.number, reason=reason.strip())


def issue(store: Store, built: BuiltOnce, *, problems: Sequence[str], actor: str, at: dt.datetime) -> None:
    """Let an approved report leave; from then on it stays as it is.

    Args:
        store: the governance store.
        built: the report as it lies there.
        problems: what is wrong with its files, as `report verify` finds it.
        actor: who issues.
        at: when.

    Raises:
        ChangedMeanwhileError: it was built again since it was approved.
        NotAllowedError: nobody approved it, its files are not whole, or a regime stands against it.
    """
    if problems:
        raise NotAllowedError(f"{built.report} of {built.period} is not whole: {' '.join(problems)}")
    against = why_not_issue(list_standings(store, built.deployment_id), built.report, as_of=at.date())
    if against:
        raise NotAllowedError(f"{built.report} may not be issued. {' '.join(against)}")
    with store.write(actor=actor, at=at) as write:
        row = _take(write, built, to_state=ReportStatus.ISSUED)
        row.issued_by, row.issued_at = actor, at
        _record(write, "report_issued", built, number=row.number, approved_by=row.approved_by)


def file(store: Store, built: BuiltOnce, *, reference: str, actor: str, at: dt.datetime) -> None:
    """Write down that the receiver has it. Sending it is not done here.

    Raises:
        NotAllowedError: it was not issued, or the reference is blank.
    """
    if not reference.strip():
        raise NotAllowedError("Filing a report needs a reference: the receiver's, or where the copy lies.")
    with store.write(actor=actor, at=at) as write:
        row = _take(write, built, to_state=ReportStatus.FILED)
        row.filed_by, row.filed_at, row.reference = actor, at, reference.strip()
        _record(write, "report_filed", built, number=row.number, reference=row.reference)


def why_not_issue(standings: Sequence[RegimeStanding], report: str, *, as_of: dt.date) -> tuple[str, ...]:
    """What stands against issuing a report that day; nothing if it may.

    A report that a regime asks for needs that regime signed, applicable and confirmed. On any other, a regime
    that was signed as applicable must not be past the day by which its text is read again.
    """
    against = []
    for one in standings:
        if _asks_for(one.regime, report):
            against.append(one.why_not_issue(as_of))
        elif one.decision is not None and one.decision.is_applicable:
            against.append(one.regime.why_too_old(as_of))
    return tuple(words for words in against if words is not None)


def check_may_build(store: Store, *, deployment_id: str, report: str, period: str) -> None:
    """Raise if a report must not be built again.

    Raises:
        NotAllowedError: it has been issued.
    """
    for one in list_submissions(store, deployment_id):
        if (one.report, one.period) == (report, period) and one.state in LEFT_THE_HOUSE:
            raise NotAllowedError(
                f"{report} of {period} was issued by {one.issued_by}; nothing is built over it."
            )


def list_submissions(store: Store, deployment_id: str) -> tuple[SubmissionRecord, ...]:
    """Every report of a deployment that was ever submitted, newest first."""
    query = select(ReportSubmission).filter_by(deployment_id=deployment_id)
    with store.read() as session:
        rows = session.scalars(query.order_by(ReportSubmission.number.desc()))
        return tuple(
            SubmissionRecord(**{**columns_of(row), "state": ReportStatus(row.state)}) for row in rows
        )


def _asks_for(regime: Regime, report: str) -> bool:
    return any(duty.report == report for duty in regime.duties)


def _find_standing(write: Write, built: BuiltOnce) -> ReportSubmission | None:
    """The submission of this period's report that was not sent back, if there is one."""
    return write.session.scalar(
        select(ReportSubmission)
        .filter_by(deployment_id=built.deployment_id, report=built.report, period=built.period)
        .where(ReportSubmission.state != ReportStatus.DECLINED.value)
    )


def _take(
    write: Write, built: BuiltOnce, *, to_state: ReportStatus, is_same: bool = True
) -> ReportSubmission:
    row = _find_standing(write, built)
    if row is None:
        raise NotAllowedError(f"Nobody has submitted {built.report} of {built.period}.")
    allowed = TRANSITIONS[ReportStatus(row.state)]
    if to_state not in allowed:
        names = ", ".join(step.value for step in allowed) or "none"
        raise NotAllowedError(
            f"A report that is {row.state} cannot become {to_state.value}. Allowed: {names}."
        )
    if is_same and row.manifest_hash != built.manifest_hash:
        raise ChangedMeanwhileError(
            f"{built.report} of {built.period} was built again after it was submitted; send it back with a "
            "reason, and submit what lies there now."
        )
    row.state = to_state.value
    return row


def _record(write: Write, action: str, built: BuiltOnce, **details: object) -> None:
    write.record(
        action,
        subject=f"{built.report}:{built.period}",
        deployment_id=built.deployment_id,
        manifest_hash=built.manifest_hash,
        **details,
    )
