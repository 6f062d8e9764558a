"""The picture of rare events: how many units, and how many days, went by before each of them."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.layout import draw_nothing, lay_out
from dashboards.measurements import Limit
from dashboards.theme import PALETTES, Scheme, Tone
from dashboards.wording import say_count, say_day

HEIGHT = 260
TITLES = {"event": "units before the event", "event_time": "days before the event"}


def draw_gaps(rows: Sequence[Limit], scheme: Scheme, *, period: str) -> go.Figure:
    """The gaps of one chart with the usual one and the limit beyond which a gap is unusually long."""
    mine = [row for row in rows if row.period == period and row.value is not None]
    if not mine:
        return draw_nothing(scheme, height=HEIGHT, reason="No event in the range")
    palette = PALETTES[scheme]
    figure = go.Figure(layout=lay_out(scheme, height=HEIGHT))
    days = [row.period_start for row in mine]
    figure.add_scatter(
        x=days,
        y=[row.value for row in mine],
        mode="lines+markers",
        name="before each event",
        line={"color": palette.muted, "width": 1.4},
        marker={
            "size": 8,
            "color": palette.tones[Tone.CALM],
            "symbol": ["circle" if row.is_baseline else "circle-open" for row in mine],
        },
        text=[f"{say_day(row.period_start)}: {say_count(row.value)}" for row in mine],
        hovertemplate="%{text}<extra></extra>",
    )
    # Each phase has limits of its own: an empty point between two keeps their lines apart.
    drawn: list[Limit | None] = []
    for row in mine:
        drawn += [None, row] if drawn and drawn[-1] and drawn[-1].phase_start != row.phase_start else [row]
    for name, values, dash in (
        ("usual", [row and row.centre for row in drawn], "solid"),
        ("unusually long", [row and row.high for row in drawn], "dot"),
    ):
        if any(value is not None for value in values):
            figure.add_scatter(
                x=[row and row.period_start for row in drawn],
                y=values,
                mode="lines",
                name=name,
                hoverinfo="skip",
                line={"color": palette.ink, "width": 1.2, "dash": dash},
            )
    title = {"text": TITLES[period], "font": {"size": 12, "color": palette.muted}}
    figure.update_yaxes(rangemode="tozero", title=title)
    return figure
