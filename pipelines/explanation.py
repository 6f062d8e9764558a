"""What stands behind one published figure: its definition, limits, days, changes and versions.

One document of plain values. Numbers of small cells are taken out, as in everything that leaves.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.assess.days.calendar import end_of, list_counted
from pipelines.errors import StateError
from pipelines.publish.extract import read_extract, read_rows
from pipelines.schemas.published import BUILD, LINEAGE

PERIODS = ("day", "week", "month")
ALL = "all"
BEFORE = dt.timedelta(days=28)
"""Changes so long before a period may show in it."""
SHAPE = "INDICATOR[/PERIOD[/START[/SLICE=VALUE]]], such as refusal_rate/week/2026-11-16/region=DE"

Row = dict[str, Any]


@dataclass(frozen=True)
class Figure:
    """Which figure is meant; without a start, the newest period that is whole, or the newest."""

    indicator_id: str
    period: str = "week"
    start: dt.date | None = None
    slice: str = ALL
    slice_value: str = ALL

    def name(self, start: dt.date) -> str:
        """As `parse_figure` reads it."""
        return f"{self.indicator_id}/{self.period}/{start}/{self.slice}={self.slice_value}"


def parse_figure(text: str) -> Figure:
    """The figure that a text names.

    Raises:
        StateError: it is not of the shape, or the period or its start is none.
    """
    indicator_id, *rest = text.split("/", 3)
    period = rest[0] if rest else "week"
    if not indicator_id or period not in PERIODS:
        raise StateError(f"{text!r} names no figure. A figure is {SHAPE}; periods are {', '.join(PERIODS)}.")
    cell, _, value = rest[2].partition("=") if len(rest) > 2 else (ALL, "", ALL)
    try:
        start = dt.date.fromisoformat(rest[1]) if len(rest) > 1 else None
    except ValueError:
        raise StateError(f"{rest[1]!r} in {text!r} is no day such as 2026-11-16.") from None
    return Figure(indicator_id, period, start, cell, value or ALL)


def explain(published: Path, figure: Figure, *, deployment_id: str) -> Row:
    """What stands behind a figure of a deployment, as a document of plain values.

    Raises:
        StateError: there is no such indicator, or no such figure of it; what there is, is said.
    """
    definition = _find_definition(published, figure, deployment_id)
    observations = _find_observations(published, figure, deployment_id)
    start = observations[0]["period_start"]
    end = end_of(figure.period, start)
    counted = list_counted(figure.period, start, unit=definition["unit"])
    first, last = counted[0], counted[-1]
    changes = read_extract(published, "change", deployment_id=deployment_id, first=first - BEFORE, last=last)
    days = read_extract(published, "data_day", deployment_id=deployment_id, first=first, last=last)
    return {
        "figure": figure.name(start),
        "deployment_id": deployment_id,
        "period_start": start,
        "period_end": end,
        "indicator": definition,
        "observations": observations,
        "appetite": _find_appetite(published, figure, deployment_id, observations[0]["appetite_version"]),
        "days": days.to_pylist(),
        "changes": changes.to_pylist(),
        "computed_from": _trace(published, figure.indicator_id),
        "file": {"name": published.name, **read_rows(published, BUILD).to_pylist()[0]},
        "sql": f"plimsoll sql show {figure.indicator_id}" if definition["sql"] else None,
    }


def _find_definition(published: Path, figure: Figure, deployment_id: str) -> Row:
    rows = read_extract(published, "indicator", deployment_id=deployment_id).to_pylist()
    found = [row for row in rows if row["indicator_id"] == figure.indicator_id]
    if not found:
        known = ", ".join(row["indicator_id"] for row in rows)
        raise StateError(f"There is no indicator {figure.indicator_id}. There is: {known}.")
    return dict(found[0])


def _find_observations(published: Path, figure: Figure, deployment_id: str) -> list[Row]:
    """The figure as counted, then as corrected by review where it was."""
    rows = read_extract(
        published,
        "observation",
        deployment_id=deployment_id,
        indicator_id=figure.indicator_id,
        slice_name=figure.slice,
    ).to_pylist()
    of_cell = [
        row for row in rows if row["period"] == figure.period and row["slice_value"] == figure.slice_value
    ]
    whole = [row["period_start"] for row in of_cell if not row["is_partial"]]
    start = figure.start or max(whole or [row["period_start"] for row in of_cell], default=None)
    found = [row for row in of_cell if row["period_start"] == start]
    if not found:
        known = sorted({row["period_start"] for row in of_cell})
        there = f"from {known[0]} to {known[-1]}" if known else "none"
        raise StateError(
            f"{deployment_id} has no figure {figure.indicator_id} of {figure.slice}={figure.slice_value} for "
            f"the {figure.period} of {start or 'any start'}. {figure.period.capitalize()}s there: {there}."
        )
    return sorted(found, key=lambda row: row["estimate"] != "raw")


def _find_appetite(published: Path, figure: Figure, deployment_id: str, version: int | None) -> Row | None:
    """The limits that the figure was judged by; a placeholder where nobody has approved any."""
    rows = read_extract(
        published, "appetite", deployment_id=deployment_id, indicator_id=figure.indicator_id
    ).to_pylist()
    return next((row for row in rows if row["version"] == (version or 0)), None)


def _trace(published: Path, indicator_id: str) -> list[str]:
    """Every table that the indicator is computed from, the nearest first."""
    origins: dict[str, list[str]] = {}
    for row in read_rows(published, LINEAGE).to_pylist():
        origins.setdefault(row["target"], []).append(row["origin"])
    found: list[str] = []
    waiting = [f"indicator.{indicator_id}"]
    while waiting:
        for origin in sorted(origins.get(waiting.pop(0), [])):
            if origin not in found:
                found.append(origin)
                waiting.append(origin)
    return found
