"""A chart with everything that belongs to it: facts, a summary in words, and a table twin."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.theme import Scheme

CONFIG = {"displayModeBar": False, "responsive": True, "displaylogo": False, "showTips": False}


def draw_chart(
    name: str,
    figures: Mapping[Scheme, go.Figure],
    *,
    scheme: Scheme,
    title: str,
    summary: str,
    facts: Sequence[tuple[str, str | Component]],
    definition: Component,
    twin: Component,
) -> Component:
    """The chart in the reader's scheme; both schemes travel along so that the switch needs no new page."""
    both = {key: figure.to_plotly_json() for key, figure in figures.items()}
    height = figures[scheme].layout.height
    return html.Figure(
        [
            html.Figcaption([html.H2(title), html.P(summary, className="summary", id=f"{name}-summary")]),
            html.Div(
                dcc.Graph(
                    id={"type": "figure", "index": name},
                    figure=figures[scheme],
                    config=CONFIG,
                    style={"height": f"{height}px"},
                ),
                role="img",
                className="chart-picture",
                **{"aria-label": f"{title}. {summary}"},
            ),
            dcc.Store(id={"type": "figure-schemes", "index": name}, data=both),
            html.Dl(
                [
                    html.Div([html.Dt(label), html.Dd(value)])
                    for label, value in (*facts, ("Definition", definition))
                ],
                className="chart-facts",
            ),
            html.Details([html.Summary("The same as a table"), twin], className="twin", open=True),
        ],
        className="chart card",
        id=name,
    )
