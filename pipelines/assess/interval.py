"""Value and 95 % interval of counted rows, by the indicator's kind. The formulas are in `methods`."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd

from methods.histograms import estimate_quantile
from methods.intervals import poisson_rate, wilson

KEY = ["deployment_id", "indicator_id", "period", "period_start", "slice", "slice_value"]


def add_intervals(
    rows: pd.DataFrame, definitions: dict[str, dict[str, Any]], histograms: pd.DataFrame
) -> pd.DataFrame:
    """Rows with value, ci_low, ci_high, method and p90; unknown is NaN."""
    parts = [
        _of_kind(part.copy(), definitions[indicator], histograms)
        for indicator, part in rows.groupby("indicator_id", sort=True)
    ]
    return pd.concat(parts, ignore_index=True) if parts else rows


def _of_kind(part: pd.DataFrame, definition: dict[str, Any], histograms: pd.DataFrame) -> pd.DataFrame:
    numerator, denominator = part["numerator"].to_numpy(float), part["denominator"].to_numpy(float)
    part["p90"] = part["at_least"] = np.nan
    kind = definition["kind"]
    if kind == "distribution":
        return _distribution(part, definition, histograms)
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
        interval = poisson_rate(np.where(known, numerator, 0), np.ones(len(part)), per=1.0)
        part["value"] = np.where(known, numerator, np.nan)
        part["method"] = "exact_poisson"
    part["ci_low"] = np.where(known, interval.low, np.nan)
    part["ci_high"] = np.where(known, interval.high, np.nan)
    return part


def _distribution(part: pd.DataFrame, definition: dict[str, Any], histograms: pd.DataFrame) -> pd.DataFrame:
    edges = np.array(json.loads(definition["bins"]), dtype=float)
    counts: dict[tuple[Any, ...], tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]] = {}
    mine = histograms[histograms["indicator_id"] == definition["indicator_id"]]
    for row in mine.itertuples(index=False):
        key = tuple(getattr(row, name) for name in KEY)
        happened, censored = counts.setdefault(key, (np.zeros(len(edges)), np.zeros(len(edges))))
        (censored if row.is_censored else happened)[row.bin] += row.unit_count
    empty = (np.zeros(len(edges)), np.zeros(len(edges)))
    values = []
    for key in part[KEY].itertuples(index=False, name=None):
        happened, censored = counts.get(key, empty)
        median = estimate_quantile(edges, happened, censored=censored, quantile=0.5, whole_numbers=True)
        p90 = estimate_quantile(edges, happened, censored=censored, quantile=0.9, whole_numbers=True)
        values.append((median.value, median.low, median.high, p90.value, median.at_least))
    table = np.array(values, dtype=float).reshape(len(part), 5)
    table[~np.isfinite(table)] = np.nan
    part["value"], part["ci_low"], part["ci_high"], part["p90"], part["at_least"] = table.T
    part["method"] = "kaplan_meier_bins"
    return part
