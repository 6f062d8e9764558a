"""Reports: what has been built for this deployment, month by month, from which data, and the files.

Handing a file out needs leave to export, checks it against its manifest and leaves a trace. Building is not
done here; approving and issuing are `decision`.
"""

from __future__ import annotations

from itertools import groupby

from dash import html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.components.sentence import draw_sentence
from dashboards.components.shell import draw_heading
from dashboards.pages.page import Attachment, Page, Shelf
from dashboards.pages.reports.decision import (
    draw_report_decisions,
    find_state,
    find_submission,
    is_shown,
    list_lost,
    say_corrections,
    say_course,
    submit,
)
from dashboards.reports import BuiltReport, ReportError, ReportFile, find_file, find_reports
from dashboards.view import View
from dashboards.vocabulary import REPORT_MARKS
from dashboards.wording import say_moment, say_month, say_size, say_words
from risk_register.account.accounts import Action
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.report.submissions import SubmissionRecord

PATH = "/reports"


def layout(view: View) -> Component:
    """The page."""
    reports = [one for one in find_reports(view.reports, view.deployment_id) if is_shown(view, one)]
    months = [
        html.Section(
            [html.H2(say_month(period)), *[_draw_report(view, report) for report in members]],
            className="card",
        )
        for period, members in groupby(reports, key=lambda report: report.period)
    ]
    lost = [] if view.reports is None else list_lost(view, reports)
    missing = f", {len(lost)} issued and lost" if lost else ""
    lead = (
        f"{len(reports)} built{missing}. Every report can be rebuilt to the same bytes from the data its "
        "manifest names. It leaves once somebody submitted it, another person approved it, and compliance "
        "issued it."
    )
    return html.Div(
        [
            draw_heading(view, "Reports", lead),
            None if view.may(Action.EXPORT) else html.P(_say_no_export(), className="hint"),
            *[_draw_lost(one) for one in lost],
            *(months or [_draw_empty(view, has_lost=bool(lost))]),
        ]
    )


def _draw_lost(edition: SubmissionRecord) -> Component:
    name = f"Edition {edition.edition} of the {say_words(edition.report)} of {say_month(edition.period)}"
    when = f", {say_moment(edition.issued_at)}" if edition.issued_at else ""
    return html.P(
        draw_sentence(
            f"{name} was issued by {edition.issued_by}{when}, and its files are missing here or are not "
            "those that were issued. `plimsoll report verify` names what differs; a backup holds them."
        ),
        className="message message-error",
    )


def _say_no_export() -> str:
    return (
        "This account may see which reports there are. Taking them away needs the role of safety officer "
        "or compliance."
    )


def _draw_empty(view: View, *, has_lost: bool) -> Component:
    words = (
        "None has been built for this deployment. "
        "`plimsoll report build monthly_safety_review --period 2026-10` builds the one of a month."
    )
    if has_lost:
        words = "Nothing else of this deployment is here to show."
    if view.reports is None:
        words = "This server was started without a folder of reports."
    return html.Section([html.P(draw_sentence(words), className="empty")], className="card")


def _draw_report(view: View, report: BuiltReport) -> Component:
    edition = "" if report.edition is None else f", edition {report.edition}"
    title = html.H3(f"{say_words(report.name).capitalize()}{edition}")
    if report.problem:
        return html.Div([title, html.P(report.problem, className="message message-error")])
    found = find_submission(view, report)
    corrections = say_corrections(view, report, found)
    facts = (
        ("Status", draw_mark(REPORT_MARKS[find_state(report, found)])),
        ("Course", say_course(report, found)),
        *([("Correction", corrections)] if corrections else []),
        ("Built", say_moment(report.built_at) if report.built_at else "not known"),
        ("From", f"generation {report.generation}, file sha256 {report.published_sha256[:16]}…"),
        ("Code and detectors", f"{report.code_version}; {', '.join(report.detectors) or 'no detector'}"),
        ("Cells hidden", f"{report.hidden_cells:,} small cells, and what would give them away"),
        *([("Data", "sample data, of no running product")] if report.home_kind == "demo" else []),
    )
    return html.Div(
        [
            title,
            html.Dl(
                [part for name, value in facts for part in (html.Dt(name), html.Dd(value))],
                className="facts wide",
            ),
            _draw_files(view, report) if view.may(Action.EXPORT) else None,
            draw_report_decisions(view, report),
        ]
    )


def _draw_files(view: View, report: BuiltReport) -> Component:
    return html.Div([_draw_link(view, report, file) for file in report.files], className="file-links")


def _draw_link(view: View, report: BuiltReport, file: ReportFile) -> Component:
    return html.A(
        [
            html.Span(className="shape shape-download", **{"aria-hidden": "true"}),
            f"{file.kind} ({say_size(file.size)})",
            html.Span(
                f" of {say_words(report.name)}, {say_month(report.period)}", className="visually-hidden"
            ),
        ],
        href=view.href(f"/file{PATH}/{report.name}/{report.place}/{file.name}"),
        className="button button-quiet",
        download="",
    )


def attach(view: View, name: str) -> Attachment:
    """A file of a report of this deployment, as its manifest vouches for it.

    Raises:
        UnknownRecordError: there is no such file.
        NotAllowedError: the file is not what its manifest says.
    """
    file = find_file(view.reports, view.deployment_id, name)
    if file is None:
        raise UnknownRecordError(f"{view.deployment_id} has no such file of a report.")
    report, period, _ = name.split("/")  # of an edition with its number
    try:
        content = file.read()
    except ReportError as error:
        raise NotAllowedError(str(error)) from error
    ending = "_manifest.json" if file.sha256 is None else file.path.suffix
    return Attachment(f"{view.deployment_id}_{report}_{period}{ending}", file.media_type, content)


PAGE = Page(
    PATH,
    "Reports",
    layout,
    shelf=Shelf.GOVERN,
    has_range=False,
    submit=submit,
    attach=attach,
    aliases=("report",),
)
