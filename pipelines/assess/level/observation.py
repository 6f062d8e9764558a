"""Observations: every indicator in every period and slice, with interval, status and variation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.assess.days.calendar import Calendar, list_counted, start_of
from pipelines.assess.days.day import DayState, worst_state
from pipelines.assess.history.variation import Phases, mark_variation
from pipelines.assess.level.cluster import Clusters
from pipelines.assess.level.interval import KEY, add_intervals
from pipelines.assess.level.status import Decision, Limits, judge_strictly, limits_between
from pipelines.schemas.assessment import OBSERVATION

COMPARED = frozenset({"drift_index", "harm_late_vs_early_ratio"})
"""Computed by assess of what detectors counted: their rows say how many units were read, too."""

NUMBERS = ("numerator", "denominator", "value", "ci_low", "ci_high", "p90", "at_least")


@dataclass(frozen=True)
class Background:
    """What values are judged by: rows of `indicator.definition`, calendars and appetites by deployment.

    `phases` say of each deployment where charts begin anew, and where the detectors changed.
    `states` are the states of the data of its days, `detectors` those that scored each day, in one text.
    `left_out` are approved limits that no value can pass; they are none of the `decisions`.
    """

    definitions: Mapping[str, dict[str, Any]]
    calendars: Mapping[str, Calendar]
    decisions: Mapping[str, Sequence[Decision]]
    phases: Mapping[str, Phases] = field(default_factory=dict)
    states: Mapping[str, Mapping[dt.date, DayState]] = field(default_factory=dict)
    detectors: Mapping[str, Mapping[dt.date, str]] = field(default_factory=dict)
    left_out: Mapping[str, Sequence[Decision]] = field(default_factory=dict)


def measure(
    counts: pd.DataFrame, histograms: pd.DataFrame, clusters: Clusters, background: Background
) -> pd.DataFrame:
    """Values, intervals and variation of counted rows.

    Args:
        counts: numerator, denominator, unscored_count and unit_count by `interval.KEY`, of
            `sql/assessment/period.sql`.
        histograms: as `sql/assessment/period_histogram.sql` gives.
        clusters: counts in buckets of users.
        background: what is needed to place them.
    """
    rows = add_intervals(counts, background.definitions, histograms, clusters)
    marks = mark_variation(rows, background.definitions, background.calendars, phases=background.phases)
    return rows.assign(**{name: marks[name] for name in marks.columns})


def judge_rows(rows: pd.DataFrame, background: Background) -> pa.Table:
    """The table `assessment.observation` of measured rows; what a row does not say is unknown."""
    definitions = [background.definitions[indicator] for indicator in rows["indicator_id"].tolist()]
    is_counted = np.array([definition["computed_by"] == "sql" for definition in definitions], dtype=bool)
    is_read = is_counted | rows["indicator_id"].isin(COMPARED).to_numpy(bool)
    units = rows["unit_count"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        read = 1 - rows["unscored_count"].to_numpy(float) / units
    numbers = {name: _known(rows[name].to_numpy(float)) for name in NUMBERS}
    coverage = _known(np.where(is_read & (units > 0), read, np.nan))
    limits, is_partial, states = _place(rows, background)
    judged = [
        judge_strictly(
            value,
            held,
            is_context=definition["direction"] == "neither",
            is_count=definition["kind"] == "count",
            denominator=known_units,
            minimum_denominator=definition["minimum_denominator"],
            # Unknown is never green: None says that no detector had to look.
            coverage=0.0 if share is None and is_asked else share,
            at_least=at_least,
        )
        for value, at_least, held, definition, known_units, share, is_asked in zip(
            *(numbers["value"], numbers["at_least"], limits, definitions, numbers["denominator"]),
            *(coverage, is_read),
            strict=True,
        )
    ]
    columns = {
        **{name: rows[name] for name in KEY},
        **numbers,
        "estimate": ["raw"] * len(rows),
        "method": rows["method"],
        "status": [one.status.value for one in judged],
        "variation": rows["variation"],
        "is_latest": _mark_latest(rows, is_partial),
        "coverage": coverage,
        "is_suppressed": [False] * len(rows),
        "is_partial": is_partial,
        "data_state": [state.value for state in states],
        "is_lower_bound": [bool(definition.get("is_lower_bound")) for definition in definitions],
        "definition_version": [definition["definition_version"] for definition in definitions],
        "detector_version": np.where(is_counted, _name_detectors(rows, background), ""),
        "appetite_version": [one.version for one in judged],
    }
    schema = OBSERVATION.arrow_schema
    return pa.table({name: pa.array(columns[name], schema.field(name).type) for name in schema.names})


def place_on_calendar(counts: pd.DataFrame, background: Background) -> pd.DataFrame:
    """Add the whole-deployment periods in which nothing was counted: they are unknown, or a true zero."""
    grid = pd.DataFrame(
        [
            (deployment, indicator, period, start, "all", "all")
            for deployment, calendar in background.calendars.items()
            for indicator, definition in background.definitions.items()
            if definition["computed_by"] == "sql"
            for period, start in calendar.periods()
            if period != "day" or definition["unit"] != "user_week"
        ],
        columns=KEY,
    )
    rows = counts.merge(grid, on=KEY, how="outer")
    return rows.fillna({"numerator": 0.0, "denominator": 0.0, "unscored_count": 0.0, "unit_count": 0.0})


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
            "unit_count": float(denominator),
        }
        for period in ("day", "week", "month")
    ]


def _place(
    rows: pd.DataFrame, background: Background
) -> tuple[list[tuple[Limits, ...]], list[bool], list[DayState]]:
    """Of each row's period the limits that held until its last day with data, the latest first; whether it
    is whole; and the state of its worst day."""

    @cache
    def look_up(
        deployment: str, indicator: str, period: str, start: dt.date
    ) -> tuple[tuple[Limits, ...], bool, DayState]:
        unit = background.definitions[indicator]["unit"]
        days = list_counted(period, start, unit=unit)
        last = min(days[-1], max(background.calendars[deployment].last, days[0]))
        limits = limits_between(background.decisions.get(deployment, ()), indicator, days[0], last)
        return limits, *judge_period(deployment, period, start, unit)

    @cache
    def judge_period(deployment: str, period: str, start: dt.date, unit: str) -> tuple[bool, DayState]:
        is_partial = background.calendars[deployment].is_partial(period, start, unit=unit)
        days = list_counted(period, start, unit=unit)
        known = background.states.get(deployment, {})
        states = [known[day] for day in days if day in known]
        return is_partial, worst_state([*states, *[DayState.PARTIAL] * (len(states) < len(days))])

    names = (rows[name].tolist() for name in ("deployment_id", "indicator_id", "period", "period_start"))
    found = [look_up(*key) for key in zip(*names, strict=True)]
    return [one[0] for one in found], [one[1] for one in found], [one[2] for one in found]


def _name_detectors(rows: pd.DataFrame, background: Background) -> list[str]:
    """What scored the days of each row's period: a text for each set of detectors, the earliest first."""

    @cache
    def look_up(deployment: str, unit: str, period: str, start: dt.date) -> str:
        known = background.detectors.get(deployment, {})
        days = list_counted(period, start, unit=unit)
        return "; ".join(dict.fromkeys(known[day] for day in days if day in known))

    units = [background.definitions[indicator]["unit"] for indicator in rows["indicator_id"].tolist()]
    deployments, periods, starts = (
        rows[name].tolist() for name in ("deployment_id", "period", "period_start")
    )
    return [look_up(*key) for key in zip(deployments, units, periods, starts, strict=True)]


def _mark_latest(rows: pd.DataFrame, is_partial: list[bool]) -> list[bool]:
    """The standing of an indicator: the last whole week, else the newest week, month or day there is."""
    best: dict[tuple[str, str], tuple[tuple[bool, bool, dt.date], int]] = {}
    names = ("deployment_id", "indicator_id", "period", "period_start", "slice")
    columns = (rows[name].tolist() for name in names)
    for position, (deployment, indicator, period, start, slice_name) in enumerate(zip(*columns, strict=True)):
        if slice_name != "all":
            continue
        is_week = period == "week"
        rank = (is_week and not is_partial[position], is_week, start)
        key = (deployment, indicator)
        if key not in best or rank > best[key][0]:
            best[key] = (rank, position)
    chosen = {position for _, position in best.values()}
    return [position in chosen for position in range(len(rows))]


def _known(values: np.ndarray[Any, Any]) -> list[float | None]:
    return [value if np.isfinite(value) else None for value in values.tolist()]
