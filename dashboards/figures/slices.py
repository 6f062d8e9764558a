"""The picture of one week by slice: a dot and its interval for each group, most cases first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboards.figures.layout import draw_nothing, lay_out
from dashboards.records import Observation
from dashboards.theme import PALETTES, Scheme, Tone
from dashboards.wording import say_count, say_group, say_interval, say_value

ROW_HEIGHT = 34
FRAME_HEIGHT = 96
LABEL_LENGTH = 28
MARK_SIZE = 11


@dataclass(frozen=True)
class SliceFrame:
    """Groups of one slice in one week, and the whole deployment to compare with."""

    rows: Sequence[Observation]
    whole: Observation | None
    kind: str
    unit: str


def draw_slices(frame: SliceFrame, scheme: Scheme) -> go.Figure:
    """The groups in one scheme; a group without a value keeps its line and says so."""
    rows = sorted(frame.rows, key=lambda row: row.denominator or 0)
    height = FRAME_HEIGHT + ROW_HEIGHT * max(len(rows), 2)
    if not any(row.value is not None for row in rows):
        return draw_nothing(scheme, height=height, reason="No group has a value in this week")
    palette = PALETTES[scheme]
    labels = [
        f"{say_group(row.slice, row.slice_value)[:LABEL_LENGTH]} (n {say_count(row.denominator)})"
        for row in rows
    ]
    figure = go.Figure(layout=lay_out(scheme, height=height, showlegend=False))
    known = [(label, row) for label, row in zip(labels, rows, strict=True) if row.value is not None]
    for label, row in known:
        if row.ci_low is not None and row.ci_high is not None:
            figure.add_scatter(
                x=[row.ci_low, row.ci_high],
                y=[label, label],
                mode="lines",
                hoverinfo="skip",
                line={"color": palette.tones[Tone.UNKNOWN], "width": 5},
                opacity=0.5,
            )
    figure.add_scatter(
        x=[row.value for _, row in known],
        y=[label for label, _ in known],
        mode="markers",
        cliponaxis=False,
        marker={
            "size": MARK_SIZE,
            "color": palette.tones[Tone.CALM],
            "symbol": ["diamond-open" if row.is_suppressed else "circle" for _, row in known],
            "line": {"width": 1.5},
        },
        text=[f"{say_value(row.value, frame.kind)} ({say_interval(row, frame.kind)})" for _, row in known],
        hovertemplate="%{y}<br>%{text}<extra></extra>",
    )
    if frame.whole is not None and frame.whole.value is not None:
        figure.add_vline(x=frame.whole.value, line={"color": palette.muted, "width": 1.2, "dash": "dash"})
        figure.add_annotation(
            x=frame.whole.value,
            y=1,
            yref="paper",
            yanchor="bottom",
            showarrow=False,
            text=f"all: {say_value(frame.whole.value, frame.kind)}",
            font={"size": 11, "color": palette.muted},
        )
    missing = [label for label, row in zip(labels, rows, strict=True) if row.value is None]
    for label in missing:
        figure.add_annotation(
            x=0,
            xref="paper",
            xanchor="left",
            y=label,
            showarrow=False,
            text="no value",
            font={"size": 11, "color": palette.muted},
        )
    figure.update_yaxes(
        categoryorder="array",
        categoryarray=labels,
        showgrid=False,
        tickfont={"size": 12},
        ticklabelstandoff=MARK_SIZE,  # a mark at zero is as wide on either side of the axis
    )
    title = {"text": frame.unit, "font": {"size": 12, "color": palette.muted}}
    figure.update_xaxes(
        rangemode="tozero", title=title, tickformat=".1~%" if frame.kind == "proportion" else ",~g", nticks=6
    )
    return figure
