"""How far a built report came: its states and steps as one literal table, and how a submission is found.

Who makes which step is `submissions` and `issuing`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from risk_register.database.model import columns_of
from risk_register.database.store import Store, Write
from risk_register.database.tables.report import ReportSubmission
from risk_register.errors import ChangedMeanwhileError, NotAllowedError
from risk_register.steps import check_allowed


class ReportStatus(StrEnum):
    """How far a built report came."""

    SUBMITTED = "submitted"
    """Somebody stands for it and asks another person to approve it."""
    APPROVED = "approved"
    """A second person read it and said yes."""
    ISSUED = "issued"
    """It left as an edition; from here on only another edition corrects it."""
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
    edition: int | None
    edition_hash: str | None
    corrects: int | None
    correction_reason: str


@dataclass(frozen=True)
class BuiltOnce:
    """A built report as it lies there now: its manifest's SHA-256 names exactly these files."""

    deployment_id: str
    report: str
    period: str
    manifest_hash: str


def list_submissions(store: Store, deployment_id: str) -> tuple[SubmissionRecord, ...]:
    """Every report of a deployment that was ever submitted, newest first."""
    query = select(ReportSubmission).filter_by(deployment_id=deployment_id)
    with store.read() as session:
        rows = session.scalars(query.order_by(ReportSubmission.number.desc()))
        return tuple(
            SubmissionRecord(**{**columns_of(row), "state": ReportStatus(row.state)}) for row in rows
        )


def find_standing(session: Session, built: BuiltOnce) -> ReportSubmission | None:
    """The newest submission of this period's report that was not sent back, if there is one."""
    return session.scalar(
        select(ReportSubmission)
        .filter_by(deployment_id=built.deployment_id, report=built.report, period=built.period)
        .where(ReportSubmission.state != ReportStatus.DECLINED.value)
        .order_by(ReportSubmission.number.desc())
        .limit(1)
    )


def find_issued(session: Session, built: BuiltOnce, *, edition: int | None) -> ReportSubmission | None:
    """The edition of this period's report that was issued and is not filed: the named one, or the newest."""
    named = {} if edition is None else {"edition": edition}
    return session.scalar(
        select(ReportSubmission)
        .filter_by(deployment_id=built.deployment_id, report=built.report, period=built.period, **named)
        .where(ReportSubmission.state == ReportStatus.ISSUED.value)
        .order_by(ReportSubmission.number.desc())
        .limit(1)
    )


def take_step(
    write: Write, built: BuiltOnce, *, to_state: ReportStatus, is_same: bool = True
) -> ReportSubmission:
    row = check_step(write.session, built, to_state=to_state, is_same=is_same)
    row.state = to_state.value
    return row


def check_step(
    session: Session, built: BuiltOnce, *, to_state: ReportStatus, is_same: bool = True
) -> ReportSubmission:
    row = find_standing(session, built)
    if row is None:
        raise NotAllowedError(f"Nobody has submitted {built.report} of {built.period}.")
    state = ReportStatus(row.state)
    check_allowed("A report", state, to_state=to_state, allowed=TRANSITIONS[state])
    if is_same and row.manifest_hash != built.manifest_hash:
        raise ChangedMeanwhileError(
            f"{built.report} of {built.period} was built again after it was submitted; send it back with a "
            "reason, and submit what lies there now."
        )
    return row


def record(write: Write, action: str, built: BuiltOnce, **details: object) -> None:
    write.record(
        action,
        subject=f"{built.report}:{built.period}",
        deployment_id=built.deployment_id,
        manifest_hash=built.manifest_hash,
        **details,
    )
