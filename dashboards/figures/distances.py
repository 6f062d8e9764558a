"""The picture of drift: how far each week lies from the reference weeks, feature by feature."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from dashboards.figures.layout import draw_changes, draw_nothing, label_weeks, lay_out
from dashboards.measurements import Drift
from dashboards.records import Change
from dashboards.theme import PALETTES, Palette, Scheme, Tone
from dashboards.vocabulary import DRIFT_MARKS
from dashboards.wording import say_words

PANEL_HEIGHT = 170
FRAME_HEIGHT = 90
SYMBOLS = {
    "reference": "circle-open",
    "stable": "circle",
    "moved": "triangle-up",
    "insufficient_data": "x-thin-open",
}


def draw_distances(rows: Sequence[Drift], changes: Sequence[Change], scheme: Scheme) -> go.Figure:
    """The distances in one scheme, each feature on a panel with the practical threshold and the null."""
    features = sorted({row.feature for row in rows})
    height = FRAME_HEIGHT + PANEL_HEIGHT * max(len(features), 1)
    if not any(row.distance is not None for row in rows):
        return draw_nothing(scheme, height=height, reason="No week can be compared in this range")
    palette = PALETTES[scheme]
    figure = make_subplots(
        rows=len(features),
        cols=1,
        shared_xaxes=True,
        vertical_spacing=0.3 / max(len(features), 2),
        subplot_titles=[say_words(feature) for feature in features],
        figure=go.Figure(layout=lay_out(scheme, height=height)),
    )
    figure.update_annotations(font={"size": 13, "color": palette.ink}, x=0, xanchor="left")
    for place, feature in enumerate(features, start=1):
        members = [row for row in rows if row.feature == feature]
        _draw_panel(figure, members, place, palette, is_first=place == 1)
    weeks = [row.week for row in rows]
    draw_changes(figure, changes, first=min(weeks), last=max(weeks), palette=palette)
    figure.update_yaxes(rangemode="tozero", nticks=4)
    figure.update_xaxes(type="date", showgrid=False)
    label_weeks(figure, oldest=min(weeks), newest=max(weeks))
    return figure


def _draw_panel(
    figure: go.Figure, rows: Sequence[Drift], place: int, palette: Palette, *, is_first: bool
) -> None:
    weeks = [row.week for row in rows]
    for name, values, dash, tone in (
        ("practical threshold", [row.threshold for row in rows], "solid", Tone.CAUTION),
        ("as far as reference weeks differ", [row.null_high for row in rows], "dot", Tone.UNKNOWN),
    ):
        figure.add_scatter(
            x=weeks,
            y=values,
            mode="lines",
            line={"color": palette.tones[tone], "width": 1.3, "dash": dash},
            name=name,
            legendgroup=name,
            showlegend=is_first,
            hoverinfo="skip",
            row=place,
            col=1,
        )
    figure.add_scatter(
        x=weeks,
        y=[row.distance for row in rows],
        mode="lines+markers",
        connectgaps=False,
        line={"color": palette.muted, "width": 1.4},
        marker={
            "color": [palette.tones[DRIFT_MARKS[row.status].tone] for row in rows],
            "symbol": [SYMBOLS[row.status] for row in rows],
            "size": 9,
            "line": {"width": 1.5},
        },
        text=[
            f"{'no distance' if row.distance is None else f'{row.distance:.3f}'}, "
            f"{DRIFT_MARKS[row.status].word}"
            for row in rows
        ],
        hovertemplate="week of %{x|%-d %b %Y}<br>%{text}<extra></extra>",
        name="distance",
        legendgroup="distance",
        showlegend=is_first,
        row=place,
        col=1,
    )
