"""The picture of what changed: one row a kind of change, one mark a change, declared and observed apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import plotly.graph_objects as go

from dashboards.figures.layout import draw_nothing, lay_out
from dashboards.records import Change
from dashboards.theme import PALETTES, Scheme, Tone
from dashboards.wording import say_day, say_words

ROW_HEIGHT = 40
FRAME_HEIGHT = 110
EXPLAINED = timedelta(days=3)  # a change may show some days beside the day for which it was declared
PLANNED, HURRIED = "declared, planned", "declared, not planned"
EXPECTED, UNANNOUNCED = "seen in the logs, as declared", "seen in the logs, announced by nobody"
KINDS = (
    (PLANNED, "circle", Tone.CALM, "top center"),
    (HURRIED, "triangle-up", Tone.CAUTION, "top center"),
    (EXPECTED, "diamond-open", Tone.UNKNOWN, "bottom center"),
    (UNANNOUNCED, "diamond-open", Tone.CONCERN, "bottom center"),
)
NOTE_LENGTH = 80


def name_kind(change: Change, changes: Sequence[Change]) -> str:
    """Declared and planned, declared in a hurry, or seen: expected or by surprise."""
    if change.origin == "declared":
        return PLANNED if change.is_planned else HURRIED
    is_expected = any(
        other.origin == "declared"
        and other.what == change.what
        and abs(other.effective_on - change.effective_on) <= EXPLAINED
        for other in changes
    )
    return EXPECTED if is_expected else UNANNOUNCED


def draw_timeline(changes: Sequence[Change], scheme: Scheme) -> go.Figure:
    """The changes in one scheme, numbered as in the list beside it."""
    whats = sorted({change.what for change in changes}, reverse=True)
    height = FRAME_HEIGHT + ROW_HEIGHT * max(len(whats), 2)
    if not changes:
        return draw_nothing(scheme, height=height, reason="No change in this range")
    palette = PALETTES[scheme]
    figure = go.Figure(layout=lay_out(scheme, height=height))
    for kind, symbol, tone, place in KINDS:
        members = [
            (number, one) for number, one in enumerate(changes, start=1) if name_kind(one, changes) == kind
        ]
        if not members:
            continue
        figure.add_scatter(
            x=[change.effective_on for _, change in members],
            y=[say_words(change.what) for _, change in members],
            mode="markers+text",
            cliponaxis=False,
            text=[str(number) for number, _ in members],
            textposition=place,
            textfont={"size": 11, "color": palette.muted},
            marker={"symbol": symbol, "size": 13, "color": palette.tones[tone], "line": {"width": 1.8}},
            customdata=[
                f"{say_day(change.effective_on)}, {kind}<br>{change.note[:NOTE_LENGTH]}"
                for _, change in members
            ],
            hovertemplate="%{customdata}<extra></extra>",
            name=kind,
        )
    order = [say_words(what) for what in whats]
    figure.update_yaxes(
        categoryorder="array", categoryarray=order, range=[-0.6, len(order) - 0.4], tickfont={"size": 12}
    )
    figure.update_xaxes(type="date", tickformat="%-d %b\n%Y", showgrid=False)
    return figure
