"""Which comparisons of groups may leave: a ratio to the rest gives the counts of the rest and the total.

With its own counts beside it any figure of a comparison is a fraction of whole numbers, and its parts follow
by continued fractions. So a shown group makes its rest, the total of its slice and both sums of the weeks
known; it is hidden where one of these is small, or gives away what is hidden elsewhere. Observations are
settled first (`suppression`), and comparisons yield to them.

A group compared by reviews comes with a mark of its own (`pipelines.assess.equity.corrected_groups`), for its
counts are of what was reviewed. What detectors counted of it stands in no row, yet in the rest of others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.publish.relations import CELL, Counts, Relation, find_given_away, group, list_relations
from pipelines.publish.suppression import find_primary, list_weekly, mark
from pipelines.schemas.published.equity import REVIEWED

MEASURE = ["deployment_id", "indicator_id"]
COUNTS = ["numerator", "denominator"]
WINDOW = ["first_day", "last_day"]
Weeks = Mapping[tuple[Any, ...], Mapping[dt.date, int]]
"""Places of weekly cells by slice and value, then by first day."""


@dataclass(frozen=True)
class Slice:
    """Places of the groups of one slice, of the rest of each, and of the total that all slices share."""

    groups: list[int]
    rests: list[int]
    total: int
    by_week: list[Relation]
    """The weeks of each group, and it."""

    @property
    def sums(self) -> Relation:
        """The groups and their total."""
        return Relation(self.groups, self.total)

    @property
    def relations(self) -> list[Relation]:
        """All that a reader could subtract."""
        pairs = zip(self.groups, self.rests, strict=True)
        return [self.sums, *self.by_week, *(Relation(list(pair), self.total) for pair in pairs)]

    def hide_primary(self, counts: Counts) -> None:
        """Hide groups that are small or whose rest is, and all where events are no share of units."""
        is_small = _find_small(counts)
        is_no_share = any(counts.others[place] < 0 for place in self.groups)
        for place, rest in zip(self.groups, self.rests, strict=True):
            if is_small[place] or is_small[rest] or is_no_share:
                self.hide(place, counts)

    def hide(self, place: int, counts: Counts) -> None:
        """Hide a group and its rest."""
        counts.is_hidden[place] = counts.is_hidden[self.rests[self.groups.index(place)]] = True

    def list_shown(self, counts: Counts) -> list[int]:
        """Groups that are not hidden, the smallest first."""
        shown = [place for place in self.groups if not counts.is_hidden[place]]
        return sorted(shown, key=lambda place: (counts.denominator[place], place))

    def settle(self, counts: Counts) -> None:
        """Hide groups until no sum of this slice gives a hidden cell away by itself."""
        while shown := self.list_shown(counts):
            for relation in self.by_week:
                if relation.total in shown and _list_needed(relation, counts):
                    counts.is_hidden[relation.total] = True
            needed = _list_needed(self.sums, counts)
            for place in self.groups if self.total in needed else needed:
                counts.is_hidden[place] = True
            for place, rest in zip(self.groups, self.rests, strict=True):
                counts.is_hidden[rest] = counts.is_hidden[place]
            if self.list_shown(counts) == shown:
                return


def suppress_equity(equity: pa.Table, observations: pa.Table, definitions: pa.Table) -> pa.Table:
    """The groups with `is_suppressed`, beside observations that have theirs, of one file."""
    if not equity.num_rows:
        return equity
    names = [*MEASURE, "slice", "slice_value", *COUNTS, *WINDOW, "method", "is_suppressed"]
    rows = equity.select(names).to_pandas(date_as_object=True)
    is_reviewed = (rows["method"] == REVIEWED).to_numpy(bool)
    seen = observations.select([*CELL, "slice_value", "estimate", *COUNTS, "is_suppressed"])
    seen = seen.to_pandas(date_as_object=True)
    seen = seen[seen["estimate"] == "raw"]
    beside = seen.groupby(MEASURE, sort=False).indices
    weekly = list_weekly(definitions)
    hidden = np.ones(len(rows), dtype=bool)
    for key, places in rows.groupby(MEASURE, sort=False).indices.items():
        cells = seen.iloc[beside.get(key, [])].reset_index(drop=True)
        hidden[places] = _judge(rows.iloc[places].reset_index(drop=True), cells, weekly)
    return mark(equity, np.where(is_reviewed, rows["is_suppressed"], hidden).tolist())


def _judge(rows: pd.DataFrame, cells: pd.DataFrame, weekly: frozenset[str]) -> list[bool]:
    """Whether each group of one indicator is hidden: slice by slice, each beside those before it."""
    if (rows["method"] == REVIEWED).all():
        return [True] * len(rows)
    x, n = (cells[name].fillna(0.0).tolist() for name in COUNTS)
    counts = Counts(x, n, cells["is_suppressed"].tolist())
    relations = list_relations(cells, counts, weekly=weekly)
    secret = {place for place, is_hidden in enumerate(counts.is_hidden) if is_hidden}
    # What is left over of a month is a cell of no file: it is known only where it follows.
    counts.is_hidden[len(cells) :] = [True] * (len(counts.is_hidden) - len(cells))
    weeks: dict[tuple[Any, ...], dict[dt.date, int]] = {}
    of_weeks = cells[cells["period"] == "week"]
    for (*cell, start), (place, *_) in group(of_weeks, ["slice", "slice_value", "period_start"]).items():
        weeks.setdefault(tuple(cell), {})[start] = place
    rows = _count_by_detectors(rows, weeks, counts)
    slices = sorted(rows.groupby("slice", sort=False).indices.items())
    whole = _add_total(rows.iloc[slices[0][1]], weeks, counts)
    relations.append(whole)
    hidden = np.ones(len(rows), dtype=bool)
    if (
        _find_small(counts)[whole.places[-1]]
        or _list_needed(whole, counts)
        or find_given_away(counts, relations, secret)
    ):
        return hidden.tolist()
    for _, places in slices:
        compared = _add_slice(rows.iloc[places], whole.places[-1], weeks, counts)
        relations += compared.relations
        compared.hide_primary(counts)
        secret.update(place for place in compared.groups + compared.rests if counts.is_hidden[place])
        for place, method in zip(compared.groups, rows["method"].iloc[places], strict=True):
            if method == REVIEWED:
                compared.hide(place, counts)
        compared.settle(counts)
        while (shown := compared.list_shown(counts)) and find_given_away(counts, relations, secret):
            compared.hide(shown[0], counts)
            compared.settle(counts)
        hidden[places] = [counts.is_hidden[place] for place in compared.groups]
    return hidden.tolist()


def _count_by_detectors(rows: pd.DataFrame, weeks: Weeks, counts: Counts) -> pd.DataFrame:
    """The rows, reviewed ones with what detectors counted of them in the weeks of the others."""
    is_reviewed = rows["method"] == REVIEWED
    first, last = rows.loc[~is_reviewed, WINDOW].iloc[0]
    for row in np.flatnonzero(is_reviewed):
        cell = tuple(rows.loc[row, ["slice", "slice_value"]])
        places = _find_weeks(weeks.get(cell, {}), first, last)
        rows.loc[row, COUNTS] = [
            sum(column[place] for place in places) for column in (counts.numerator, counts.denominator)
        ]
        rows.loc[row, WINDOW] = [first, last]
    return rows


def _add_total(rows: pd.DataFrame, weeks: Weeks, counts: Counts) -> Relation:
    """A cell for what the groups of any slice add up to, beside the weeks of the whole deployment."""
    (total,) = counts.add(*([float(rows[name].sum())] for name in COUNTS))
    days = rows["first_day"].min(), rows["last_day"].max()
    return Relation(_find_weeks(weeks.get(("all", "all"), {}), *days), total)


def _add_slice(rows: pd.DataFrame, total: int, weeks: Weeks, counts: Counts) -> Slice:
    """Cells for the groups of a slice and their rests, all shown as yet."""
    x, n = (rows[name].to_numpy(float) for name in COUNTS)
    groups = counts.add(x.tolist(), n.tolist())
    rests = counts.add((x.sum() - x).tolist(), (n.sum() - n).tolist())
    columns = (rows[name].tolist() for name in ("slice", "slice_value", *WINDOW))
    by_week = [
        Relation(_find_weeks(weeks.get((part, value), {}), first, last), place)
        for place, part, value, first, last in zip(groups, *columns, strict=True)
    ]
    return Slice(groups, rests, total, by_week)


def _find_weeks(starts: Mapping[dt.date, int], first: dt.date, last: dt.date) -> list[int]:
    return [place for start, place in starts.items() if first <= start <= last]


def _find_small(counts: Counts) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return find_primary(np.array(counts.numerator), np.array(counts.denominator))


def _list_needed(relation: Relation, counts: Counts) -> list[int]:
    """Cells of a sum that would have to be hidden beside those that are, which none of them is."""
    before = list(counts.is_hidden)
    try:
        return counts.protect(relation)
    finally:
        counts.is_hidden = before
