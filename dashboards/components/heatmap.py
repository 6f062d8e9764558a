"""The heat map of the register: severity by probability, each cell a link that filters the table."""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.theme import ACCEPTABILITY_MARKS
from risk_register.acceptability import Probability, Severity, judge_acceptability

Cell = tuple[Severity, Probability]


def name_cell(cell: Cell) -> str:
    """How the address names a cell."""
    return f"{cell[0]}.{cell[1]}"


def draw_heatmap(
    references: Mapping[Cell, list[str]], *, hrefs: Mapping[Cell, str], chosen: str | None
) -> Component:
    """The matrix as a table; each cell says its judgement in a word and a shape, and who stands in it."""
    head = html.Thead(
        html.Tr(
            [html.Th("Probability", scope="col")]
            + [
                html.Th([severity, html.Span(severity.meaning, className="axis-note")], scope="col")
                for severity in Severity
            ]
        )
    )
    rows = [
        html.Tr(
            [html.Th(probability, scope="row")]
            + [
                _draw_cell(
                    (severity, probability), references.get((severity, probability), []), hrefs, chosen
                )
                for severity in Severity
            ]
        )
        for probability in Probability
    ]
    table = html.Table(
        [
            html.Caption("Risks by severity and probability", className="visually-hidden"),
            head,
            html.Tbody(rows),
        ],
        className="heatmap",
    )
    return html.Div(
        table, className="scroll", tabIndex=0, role="region", **{"aria-label": "Heat map of risks"}
    )


def _draw_cell(cell: Cell, references: list[str], hrefs: Mapping[Cell, str], chosen: str | None) -> Component:
    verdict = judge_acceptability(*cell)
    mark = ACCEPTABILITY_MARKS[verdict]
    inside: list[Component] = [
        html.Span(
            [html.Span(className=f"shape shape-{mark.shape}", **{"aria-hidden": "true"}), mark.word],
            className=f"cell-verdict tone-{mark.tone}",
        )
    ]
    if references:
        words = [
            html.Strong(str(len(references))),
            html.Span(" " + ", ".join(references), className="cell-references"),
        ]
        inside.append(dcc.Link(words, href=hrefs[cell], className="cell-link"))
    is_chosen = chosen == name_cell(cell)
    return html.Td(inside, className=f"cell cell-{verdict}{' is-chosen' if is_chosen else ''}")
