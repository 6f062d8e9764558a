"""Charts of events rarer than one a day: the units between them (g), and the days between them (t).

The g chart is immune to changes of volume and is the one to read; the t chart answers how long it was calm.
Both show improvement; worsening is the work of alarms. As on days and weeks, limits are frozen and
nothing is judged after a change of the detectors: one that sees less would look like improvement.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from methods.charts import Chart, g_chart, t_chart
from methods.rare_events import find_gaps
from pipelines.assess.history.variation import CHARTED, Phases, carry_limits
from pipelines.assess.known import known

RARE_A_DAY = 1.0
"""Events a day below which the gaps between them are charted."""

MINIMUM_GAPS = 10
"""Events of a phase from which limits are known."""

BASELINE_GAPS = 25
"""Events of a phase by which its limits are frozen: a rate that falls must not move what it is judged by."""

BETWEEN = {"g": "event", "t": "event_time"}
"""The period under which each chart is kept."""


def chart_rare_events(
    rows: pd.DataFrame, definitions: Mapping[str, dict[str, Any]], phases: Mapping[str, Phases]
) -> list[dict[str, Any]]:
    """Rows of `assessment.chart`, both charts of every indicator whose events are rare and bad."""
    found = []
    daily = rows[(rows["slice"] == "all") & (rows["period"] == "day")]
    for (deployment, indicator), part in daily.groupby(["deployment_id", "indicator_id"]):
        definition = definitions[str(indicator)]
        if definition["kind"] not in (*CHARTED, "count") or definition["computed_by"] != "sql":
            continue
        ordered = part.sort_values("period_start")
        n = ordered["denominator"].to_numpy(float)
        x = np.where(n > 0, ordered["numerator"].to_numpy(float), 0.0)
        if definition["direction"] != "lower_is_better" or not 0 < x.sum() < RARE_A_DAY * (n > 0).sum():
            continue
        own = {"deployment_id": deployment, "indicator_id": indicator}
        mine = phases.get(str(deployment), Phases())
        found += [
            own | one for one in _chart_phases(str(indicator), list(ordered["period_start"]), x, n, mine)
        ]
    return found


def _chart_phases(
    indicator: str, days: Sequence[dt.date], x: NDArray[np.float64], n: NDArray[np.float64], phases: Phases
) -> list[dict[str, Any]]:
    """Each phase by itself: what went by is counted from its first day, so that no gap reaches over two."""
    found: list[dict[str, Any]] = []
    number = np.array([phases.number(indicator, day) for day in days])
    charted = 0
    for phase in np.unique(number):
        index = np.flatnonzero(number == phase)
        units = find_gaps(x[index], n[index])
        # Days without units are no calm days: they are left out of the time, too.
        calm = find_gaps(x[index], (n[index] > 0).astype(float))
        at = [days[index[position]] for position in units.day]
        if not at:
            continue
        broken = [phases.broken_since(indicator, day) for day in at]
        whole = np.array([since is None for since in broken])
        baseline = whole & (np.cumsum(whole) <= BASELINE_GAPS)
        for name, chart in {
            "g": g_chart(units.units, is_baseline=baseline, minimum_points=MINIMUM_GAPS),
            "t": t_chart(calm.units, is_baseline=baseline, minimum_points=MINIMUM_GAPS),
        }.items():
            own = {"chart": name, "period": BETWEEN[name], "phase_start": days[index[0]], "rule": ""}
            found += [
                own | one | {"number": charted + place, "period_start": at[place - 1]}
                for place, one in enumerate(_tabulate(chart, at, broken), start=1)
            ]
        charted += len(at)
    return found


def _tabulate(chart: Chart, at: Sequence[dt.date], broken: Sequence[dt.date | None]) -> list[dict[str, Any]]:
    marks = {
        "variation": chart.variation.astype(object),
        "rule": np.full(len(at), "", dtype=object),
        "is_carried": np.zeros(len(at), dtype=bool),
        "centre": chart.centre.copy(),
        "chart_low": chart.low.copy(),
        "chart_high": chart.high.copy(),
    }
    carry_limits(marks, at, broken)
    return [
        {
            "value": float(chart.value[place]),
            "centre": known(marks["centre"][place]),
            "low": known(marks["chart_low"][place]),
            "high": known(marks["chart_high"][place]),
            "variation": str(marks["variation"][place]),
            "is_baseline": bool(chart.is_baseline[place]),
            "is_carried": bool(marks["is_carried"][place]),
        }
        for place in range(len(at))
    ]
