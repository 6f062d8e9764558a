"""How likely a hazardous situation is, in the register's classes: by the upper bound of what was counted.

Too little evidence gives a bad class, not a good one, and says how many conversations without an event would
show the next better one. The worse of the last 90 days and of all days since the model version counts. Where
people reviewed a sample of the window, the upper end of the corrected rate stands if it is higher: detectors
that saw nothing say little. It is a proposal to the register, never a rating: the chance that harm follows is
a clinical judgement.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from methods.categories import Category, categorise, categorise_interval, take_worst
from pipelines.assess.days.calendar import Calendar, start_of
from pipelines.assess.level.cluster import Clusters
from pipelines.schemas.assessment import LIKELIHOOD

RECENT, SINCE_VERSION = "last_90_days", "since_version"
RECENT_DAYS = 90
REGISTER_WEEKS = 12
KINDS = ("proportion", "rate_per_1000")
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class _Judged:
    """The class of a window, and whether the corrected rate gave it."""

    category: Category
    is_corrected: bool


def assess_likelihoods(
    counts: pd.DataFrame,
    definitions: Mapping[str, Mapping[str, Any]],
    changes: pa.Table,
    calendars: Mapping[str, Calendar],
    corrections: pa.Table,
    *,
    clusters: Clusters,
) -> pa.Table:
    """The table `assessment.likelihood`: indicators of conversations of which fewer events are better."""
    since = {name: _find_version(changes, name, calendar) for name, calendar in calendars.items()}
    reviewed = _group(corrections)
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
        mine = reviewed.get((str(deployment), str(indicator)), [])
        per = 1000.0 if definition["kind"] == "rate_per_1000" else 1.0
        recent, version = calendar.last - (RECENT_DAYS - 1) * DAY, since[str(deployment)]
        found = {
            RECENT: (recent, _judge(part, recent, _find_recent(mine, recent), per, clusters)),
            SINCE_VERSION: (version, _judge(part, version, _find_since(mine, version), per, clusters)),
        }
        worst = take_worst([judged.category.level for _, judged in found.values()])
        rows += [
            {"deployment_id": deployment, "indicator_id": indicator, "window": name, "first_day": first,
             "last_day": calendar.last}
            | _say(part, first, judged)
            | {"is_standing": judged.category.level is worst}
            for name, (first, judged) in found.items()
        ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=LIKELIHOOD.arrow_schema)


def _judge(
    part: pd.DataFrame,
    first: dt.date,
    correction: Mapping[str, Any] | None,
    per: float,
    clusters: Clusters,
) -> _Judged:
    """The class of the days from `first` on: of the count, or of the corrected rate where that is worse."""
    mine = part[part["period_start"] >= first]
    place = (str(part["deployment_id"].iloc[0]), str(part["indicator_id"].iloc[0]))
    deff = clusters.design_effect(*place, "day", mine["period_start"].tolist())
    raw = categorise(float(mine["numerator"].sum()), float(mine["denominator"].sum()), deff=deff)
    if correction is None:
        return _Judged(raw, is_corrected=False)
    value, low, high = (min(correction[name] / per, 1.0) for name in ("value", "ci_low", "ci_high"))
    if high <= raw.upper:
        return _Judged(raw, is_corrected=False)
    return _Judged(categorise_interval(value, low, high, deff=deff), is_corrected=True)


def _say(part: pd.DataFrame, first: dt.date, judged: _Judged) -> dict[str, Any]:
    mine, category = part[part["period_start"] >= first], judged.category
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
        "is_corrected": judged.is_corrected,
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


def _group(corrections: pa.Table) -> Mapping[tuple[str, str], Sequence[Mapping[str, Any]]]:
    """Corrected rates with an interval, by deployment and indicator."""
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in corrections.to_pylist():
        if row["ci_low"] is not None and row["ci_high"] is not None:
            found.setdefault((row["deployment_id"], row["indicator_id"]), []).append(row)
    return found


def _find_recent(rows: Sequence[Mapping[str, Any]], first: dt.date) -> Mapping[str, Any] | None:
    """The newest twelve weeks that end in the window."""
    mine = [row for row in rows if row["window_weeks"] == REGISTER_WEEKS and row["last_week"] >= first]
    return max(mine, key=lambda row: row["last_week"], default=None)


def _find_since(rows: Sequence[Mapping[str, Any]], first: dt.date) -> Mapping[str, Any] | None:
    """The longest and then newest weeks that begin with the version: another model's say nothing of it.

    A week whose labels are still coming is not one of them: the few that it has would decide.
    """
    mine = [
        row
        for row in rows
        if row["first_week"] >= start_of("week", first) and row["coming_count"] + row["waiting_count"] == 0
    ]
    return max(mine, key=lambda row: (row["window_weeks"], row["last_week"]), default=None)
