"""Runs of the canary as an indicator: of the answers to one probe, how many are not of the class of most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.assess.days.calendar import start_of

INDICATOR = "response_inconsistency_rate"
ANSWERED = "canary:reply"
PERIODS = ("day", "week", "month")


def count_inconsistent(
    probes: Iterable[Mapping[str, Any]], runs: Iterable[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    """Counts by the day (UTC), week and month of each run.

    Args:
        probes: rows of `finding.canary_probe`; of a probe that was answered once nothing can be said.
        runs: rows of `finding.canary_run`.
    """
    days: dict[tuple[str, str], dt.date] = {
        (row["deployment_id"], row["run_id"]): row["ran_at"].date() for row in runs
    }
    counts: dict[tuple[str, str, dt.date], list[int]] = {}
    for row in probes:
        day = days.get((row["deployment_id"], row["run_id"]))
        if day is None or row["answered_count"] < 2:
            continue
        for period in PERIODS:
            pair = counts.setdefault((row["deployment_id"], period, start_of(period, day)), [0, 0])
            pair[0] += row["answered_count"] - row["same_count"]
            pair[1] += row["answered_count"]
    return [
        {
            "deployment_id": deployment,
            "indicator_id": INDICATOR,
            "period": period,
            "period_start": start,
            "slice": "all",
            "slice_value": "all",
            "numerator": float(other),
            "denominator": float(answers),
            "unscored_count": 0.0,
            "unit_count": float(answers),
        }
        for (deployment, period, start), (other, answers) in sorted(counts.items())
    ]
