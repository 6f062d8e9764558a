"""The picture of groups against the rest: a ratio and its interval for each group, on a scale of factors."""

from __future__ import annotations

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from dashboards.figures.layout import draw_nothing, lay_out
from dashboards.records import EquityRatio
from dashboards.theme import PALETTES, Scheme
from dashboards.vocabulary import EQUITY_MARKS
from dashboards.wording import say_count, say_group, say_ratio, say_words
from methods.equity import BAND_HIGH, BAND_LOW

ROW_HEIGHT = 34
FRAME_HEIGHT = 110
LABEL_LENGTH = 28
FURTHEST = 32.0  # factors; what lies beyond is drawn at the edge, its number stands in the table
TICKS = (0.1, 1, 10)
ROOM = 1.25  # beyond the furthest mark, as a factor
SYMBOLS = {
    "equivalent": "circle",
    "different": "octagon",
    "measurement_cannot_separate": "square-open",
    "not_assessable": "circle-open",
}


def draw_ratios(rows: Sequence[EquityRatio], scheme: Scheme) -> go.Figure:
    """The groups in one scheme; a group without a ratio keeps its line and says so."""
    height = FRAME_HEIGHT + ROW_HEIGHT * max(len(rows), 2)
    known = [(_name(row), row, row.ratio) for row in rows if row.ratio is not None]
    if not known:
        return draw_nothing(scheme, height=height, reason="No group can be compared")
    palette = PALETTES[scheme]
    figure = go.Figure(layout=lay_out(scheme, height=height, showlegend=False))
    figure.add_vrect(x0=BAND_LOW, x1=BAND_HIGH, fillcolor=palette.band, line_width=0, layer="below")
    figure.add_annotation(
        x=0, y=1, yref="paper", yanchor="bottom", showarrow=False,
        text=f"alike: {BAND_LOW} to {BAND_HIGH}",
        font={"size": 11, "color": palette.muted},
    )  # fmt: skip
    for label, row, _ in known:
        tone = palette.tones[EQUITY_MARKS[row.status].tone]
        for low, high, width, opacity in (
            (row.bound_low, row.bound_high, 9, 0.22),
            (row.ci_low, row.ci_high, 3, 0.9),
        ):
            if low is None:
                continue
            figure.add_scatter(
                x=[_within(low), _within(FURTHEST if high is None else high)],
                y=[label, label],
                mode="lines",
                hoverinfo="skip",
                line={"color": tone, "width": width},
                opacity=opacity,
            )
    figure.add_scatter(
        x=[_within(ratio) for _, _, ratio in known],
        y=[label for label, _, _ in known],
        mode="markers",
        cliponaxis=False,
        marker={
            "size": 11,
            "color": [palette.tones[EQUITY_MARKS[row.status].tone] for _, row, _ in known],
            "symbol": [_choose_symbol(row.status, ratio) for _, row, ratio in known],
            "line": {"width": 1.6},
        },
        text=[f"{say_ratio(row)}<br>{EQUITY_MARKS[row.status].word}" for _, row, _ in known],
        hovertemplate="%{y}<br>%{text}<extra></extra>",
    )
    for row in rows:
        if row.ratio is None:
            figure.add_annotation(
                x=0, xref="paper", xanchor="left", y=_name(row), showarrow=False, text="no ratio",
                font={"size": 11, "color": palette.muted},
            )  # fmt: skip
    labels = [_name(row) for row in reversed(rows)]
    figure.update_yaxes(categoryorder="array", categoryarray=labels, showgrid=False, tickfont={"size": 12})
    title = {"text": "times the rest", "font": {"size": 12, "color": palette.muted}}
    reach = math.log10(_find_reach(rows) * ROOM)
    figure.update_xaxes(
        type="log",
        range=[-reach, reach],  # left alone, it grows by the words above the band, and the marks shrink
        tickangle=0,
        title=title,
        tickvals=list(TICKS),
        ticktext=[f"{tick:g}" for tick in TICKS],
    )
    return figure


def _find_reach(rows: Sequence[EquityRatio]) -> float:
    """The furthest factor that is drawn on either side of 1, so that twice and half lie alike."""
    drawn = [
        _within(factor)
        for row in rows
        for factor in (row.ratio, row.ci_low, row.ci_high, row.bound_low, row.bound_high)
        if factor is not None
    ]
    return max(*TICKS, *drawn, *(1 / factor for factor in drawn))


def _name(row: EquityRatio) -> str:
    group = say_group(row.slice, row.slice_value)[:LABEL_LENGTH]
    return f"{say_words(row.slice)}: {group} (n {say_count(row.denominator)})"


def _choose_symbol(status: str, ratio: float) -> str:
    """A group beyond the scale points outwards."""
    if ratio > FURTHEST:
        return "triangle-right"
    return "triangle-left" if ratio < 1 / FURTHEST else SYMBOLS[status]


def _within(value: float) -> float:
    """A factor that a scale of factors can show: zero has no place on it."""
    return min(max(value, 1 / FURTHEST), FURTHEST)
