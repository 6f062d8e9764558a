"""Counts in buckets of users, so that an interval knows that one person's conversations resemble each other.

The buckets hold the whole deployment only; slices have no such counts, and their intervals say so by their
method. The formulas are in `methods.intervals`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from methods.intervals import ClusterProportion, cluster_proportion, estimate_cluster_size

BUCKETS = 64
KEY = ("deployment_id", "indicator_id", "period", "period_start")

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Clusters:
    """Numerators and denominators by row and bucket, and the row of each key."""

    place: Mapping[tuple[Any, ...], int]
    numerators: FloatArray
    denominators: FloatArray

    def has(self, rows: pd.DataFrame) -> NDArray[np.bool_]:
        """Which rows are counted in buckets: those of the whole deployment that have units."""
        keys = zip(*(rows[name].tolist() for name in KEY), strict=True)
        found = np.array([key in self.place for key in keys], dtype=bool)
        return np.asarray(found & (rows["slice"] == "all").to_numpy(bool))

    def estimate(self, rows: pd.DataFrame) -> ClusterProportion:
        """Shares with user-clustered intervals of rows that `has` marks."""
        index = [self.place[key] for key in zip(*(rows[name].tolist() for name in KEY), strict=True)]
        return _estimate(self.numerators[index], self.denominators[index])

    def design_effect(
        self, deployment_id: str, indicator_id: str, period: str, starts: Iterable[dt.date]
    ) -> float:
        """How much wider clustering makes an interval over some periods; 1 where nothing is known of it."""
        keys = [(deployment_id, indicator_id, period, start) for start in starts]
        index = [self.place[key] for key in keys if key in self.place]
        if not index or not self.denominators[index].any():
            return 1.0
        found = _estimate(
            self.numerators[index].sum(axis=0), self.denominators[index].sum(axis=0), minimum_deff=1.0
        )
        return float(found.deff)


def gather_clusters(buckets: pa.Table) -> Clusters:
    """Clusters from the rows of `sql/assessment/period_bucket.sql`."""
    numerators = np.zeros((buckets.num_rows, BUCKETS))
    denominators = np.zeros((buckets.num_rows, BUCKETS))
    if buckets.num_rows:
        lists = buckets["bucket"].combine_chunks()
        row = np.repeat(np.arange(buckets.num_rows), np.diff(lists.offsets.to_numpy()))
        column = lists.flatten().to_numpy(zero_copy_only=False)
        numerators[row, column] = buckets["numerator"].combine_chunks().flatten().to_numpy()
        denominators[row, column] = buckets["denominator"].combine_chunks().flatten().to_numpy()
    keys = zip(*(buckets[name].to_pylist() for name in KEY), strict=True)
    return Clusters(
        place={key: position for position, key in enumerate(keys)},
        numerators=numerators,
        denominators=denominators,
    )


def _estimate(numerators: FloatArray, denominators: FloatArray, **more: float) -> ClusterProportion:
    """The prior rests on how often people came in these very days, so what is past does not move."""
    size = estimate_cluster_size(denominators)
    return cluster_proportion(numerators, denominators, prior_cluster_size=size, **more)
