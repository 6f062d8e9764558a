"""The picture of rows that did not simply pass: refused, duplicate, late or held rows by day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date

import plotly.graph_objects as go

from dashboards.figures.layout import draw_nothing, lay_out
from dashboards.records import QualityCount
from dashboards.theme import PALETTES, Scheme, Tone

HEIGHT = 320
PATTERNS = ("", "/", "x", ".", "\\", "-", "+", "|")
SHOWN_REASONS = 7  # more colours and patterns than this cannot be told apart; the rest is one stack


def draw_quality(rows: Sequence[QualityCount], scheme: Scheme) -> go.Figure:
    """Rows by day, stacked by reason; patterns tell reasons apart where colours do not."""
    if not rows:
        return draw_nothing(scheme, height=HEIGHT, reason="No such rows in this range")
    palette = PALETTES[scheme]
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
            name=reason,
            marker={
                "color": colour,
                "pattern": {
                    "shape": PATTERNS[index % len(PATTERNS)],
                    "fillmode": "overlay",
                    "fgcolor": palette.surface,
                    "size": 6,
                },
            },
            hovertemplate=f"%{{x|%-d %b %Y}}<br>{reason}: %{{y:,}} rows<extra></extra>",
        )
    figure.update_yaxes(
        title={"text": "rows", "font": {"size": 12, "color": palette.muted}}, rangemode="tozero"
    )
    figure.update_xaxes(type="date", tickformat="%-d %b\n%Y", showgrid=False)
    return figure
