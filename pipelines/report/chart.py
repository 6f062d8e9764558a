"""Weekly charts as plain shapes: positions from 0 to 1 and texts, so that a template only has to draw them.

A gap is never drawn as zero: a hidden, an unknown and an unmeasured week each keep their own mark.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

from pipelines.report.display import show_measure
from pipelines.report.month import MONTH_NAMES

NICE_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
LIMIT_REACH = 3.0  # a limit further away than this many times the data would flatten it; it is named instead


@dataclass(frozen=True)
class Point:
    """A week: `x`, `y`, `low` and `high` from 0 to 1; `state` is shown, or the mark that stands for it."""

    x: float
    state: str
    y: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Chart:
    """Everything there is to draw of one indicator's weeks."""

    indicator_id: str
    title: str
    status: str
    points: tuple[Point, ...]
    bottom: str
    top: str
    first: str
    last: str
    watch: float | None
    breach: float | None
    limits: str
    changes: tuple[float, ...]
    month: tuple[float, float]
    alt: str


def draw_charts(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """A chart an indicator with weekly values, by its id, from the JSON document alone."""
    tables = {table["id"]: table["rows"] for table in document["tables"]}
    series: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in tables["weekly"]:
        series[row["indicator_id"]].append(row)
    changes = [row["effective_on"] for row in tables["changes"]]
    return {
        row["indicator_id"]: asdict(_draw(row, series[row["indicator_id"]], changes, document["report"]))
        for row in tables["headline"]
        if row["indicator_id"] in series
    }


def nice_ceiling(value: float) -> float:
    """The next round number at or above a positive value."""
    if value <= 0:
        return 1.0
    scale = 10.0 ** math.floor(math.log10(value))
    return next(
        step * scale for step in (*NICE_STEPS, 10.0 * NICE_STEPS[-1]) if step * scale >= value * (1 - 1e-9)
    )


def _draw(
    head: dict[str, Any], weeks: list[dict[str, Any]], changes: list[str], report: dict[str, Any]
) -> Chart:
    kind = head["kind"]
    days = [date.fromisoformat(week["week"]) for week in weeks]
    is_approved = head["is_placeholder"] is False  # a placeholder is not drawn as a limit: nobody has set it
    watch, breach = (_number(head[key]) if is_approved else None for key in ("watch", "breach"))
    bottom, top = _scale(weeks, [watch, breach], kind)
    return Chart(
        indicator_id=head["indicator_id"],
        title=head["title"],
        status=head["status"],
        points=tuple(_point(i / (len(weeks) - 1), week, bottom, top) for i, week in enumerate(weeks)),
        bottom=show_measure(bottom, kind),
        top=show_measure(top, kind),
        first=_day_label(days[0]),
        last=_day_label(days[-1]),
        watch=_inside(watch, bottom, top),
        breach=_inside(breach, bottom, top),
        limits=_limits(watch, breach, kind),
        changes=tuple(
            _position(date.fromisoformat(day), days)
            for day in sorted(set(changes))
            if days[0] <= date.fromisoformat(day) <= days[-1] + timedelta(days=6)
        ),
        month=(
            max(0.0, _position(date.fromisoformat(report["period_start"]), days)),
            min(1.0, _position(date.fromisoformat(report["period_end"]), days)),
        ),
        alt=_describe(head, weeks),
    )


def _scale(weeks: list[dict[str, Any]], limits: list[float | None], kind: str) -> tuple[float, float]:
    values = [
        v for week in weeks for v in (_number(week["value"]), _number(week["ci_high"])) if v is not None
    ]
    lows = [v for week in weeks for v in (_number(week["value"]), _number(week["ci_low"])) if v is not None]
    near = [v for v in limits if v is not None and (not values or v <= LIMIT_REACH * max(values))]
    top = nice_ceiling(max([*values, *near], default=1.0))
    if kind == "proportion":
        top = min(top, 1.0)
    lowest = min([*lows, *near], default=0.0)
    return (math.floor(lowest / top * 10) / 10 * top if lowest > top / 2 else 0.0), top


def _point(x: float, week: dict[str, Any], bottom: float, top: float) -> Point:
    value = _number(week["value"])
    if value is None:
        return Point(x, week["value"]["mark"])
    return Point(
        x,
        "shown",
        y=_inside(value, bottom, top),
        low=_inside(_number(week["ci_low"]), bottom, top),
        high=_inside(_number(week["ci_high"]), bottom, top),
    )


def _inside(value: float | None, bottom: float, top: float) -> float | None:
    if value is None or top <= bottom:
        return None
    position = (value - bottom) / (top - bottom)
    return round(position, 5) if -1e-9 <= position <= 1 + 1e-9 else None


def _position(day: date, mondays: list[date]) -> float:
    return round((day - mondays[0]).days / (mondays[-1] - mondays[0]).days, 5)


def _limits(watch: float | None, breach: float | None, kind: str) -> str:
    named = [
        f"{word} {show_measure(limit, kind)}"
        for word, limit in (("watch", watch), ("breach", breach))
        if limit is not None
    ]
    return ", ".join(named) or "no approved limit"


def _describe(head: dict[str, Any], weeks: list[dict[str, Any]]) -> str:
    shown = [week for week in weeks if _number(week["value"]) is not None]
    first, last = weeks[0]["week"], weeks[-1]["week"]
    text = f"Weekly values of {head['title']}, {len(weeks)} weeks from {first} to {last}: "
    if not shown:
        return text + "no week can be shown."
    numbers = [float(week["value"]) for week in shown]
    lowest, highest, latest = (
        show_measure(number, head["kind"]) for number in (min(numbers), max(numbers), numbers[-1])
    )
    text += f"{len(shown)} shown, from {lowest} to {highest}"
    return text + f", last {latest} in the week of {shown[-1]['week']}."


def _number(cell: Any) -> float | None:
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else None


def _day_label(day: date) -> str:
    return f"{day.day} {MONTH_NAMES[day.month - 1][:3]}"
