"""Indicators: the catalogue of what is counted, and whether this deployment has what each needs."""

from __future__ import annotations

from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark, draw_status
from dashboards.components.shell import draw_chips, draw_heading
from dashboards.components.table import Heading, Line, draw_download, draw_table
from dashboards.pages.page import Page
from dashboards.pages.standings import filter_standings, load_standings
from dashboards.sheet import Sheet
from dashboards.standing import Standing
from dashboards.theme import READINESS_MARKS
from dashboards.view import View
from dashboards.wording import say_missing, say_unit, say_words

PATH = "/indicators"
HEADINGS = (
    Heading("Indicator"),
    Heading("Question"),
    Heading("Level"),
    Heading("Data"),
    Heading("Definition"),
)


def layout(view: View) -> Component:
    """The page."""
    standings = filter_standings(view, load_standings(view))
    sections = [
        html.Section(
            [
                html.H2(say_words(family).capitalize()),
                draw_table(
                    f"Indicators of {say_words(family)}",
                    HEADINGS,
                    [_draw_line(view, standing) for standing in members],
                    empty="No indicator.",
                ),
            ],
            className="card",
        )
        for family, members in groupby(standings, key=lambda standing: standing.indicator.family)
    ]
    lead = "What is counted, over what, and whether this deployment delivers the data for it."
    return html.Div(
        [
            draw_heading(view, "Indicators", lead),
            html.Div(
                [
                    draw_chips(view, ("family", "status")) or html.Span(),
                    draw_download(view.download("definitions"), "definitions"),
                ],
                className="section-heading",
            ),
            *(sections or [html.P("No indicator matches the filters.", className="empty")]),
        ]
    )


def _draw_line(view: View, standing: Standing) -> Line:
    indicator, ready = standing.indicator, standing.readiness
    data: list[Component] = []
    if ready is not None and ready.state in READINESS_MARKS:
        data = [draw_mark(READINESS_MARKS[ready.state])]
        if ready.missing:
            data.append(html.P(f"{say_missing(ready.missing)}. {ready.next_step}", className="why"))
    link = dcc.Link(indicator.title, href=view.href(f"{PATH}/{indicator.indicator_id}"))
    return Line(
        (
            [link, html.Span(say_unit(indicator), className="unit")],
            indicator.question,
            draw_status(standing.status),
            data or "not checked",
            indicator.lifecycle,
        )
    )


def make_sheet(view: View) -> Sheet:
    """The definitions, with what this deployment lacks for each."""
    columns = (
        "indicator_id",
        "title",
        "family",
        "question",
        "numerator",
        "denominator",
        "kind",
        "unit",
        "direction",
        "minimum_denominator",
        "owner",
        "lifecycle",
        "computed_by",
        "definition_version",
        "readiness",
        "missing",
        "next_step",
        "sql",
    )
    rows = []
    for standing in filter_standings(view, load_standings(view)):
        item, ready = standing.indicator, standing.readiness
        rows.append(
            (
                item.indicator_id,
                item.title,
                item.family,
                item.question,
                item.numerator,
                item.denominator,
                item.kind,
                item.unit,
                item.direction,
                item.minimum_denominator,
                item.owner,
                item.lifecycle,
                item.computed_by,
                item.definition_version,
                ready.state if ready else None,
                ready.missing if ready else None,
                ready.next_step if ready else None,
                item.sql,
            )
        )
    return Sheet("definitions", columns, rows)


PAGE = Page(PATH, "Indicators", layout, has_range=False, sheets={"definitions": make_sheet})
