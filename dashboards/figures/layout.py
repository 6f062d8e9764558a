"""What all figures share: the layout of a scheme, and the picture of no data."""

from __future__ import annotations

from typing import Any

import plotly.graph_objects as go

from dashboards.theme import FONT, PALETTES, Scheme

NO_DATA = "No data for this choice"


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
            "font": {"color": palette.muted},
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
