"""Observations: every indicator in every period and slice, with interval, status and variation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from methods.charts import ChartKind, Variation, laney_chart
from pipelines.assess.calendar import Calendar, end_of, start_of
from pipelines.assess.interval import KEY, add_intervals
from pipelines.assess.status import Decision, judge, limits_on
from pipelines.schemas.assessment import OBSERVATION

CHARTED = {"proportion": ChartKind.PROPORTION, "rate_per_1000": ChartKind.RATE}


@dataclass(frozen=True)
class Background:
    """What values are judged by: rows of `indicator.definition`, calendars and appetites by deployment."""

    definitions: Mapping[str, dict[str, Any]]
    calendars: Mapping[str, Calendar]
    decisions: Mapping[str, Sequence[Decision]]
    detector_version: str


def measure(counts: pd.DataFrame, histograms: pd.DataFrame, background: Background) -> pd.DataFrame:
    """Values, intervals and variation of counted rows.

    Args:
        counts: numerator, denominator and unscored_count by `interval.KEY`, of `sql/assessment/period.sql`.
        histograms: as `sql/assessment/period_histogram.sql` gives.
        background: what is needed to place them.
    """
    rows = add_intervals(counts, dict(background.definitions), histograms)
    rows["variation"] = _variation(rows, background.definitions)
    return rows


def judge_rows(rows: pd.DataFrame, background: Background) -> pa.Table:
    """The table `assessment.observation` of measured rows; what a row does not say is unknown."""
    records = [_complete(row, background) for row in rows.to_dict("records")]
    _mark_latest(records)
    return pa.Table.from_pylist(records, schema=OBSERVATION.arrow_schema)


def latest_statuses(observations: pa.Table, deployment_id: str) -> dict[str, str]:
    """The standing of every indicator of a deployment."""
    rows = observations.filter(pc.equal(observations["deployment_id"], deployment_id))
    rows = rows.filter(rows["is_latest"])
    return dict(zip(rows["indicator_id"].to_pylist(), rows["status"].to_pylist(), strict=True))


def place_on_calendar(counts: pd.DataFrame, background: Background) -> pd.DataFrame:
    """Add the whole-deployment periods in which nothing was counted: they are unknown, or a true zero."""
    grid = pd.DataFrame(
        [
            (deployment, indicator, period, start, "all", "all")
            for deployment, calendar in background.calendars.items()
            for indicator, definition in background.definitions.items()
            if definition["computed_by"] == "sql"
            for period, start in calendar.periods()
        ],
        columns=KEY,
    )
    rows = counts.merge(grid, on=KEY, how="outer")
    return rows.fillna({"numerator": 0.0, "denominator": 0.0, "unscored_count": 0.0})


def _variation(rows: pd.DataFrame, definitions: Mapping[str, dict[str, Any]]) -> pd.Series:
    """Laney's chart over the days of the whole deployment; weeks and slices are not charted yet."""
    variation = pd.Series(Variation.NOT_ASSESSED.value, index=rows.index)
    daily = rows[(rows["period"] == "day") & (rows["slice"] == "all")]
    for (_, indicator), part in daily.groupby(["deployment_id", "indicator_id"]):
        kind = CHARTED.get(definitions[indicator]["kind"])
        if kind is None or len(part) == 0:
            continue
        ordered = part.sort_values("period_start")
        chart = laney_chart(
            ordered["numerator"].to_numpy(float),
            ordered["denominator"].to_numpy(float),
            kind=kind,
            weekdays=[start.weekday() for start in ordered["period_start"]],
        )
        variation.loc[ordered.index] = chart.variation
    return variation


def _complete(row: dict[str, Any], background: Background) -> dict[str, Any]:
    definition = background.definitions[row["indicator_id"]]
    calendar = background.calendars[row["deployment_id"]]
    last = min(end_of(row["period"], row["period_start"]), max(calendar.last, row["period_start"]))
    decisions = background.decisions.get(row["deployment_id"], ())
    limits = limits_on(decisions, row["indicator_id"], last)
    value = _known(row["value"])
    coverage = None
    if definition["computed_by"] == "sql" and row["denominator"] > 0:
        coverage = max(0.0, 1 - row["unscored_count"] / row["denominator"])
    return {
        **{name: row[name] for name in KEY},
        "estimate": "raw",
        "numerator": _known(row["numerator"]),
        "denominator": _known(row["denominator"]),
        "value": value,
        "ci_low": _known(row["ci_low"]),
        "ci_high": _known(row["ci_high"]),
        "p90": _known(row["p90"]),
        "at_least": _known(row["at_least"]),
        "method": row["method"],
        "status": judge(
            value,
            limits,
            is_context=definition["direction"] == "neither",
            denominator=row["denominator"],
            minimum_denominator=definition["minimum_denominator"],
            coverage=coverage,
        ).value,
        "variation": row["variation"],
        "is_latest": False,
        "coverage": coverage,
        "is_suppressed": False,
        "is_partial": calendar.is_partial(row["period"], row["period_start"]),
        "definition_version": definition["definition_version"],
        "detector_version": background.detector_version if definition["computed_by"] == "sql" else "",
        "appetite_version": limits.version if limits else 0,
    }


def _mark_latest(records: list[dict[str, Any]]) -> None:
    """The standing of an indicator: the last whole week, else the newest week, month or day there is."""
    best: dict[tuple[str, str], tuple[tuple[bool, bool, dt.date], dict[str, Any]]] = {}
    for record in records:
        if record["slice"] != "all":
            continue
        is_week = record["period"] == "week"
        rank = (is_week and not record["is_partial"], is_week, record["period_start"])
        key = (record["deployment_id"], record["indicator_id"])
        if key not in best or rank > best[key][0]:
            best[key] = (rank, record)
    for _, record in best.values():
        record["is_latest"] = True


def _known(value: float) -> float | None:
    return None if value is None or not np.isfinite(value) else float(value)


def snapshot(
    deployment_id: str, indicator_id: str, *, on: dt.date, numerator: int, denominator: int
) -> list[dict[str, Any]]:
    """Counts of something that only has a present, such as a checklist: in the periods that hold `on`."""
    return [
        {
            "deployment_id": deployment_id,
            "indicator_id": indicator_id,
            "period": period,
            "period_start": start_of(period, on),
            "slice": "all",
            "slice_value": "all",
            "numerator": float(numerator),
            "denominator": float(denominator),
            "unscored_count": 0.0,
        }
        for period in ("day", "week", "month")
    ]
