"""Counts in buckets of users, so that an interval knows that one person's conversations resemble each other.

Events, and values of distributions, are in buckets for the whole deployment only. Of a slice there are its
units in the same buckets, whatever the indicator: how often its people came is its own, how much their units
are alike is the whole's. The formulas are in `methods.intervals` and `methods.part_effect`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from methods.intervals import (
    FEW_CLUSTERS,
    ClusterProportion,
    close_clustered,
    cluster_proportion,
    count_effective,
    estimate_cluster_size,
    widen_few,
)
from methods.part_effect import estimate_part_effect, scale_size

BUCKETS = 64
KEY = ("deployment_id", "indicator_id", "period", "period_start")
SLICE_KEY = ("deployment_id", "unit", "period", "period_start", "slice", "slice_value")
CONVERSATION = "conversation"
OWN_UNITS = ("message", "event")
"""Other units are conversations, or counted among them: a user in a week has some."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class People:
    """Units of parts of a deployment in all buckets, a row each, and what they say of people."""

    units: FloatArray

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """Whether the units of a part were counted."""
        return np.asarray(self.units.any(axis=-1))

    @property
    def count(self) -> FloatArray:
        """People at the least: a bucket may hold several."""
        return np.asarray((self.units > 0).sum(axis=-1), dtype=float)

    def size(self, counted: FloatArray) -> FloatArray:
        """Units a person has, of an indicator that counted so many in each part; 1 where nothing is known."""
        total = self.units.sum(axis=-1)
        share = np.divide(counted, total, out=np.zeros_like(total), where=total > 0)
        return np.asarray(scale_size(estimate_cluster_size(self.units), share), dtype=float)


@dataclass(frozen=True)
class Whole:
    """What the buckets of whole deployments say of a share, an entry a row."""

    events: FloatArray
    units: FloatArray
    size: FloatArray
    deff: FloatArray
    clusters: FloatArray

    def take(self, index: NDArray[np.int_]) -> Whole:
        """The rows of an index."""
        return Whole(*(getattr(self, one.name)[index] for one in fields(self)))

    def is_of(self, rows: pd.DataFrame, events: FloatArray) -> NDArray[np.bool_]:
        """Which rows are these wholes, by name or by their counts."""
        is_same = (events == self.events) & (rows["denominator"].to_numpy(float) == self.units)
        return np.asarray((rows["slice"] == "all").to_numpy(bool) | is_same)


@dataclass(frozen=True)
class Clusters:
    """Numerators and denominators by row and bucket, and the row of each key; the same of units of slices.

    `values` are seen values of distributions by bin and bucket.
    """

    place: Mapping[tuple[Any, ...], int]
    numerators: FloatArray
    denominators: FloatArray
    slice_place: Mapping[tuple[Any, ...], int]
    slice_units: FloatArray
    values: Mapping[tuple[Any, ...], FloatArray]

    def has(self, rows: pd.DataFrame) -> NDArray[np.bool_]:
        """Which rows have a whole deployment that is counted in buckets."""
        return np.array([key in self.place for key in _keys(rows)], dtype=bool)

    def estimate(self, rows: pd.DataFrame, *, unit: str) -> ClusterProportion:
        """Shares with user-clustered intervals of rows that `has` marks.

        A slice that is the whole has the interval of the whole.
        """
        index, back = np.unique(np.array([self.place[key] for key in _keys(rows)]), return_inverse=True)
        whole = _describe(self.numerators[index], self.denominators[index]).take(back)
        x, n = rows["numerator"].to_numpy(float), rows["denominator"].to_numpy(float)
        deff, clusters = self._weigh(rows, whole, x, unit=unit)
        return close_clustered(x, n, deff=deff, clusters=clusters)

    def weigh_values(
        self, rows: pd.DataFrame, last_bins: NDArray[np.int_], events: FloatArray, *, unit: str
    ) -> FloatArray:
        """For how many units of a distribution one that stands alone counts, never below 1.

        Args:
            rows: rows that `has` marks.
            last_bins: for each row, the last bin of those whose share of all units is asked about.
            events: values of the row in these bins.
            unit: of the indicator.
        """
        numerators = np.zeros((len(rows), BUCKETS))
        denominators = np.zeros((len(rows), BUCKETS))
        for row, (key, last) in enumerate(zip(_keys(rows), last_bins, strict=True)):
            denominators[row] = self.denominators[self.place[key]]
            if key in self.values:
                numerators[row] = self.values[key][: last + 1].sum(axis=0)
        whole = _describe(numerators, denominators)
        deff, clusters = self._weigh(rows, whole, events, unit=unit)
        # The design effect of a whole of few people has it already.
        is_wide = whole.is_of(rows, events) & (clusters < FEW_CLUSTERS)
        return np.asarray(np.maximum(deff, 1.0) * np.where(is_wide, 1.0, widen_few(clusters)))

    def _weigh(
        self, rows: pd.DataFrame, whole: Whole, events: FloatArray, *, unit: str
    ) -> tuple[FloatArray, FloatArray]:
        """Design effect of each row's share, and on how many people that come alike it rests at the least."""
        n = rows["denominator"].to_numpy(float)
        is_whole = whole.is_of(rows, events)
        names = [name for name in SLICE_KEY if name != "unit"]
        keys = zip(*(rows[name].tolist() for name in names), strict=True)
        people = People(self._read_units((key[0], _named(unit), *key[1:]) for key in keys))
        persons = np.minimum(np.where(people.is_known, count_effective(people.units), BUCKETS), n)
        effect = estimate_part_effect(
            events,
            n,
            whole_effect=whole.deff,
            whole_size=whole.size,
            part_size=people.size(n),
            clusters=persons,
        )
        return np.where(is_whole, whole.deff, effect), np.where(is_whole, whole.clusters, persons)

    def design_effect(
        self, deployment_id: str, indicator_id: str, period: str, starts: Iterable[dt.date]
    ) -> float:
        """How much wider clustering makes an interval over some periods; 1 where nothing is known of it."""
        found = self._add_up(deployment_id, indicator_id, period, starts)
        return 1.0 if found is None else float(_estimate(*found, minimum_deff=1.0).deff)

    def read_days(
        self, deployment_id: str, indicator_id: str, days: Sequence[dt.date]
    ) -> tuple[FloatArray, FloatArray]:
        """Numerators and denominators of days (rows) by bucket; 0 where nothing is counted in buckets."""
        keys = [(deployment_id, indicator_id, "day", day) for day in days]
        places = np.array([self.place.get(key, -1) for key in keys], dtype=int)
        return _pick(self.numerators, places), _pick(self.denominators, places)

    def weigh_groups(
        self,
        totals: pd.DataFrame,
        place: tuple[str, str, str],
        weeks: Sequence[dt.date],
        *,
        unit: str,
        deff: float,
    ) -> pd.DataFrame:
        """`totals` of groups over some weeks with `deff`, `persons` (at the least) and `conversations`.

        Args:
            totals: numerator and denominator by value of the slice.
            place: deployment, indicator and slice.
            weeks: their Mondays.
            unit: of the indicator.
            deff: design effect of the whole over these weeks.
        """
        deployment, indicator, group = place

        def read(named: str) -> FloatArray:
            keys = [
                (deployment, named, "week", week, group, value) for value in totals.index for week in weeks
            ]
            return self._read_units(keys).reshape(len(totals), len(weeks), BUCKETS).sum(axis=1)

        people, n = People(read(_named(unit))), totals["denominator"].to_numpy(float)
        whole = self._add_up(deployment, indicator, "week", weeks)
        effect = estimate_part_effect(
            totals["numerator"],
            n,
            whole_effect=deff,
            whole_size=1.0 if whole is None else estimate_cluster_size(whole[1]),
            part_size=people.size(n),
            clusters=people.count,
        )
        return totals.assign(deff=effect, persons=people.count, conversations=read(CONVERSATION).sum(axis=-1))

    def _add_up(
        self, deployment_id: str, indicator_id: str, period: str, starts: Iterable[dt.date]
    ) -> tuple[FloatArray, FloatArray] | None:
        keys = [(deployment_id, indicator_id, period, start) for start in starts]
        index = [self.place[key] for key in keys if key in self.place]
        if not index or not self.denominators[index].any():
            return None
        return self.numerators[index].sum(axis=0), self.denominators[index].sum(axis=0)

    def _read_units(self, keys: Iterable[tuple[Any, ...]]) -> FloatArray:
        """Units of parts in all buckets, a row each; none where nothing is known of a part."""
        places = np.array([self.slice_place.get(key, -1) for key in keys], dtype=int)
        return _pick(self.slice_units, places)


def _pick(rows: FloatArray, places: NDArray[np.int_]) -> FloatArray:
    """Rows at their places; zeros at -1."""
    found = np.zeros((len(places), BUCKETS))
    found[places >= 0] = rows[places[places >= 0]]
    return found


def gather_clusters(buckets: pa.Table, slices: pa.Table, values: pa.Table) -> Clusters:
    """Clusters from rows of `period_bucket`, `_slice_bucket` and `_histogram_bucket` in `sql/assessment`."""
    return Clusters(
        place=_place(buckets, KEY),
        numerators=_spread(buckets, "numerator"),
        denominators=_spread(buckets, "denominator"),
        slice_place=_place(slices, SLICE_KEY),
        slice_units=_spread(slices, "unit_count"),
        values={tuple(row[name] for name in KEY): _spread_bins(row) for row in values.to_pylist()},
    )


def _keys(rows: pd.DataFrame) -> Iterator[tuple[Any, ...]]:
    return zip(*(rows[name].tolist() for name in KEY), strict=True)


def _describe(numerators: FloatArray, denominators: FloatArray) -> Whole:
    found = _estimate(numerators, denominators)
    return Whole(
        numerators.sum(axis=-1),
        denominators.sum(axis=-1),
        np.asarray(estimate_cluster_size(denominators), dtype=float),
        np.asarray(found.deff, dtype=float),
        np.asarray(found.clusters, dtype=float),
    )


def _spread_bins(row: Mapping[str, Any]) -> FloatArray:
    values = np.zeros((max(row["bin"]) + 1, BUCKETS))
    np.add.at(values, (row["bin"], row["bucket"]), row["unit_count"])
    return values


def _place(rows: pa.Table, names: Sequence[str]) -> dict[tuple[Any, ...], int]:
    keys = zip(*(rows[name].to_pylist() for name in names), strict=True)
    return {key: position for position, key in enumerate(keys)}


def _spread(rows: pa.Table, name: str) -> FloatArray:
    """The lists of a column as rows of all buckets."""
    values = np.zeros((rows.num_rows, BUCKETS))
    if rows.num_rows:
        lists = rows["bucket"].combine_chunks()
        row = np.repeat(np.arange(rows.num_rows), np.diff(lists.offsets.to_numpy()))
        column = lists.flatten().to_numpy(zero_copy_only=False)
        values[row, column] = rows[name].combine_chunks().flatten().to_numpy()
    return values


def _named(unit: str) -> str:
    return unit if unit in OWN_UNITS else CONVERSATION


def _estimate(numerators: FloatArray, denominators: FloatArray, **more: float) -> ClusterProportion:
    """The prior rests on how often people came in these very days, so what is past does not move."""
    size = estimate_cluster_size(denominators)
    return cluster_proportion(numerators, denominators, prior_cluster_size=size, **more)
