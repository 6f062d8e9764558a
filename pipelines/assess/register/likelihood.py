"""How likely a hazardous situation is, in the register's classes: by the upper bound of what was counted.

Too little evidence gives a bad class, not a good one, and says how many conversations without an event would
show the next better one. The worse of the last 90 days and of all days since the model version counts. It is
a proposal to the register, never a rating: the chance that harm follows is a clinical judgement.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pyarrow as pa

from methods.categories import Category, categorise, take_worst
from pipelines.assess.days.calendar import Calendar
from pipelines.schemas.assessment import LIKELIHOOD

RECENT_DAYS = 90
REGISTER_WEEKS = 12
KINDS = ("proportion", "rate_per_1000")
DAY = dt.timedelta(days=1)


def assess_likelihoods(
    counts: pd.DataFrame,
    definitions: Mapping[str, Mapping[str, Any]],
    changes: pa.Table,
    calendars: Mapping[str, Calendar],
    corrections: pa.Table,
) -> pa.Table:
    """The table `assessment.likelihood`: indicators of conversations of which fewer events are better."""
    since = {name: _find_version(changes, name, calendar) for name, calendar in calendars.items()}
    factors = _find_factors(corrections)
    daily = counts[(counts["slice"] == "all") & (counts["period"] == "day")]
    rows = []
    for (deployment, indicator), part in daily.groupby(["deployment_id", "indicator_id"]):
        definition, calendar = definitions[str(indicator)], calendars[str(deployment)]
        if (
            definition["unit"] != "conversation"
            or definition["kind"] not in KINDS
            or definition["direction"] != "lower_is_better"
        ):
            continue
        factor = factors.get((str(deployment), str(indicator)))
        windows = {
            "last_90_days": calendar.last - (RECENT_DAYS - 1) * DAY,
            "since_version": since[str(deployment)],
        }
        found = {name: (first, _judge(part, first, factor)) for name, first in windows.items()}
        worst = take_worst([category.level for _, category in found.values()])
        rows += [
            {"deployment_id": deployment, "indicator_id": indicator, "window": name, "first_day": first,
             "last_day": calendar.last}
            | _say(part, first, category, is_corrected=factor is not None)
            | {"is_standing": category.level is worst}
            for name, (first, category) in found.items()
        ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=LIKELIHOOD.arrow_schema)


def _judge(part: pd.DataFrame, first: dt.date, factor: float | None) -> Category:
    """The class of the days from `first` on; a rate that review corrected upwards is taken as corrected."""
    mine = part[part["period_start"] >= first]
    events, trials = float(mine["numerator"].sum()), float(mine["denominator"].sum())
    return categorise(min(events * max(factor or 1.0, 1.0), trials), trials)


def _say(part: pd.DataFrame, first: dt.date, category: Category, *, is_corrected: bool) -> dict[str, Any]:
    mine = part[part["period_start"] >= first]
    return {
        "numerator": float(mine["numerator"].sum()),
        "denominator": float(mine["denominator"].sum()),
        "upper": category.upper if category.upper == category.upper else None,
        "lower": category.lower if category.lower == category.lower else None,
        "level": category.level.value,
        "point_level": category.point_level.value if category.point_level else None,
        "lower_level": category.lower_level.value if category.lower_level else None,
        "evidence": category.evidence.value,
        "needed_exposure": category.needed_exposure,
        "is_corrected": is_corrected,
        "is_suppressed": False,
    }


def _find_version(changes: pa.Table, deployment: str, calendar: Calendar) -> dt.date:
    """The day of the newest model or prompt, or the first day."""
    days: Sequence[dt.date] = [
        row["effective_on"]
        for row in changes.to_pylist()
        if row["deployment_id"] == deployment
        and row["what"] in ("model", "prompt")
        and calendar.first < row["effective_on"] <= calendar.last
    ]
    return max(days, default=calendar.first)


def _find_factors(corrections: pa.Table) -> dict[tuple[str, str], float]:
    """How much higher the newest twelve-week corrected rate is than the raw one."""
    found: dict[tuple[str, str], tuple[dt.date, float]] = {}
    for row in corrections.to_pylist():
        if row["window_weeks"] != REGISTER_WEEKS or not row["raw_value"]:
            continue
        key = (row["deployment_id"], row["indicator_id"])
        if key not in found or row["last_week"] > found[key][0]:
            found[key] = (row["last_week"], row["value"] / row["raw_value"])
    return {key: factor for key, (_, factor) in found.items()}
