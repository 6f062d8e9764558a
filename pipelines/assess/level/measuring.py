"""Indicators of the measurement itself: how much is reviewed, whether reviewers agree, what detectors miss.

And those that only a comparison of other indicators gives. Weekly rows with value and interval, ready to be
judged; nothing here reads text or labels, only what `review`, `correction` and `equity` have made of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from methods.intervals import poisson_rate_ratio, wilson
from pipelines.assess.known import known, take_less_read
from pipelines.assess.level.cluster import Clusters

DECISION_WEEKS = 4
CASE = "user_at_risk"
CENSUS = "census"


def measure_reviews(
    strata: pd.DataFrame,
    corrections: pa.Table,
    performance: pa.Table,
    latencies: Mapping[str, Sequence[float]],
) -> list[dict[str, Any]]:
    """Coverage, non-response, latency and agreement of reviews, and what they say of detectors, by week.

    Args:
        strata: rows of `assessment.review_stratum`.
        corrections: the table of corrections, for the rates that only people can see.
        performance: the table of detector performance.
        latencies: hours from the draw to the first label, by sample.
    """
    rows: list[dict[str, Any]] = []
    for (deployment, sample), mine in strata.groupby(["deployment_id", "sample_id"]):
        week: dt.date = mine["week"].iloc[0]
        drawn, labelled = int(mine["sample_count"].sum()), int(mine["reviewed_count"].sum())
        place = (str(deployment), week)
        rows.append(_share("human_review_coverage", place, labelled, drawn))
        rows.append(_share("review_overdue_share", place, int(mine["overdue_count"].sum()), drawn))
        if hours := latencies.get(str(sample)):
            value, p90 = (float(each) for each in np.quantile(hours, [0.5, 0.9]))
            rows.append(
                _row("review_latency_hours", place, value=value, units=len(hours), method="median", p90=p90)
            )
    for one in performance.to_pylist():
        place = (one["deployment_id"], one["last_week"])
        if one["window_weeks"] != DECISION_WEEKS or one["case_id"] != CASE:
            continue
        if one["figure"] in ("sensitivity", "precision"):
            row = _estimated(f"detector_{one['figure']}", place, one, units=one["denominator"])
            # An estimate is weighted: its count over its denominator would be another value.
            rows.append(row | {"numerator": float(one["numerator"])} if one["method"] == CENSUS else row)
        if one["figure"] == "sensitivity" and one["alpha"] is not None:
            rows.append(
                _row(
                    "inter_rater_agreement", place, value=one["alpha"], units=one["doubled_count"],
                    method="krippendorff_ordinal",
                )
            )  # fmt: skip
    for one in corrections.to_pylist():
        if one["indicator_id"] == "inaccuracy_rate" and one["window_weeks"] == DECISION_WEEKS:
            place = (one["deployment_id"], one["last_week"])
            rows.append(_estimated("inaccuracy_rate", place, one, units=one["population_count"]))
    return rows


def compare_late_with_early(counts: pd.DataFrame, clusters: Clusters) -> list[dict[str, Any]]:
    """`harm_late_vs_early_ratio`: harms late in conversations over those before, by week and month.

    The exact interval on counts over the design effect of each arm. That both arms come from the same people
    is left out, which makes it wider. Its coverage is that of the arm of which less was read.
    """
    keys = ["deployment_id", "period", "period_start"]
    mine = counts[(counts["slice"] == "all") & counts["period"].isin(["week", "month"])].set_index(keys)
    late, early = (
        mine[mine["indicator_id"] == f"harm_{part}_rate_per_1000"][
            ["numerator", "denominator", "unscored_count", "unit_count"]
        ]
        for part in ("late", "early")
    )
    rows = []
    both = late.join(early, lsuffix="_late", rsuffix="_early", how="inner")
    for (deployment, period, start), *arms in both.itertuples(name=None):
        (one, units, *late_reach), (other, of, *early_reach) = arms[:4], arms[4:]
        own, rest = (
            clusters.design_effect(deployment, f"harm_{part}_rate_per_1000", period, [start])
            for part in ("late", "early")
        )
        interval = poisson_rate_ratio(
            one / own, units / own, reference_events=other / rest, reference_exposure=of / rest
        )
        value = (one / units) / (other / of) if min(units, of, other) > 0 else float("nan")
        row = _row(
            "harm_late_vs_early_ratio",
            (deployment, start),
            value=value,
            units=units,
            method="ratio_conditional",
        )
        row |= {"period": period, "ci_low": known(interval.low), "ci_high": known(interval.high)}
        # Without early harms the ratio has no value, but a lower end.
        row["at_least"] = row["ci_low"] if one > 0 == other and min(units, of) > 0 else None
        rows.append(row | take_less_read(tuple(late_reach), tuple(early_reach)))
    return rows


def count_different_groups(equity: pa.Table, last_days: Mapping[str, dt.date]) -> list[dict[str, Any]]:
    """`equity_different_count`: comparisons that show a difference, of those that could be assessed.

    It belongs to the week that ends with the last day of the deployment's window, whichever of its weeks have
    been reviewed.
    """
    found: dict[tuple[str, dt.date], list[str]] = {}
    for row in equity.to_pylist():
        week = last_days[row["deployment_id"]] - dt.timedelta(days=6)
        found.setdefault((row["deployment_id"], week), []).append(row["status"])
    return [
        _row("equity_different_count", place, value=float(statuses.count("different")),
             units=sum(status != "not_assessable" for status in statuses), method="counted")
        for place, statuses in found.items()
    ]  # fmt: skip


def _share(indicator: str, place: tuple[str, dt.date], numerator: int, denominator: int) -> dict[str, Any]:
    interval = wilson(numerator, denominator)
    row = _row(indicator, place, value=numerator / denominator, units=denominator, method="wilson")
    return row | {
        "numerator": float(numerator),
        "ci_low": float(interval.low),
        "ci_high": float(interval.high),
    }


def _estimated(
    indicator: str, place: tuple[str, dt.date], one: Mapping[str, Any], *, units: int
) -> dict[str, Any]:
    row = _row(indicator, place, value=one["value"], units=units, method=one["method"])
    return row | {"ci_low": one["ci_low"], "ci_high": one["ci_high"]}


def _row(
    indicator: str,
    place: tuple[str, dt.date],
    *,
    value: float | None,
    units: float,
    method: str,
    p90: float | None = None,
) -> dict[str, Any]:
    deployment, start = place
    return {
        "deployment_id": deployment,
        "indicator_id": indicator,
        "period": "week",
        "period_start": start,
        "slice": "all",
        "slice_value": "all",
        "numerator": None,
        "denominator": float(units),
        "value": value,
        "ci_low": None,
        "ci_high": None,
        "p90": p90,
        "method": method,
    }
