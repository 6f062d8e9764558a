"""What figures share: the layout of a scheme, the picture of no data, weeks on an axis, and changes on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import plotly.graph_objects as go

from dashboards.records import Change
from dashboards.theme import FONT, PALETTES, Palette, Scheme

NO_DATA = "No data for this choice"
MOST_LABELS = 4  # of weeks: as many as stand side by side on a screen of 320 px
WEEK = timedelta(weeks=1)


def lay_out(scheme: Scheme, *, height: int, **more: Any) -> go.Layout:
    """The layout of a figure in one scheme."""
    palette = PALETTES[scheme]
    axis = {
        "gridcolor": palette.line,
        "linecolor": palette.line,
        "zerolinecolor": palette.line,
        "tickcolor": palette.line,
        "automargin": True,
    }
    layout = go.Layout(
        template=go.layout.Template(layout={"xaxis": axis, "yaxis": axis}),
        height=height,
        paper_bgcolor=palette.surface,
        plot_bgcolor=palette.surface,
        font={"family": FONT, "size": 13, "color": palette.ink},
        hoverlabel={"bgcolor": palette.surface, "bordercolor": palette.line, "font": {"color": palette.ink}},
        margin={"l": 8, "r": 12, "t": 30, "b": 8},
        legend={
            "orientation": "h",
            "yref": "container",
            "y": 0,
            "yanchor": "bottom",
            "x": 0,
            "font": {"color": palette.muted, "size": 12},
        },
        hovermode="closest",
        dragmode=False,
    )
    return layout.update(more)


def draw_nothing(scheme: Scheme, *, height: int, reason: str = NO_DATA) -> go.Figure:
    """The picture of no data: says so in words and draws no axis, so that it cannot be read as zero."""
    palette = PALETTES[scheme]
    figure = go.Figure(layout=lay_out(scheme, height=height))
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    figure.add_annotation(
        text=reason,
        x=0.5,
        y=0.5,
        xref="paper",
        yref="paper",
        showarrow=False,
        font={"color": palette.muted, "size": 15},
    )
    return figure


def label_weeks(figure: go.Figure, *, oldest: date, newest: date) -> None:
    """An axis of weeks: a tick each Monday, and labels on Mondays that end with the newest week.

    Left alone, Plotly labels Sundays, so that no label is the day by which a week is called.
    """
    spaces = (newest - oldest) // WEEK
    step = max(1, -(-spaces // (MOST_LABELS - 1)))
    week = WEEK / timedelta(milliseconds=1)
    figure.update_layout(margin_r=28)  # half of the newest label
    figure.update_xaxes(
        tick0=newest.isoformat(),
        dtick=step * week,
        ticks="outside",
        ticklen=3,
        tickformat="%-d %b\n%Y",
        minor={"tick0": newest.isoformat(), "dtick": week, "ticks": "outside", "ticklen": 3},
    )


def draw_changes(
    figure: go.Figure, changes: Sequence[Change], *, first: date, last: date, palette: Palette
) -> None:
    """A line on every day with changes, under their numbers in the list; two on one day share a mark."""
    numbers: dict[date, list[str]] = {}
    for number, change in enumerate(changes, start=1):
        if first <= change.effective_on <= last:
            numbers.setdefault(change.effective_on, []).append(str(number))
    for day, members in numbers.items():
        figure.add_vline(x=day.isoformat(), line={"color": palette.ink, "width": 1, "dash": "dashdot"})
        figure.add_annotation(
            x=day.isoformat(), y=1, yref="paper", yanchor="bottom", text=f"<b>{', '.join(members)}</b>",
            showarrow=False, font={"size": 11, "color": palette.surface}, bgcolor=palette.ink, borderpad=3,
        )  # fmt: skip
