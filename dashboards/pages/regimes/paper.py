"""The source paper, statement by statement, with the indicators, items and risks that answer each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.table import Group, Heading, Line, draw_groups
from dashboards.naming import name_indicators, name_items, name_risks
from dashboards.view import View
from dashboards.wording import MISSING, say_words
from risk_register.content import load_paper_map

PAPER_HEADINGS = tuple(
    Heading(title) for title in ("Statement", "Checked", "Indicators", "Checklist items", "Risks")
)
GROUP_WORDS = {
    "opportunity": "Opportunities",
    "risk": "Risks",
    "recommendation": "Recommendations",
}


def draw_paper(view: View) -> Component:
    """The map as a table in groups."""

    indicators, items, risks = name_indicators(view), name_items(view), name_risks(view)

    def links(names: Sequence[str], called: Mapping[str, str], path: str, key: str | None) -> Component | str:
        if not names:
            return MISSING
        return html.Ul(
            [
                html.Li(
                    dcc.Link(
                        called.get(name, say_words(name)),
                        href=view.href(f"{path}/{name}") if key is None else view.href(path, **{key: name}),
                    )
                )
                for name in names
            ],
            className="plain",
        )

    groups = [
        Group(
            GROUP_WORDS[group],
            [
                Line(
                    (
                        f"{row.id} {row.heading}",
                        say_words(row.confidence),
                        links(row.indicators, indicators, "/indicators", None),
                        links(row.checklist_items, items, "/ethics-checklist", "item"),
                        links(row.risks, risks, "/risk-register", "risk"),
                    )
                )
                for row in rows
            ],
        )
        for group, rows in groupby(load_paper_map(), key=lambda row: row.group.value)
    ]
    note = "Lawrence et al. 2024, JMIR Mental Health 11:e59479, statement by statement, with what answers it."
    return html.Section(
        [
            html.H2("The source paper"),
            html.P(note, className="hint"),
            draw_groups("Paper map", PAPER_HEADINGS, groups, empty="No row.", is_dense=False),
        ],
        className="card",
        id="paper-map",
    )
