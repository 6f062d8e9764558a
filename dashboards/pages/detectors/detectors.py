"""Detectors: what each looks for, in which languages, how well, from which score on, and how it fails."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark, draw_vocabulary
from dashboards.components.shell import draw_heading
from dashboards.components.table import Heading, Line, draw_download, draw_table
from dashboards.pages.detectors.misses import draw_misses
from dashboards.pages.detectors.misses import make_sheet as make_misses
from dashboards.pages.page import Page, Shelf
from dashboards.records import Detector, DetectorCard, DetectorFigure
from dashboards.sheet import Sheet
from dashboards.theme import BADGE_MARKS
from dashboards.view import View
from dashboards.wording import MISSING, say_count, say_signal, say_unseen, say_words
from risk_register.content import load_taxonomy

PATH = "/detectors"
OWN = "x_"
"""Of the ids of an operator's own signals, each of which has a detector of its name."""


def layout(view: View) -> Component:
    """The page."""
    detectors, cards = view.reader.detectors(), view.reader.detector_cards()
    figures = view.reader.detector_figures()
    return html.Div(
        [
            draw_heading(
                view,
                "Detectors",
                "A raw rate is a detector's rate, not the truth. "
                + say_unseen(view.reader.languages(view.deployment_id, view.since)),
            ),
            draw_misses(view),
            _draw_meaning(detectors),
            *(
                _draw_card(
                    view,
                    card,
                    [row for row in detectors if row.detector_id == card.detector_id],
                    [row for row in figures if row.detector_id == card.detector_id],
                )
                for card in cards
            ),
            html.Section(
                [
                    html.H2("Take away"),
                    draw_download(view.download("signals"), "signals and thresholds"),
                    draw_vocabulary(BADGE_MARKS.values()),
                ],
                className="card",
            ),
        ]
    )


def _draw_meaning(detectors: Sequence[Detector]) -> Component:
    """What only a judge can see: a line each, without a number."""
    judged = {row.signal_id for row in detectors if row.detector_id == "judge"}
    lines = [
        Line(
            (
                signal.title,
                signal.definition,
                "a judge reads a part of the messages" if signal.id in judged else "needs review or a judge",
            )
        )
        for signal in load_taxonomy().signals
        if signal.needs_judge
    ]
    headings = tuple(Heading(title) for title in ("Signal", "What it is", "Who sees it here"))
    return html.Section(
        [
            html.H2("A matter of meaning"),
            html.P(
                "These cannot be found by phrases. Without a judge, what phrases find is a lead for "
                "reviewers, and no rate is made of it.",
                className="why",
            ),
            draw_table("Signals that need a judge", headings, lines, empty="None."),
        ],
        className="card",
    )


def _draw_card(
    view: View, card: DetectorCard, rows: Sequence[Detector], figures: Sequence[DetectorFigure]
) -> Component:
    reasons = dict.fromkeys(row.threshold_reason for row in rows if row.threshold_reason)
    reasons |= dict.fromkeys(line[:1].upper() + line[1:] for line in card.thresholds.split("\n") if line)
    facts = (
        ("Not for", card.not_for),
        ("Reads", f"{_say_list(card.roles)}; {_say_languages(card.languages)}"),
        ("Sees", card.sees),
        ("Made from", card.data or MISSING),
        ("Version", card.detector_version),
    )
    parts = [
        html.H2(_name(card.detector_id)),
        html.P(card.purpose),
        html.Dl([part for name, text in facts for part in (html.Dt(name), html.Dd(text))], className="facts"),
        *([html.P(_say_since(view, card.detector_id))] if card.detector_id.startswith(OWN) else []),
        _draw_signals(card, rows) if rows else html.P("It looks for no signal of its own."),
        html.H3("Why these thresholds"),
        html.Ul([html.Li(reason) for reason in reasons] or [html.Li(MISSING)]),
        html.H3("How it fails"),
        html.Ul([html.Li(line) for line in card.failures.split("\n") if line]),
    ]
    if figures:
        parts.append(_draw_figures(card, figures))
    return html.Section(parts, className="card", id=f"detector-{card.detector_id}")


def _draw_signals(card: DetectorCard, rows: Sequence[Detector]) -> Component:
    lines = [
        Line(
            (
                say_signal(row.signal_id),
                _say_languages(row.languages),
                draw_mark(BADGE_MARKS[row.badge]),
                f"{row.sieve:g}",
                f"{row.alert:g}",
                say_count(row.place) if row.place else "never",
                row.note,
            )
        )
        for row in rows
    ]
    headings = (
        Heading("Signal"),
        Heading("Languages"),
        Heading("Its error"),
        Heading("Sieve", is_number=True),
        Heading("Alert", is_number=True),
        Heading("Decides", is_number=True),
        Heading("What is known"),
    )
    caption = f"Signals of {say_words(card.detector_id)}"
    return draw_table(caption, headings, lines, empty="It looks for no signal.")


def _draw_figures(card: DetectorCard, figures: Sequence[DetectorFigure]) -> Component:
    lines = [
        Line(
            (
                say_signal(row.signal_id),
                f"{row.dataset} ({row.language})",
                row.operating_point if row.operating_point != "none" else "all thresholds",
                say_words(row.measure),
                f"{row.value:.3f}",
                f"{row.ci_low:.3f} to {row.ci_high:.3f}",
                say_count(row.n),
                say_count(row.positive_count),
                row.label_source,
            )
        )
        for row in figures
    ]
    titles = ("Signal", "Data", "At", "Measure", "Value", "95 % interval", "Rows", "Positive", "Labelled by")
    numbers = {"Value", "95 % interval", "Rows", "Positive"}
    headings = tuple(Heading(title, is_number=title in numbers) for title in titles)
    caption = f"Measured error of {say_words(card.detector_id)}"
    table = draw_table(caption, headings, lines, empty="Nothing yet.")
    # A page of figures would hide how it fails: they are one key away.
    return html.Details([html.Summary(f"The {len(lines)} measured figures"), table])


def _say_since(view: View, signal_id: str) -> str:
    """What readiness says of the share of conversations that is counted from an own signal."""
    rows = [row for row in view.reader.readiness(view.deployment_id) if row.indicator_id == signal_id]
    said = rows[0].next_step if rows else "Not counted yet."
    return f"Counted as an indicator of the same name. {said}".rstrip()


def _name(detector_id: str) -> str:
    if not detector_id.startswith(OWN):
        return say_words(detector_id).capitalize()
    return f"{say_words(detector_id.removeprefix(OWN)).capitalize()} (own signal)"


def _say_list(names: str) -> str:
    return " and ".join(names.split(",")) or MISSING


def _say_languages(codes: str) -> str:
    return "every language" if codes == "*" else codes.replace(",", ", ") or MISSING


def make_sheet(view: View) -> Sheet:
    """One row a detector and signal."""
    columns = (
        *("detector_id", "detector_version", "signal_id", "languages", "badge", "sieve", "alert"),
        *("place", "threshold_reason", "note"),
    )
    rows = [tuple(getattr(row, name) for name in columns) for row in view.reader.detectors()]
    return Sheet("signals", columns, rows)


PAGE = Page(
    PATH,
    "Detectors",
    layout,
    shelf=Shelf.DATA,
    sheets={"signals": make_sheet, "misses": make_misses},
    aliases=("detection",),
)
