"""The picture of messages by day against what the weekday usually brings; days that are not whole."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.layout import draw_nothing, lay_out
from dashboards.health_records import DataDay
from dashboards.theme import PALETTES, Scheme, Tone
from dashboards.vocabulary import DATA_STATE_MARKS
from dashboards.wording import say_all_reasons

HEIGHT = 300
SYMBOLS = {
    "restated": "diamond",
    "partial": "circle-open",
    "late": "x",
    "waiting": "circle-open-dot",
    "failed": "triangle-up",
}
"""A shape for each state that is not complete; a day without data stands on the axis."""


def draw_volume(days: Sequence[DataDay], scheme: Scheme) -> go.Figure:
    """Messages by day as bars, the usual range as a band, and a mark on every day that is not complete."""
    if not days:
        return draw_nothing(scheme, height=HEIGHT, reason="No days in this range")
    palette = PALETTES[scheme]
    figure = go.Figure(layout=lay_out(scheme, height=HEIGHT))
    for name, limit in (("lower", "expected_low"), ("usual for the weekday", "expected_high")):
        figure.add_scatter(
            x=[one.day for one in days],
            y=[getattr(one, limit) for one in days],
            mode="lines",
            line={"width": 0},
            fill="tonexty" if limit == "expected_high" else None,
            fillcolor=palette.band,
            name=name,
            showlegend=limit == "expected_high",
            hoverinfo="skip",
            connectgaps=False,
        )
    figure.add_bar(
        x=[one.day for one in days],
        y=[one.message_count for one in days],
        name="messages",
        marker={"color": palette.tones[Tone.CALM]},
        hovertemplate="%{x|%-d %b %Y}<br>%{y:,} messages<extra></extra>",
    )
    for state, symbol in SYMBOLS.items():
        marked = [one for one in days if one.state == state]
        if not marked:
            continue
        mark = DATA_STATE_MARKS[state]
        figure.add_scatter(
            x=[one.day for one in marked],
            y=[one.message_count for one in marked],
            mode="markers",
            name=mark.word,
            marker={
                "symbol": symbol,
                "size": 11,
                "color": palette.tones[mark.tone],
                "line": {"width": 2, "color": palette.tones[mark.tone]},
            },
            customdata=[say_all_reasons(one.reasons) for one in marked],
            hovertemplate=f"%{{x|%-d %b %Y}}<br>{mark.word}: %{{customdata}}<br>"
            "%{y:,} messages<extra></extra>",
        )
    figure.update_yaxes(
        title={"text": "messages", "font": {"size": 12, "color": palette.muted}}, rangemode="tozero"
    )
    figure.update_xaxes(type="date", tickformat="%-d %b\n%Y", showgrid=False, ticklabelstandoff=6)
    return figure
