"""A sparkline: the weeks of one indicator as a small line that breaks where a week is missing.

Drawn as masks over the colours of the page, so that it follows the scheme without a figure; the
text alternative says the same in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from dashboards.records import Observation
from dashboards.standing import Standing, fill_periods
from dashboards.theme import STATUS_MARKS
from dashboards.wording import say_day, say_value

WIDTH, HEIGHT, PAD = 132, 30, 4
WEEK = timedelta(weeks=1)
LIMIT_REACH = 2.0  # a limit further away than this many value ranges would flatten the line


def draw_sparkline(standing: Standing) -> Component:
    """The weeks of a standing, its limits where they are near, and the newest complete week as a dot."""
    weeks = fill_periods(complete_weeks(standing), step=WEEK)
    values = [row.value if row is not None else None for _, row in weeks]
    known = [value for value in values if value is not None]
    if not known:
        return html.Span("no weekly values", className="sparkline-empty")
    limits = _near_limits(standing, known)
    low, high = min(known + limits), max(known + limits)
    span = (high - low) or 1.0
    xs = [PAD + (WIDTH - 2 * PAD) * index / max(len(values) - 1, 1) for index in range(len(values))]
    ys = [None if v is None else HEIGHT - PAD - (HEIGHT - 2 * PAD) * (v - low) / span for v in values]
    layers = [_layer(_draw_runs(xs, ys), "tone-line")]
    for limit in limits:
        y = HEIGHT - PAD - (HEIGHT - 2 * PAD) * (limit - low) / span
        line = f'<path d="M0 {y:.1f}H{WIDTH}" stroke="#000" stroke-width="1" stroke-dasharray="3 3"/>'
        layers.append(_layer(line, "tone-limit"))
    if standing.latest is not None:
        dots = [
            (x, y)
            for (start, _), x, y in zip(weeks, xs, ys, strict=True)
            if y is not None and start == standing.latest.period_start
        ]
        tone = STATUS_MARKS[standing.status].tone
        layers += [_layer(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.6"/>', f"tone-{tone}") for x, y in dots]
    return html.Div(layers, className="sparkline", role="img", **{"aria-label": say_run(standing)})


def complete_weeks(standing: Standing) -> tuple[Observation, ...]:
    """Weeks that have ended with all their days; a partial week drawn beside them would look like a fall."""
    return tuple(week for week in standing.weeks if not week.is_partial)


def say_run(standing: Standing) -> str:
    """What the sparkline shows, in a sentence."""
    weeks = fill_periods(complete_weeks(standing), step=WEEK)
    known = [(start, row.value) for start, row in weeks if row is not None and row.value is not None]
    if not known:
        return "No weekly values."
    kind = standing.indicator.kind
    values = [value for _, value in known]
    gaps = len(weeks) - len(known)
    missing = f" {gaps} without a value." if gaps else ""
    return (
        f"{len(weeks)} complete weeks from {say_day(known[0][0])}: first {say_value(values[0], kind)}, "
        f"last {say_value(values[-1], kind)}, lowest {say_value(min(values), kind)}, "
        f"highest {say_value(max(values), kind)}.{missing}"
    )


def _near_limits(standing: Standing, known: Sequence[float]) -> list[float]:
    appetite = standing.appetite
    if appetite is None or appetite.is_placeholder:
        return []
    reach = LIMIT_REACH * ((max(known) - min(known)) or abs(known[0]) or 1.0)
    limits = [limit for limit in (appetite.watch, appetite.breach) if limit is not None]
    return [limit for limit in limits if min(known) - reach <= limit <= max(known) + reach]


def _draw_runs(xs: Sequence[float], ys: Sequence[float | None]) -> str:
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in zip(xs, ys, strict=True):
        if y is None:
            runs.append([])
        else:
            runs[-1].append((x, y))
    drawn = []
    for run in runs:
        if len(run) == 1:
            drawn.append(f'<circle cx="{run[0][0]:.1f}" cy="{run[0][1]:.1f}" r="1.6"/>')
        elif run:
            points = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
            drawn.append(f'<polyline points="{points}" fill="none" stroke="#000" stroke-width="1.7"/>')
    return "".join(drawn)


def _layer(shapes: str, class_name: str) -> Component:
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" '
        f'stroke-linejoin="round" stroke-linecap="round">{shapes}</svg>'
    )
    image = f'url("data:image/svg+xml,{quote(picture)}")'
    return html.Span(
        className=f"sparkline-layer {class_name}", style={"maskImage": image, "WebkitMaskImage": image}
    )
