"""What indicators still lack, and what is known of the detectors."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_table
from dashboards.theme import BADGE_MARKS, READINESS_MARKS
from dashboards.view import View
from dashboards.wording import say_words


def draw_readiness(view: View) -> Component:
    """For every indicator what is missing and what to do next, the worst first."""
    titles = {indicator.indicator_id: indicator.title for indicator in view.reader.indicators()}
    order = list(READINESS_MARKS)[::-1]
    rows = sorted(
        view.reader.readiness(view.deployment_id), key=lambda row: (order.index(row.state), row.indicator_id)
    )
    lines = [
        Line(
            (
                dcc.Link(
                    titles.get(row.indicator_id, say_words(row.indicator_id)),
                    href=view.href(f"/indicators/{row.indicator_id}"),
                ),
                draw_mark(READINESS_MARKS[row.state]),
                row.missing or "nothing",
                row.next_step or "–",
            )
        )
        for row in rows
    ]
    headings = tuple(Heading(title) for title in ("Indicator", "State", "Missing", "Next step"))
    return html.Section(
        [
            html.H2("Readiness"),
            draw_table("Readiness of the indicators", headings, lines, empty="Not checked yet."),
        ],
        className="card",
    )


def draw_detectors(view: View) -> Component:
    """Every detector and signal, its languages, and what is known of its error."""
    lines = [
        Line(
            (
                f"{say_words(row.detector_id)} {row.detector_version}",
                say_words(row.signal_id),
                row.languages,
                draw_mark(BADGE_MARKS[row.badge]),
                row.note,
            )
        )
        for row in view.reader.detectors()
    ]
    headings = tuple(
        Heading(title) for title in ("Detector", "Signal", "Languages", "Its error", "What is known")
    )
    return html.Section(
        [html.H2("Detectors"), draw_table("Detectors", headings, lines, empty="No detector has run.")],
        className="card",
    )
