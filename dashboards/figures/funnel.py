"""The funnel of groups: each group's share at its size, and where groups of that size usually lie."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle

import plotly.graph_objects as go

from dashboards.figures.layout import draw_nothing, lay_out
from dashboards.records import EquityRatio
from dashboards.theme import PALETTES, Scheme
from dashboards.wording import say_count, say_group, say_share, say_words

HEIGHT = 340
TICKS = (10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 1_000_000)
SYMBOLS = ("circle", "square", "diamond", "triangle-up")


def draw_funnel(rows: Sequence[EquityRatio], scheme: Scheme, *, is_good: bool = False) -> go.Figure:
    """Groups with a funnel, in one scheme; `is_good` says that cases without the event are compared."""
    known = [row for row in rows if row.funnel_high is not None and row.denominator > 0]
    if not known:
        return draw_nothing(scheme, height=HEIGHT, reason="No group has a funnel")
    palette = PALETTES[scheme]
    figure = go.Figure(layout=lay_out(scheme, height=HEIGHT))
    for row in known:
        figure.add_scatter(
            x=[row.denominator] * 2,
            y=[row.funnel_low, row.funnel_high],
            mode="lines",
            hoverinfo="skip",
            showlegend=False,
            line={"color": palette.muted, "width": 6},
            opacity=0.3,
        )
    names = dict.fromkeys(row.slice for row in known)
    for name, symbol in zip(names, cycle(SYMBOLS), strict=False):
        mine = [row for row in known if row.slice == name]
        figure.add_scatter(
            x=[row.denominator for row in mine],
            y=[share_compared(row, is_good=is_good) for row in mine],
            mode="markers+text",
            textposition="middle right",
            name=say_words(name),
            marker={
                "size": 10,
                "symbol": [symbol if is_inside(row, is_good=is_good) else f"{symbol}-open" for row in mine],
                "color": [palette.muted if is_inside(row, is_good=is_good) else palette.ink for row in mine],
                "line": {"width": 2},
            },
            text=[
                "" if is_inside(row, is_good=is_good) else f" {say_group(row.slice, row.slice_value)}"
                for row in mine
            ],
            textfont={"size": 11, "color": palette.ink},
            hovertext=[
                f"{say_group(row.slice, row.slice_value)}: "
                f"{say_share(share_compared(row, is_good=is_good))} of {say_count(row.denominator)}"
                for row in mine
            ],
            hovertemplate="%{hovertext}<extra></extra>",
        )
    muted = {"size": 12, "color": palette.muted}
    figure.update_xaxes(
        type="log", tickvals=list(TICKS), title={"text": "cases of the group", "font": muted}, tickangle=0
    )
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", title={"text": "share", "font": muted})
    return figure


def share_compared(row: EquityRatio, *, is_good: bool) -> float:
    """The share that is compared: of cases with the event, or without it where the event is good."""
    share = row.numerator / row.denominator
    return 1 - share if is_good else share


def is_inside(row: EquityRatio, *, is_good: bool) -> bool:
    """Whether a group lies within what groups of its size differ by; without limits nothing lies outside."""
    if row.funnel_low is None or row.funnel_high is None:
        return True
    return row.funnel_low <= share_compared(row, is_good=is_good) <= row.funnel_high
