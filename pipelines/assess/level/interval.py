"""Value and 95 % interval of counted rows, by the indicator's kind. The formulas are in `methods`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from methods.histograms import estimate_quantile
from methods.intervals import poisson_rate, wilson
from pipelines.assess.level.cluster import Clusters, FloatArray

KEY = ["deployment_id", "indicator_id", "period", "period_start", "slice", "slice_value"]

FEW_CLUSTERS = "exact_effective_few_clusters"

Bins = tuple[FloatArray, FloatArray]
"""Values that were seen, and lower bounds, by bin."""


def add_intervals(
    rows: pd.DataFrame,
    definitions: Mapping[str, dict[str, Any]],
    histograms: pd.DataFrame,
    clusters: Clusters,
) -> pd.DataFrame:
    """Rows with value, ci_low, ci_high, method, p90 and at_least; unknown is NaN."""
    parts = [
        _of_kind(part.copy(), definitions[str(indicator)], histograms, clusters)
        for indicator, part in rows.groupby("indicator_id", sort=True)
    ]
    return pd.concat(parts, ignore_index=True) if parts else rows


def _of_kind(
    part: pd.DataFrame, definition: dict[str, Any], histograms: pd.DataFrame, clusters: Clusters
) -> pd.DataFrame:
    numerator, denominator = part["numerator"].to_numpy(float), part["denominator"].to_numpy(float)
    part["p90"] = part["at_least"] = np.nan
    kind = definition["kind"]
    if kind == "distribution":
        return _distribution(part, definition, histograms, clusters)
    known = denominator > 0
    if kind == "proportion":
        interval = wilson(np.where(known, numerator, 0), np.where(known, denominator, 0))
        part["value"] = np.divide(numerator, denominator, out=np.full(len(part), np.nan), where=known)
        part["method"] = "wilson"
    elif kind == "rate_per_1000":
        interval = poisson_rate(np.where(known, numerator, 0), np.where(known, denominator, 1), per=1000.0)
        part["value"] = np.divide(numerator * 1000, denominator, out=np.full(len(part), np.nan), where=known)
        part["method"] = "exact_poisson"
    else:
        known = known | (numerator > 0)  # what was found was found, however little was read
        interval = poisson_rate(np.where(known, numerator, 0), np.ones(len(part)), per=1.0)
        part["value"] = np.where(known, numerator, np.nan)
        part["method"] = "exact_poisson"
    part["ci_low"] = np.where(known, interval.low, np.nan)
    part["ci_high"] = np.where(known, interval.high, np.nan)
    if kind in ("proportion", "rate_per_1000"):
        part = _widen(part, definition, clusters)
    if (
        kind == "rate_per_1000"
    ):  # a message counts once at most: of a thousand there are no more than a thousand
        part["ci_high"] = part["ci_high"].clip(upper=1000.0)
    return part


def _widen(part: pd.DataFrame, definition: dict[str, Any], clusters: Clusters) -> pd.DataFrame:
    """Intervals that allow for people who come back, where buckets of users were counted."""
    chosen = part.index[clusters.has(part) & (part["denominator"] > 0).to_numpy(bool)]
    if not len(chosen):
        return part
    rows = part.loc[chosen]
    found = clusters.estimate(rows, unit=definition["unit"])
    if definition["kind"] == "proportion":
        part.loc[chosen, "ci_low"], part.loc[chosen, "ci_high"] = found.low, found.high
        is_exact = np.asarray(found.method) == FEW_CLUSTERS
        part.loc[chosen, "method"] = np.where(is_exact, "clustered_exact", "clustered_wilson")
        return part
    # A rate is exact on what the messages are worth: counts divided by the design effect, never below 1.
    deff = np.maximum(found.deff, 1.0)
    interval = poisson_rate(rows["numerator"] / deff, rows["denominator"] / deff, per=1000.0)
    part.loc[chosen, "ci_low"], part.loc[chosen, "ci_high"] = interval.low, interval.high
    part.loc[chosen, "method"] = "clustered_poisson"
    return part


def _distribution(
    part: pd.DataFrame, definition: dict[str, Any], histograms: pd.DataFrame, clusters: Clusters
) -> pd.DataFrame:
    edges = np.array(json.loads(definition["bins"]), dtype=float)
    counts: dict[tuple[Any, ...], Bins] = {}
    mine = histograms[histograms["indicator_id"] == definition["indicator_id"]]
    columns = [*KEY, "bin", "is_censored", "unit_count"]
    for *names, place, is_censored, unit_count in mine[columns].itertuples(index=False, name=None):
        pair = counts.setdefault(tuple(names), (np.zeros(len(edges)), np.zeros(len(edges))))
        pair[int(bool(is_censored))][place] += unit_count
    empty = (np.zeros(len(edges)), np.zeros(len(edges)))
    pairs = [counts.get(key, empty) for key in part[KEY].itertuples(index=False, name=None)]
    values = []
    for (happened, censored), effect in zip(
        pairs, _weigh_values(part, pairs, definition, clusters), strict=True
    ):
        median = estimate_quantile(
            edges, happened, censored=censored, quantile=0.5, whole_numbers=True, design_effect=effect
        )
        p90 = estimate_quantile(edges, happened, censored=censored, quantile=0.9, whole_numbers=True)
        values.append((median.value, median.low, median.high, p90.value, median.at_least))
    table = np.array(values, dtype=float).reshape(len(part), 5)
    table[~np.isfinite(table)] = np.nan
    part["value"], part["ci_low"], part["ci_high"], part["p90"], part["at_least"] = table.T
    part["method"] = np.where(clusters.has(part), "clustered_kaplan_meier_bins", "kaplan_meier_bins")
    return part


def _weigh_values(
    part: pd.DataFrame, pairs: Sequence[Bins], definition: dict[str, Any], clusters: Clusters
) -> FloatArray:
    """Design effect of the share of units up to the bin in which half of a row's seen values are reached."""
    effects = np.ones(len(part))
    chosen = np.flatnonzero(clusters.has(part) & (part["denominator"] > 0).to_numpy(bool))
    if len(chosen):
        below = np.array([pairs[row][0].cumsum() for row in chosen.tolist()])
        half = (below < below[:, -1:] / 2).sum(axis=1)
        effects[chosen] = clusters.weigh_values(
            part.iloc[chosen], half, below[np.arange(len(chosen)), half], unit=definition["unit"]
        )
    return effects
