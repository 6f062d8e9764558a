"""Reports on their way out: submitted by one person, approved by another, then issued, and filed.

Every step is about one manifest: a report that was built again since is another report. An issued one stays
as it is; a correction is a new edition, with a reason, past two people again. Issuing is `issuing`.
"""

from __future__ import annotations

import datetime as dt

from risk_register.account.four_eyes import check_second_person
from risk_register.database.model import Deployment
from risk_register.database.numbering import next_number
from risk_register.database.store import Store
from risk_register.database.tables.report import ReportSubmission
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.report.states import (
    LEFT_THE_HOUSE,
    TRANSITIONS,
    BuiltOnce,
    ReportStatus,
    SubmissionRecord,
    check_step,
    find_issued,
    find_standing,
    list_submissions,
    record,
    take_step,
)

__all__ = [
    "TRANSITIONS",
    "BuiltOnce",
    "ReportStatus",
    "SubmissionRecord",
    "approve",
    "decline",
    "file",
    "list_submissions",
    "submit",
]


def submit(
    store: Store, built: BuiltOnce, *, actor: str, at: dt.datetime, correction_reason: str = ""
) -> int:
    """Stand for a built report and ask another person to approve it. Returns its number.

    `correction_reason` says why the period's issued report is corrected; without an issued one it is empty.

    Raises:
        NotAllowedError: this period's report is on its way already; or has been issued, and no reason to
            correct it is given or nothing was built since.
        UnknownRecordError: the register does not know the deployment.
    """
    with store.write(actor=actor, at=at) as write:
        if write.session.get(Deployment, built.deployment_id) is None:
            raise UnknownRecordError(f"The register does not know the deployment {built.deployment_id}.")
        known = find_standing(write.session, built)
        reason = correction_reason.strip()
        _check_may_submit(built, known, reason)
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
                corrects=None if known is None else known.number,
                correction_reason=reason,
            )
        )
        corrects = {} if known is None else {"corrects": known.number, "correction_reason": reason}
        record(write, "report_submitted", built, number=number, **corrects)
        return number


def approve(store: Store, built: BuiltOnce, *, actor: str, at: dt.datetime) -> None:
    """Say yes to a submitted report, as the second person.

    Raises:
        SelfApprovalError: whoever submitted it cannot approve it.
        ChangedMeanwhileError: it was built again since it was submitted.
        NotAllowedError: it waits for no approval.
    """
    with store.write(actor=actor, at=at) as write:
        row = take_step(write, built, to_state=ReportStatus.APPROVED)
        check_second_person(
            write,
            first=[row.submitted_by],
            message=f"You submitted {built.report} of {built.period}; another person must approve it.",
            subject=f"{built.report}:{built.period}",
            deployment_id=built.deployment_id,
        )
        row.approved_by, row.approved_at = actor, at
        record(write, "report_approved", built, number=row.number, submitted_by=row.submitted_by)


def decline(store: Store, built: BuiltOnce, *, reason: str, actor: str, at: dt.datetime) -> None:
    """Send a report back before it leaves; it may be built and submitted again.

    Raises:
        NotAllowedError: it has been issued, was never submitted, or the reason is blank.
    """
    if not reason.strip():
        raise NotAllowedError("Sending a report back needs a reason.")
    with store.write(actor=actor, at=at) as write:
        row = take_step(write, built, to_state=ReportStatus.DECLINED, is_same=False)
        row.declined_by, row.declined_at, row.decline_reason = actor, at, reason.strip()
        record(write, "report_declined", built, number=row.number, reason=reason.strip())


def file(
    store: Store, built: BuiltOnce, *, reference: str, actor: str, at: dt.datetime, edition: int | None = None
) -> None:
    """Write down that the receiver has the newest edition, or the named one. Sending it is not done here.

    Raises:
        NotAllowedError: it was not issued or is filed already, or the reference is blank.
    """
    if not reference.strip():
        raise NotAllowedError("Filing a report needs a reference: the receiver's, or where the copy lies.")
    with store.write(actor=actor, at=at) as write:
        row = find_issued(write.session, built, edition=edition)
        if row is None and edition is not None:
            raise NotAllowedError(
                f"There is no edition {edition} of {built.report} of {built.period} to be filed: it was "
                "never issued, or is filed already."
            )
        if row is None:
            row = check_step(write.session, built, to_state=ReportStatus.FILED, is_same=False)
        row.state = ReportStatus.FILED.value
        row.filed_by, row.filed_at, row.reference = actor, at, reference.strip()
        record(write, "report_filed", built, number=row.number, reference=row.reference)


def _check_may_submit(built: BuiltOnce, known: ReportSubmission | None, reason: str) -> None:
    name = f"{built.report} of {built.period}"
    if known is None:
        if reason:
            raise NotAllowedError(f"{name} was never issued; there is nothing to correct.")
        return
    if ReportStatus(known.state) not in LEFT_THE_HOUSE:
        raise NotAllowedError(f"{name} is {known.state} already, as number {known.number}.")
    if not reason:
        raise NotAllowedError(
            f"{name} is {known.state} already, as number {known.number}; a correction says why it is needed."
        )
    if known.manifest_hash == built.manifest_hash:
        raise NotAllowedError(f"{name} was issued as it lies there; build it again to correct it.")
