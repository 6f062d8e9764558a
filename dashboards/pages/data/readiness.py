"""What indicators still lack, and what is known of the detectors."""

from __future__ import annotations

import re

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_table
from dashboards.records import Detector
from dashboards.theme import BADGE_MARKS, READINESS_MARKS
from dashboards.view import View
from dashboards.wording import say_missing, say_words

LONG_NOTE = 240  # characters; what is longer is cut after its first sentence
SENTENCE_END = re.compile(r"(?<=\.) (?=[A-Z])")


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
                say_missing(row.missing) or "nothing",
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
                _draw_note(view, row),
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


def _draw_note(view: View, row: Detector) -> Component | str:
    """What is known begins with what matters most; some notes are pages of figures, which stand elsewhere."""
    first, *more = SENTENCE_END.split(row.note, maxsplit=1)
    if len(row.note) <= LONG_NOTE or not more:
        return row.note
    where = html.Span(
        f" of {say_words(row.signal_id)} by {say_words(row.detector_id)}", className="visually-hidden"
    )
    link = dcc.Link(["in full", where], href=f"{view.href('/detectors')}#detector-{row.detector_id}")
    return html.Span([f"{first} (", link, ")"])
