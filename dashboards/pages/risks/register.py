"""Risk register: the heat map, the risks with what stands against them, and one risk with its history.

Read live from the store; what the data say of a risk's indicators is computed on reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence, Set

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.heatmap import Cell, draw_heatmap, name_cell
from dashboards.components.marks import draw_mark, draw_status
from dashboards.components.shell import draw_chips, draw_heading, draw_none_of
from dashboards.components.table import Heading, Line, draw_download, draw_table
from dashboards.pages.page import Page, Shelf
from dashboards.pages.risks.decision import submit
from dashboards.pages.risks.risk import Statuses, draw_risk, say_rating
from dashboards.sheet import Sheet
from dashboards.standing import latest_statuses
from dashboards.theme import ACCEPTABILITY_MARKS, OVERDUE, Status
from dashboards.view import View
from dashboards.wording import say_day, say_words
from risk_register.acceptability import Probability, Severity
from risk_register.definition import Rating
from risk_register.register.kris import find_worst
from risk_register.register.proposals import ProposalStatus, list_proposals
from risk_register.register.rating_evidence import withhold_figures
from risk_register.register.register import RiskRecord, list_risks

PATH = "/risk-register"
FILTERS = ("cell", "show", "stage")
HEADINGS = (
    Heading("Risk"),
    Heading("State"),
    Heading("Inherent"),
    Heading("Residual"),
    Heading("By the matrix"),
    Heading("Worst of its indicators"),
    Heading("Owner"),
    Heading("Next review"),
)


def layout(view: View) -> Component:
    """The page."""
    risks = list_risks(view.store, view.deployment_id)
    statuses = latest_statuses(view.reader.latest_weeks(view.deployment_id))
    if not risks:
        text = "The register does not know this deployment yet; the next run of the pipelines introduces it."
        return draw_heading(view, "Risk register", text)
    shown = filter_risks(view, risks)
    opened = next((risk for risk in risks if risk.risk_id == view.filter("risk")), None)
    rated = sum(risk.residual is not None for risk in risks)
    proposed = {
        one.risk_id
        for one in list_proposals(view.store, view.deployment_id)
        if one.state is ProposalStatus.OPEN
    }
    lead = (
        f"{len(risks)} risks; {rated} rated by a person. The map shows the residual rating, or the "
        "inherent one where nobody has rated yet. Severity and probability are looked up, never multiplied."
    )
    return html.Div(
        [
            draw_heading(view, "Risk register", lead),
            draw_risk(view, opened, statuses) if opened else draw_none_of(view, "risk"),
            html.Section([html.H2("Severity and probability"), _draw_map(view, risks)], className="card"),
            html.Section(
                [
                    html.Div(
                        [html.H2("Risks"), draw_download(view.download("risks"), "these risks")],
                        className="section-heading",
                    ),
                    draw_chips(view, FILTERS),
                    draw_table(
                        "Risks",
                        HEADINGS,
                        [_draw_line(view, risk, statuses, proposed) for risk in shown],
                        empty="No risk matches the filters.",
                    ),
                ],
                className="card",
            ),
        ]
    )


def rating_in_force(risk: RiskRecord) -> Rating:
    """The residual rating, or the inherent one before anybody rated."""
    return risk.residual or risk.inherent


def _cell_of(risk: RiskRecord) -> Cell:
    rating = rating_in_force(risk)
    return (rating.severity, rating.probability)


def filter_risks(view: View, risks: Sequence[RiskRecord]) -> tuple[RiskRecord, ...]:
    """Those that the address asks for."""
    cell, show = view.filter("cell"), view.filter("show")
    return tuple(
        risk
        for risk in risks
        if (cell is None or name_cell(_cell_of(risk)) == cell)
        and (show != "overdue" or risk.is_overdue(view.today))
    )


def worst_of(risk: RiskRecord, statuses: Statuses) -> Status:
    """The worst latest status of a risk's indicators; one without a status is unknown, not good."""
    return Status(find_worst(risk.kris, statuses))


def _draw_map(view: View, risks: Sequence[RiskRecord]) -> Component:
    references: dict[Cell, list[str]] = defaultdict(list)
    for risk in risks:
        references[_cell_of(risk)].append(risk.reference)
    chosen = view.filter("cell")
    hrefs = {
        (severity, probability): view.href(
            None,
            cell=None if chosen == name_cell((severity, probability)) else name_cell((severity, probability)),
        )
        for severity in Severity
        for probability in Probability
    }
    return draw_heatmap(references, hrefs=hrefs, chosen=chosen)


def _draw_line(view: View, risk: RiskRecord, statuses: Statuses, proposed: Set[str]) -> Line:
    is_open = view.filter("risk") == risk.risk_id
    due: list[Component | str] = [say_day(risk.review_due_on)]
    if risk.is_overdue(view.today):
        due += [" ", draw_mark(OVERDUE)]
    if risk.has_lapsed(view.today):
        due += [" ", html.Span("acceptance ran out", className="why")]
    return Line(
        (
            dcc.Link(
                f"{risk.reference} {risk.title}",
                href=view.href(None, risk=None if is_open else risk.risk_id, field=None),
            ),
            say_words(risk.state),
            say_rating(risk.inherent),
            [
                say_rating(risk.residual),
                html.P("lower rating waits for approval", className="why") if risk.pending else None,
                html.P("data propose another", className="why") if risk.risk_id in proposed else None,
            ],
            draw_mark(ACCEPTABILITY_MARKS[risk.acceptability]),
            draw_status(worst_of(risk, statuses)),
            risk.owner or "nobody",
            due,
        ),
        is_open=is_open,
    )


def make_sheet(view: View) -> Sheet:
    """The risks that the address filters, every field."""
    columns = (
        "risk_id",
        "reference",
        "title",
        "statement",
        "state",
        "inherent_severity",
        "inherent_probability",
        "residual_severity",
        "residual_probability",
        "acceptability",
        "rationale",
        "rated_by",
        "owner",
        "accepted_until",
        "review_due_on",
        "indicators",
        "worst_status",
        "controls",
        "checklist_items",
        "paper_rows",
        "version",
    )
    statuses = latest_statuses(view.reader.latest_weeks(view.deployment_id))
    rows = [
        (
            risk.risk_id,
            risk.reference,
            risk.title,
            risk.statement,
            risk.state.value,
            risk.inherent.severity.value,
            risk.inherent.probability.value,
            risk.residual.severity.value if risk.residual else None,
            risk.residual.probability.value if risk.residual else None,
            risk.acceptability.value,
            withhold_figures(risk.rationale),
            risk.rated_by,
            risk.owner,
            risk.accepted_until,
            risk.review_due_on,
            " ".join(kri.indicator for kri in risk.kris),
            worst_of(risk, statuses).value,
            "; ".join(risk.controls),
            " ".join(risk.checklist_items),
            " ".join(risk.paper_rows),
            risk.version,
        )
        for risk in filter_risks(view, list_risks(view.store, view.deployment_id))
    ]
    return Sheet("risks", columns, rows)


PAGE = Page(
    PATH,
    "Risk register",
    layout,
    shelf=Shelf.GOVERN,
    needs_run=False,
    has_range=False,
    submit=submit,
    sheets={"risks": make_sheet},
    aliases=("register", "risks", "risk"),
)
