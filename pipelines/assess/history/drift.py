"""Drift: how far each week lies from the reference weeks, and whether weeks usually differ that much.

The reference is the first eight whole weeks; each of them is compared with the other seven, which shows
how much weeks differ when nothing has changed. Drift is no harm: it asks whether detectors still hold.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from methods.drift import (
    JENSEN_SHANNON_THRESHOLD,
    WASSERSTEIN_THRESHOLD,
    DriftStatus,
    binned_wasserstein,
    jensen_shannon,
    judge_drift,
    kolmogorov_smirnov,
    list_reference,
)
from methods.suppression import is_small
from methods.week_null import WeekNull
from pipelines.assess.days.calendar import Calendar, start_of
from pipelines.assess.known import known, take_less_read
from pipelines.schemas.assessment import DRIFT

REFERENCE = "reference"
UNREAD = "data_unscored_share"
NOT_KNOWN = (0.0, 0.0)
NUMBER = re.compile(r"-?\d+(\.\d+)?")
SCALES = ("message_length", "user_message_length", "score")
"""Features whose categories are places on a scale, so that how far they moved can be said."""


def assess_drift(
    features: pd.DataFrame, calendars: Mapping[str, Calendar], further: Iterable[dict[str, Any]] = ()
) -> pa.Table:
    """The table `assessment.drift` from the counts of `indicator.feature_day`, and `further` rows of it."""
    rows: list[dict[str, Any]] = list(further)
    for (deployment, feature), part in features.groupby(["deployment_id", "feature"]):
        rows += _of_feature(str(deployment), str(feature), part, calendars[str(deployment)])
    for row in rows:
        # Of what lies on a scale either measure may show it: the mix of bins, or how far they went.
        if _has_spread(row) and row["status"] == DriftStatus.STABLE:
            row["status"] = DriftStatus.MOVED.value
    return pa.Table.from_pylist(rows, schema=DRIFT.arrow_schema)


def _has_spread(row: Mapping[str, Any]) -> bool:
    spread, high = row.get("spread"), row.get("spread_null_high")
    return spread is not None and high is not None and spread >= WASSERSTEIN_THRESHOLD and spread > high


@dataclass(frozen=True)
class Scale:
    """Where the bins of a feature lie, and how far reference weeks lie apart; None without an order."""

    places: np.ndarray[Any, Any] | None
    blocks: np.ndarray[Any, Any]
    null: WeekNull | None

    @classmethod
    def of(cls, feature: str, categories: list[str], blocks: np.ndarray[Any, Any]) -> Scale:
        """The scale of a feature, of which the reference weeks are `blocks`."""
        if feature not in SCALES or not all(NUMBER.fullmatch(name) for name in categories):
            return cls(None, blocks, None)
        places = np.array([float(name) for name in categories])
        return cls(places, blocks, WeekNull.of(list(blocks), statistic=partial(binned_wasserstein, places)))

    def of_week(self, counts: np.ndarray[Any, Any], *, is_reference: bool) -> dict[str, Any]:
        """How far a week's bins lie from the reference, in its standard deviations."""
        if self.places is None or self.null is None:
            return {
                "measure": "jensen_shannon",
                "spread": None,
                "spread_null_high": None,
                "largest_gap": None,
            }
        others = self.blocks.sum(axis=0) - (counts if is_reference else 0)
        found = float(binned_wasserstein(self.places, others, counts))
        gap = kolmogorov_smirnov(self.places, self.places, reference_counts=others, current_counts=counts)
        return {
            "measure": "jensen_shannon",
            "spread": known(found),
            "spread_null_high": known(self.null.high(float(counts.sum()))),
            "largest_gap": known(gap),
        }


def _of_feature(
    deployment: str, feature: str, part: pd.DataFrame, calendar: Calendar
) -> list[dict[str, Any]]:
    weeks = part.assign(week=[start_of("week", day) for day in part["day"]])
    table = weeks.pivot_table(
        index="week", columns="category", values="message_count", aggfunc="sum", fill_value=0
    )
    whole = [week for week in sorted(table.index) if not calendar.is_partial("week", week)]
    reference = list_reference(whole)
    blocks = table.loc[reference].to_numpy(float)
    null = WeekNull.of(list(blocks), statistic=jensen_shannon)
    scale = Scale.of(feature, list(table.columns), blocks)
    return [
        {"deployment_id": deployment, "feature": feature}
        | _of_week(week, table.loc[week].to_numpy(float), reference, blocks, null)
        | scale.of_week(table.loc[week].to_numpy(float), is_reference=week in reference)
        for week in whole
    ]


def _of_week(
    week: dt.date, counts: np.ndarray, reference: list[dt.date], blocks: np.ndarray, null: WeekNull
) -> dict[str, Any]:
    others = blocks.sum(axis=0) - (counts if week in reference else 0)
    distance = float(jensen_shannon(others, counts))
    null_high = null.high(float(counts.sum()))
    status: str = judge_drift(
        distance,
        null_high,
        threshold=JENSEN_SHANNON_THRESHOLD,
        current_count=float(counts.sum()),
        reference_count=float(others.sum()),
    ).value
    if week in reference and status != DriftStatus.INSUFFICIENT_DATA:
        status = REFERENCE
    return {
        "week": week,
        "distance": distance if np.isfinite(distance) else None,
        "threshold": JENSEN_SHANNON_THRESHOLD,
        "null_high": null_high if np.isfinite(null_high) else None,
        "message_count": int(counts.sum()),
        "reference_count": int(others.sum()),
        "status": status,
        "is_suppressed": bool(is_small([counts, others]).any()),
    }


def index_observations(drift: pa.Table, counts: pd.DataFrame) -> list[dict[str, Any]]:
    """Counts and value of the indicator `drift_index`: the week's distance of the signal mix.

    Its coverage is that of the messages of the week or of its reference, of which less was read.

    Args:
        drift: the table `assessment.drift`.
        counts: as `sql/assessment/period.sql` gives, with `data_unscored_share`.
    """
    weekly = counts[(counts["indicator_id"] == UNREAD) & (counts["period"] == "week")]
    columns = ("deployment_id", "period_start", "numerator", "denominator")
    reach = {
        (deployment, week): (float(unread), float(units))
        for deployment, week, unread, units in weekly[list(columns)].itertuples(index=False, name=None)
    }
    mixes = [row for row in drift.to_pylist() if row["feature"] == "signal_mix"]
    return [
        {
            "deployment_id": row["deployment_id"],
            "indicator_id": "drift_index",
            "period": "week",
            "period_start": row["week"],
            "slice": "all",
            "slice_value": "all",
            "numerator": None,
            "denominator": float(row["message_count"]),
            "value": row["distance"],
            "method": "jensen_shannon",
        }
        | take_less_read(
            reach.get((row["deployment_id"], row["week"]), NOT_KNOWN),
            _add_up(reach, row["deployment_id"], _list_reference(mixes, row["deployment_id"])),
        )
        for row in mixes
    ]


def _list_reference(rows: list[dict[str, Any]], deployment: str) -> list[dt.date]:
    return list_reference(row["week"] for row in rows if row["deployment_id"] == deployment)


def _add_up(
    reach: Mapping[tuple[str, dt.date], tuple[float, float]], deployment: str, weeks: list[dt.date]
) -> tuple[float, float]:
    """Messages that were not read, and all, of some weeks; unknown where it is of one of them."""
    found = [reach.get((deployment, week), NOT_KNOWN) for week in weeks]
    return NOT_KNOWN if NOT_KNOWN in found else (sum(one[0] for one in found), sum(one[1] for one in found))
