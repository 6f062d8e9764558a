"""What people decide about a built report: submit it, approve it, send it back, issue it, file it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash.development.base_component import Component

from dashboards.components.form import draw_decisions, draw_form, draw_text
from dashboards.reports import BuiltReport, ReportError, find_reports
from dashboards.view import View
from dashboards.wording import say_moment, say_month, say_words
from risk_register import report_submissions
from risk_register.accounts import Action
from risk_register.errors import NotAllowedError
from risk_register.report_submissions import BuiltOnce, ReportStatus, SubmissionRecord

REASON = "Why, in words that a later reader can follow."
RECEIPT = "The receiver's reference, or where the copy lies. Sending it is not done here."


def find_submission(view: View, report: BuiltReport) -> SubmissionRecord | None:
    """The newest submission of a period's report, whatever became of it."""
    for one in report_submissions.list_submissions(view.store, view.deployment_id):
        if (one.report, one.period) == (report.name, report.period):
            return one
    return None


def say_course(report: BuiltReport, found: SubmissionRecord | None) -> str:
    """Who did what with a report so far, in a sentence."""
    if found is None:
        return "Nobody has submitted it."
    steps = [
        ("submitted", found.submitted_by, found.submitted_at),
        ("approved", found.approved_by, found.approved_at),
        ("issued", found.issued_by, found.issued_at),
        ("filed", found.filed_by, found.filed_at),
        ("sent back", found.declined_by, found.declined_at),
    ]
    said = [f"{verb} by {name}, {say_moment(at)}" for verb, name, at in steps if name and at]
    words = "; ".join(said)
    ending = f" ({found.decline_reason})" if found.decline_reason else ""
    filed = f" Reference: {found.reference}." if found.reference else ""
    again = "" if _is_same(report, found) else " It was built again since."
    return f"{words[:1].upper()}{words[1:]}{ending}.{filed}{again}"


def find_state(report: BuiltReport, found: SubmissionRecord | None) -> str:
    """The word for how far it came: a draft until somebody submits what lies there now."""
    if found is None or not _is_same(report, found) or found.state is ReportStatus.DECLINED:
        return "draft"
    return found.state.value


def draw_report_decisions(view: View, report: BuiltReport) -> Component | None:
    """The steps that are open to this account now."""
    found = find_submission(view, report)
    state = None if found is None or found.state is ReportStatus.DECLINED else found.state
    forms: list[tuple[str, Component]] = []
    if state is None and view.may(Action.SUBMIT_REPORT):
        forms.append(("Submit it for approval", _draw(view, report, "submit", button="Submit")))
    if state is ReportStatus.SUBMITTED and view.may(Action.APPROVE_REPORT):
        forms.append(("Approve it, as the second person", _draw(view, report, "approve", button="Approve")))
    if state is ReportStatus.APPROVED and view.may(Action.ISSUE_REPORT):
        forms.append(("Issue it", _draw(view, report, "issue", button="Issue")))
    if state in {ReportStatus.SUBMITTED, ReportStatus.APPROVED} and view.may(Action.SUBMIT_REPORT):
        field = draw_text("reason", "Reason", note=REASON, is_required=True, within=_key(report, "decline"))
        forms.append(("Send it back", _draw(view, report, "decline", field, button="Send back")))
    if state is ReportStatus.ISSUED and view.may(Action.ISSUE_REPORT):
        field = draw_text("reference", "Reference", note=RECEIPT, is_required=True,
                          within=_key(report, "file"))  # fmt: skip
        forms.append(("Write down that it was filed", _draw(view, report, "file", field, button="Filed")))
    return draw_decisions("Next step", forms)


def submit(view: View, fields: Mapping[str, str]) -> str:
    """Answer a form of the page.

    Raises:
        NotAllowedError: the account may not, the rules refuse, or there is no such report.
    """
    report = _find(view, fields)
    built = BuiltOnce(view.deployment_id, report.name, report.period, report.manifest_sha256)
    who: dict[str, Any] = {"actor": view.account.name, "at": view.at}
    name = f"{say_words(report.name).capitalize()} of {say_month(report.period)}"
    action = fields.get("action", "")
    if action == "submit":
        view.check_may(Action.SUBMIT_REPORT)
        report_submissions.submit(view.store, built, **who)
        return f"{name} waits for another person to approve it."
    if action == "approve":
        view.check_may(Action.APPROVE_REPORT)
        report_submissions.approve(view.store, built, **who)
        return f"{name} is approved."
    if action == "decline":
        view.check_may(Action.SUBMIT_REPORT)
        report_submissions.decline(view.store, built, reason=fields.get("reason", ""), **who)
        return f"{name} was sent back."
    if action == "issue":
        view.check_may(Action.ISSUE_REPORT)
        report_submissions.issue(view.store, built, problems=_find_problems(report), **who)
        return f"{name} is issued. Nothing is built over it."
    if action == "file":
        view.check_may(Action.ISSUE_REPORT)
        report_submissions.file(view.store, built, reference=fields.get("reference", ""), **who)
        return f"{name} is filed."
    raise NotAllowedError(f"{action!r} is nothing that can be done here.")


def _draw(view: View, report: BuiltReport, action: str, *fields: Component, button: str) -> Component:
    hidden = {"report": report.name, "period": report.period, "manifest": report.manifest_sha256}
    return draw_form(view, action, fields, button=button, hidden=hidden)


def _find(view: View, fields: Mapping[str, str]) -> BuiltReport:
    """The report that the form was drawn for, and not one that was built in its place since."""
    wanted = (fields.get("report", ""), fields.get("period", ""))
    for report in find_reports(view.reports, view.deployment_id):
        if (report.name, report.period) == wanted and not report.problem:
            if fields.get("manifest") != report.manifest_sha256:
                raise NotAllowedError("It was built again while you looked at it; read what lies there now.")
            return report
    raise NotAllowedError("There is no such report of this deployment.")


def _find_problems(report: BuiltReport) -> list[str]:
    problems = []
    for file in report.files:
        try:
            file.read()
        except ReportError as error:
            problems.append(str(error))
    return problems


def _is_same(report: BuiltReport, found: SubmissionRecord) -> bool:
    return report.manifest_sha256 == found.manifest_hash


def _key(report: BuiltReport, action: str) -> str:
    return f"{action}-{report.name}-{report.period}"
