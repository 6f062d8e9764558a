"""Charts of events rarer than one a day: the units between them (g), and the days between them (t).

The g chart is immune to changes of volume and is the one to read; the t chart answers how long it was calm.
Both show improvement; worsening is the work of alarms.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from methods.charts import Chart, g_chart, t_chart
from methods.rare_events import find_gaps
from pipelines.assess.history.variation import CHARTED, Phases
from pipelines.assess.known import known

RARE_A_DAY = 1.0
"""Events a day below which the gaps between them are charted."""

MINIMUM_GAPS = 10
"""Events of a phase from which limits are known."""

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
        phase = phases.get(str(deployment), Phases())
        days = [ordered["period_start"].iloc[position] for position in find_gaps(x, n).day]
        number = [phase.number(str(indicator), day) for day in days]
        is_new = [one == max(number) for one in number]
        # Days without units are no calm days: they are left out of the time, too.
        units, calm = find_gaps(x, n).units, find_gaps(x, (n > 0).astype(float)).units
        charts = {
            "g": g_chart(units, is_baseline=is_new, minimum_points=MINIMUM_GAPS),
            "t": t_chart(calm, is_baseline=is_new, minimum_points=MINIMUM_GAPS),
        }
        for name, chart in charts.items():
            own = {"deployment_id": deployment, "indicator_id": indicator, "chart": name}
            own |= {"period": BETWEEN[name], "phase_start": days[0]}
            found += [own | _place(chart, place) | {"period_start": day} for place, day in enumerate(days)]
    return found


def _place(chart: Chart, place: int) -> dict[str, Any]:
    return {
        "number": place + 1,
        "value": float(chart.value[place]),
        "centre": known(chart.centre[place]),
        "low": known(chart.low[place]),
        "high": known(chart.high[place]),
        "variation": str(chart.variation[place]),
        "rule": "",
        "is_baseline": bool(chart.is_baseline[place]),
        "is_carried": False,
    }
