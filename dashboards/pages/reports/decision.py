"""What people decide about a built report: submit it, approve it, send it back, issue it, file it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.form import draw_decisions, draw_form, draw_text
from dashboards.reports import BuiltReport, ReportError, find_reports
from dashboards.view import View
from dashboards.wording import say_moment, say_month, say_words
from risk_register.account.accounts import Action
from risk_register.deployment.applicability import list_standings
from risk_register.errors import NotAllowedError
from risk_register.report import submissions as report_submissions
from risk_register.report.editions import Edition
from risk_register.report.issuing import issue, say_unsigned
from risk_register.report.submissions import BuiltOnce, ReportStatus, SubmissionRecord

REASON = "Why, in words that a later reader can follow."
CORRECTION = (
    f"{REASON} Whoever has the issued edition can subtract one from the other: where a number differs by a "
    "few people, that says something of them. Compare both first, and take the earlier one back."
)
RECEIPT = "The receiver's reference, or where the copy lies. Sending it is not done here."


def list_of_period(view: View, report: BuiltReport) -> list[SubmissionRecord]:
    """Every submission of a period's report, newest first."""
    found = report_submissions.list_submissions(view.store, view.deployment_id)
    return [one for one in found if (one.report, one.period) == (report.name, report.period)]


def find_submission(view: View, report: BuiltReport) -> SubmissionRecord | None:
    """The submission that an edition came from; of a draft, the newest that has not become an edition."""
    for one in list_of_period(view, report):
        if report.edition is None and one.edition_hash is None:
            return one
        if one.edition_hash in {None, report.manifest_sha256} and one.edition == report.edition:
            return one
        if report.edition is None:
            return None
    return None


def is_shown(view: View, report: BuiltReport) -> bool:
    """Not the approved files once their edition is out, nor an edition whose issue was never finished."""
    if report.problem:
        return True
    if report.edition is not None:
        return find_submission(view, report) is not None
    return not any(
        one.edition_hash is not None and one.manifest_hash == report.manifest_sha256
        for one in list_of_period(view, report)
    )


def list_lost(view: View, reports: Iterable[BuiltReport]) -> list[SubmissionRecord]:
    """Editions that were issued and whose files are gone or are not those that were issued."""
    here = {(one.name, one.period, one.edition) for one in reports if not one.problem}
    return [
        one
        for one in report_submissions.list_submissions(view.store, view.deployment_id)
        if one.edition_hash is not None and (one.report, one.period, one.edition) not in here
    ]


def say_corrections(view: View, report: BuiltReport, found: SubmissionRecord | None) -> str | None:
    """What an edition takes the place of and why, and what takes its place."""
    issued = [one for one in list_of_period(view, report) if one.edition is not None]
    words = []
    if found is not None and found.correction_reason:
        earlier = next((one.edition for one in issued if one.number == found.corrects), None)
        words.append(f"Takes the place of edition {earlier or 1}: {found.correction_reason}")
    if report.edition is not None:
        later = next((one for one in issued if one.corrects is not None and found is not None
                      and one.corrects == found.number), None)  # fmt: skip
        if later is not None:
            words.append(f"Edition {later.edition} has taken its place: {later.correction_reason}")
    elif issued and found is None:
        words.append(f"Edition {issued[0].edition} is out. What was built since may correct it.")
    return " ".join(words) or None


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
        out = any(one.edition is not None for one in list_of_period(view, report))
        field = draw_text(
            "correction",
            "Why the issued edition is corrected",
            note=CORRECTION,
            is_required=True,
            within=_key(report, "submit"),
        )
        why = [field] if out else []
        title = "Submit it as a correction" if out else "Submit it for approval"
        forms.append((title, _draw(view, report, "submit", *why, button="Submit")))
    is_own = found is not None and found.submitted_by == view.account.name
    if state is ReportStatus.SUBMITTED and view.may(Action.APPROVE_REPORT) and not is_own:
        forms.append(("Approve it, as the second person", _draw(view, report, "approve", button="Approve")))
    if state is ReportStatus.APPROVED and view.may(Action.ISSUE_REPORT):
        forms.append(
            (
                "Issue it: its files are drawn, which takes some seconds",
                _draw_issue(view, report),
            )
        )
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
    found = find_submission(view, report)
    approved = found.manifest_hash if report.edition is not None and found else report.manifest_sha256
    built = BuiltOnce(view.deployment_id, report.name, report.period, approved)
    who: dict[str, Any] = {"actor": view.account.name, "at": view.at}
    name = f"{say_words(report.name).capitalize()} of {say_month(report.period)}"
    action = fields.get("action", "")
    if action == "submit":
        view.check_may(Action.SUBMIT_REPORT)
        report_submissions.submit(view.store, built, correction_reason=fields.get("correction", ""), **who)
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
        number = _issue(view, report, built).number
        unsigned = say_unsigned(list_standings(view.store, view.deployment_id))
        return f"{name} is issued as edition {number}. Nothing is built over it. {unsigned or ''}".rstrip()
    if action == "file":
        view.check_may(Action.ISSUE_REPORT)
        report_submissions.file(
            view.store, built, reference=fields.get("reference", ""), edition=report.edition, **who
        )
        return f"{name} is filed."
    raise NotAllowedError(f"{action!r} is nothing that can be done here.")


def _issue(view: View, report: BuiltReport, built: BuiltOnce) -> Edition:
    if view.draw_edition is None:
        raise NotAllowedError(
            f"This server cannot draw reports. On the machine: plimsoll report issue {report.name} "
            f"--period {report.period} --as {view.account.name}"
        )
    return issue(
        view.store,
        built,
        problems=_find_problems(report),
        draw=view.draw_edition,
        actor=view.account.name,
        at=view.at,
    )


def _draw_issue(view: View, report: BuiltReport) -> Component:
    unsigned = say_unsigned(list_standings(view.store, view.deployment_id))
    warning = html.P(
        [unsigned, " ", dcc.Link("Sign it under Regimes.", href=view.href("/regimes"))], className="hint"
    )
    form = _draw(view, report, "issue", button="Issue")
    return html.Div([warning, form]) if unsigned else form


def _draw(view: View, report: BuiltReport, action: str, *fields: Component, button: str) -> Component:
    hidden = {"report": report.name, "period": report.period, "manifest": report.manifest_sha256}
    return draw_form(view, action, fields, button=button, hidden=hidden)


def _find(view: View, fields: Mapping[str, str]) -> BuiltReport:
    """The report that the form was drawn for, and not one that was built in its place since."""
    wanted = (fields.get("report", ""), fields.get("period", ""))
    here = [
        report
        for report in find_reports(view.reports, view.deployment_id)
        if (report.name, report.period) == wanted and not report.problem
    ]
    for report in here:
        if fields.get("manifest") == report.manifest_sha256:
            return report
    if here:
        raise NotAllowedError("It was built again while you looked at it; read what lies there now.")
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
    return report.manifest_sha256 in {found.manifest_hash, found.edition_hash}


def _key(report: BuiltReport, action: str) -> str:
    return f"{action}-{report.name}-{report.place}"
