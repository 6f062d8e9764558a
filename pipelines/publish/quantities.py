"""Which counts of several indicators are one and the same number, found in what they counted.

Eight indicators may divide by the same conversations, and what one counts another may divide by. Whoever
reads them all has each count once, wherever it is shown. So counts that are equal in every cell in which both
stand are one quantity, also of an operator's own indicators; nobody declares it. Equal by chance costs a few
hidden cells and nothing else. What hides them is in `joint`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd

from pipelines.publish.relations import Counts

LEAST_ALIKE = 5
"""Cells with somebody in them in which counts must be equal to be one: fewer agree by chance."""

WHERE = ["period", "period_start", "slice", "slice_value"]
UNITS, EVENTS, OTHERS = "denominator", "numerator", "others"
Vector = np.ndarray[Any, np.dtype[np.float64]]


@dataclass
class Quantity:
    """A count in each cell of a deployment, NaN where it does not stand, and the rows that show it."""

    values: Vector
    columns: list[tuple[str, str]]
    """Column and indicator of what holds it; empty for a difference that no row shows."""

    @property
    def is_units(self) -> bool:
        """Whether an indicator divides by it."""
        return any(column == UNITS for column, _ in self.columns)

    def is_same(self, values: Vector) -> bool:
        """Whether counts are equal wherever both stand, and not nought in all but a few of these cells."""
        both = ~np.isnan(self.values) & ~np.isnan(values)
        mine = self.values[both]
        return bool(np.array_equal(mine, values[both]) and np.count_nonzero(mine) >= LEAST_ALIKE)

    def add(self, column: tuple[str, str], values: Vector) -> None:
        """Take another count in that is the same."""
        self.values = np.where(np.isnan(self.values), values, self.values)
        self.columns.append(column)


@dataclass(frozen=True)
class Sum:
    """Two quantities that are a third in every cell."""

    parts: tuple[Quantity, Quantity]
    total: Quantity


@dataclass(frozen=True)
class Deployment:
    """What is to be protected of a deployment beside each indicator's own rows."""

    cells: pd.DataFrame
    """The columns of WHERE, one row a cell."""
    places: Mapping[str, np.ndarray[Any, np.dtype[np.int64]]]
    """Of each indicator the place of its row in each cell, -1 where it has none."""
    quantities: list[Quantity]
    sums: list[Sum]


def find_quantities(rows: pd.DataFrame, counts: Counts, about: pd.DataFrame) -> Deployment:
    """The quantities of one deployment.

    Args:
        rows: raw rows of people with `indicator_id` and WHERE; their index is their place in `counts`.
        counts: of all rows.
        about: `unit` and `kind` of each indicator, by its id.
    """
    number = rows.groupby(WHERE, sort=True).ngroup()
    cells = rows[WHERE].groupby(number).first()
    places: dict[str, np.ndarray[Any, np.dtype[np.int64]]] = {}
    for name, mine in sorted(rows.groupby("indicator_id").indices.items()):
        indicator = str(name)
        places[indicator] = np.full(len(cells), -1)
        places[indicator][number.iloc[mine]] = rows.index[mine]
    quantities: list[Quantity] = []
    held: dict[tuple[str, str], Quantity] = {}
    for column, values in _list_columns(places, counts, about["kind"]):
        found = next((one for one in quantities if one.is_same(values)), None)
        if found is None:
            quantities.append(found := Quantity(values, []))
        found.add(column, values)
        held[column] = found
    sums = list(_list_splits(held))
    sums += _list_differences(quantities, about["unit"], sums)
    sums = list({(frozenset(map(id, one.parts)), id(one.total)): one for one in sums}.values())
    needed = [one for one in quantities if one.is_units or len(one.columns) > 1]
    needed += [one for found in sums for one in (*found.parts, found.total)]
    return Deployment(cells, places, list({id(one): one for one in needed}.values()), sums)


def _list_columns(
    places: Mapping[str, np.ndarray[Any, np.dtype[np.int64]]], counts: Counts, kinds: pd.Series
) -> Iterator[tuple[tuple[str, str], Vector]]:
    """Columns and indicators with their counts a cell; of a count there are no others."""
    for column in (UNITS, EVENTS, OTHERS):
        whole = np.array(getattr(counts, column), dtype=float)
        for indicator, mine in places.items():
            values = np.where(mine >= 0, whole[mine], np.nan)
            if column == OTHERS and (kinds[indicator] == "count" or np.nanmin(values) < 0):
                continue
            yield (column, indicator), values


def _list_splits(held: Mapping[tuple[str, str], Quantity]) -> Iterator[Sum]:
    """Events and others of an indicator of which one stands elsewhere too: together they are its units."""
    for (column, indicator), others in held.items():
        if column != OTHERS:
            continue
        events, units = held[EVENTS, indicator], held[UNITS, indicator]
        is_shared = len(events.columns) > 1 or len(others.columns) > 1
        if is_shared and len({id(one) for one in (events, others, units)}) == 3:
            yield Sum((events, others), units)


def _list_differences(quantities: Sequence[Quantity], units: pd.Series, known: Sequence[Sum]) -> list[Sum]:
    """What one number of units has beside another that never is more: those not read, the late.

    The difference is a quantity, too: one that stands elsewhere, or a new one that no row shows.
    """
    found: list[Sum] = []
    pairs = {(id(part), id(one.total)) for one in known for part in one.parts}
    for whole, part in permutations([one for one in quantities if one.is_units], 2):
        if not _list_units(whole, units) & _list_units(part, units) or (id(part), id(whole)) in pairs:
            continue
        left = whole.values - part.values
        if np.count_nonzero(part.values[~np.isnan(left)]) < LEAST_ALIKE or np.nanmin(left) < 0:
            continue
        same = (one for one in quantities if one is not part and one.is_same(left))
        rest = next((one for one in same if not np.nansum(left[np.isnan(one.values)])), Quantity(left, []))
        found.append(Sum((part, rest), whole))
        pairs |= {(id(part), id(whole)), (id(rest), id(whole))}
    return found


def _list_units(quantity: Quantity, units: pd.Series) -> set[str]:
    return {units[indicator] for column, indicator in quantity.columns if column == UNITS}
