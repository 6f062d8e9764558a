"""The chart of one indicator over time: values with their interval, limits, changes and gaps.

A period without a value is a gap in the line and a shaded strip, never a zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import plotly.graph_objects as go

from dashboards.figures.layout import draw_changes, draw_nothing, label_weeks, lay_out
from dashboards.measurements import Limit
from dashboards.records import Appetite, Change, Observation
from dashboards.standing import fill_periods
from dashboards.theme import PALETTES, Palette, Scheme, Status, Tone
from dashboards.wording import say_counts, say_interval, say_level, say_value, say_words

HEIGHT = 400
PLACEHOLDER = "placeholder"
STEPS = {"week": timedelta(weeks=1), "day": timedelta(days=1)}
STATUS_SYMBOLS = {
    Status.NOT_APPLICABLE: "circle",
    Status.WITHIN: "circle",
    Status.NO_APPETITE_SET: "square",
    Status.INSUFFICIENT_DATA: "circle-open",
    Status.WATCH: "triangle-up",
    Status.BREACH: "octagon",
}
STATUS_TONES = {Status.WATCH: Tone.CAUTION, Status.BREACH: Tone.CONCERN, Status.WITHIN: Tone.CALM}


@dataclass(frozen=True)
class SeriesFrame:
    """What the chart draws."""

    rows: Sequence[Observation]
    kind: str
    period: str
    unit: str
    limits: Sequence[Appetite] = field(default_factory=tuple)
    changes: Sequence[Change] = field(default_factory=tuple)
    control: Sequence[Limit] = field(default_factory=tuple)


def draw_series(frame: SeriesFrame, scheme: Scheme) -> go.Figure:
    """The chart in one scheme."""
    raw = [row for row in frame.rows if row.estimate == "raw"]
    if not any(row.value is not None for row in raw):
        return draw_nothing(scheme, height=HEIGHT, reason="No values in this range")
    palette = PALETTES[scheme]
    step = STEPS[frame.period]
    periods = fill_periods(raw, step=step)
    figure = go.Figure(layout=lay_out(scheme, height=HEIGHT))
    _draw_gaps(figure, periods, step, palette)
    _draw_intervals(figure, periods, palette)
    _draw_limits(figure, frame, periods, step, palette)
    _draw_control(figure, frame.control, palette)
    _draw_values(figure, periods, frame.kind, palette)
    _draw_corrected(figure, [row for row in frame.rows if row.estimate == "corrected"], frame.kind, palette)
    last = periods[-1][0] + step - timedelta(days=1)
    draw_changes(figure, frame.changes, first=periods[0][0], last=last, palette=palette)
    tick_format = {"proportion": ".1~%", "count": ",~r"}.get(frame.kind, ",~g")
    title = {"text": frame.unit, "font": {"size": 12, "color": palette.muted}}
    figure.update_yaxes(title=title, tickformat=tick_format, rangemode="tozero")
    edge = step / 2
    figure.update_xaxes(
        range=[periods[0][0] - edge, periods[-1][0] + edge],
        showgrid=False,
        tickformat="%-d %b\n%Y",
        type="date",
    )
    if frame.period == "week":
        label_weeks(figure, oldest=periods[0][0], newest=periods[-1][0])
    return figure


def _draw_gaps(
    figure: go.Figure, periods: Sequence[tuple[date, Observation | None]], step: timedelta, palette: Palette
) -> None:
    missing = [start for start, row in periods if row is None or row.value is None]
    for start in missing:
        figure.add_vrect(
            x0=_iso(start - step / 2),
            x1=_iso(start + step / 2),
            fillcolor=palette.gap,
            line_width=0,
            layer="below",
        )
    if missing:
        figure.add_scatter(
            x=[None],
            y=[None],
            mode="markers",
            name="no value",
            marker={"symbol": "square", "size": 12, "color": palette.gap},
        )


def _iso(day: date) -> str:
    return day.isoformat()


def _draw_intervals(
    figure: go.Figure, periods: Sequence[tuple[date, Observation | None]], palette: Palette
) -> None:
    run: list[Observation] = []
    runs = [run]
    for _, row in periods:
        if row is None or row.value is None or row.ci_low is None or row.ci_high is None:
            run = []
            runs.append(run)
        else:
            run.append(row)
    is_named = False
    for run in runs:
        if not run:
            continue
        figure.add_scatter(
            x=[row.period_start for row in run] + [row.period_start for row in reversed(run)],
            y=[row.ci_high for row in run] + [row.ci_low for row in reversed(run)],
            mode="lines",
            fill="toself",
            fillcolor=palette.band,
            line={"width": 6 if len(run) == 1 else 0, "color": palette.band},
            hoverinfo="skip",
            name="95 % interval",
            legendgroup="interval",
            showlegend=not is_named,
        )
        is_named = True


def _draw_control(figure: go.Figure, control: Sequence[Limit], palette: Palette) -> None:
    """Centre and limits of the control chart; those of before a change of the detectors are dotted."""
    for is_carried in (False, True):
        mine = [one if one.is_carried is is_carried else None for one in control]
        if not any(one is not None and one.high is not None for one in mine):
            continue
        for name, words in (("centre", "expected"), ("low", "limits"), ("high", "limits")):
            figure.add_scatter(
                x=[one.period_start for one in control],
                y=[None if one is None else getattr(one, name) for one in mine],
                mode="lines",
                connectgaps=False,
                line={
                    "color": palette.muted,
                    "width": 1,
                    "dash": "dot" if is_carried else "solid" if name == "centre" else "dash",
                },
                hoverinfo="skip",
                name=f"{words}, of before" if is_carried else f"usual variation: {words}",
                legendgroup=f"{words}{is_carried}",
                showlegend=name != "high",
            )


def _draw_values(
    figure: go.Figure, periods: Sequence[tuple[date, Observation | None]], kind: str, palette: Palette
) -> None:
    colours, symbols, texts = [], [], []
    for _, row in periods:
        if row is None:
            colours.append(palette.ink)
            symbols.append("circle")
            texts.append("")
            continue
        colours.append(palette.tones[STATUS_TONES.get(row.level, Tone.UNKNOWN)])
        symbol = STATUS_SYMBOLS[row.level]
        symbols.append(f"{symbol}-open" if not row.is_whole and not symbol.endswith("-open") else symbol)
        partly = (
            f", {row.data_state}" if row.data_state != "complete" else ", partial" if row.is_partial else ""
        )
        texts.append(
            f"{say_level(row, kind)} ({say_interval(row, kind)})<br>"
            f"{say_counts(row.numerator, row.denominator)}<br>{say_words(row.status)}{partly}"
        )
    figure.add_scatter(
        x=[start for start, _ in periods],
        y=[None if row is None else row.value for _, row in periods],
        mode="lines+markers",
        connectgaps=False,
        cliponaxis=False,
        line={"color": palette.muted, "width": 1.6},
        marker={
            "color": colours,
            "symbol": symbols,
            "size": 9 if len(periods) < 40 else 6,
            "line": {"width": 1.5},
        },
        text=texts,
        hovertemplate="%{x|%-d %b %Y}<br>%{text}<extra></extra>",
        name="value (open: partial or too few)",
    )


def _draw_corrected(figure: go.Figure, rows: Sequence[Observation], kind: str, palette: Palette) -> None:
    known = [row for row in rows if row.value is not None]
    if not known:
        return
    figure.add_scatter(
        x=[row.period_start for row in known],
        y=[row.value for row in known],
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [(row.ci_high or row.value or 0) - (row.value or 0) for row in known],
            "arrayminus": [(row.value or 0) - (row.ci_low or row.value or 0) for row in known],
            "color": palette.ink,
            "thickness": 1,
        },
        mode="markers",
        marker={"symbol": "diamond", "size": 8, "color": palette.ink},
        text=[
            f"{say_value(row.value, kind)} ({say_interval(row, kind)}), corrected by review" for row in known
        ],
        hovertemplate="%{x|%-d %b %Y}<br>%{text}<extra></extra>",
        name="corrected by review",
    )


def _draw_limits(
    figure: go.Figure,
    frame: SeriesFrame,
    periods: Sequence[tuple[date, Observation | None]],
    step: timedelta,
    palette: Palette,
) -> None:
    first, last = periods[0][0] - step / 2, periods[-1][0] + step / 2
    named: set[str] = set()
    ordered = sorted(frame.limits, key=lambda row: (row.effective_from, row.version))
    for index, appetite in enumerate(ordered):
        starts = max(first, appetite.effective_from) if not appetite.is_placeholder else first
        later = [row.effective_from for row in ordered[index + 1 :] if not row.is_placeholder]
        ends = min([last, *later])
        if starts >= ends:
            continue
        for name, limit in (("watch", appetite.watch), ("breach", appetite.breach)):
            if limit is None:
                continue
            tone = (
                Tone.UNKNOWN
                if appetite.is_placeholder
                else Tone.CONCERN
                if name == "breach"
                else Tone.CAUTION
            )
            dash = "dot" if appetite.is_placeholder else "solid" if name == "breach" else "dash"
            words = f"{name} {appetite.side} {say_value(limit, frame.kind)}"
            if appetite.is_placeholder:
                words = f"{words} ({PLACEHOLDER})"
            figure.add_scatter(
                x=[starts, ends],
                y=[limit, limit],
                mode="lines",
                line={"color": palette.tones[tone], "width": 1.4, "dash": dash},
                hovertemplate=f"{words}<extra></extra>",
                name=words,  # in the legend: beside the line it would cover values
                legendgroup=words,
                showlegend=words not in named,
            )
            named.add(words)
