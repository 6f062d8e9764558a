"""Change against history: which days and weeks of the whole deployment are not like the others.

Days are judged by limits alone; the run rules are for weeks, because on days they signal too often without
cause. Limits come from a frozen beginning, and begin anew where the detectors changed: a new instrument has
no history. For reading; what calls a person is in `stream`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from methods.charts import MINIMUM_TRIALS, Chart, ChartKind, Variation, laney_chart, xmr_chart
from methods.run_rules import apply_rules
from pipelines.assess.calendar import Calendar, end_of

CHARTED = {"proportion": ChartKind.PROPORTION, "rate_per_1000": ChartKind.RATE}
BASELINE_WEEKS = 12
"""Whole weeks before run rules are applied, and the frozen baseline: with fewer, limits are guesses."""


def mark_variation(
    rows: pd.DataFrame,
    definitions: Mapping[str, dict[str, Any]],
    calendars: Mapping[str, Calendar],
    *,
    breaks: Mapping[str, Sequence[dt.date]],
) -> pd.Series:
    """The variation of every row; months and slices are not charted."""
    variation = pd.Series(Variation.NOT_ASSESSED.value, index=rows.index, dtype=object)
    charted = rows[(rows["slice"] == "all") & rows["period"].isin(["day", "week"])]
    for (deployment, indicator, period), part in charted.groupby(["deployment_id", "indicator_id", "period"]):
        ordered = part.sort_values("period_start")
        kind = definitions[str(indicator)]["kind"]
        turns = sorted(breaks.get(str(deployment), ()))
        if period == "day":
            variation.loc[ordered.index] = _judge_days(ordered, kind, turns)
        else:
            variation.loc[ordered.index] = _judge_weeks(ordered, kind, turns, calendars[str(deployment)])
    return variation


def _judge_days(days: pd.DataFrame, kind: str, breaks: list[dt.date]) -> NDArray[Any]:
    marks = np.full(len(days), Variation.NOT_ASSESSED.value, dtype=object)
    if kind not in CHARTED:
        return marks
    starts = list(days["period_start"])
    phases = np.array([sum(turn <= day for turn in breaks) for day in starts], dtype=int)
    for phase in np.unique(phases):
        index = np.flatnonzero(phases == phase)
        marks[index] = laney_chart(
            days["numerator"].to_numpy(float)[index],
            days["denominator"].to_numpy(float)[index],
            kind=CHARTED[kind],
            weekdays=[starts[position].weekday() for position in index],
        ).variation
    return marks


def _judge_weeks(weeks: pd.DataFrame, kind: str, breaks: list[dt.date], calendar: Calendar) -> NDArray[Any]:
    marks = np.full(len(weeks), Variation.NOT_ASSESSED.value, dtype=object)
    x, n = weeks["numerator"].to_numpy(float), weeks["denominator"].to_numpy(float)
    value = weeks["value"].to_numpy(float)
    phases = np.full(len(weeks), -1)
    for position, start in enumerate(weeks["period_start"]):
        first, last = (sum(turn <= day for turn in breaks) for day in (start, end_of("week", start)))
        # A week in which the detectors changed belongs to neither phase.
        is_judged = np.isfinite(value[position]) and not (kind in CHARTED and n[position] < MINIMUM_TRIALS)
        if first == last and is_judged and not calendar.is_partial("week", start):
            phases[position] = first
    for phase in np.unique(phases[phases >= 0]):
        index = np.flatnonzero(phases == phase)
        if len(index) < BASELINE_WEEKS:
            continue
        chart = _chart_weeks(x[index], n[index], value[index], kind)
        if np.isfinite(chart.high).all():
            _, marks[index] = apply_rules(chart.value, mean=chart.centre, low=chart.low, high=chart.high)
    return marks


def _chart_weeks(
    x: NDArray[np.float64], n: NDArray[np.float64], value: NDArray[np.float64], kind: str
) -> Chart:
    baseline = np.arange(len(value)) < BASELINE_WEEKS
    if kind in CHARTED:
        return laney_chart(x, n, kind=CHARTED[kind], is_baseline=baseline, minimum_points=BASELINE_WEEKS)
    return xmr_chart(value, is_baseline=baseline, minimum_points=BASELINE_WEEKS)
