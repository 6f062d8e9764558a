"""The picture of rows that did not simply pass: refused, duplicate, late or held rows by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import plotly.graph_objects as go

from dashboards.figures.layout import draw_nothing, lay_out
from dashboards.health_records import QualityCount
from dashboards.theme import PALETTES, Palette, Scheme, Tone
from dashboards.wording import say_reason

HEIGHT = 320
HELD = "stop:"  # a held day is all of its rows: drawn as a day, not as a bar that dwarfs the others
PATTERNS = ("", "/", "x", ".", "\\", "-", "+", "|")
SHOWN_REASONS = 7  # more colours and patterns than this cannot be told apart; the rest is one stack


def draw_quality(rows: Sequence[QualityCount], scheme: Scheme) -> go.Figure:
    """Rows by day, stacked by reason; patterns tell reasons apart where colours do not. Held days are
    shaded."""
    if not rows:
        return draw_nothing(scheme, height=HEIGHT, reason="No such rows in this range")
    palette = PALETTES[scheme]
    held = sorted({row.day for row in rows if row.reason.startswith(HELD)})
    rows = [row for row in rows if not row.reason.startswith(HELD)]
    totals: dict[str, int] = defaultdict(int)
    for row in rows:
        totals[row.reason] += row.row_count
    shown = sorted(totals, key=lambda reason: -totals[reason])[:SHOWN_REASONS]
    counts: dict[str, dict[date, int]] = defaultdict(lambda: defaultdict(int))
    for row in rows:
        counts[row.reason if row.reason in shown else "other reasons"][row.day] += row.row_count
    colours = [palette.tones[tone] for tone in (Tone.CALM, Tone.CONCERN, Tone.UNKNOWN, Tone.CAUTION)]
    figure = go.Figure(layout=lay_out(scheme, height=HEIGHT, barmode="stack"))
    for index, (reason, by_day) in enumerate(counts.items()):
        days = sorted(by_day)
        colour = colours[index % len(colours)]
        figure.add_bar(
            x=days,
            y=[by_day[day] for day in days],
            name=say_reason(reason),
            marker={
                "color": colour,
                "pattern": {
                    "shape": PATTERNS[index % len(PATTERNS)],
                    "fillmode": "overlay",
                    "fgcolor": palette.surface,
                    "size": 6,
                },
            },
            hovertemplate=f"%{{x|%-d %b %Y}}<br>{say_reason(reason)}: %{{y:,}} rows<extra></extra>",
        )
    for day in held:
        _draw_held(figure, day, palette)
    figure.update_yaxes(
        title={"text": "rows", "font": {"size": 12, "color": palette.muted}}, rangemode="tozero"
    )
    figure.update_xaxes(type="date", tickformat="%-d %b\n%Y", showgrid=False, ticklabelstandoff=6)
    return figure


def _draw_held(figure: go.Figure, day: date, palette: Palette) -> None:
    noon = datetime.combine(day, time())
    half = timedelta(hours=12)
    figure.add_vrect(
        x0=(noon - half).isoformat(),
        x1=(noon + half).isoformat(),
        fillcolor=palette.gap,
        line_width=0,
        layer="below",
    )
    figure.add_annotation(
        x=day.isoformat(),
        y=1,
        yref="paper",
        yanchor="bottom",
        text="held",
        showarrow=False,
        font={"size": 11, "color": palette.muted},
    )
