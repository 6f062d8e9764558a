"""Hides rows until no small count follows from all indicators together, over quantities that they share.

A row is shown as a whole, so a quantity is known in a cell as soon as one row shows it there, and kept back
only where every row is that holds it. Within an indicator its own rows protect each other (`relations`); here
the quantities are slices, days, weeks and months of their own, and sums of each other in every cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from methods.determined import find_determined, split
from methods.hidden_parts import has_room
from methods.suppression import HIDDEN_UP_TO, MINIMUM_RATE_TRIALS
from pipelines.publish.quantities import EVENTS, UNITS, Deployment, find_quantities
from pipelines.publish.relations import Counts, Relation, find_cover, list_relations


@dataclass
class Joint:
    """Rows and quantities of all deployments, and how they hang together."""

    counts: Counts
    """Of rows first, then of what their months have beside weeks, then of quantities."""
    first_quantity: int = 0
    """The place from which on there are quantities."""
    relations: list[Relation] = field(default_factory=list)
    sums: dict[int, Relation] = field(default_factory=dict)
    """Relations of quantities within a cell, by their `id`."""
    rows_of: dict[int, list[int]] = field(default_factory=dict)
    """Of each quantity in a cell the rows that show it."""
    shown_by: dict[int, list[int]] = field(default_factory=dict)
    """Of each row the quantities that it shows."""
    guarded: set[int] = field(default_factory=set)
    """Quantities hidden for themselves or to cover others; other hidden ones may be worked out."""
    wanted: set[int] = field(default_factory=set)
    """What must not follow."""
    touching: dict[int, list[Relation]] = field(default_factory=dict)

    def hide(self, places: Iterable[int]) -> list[int]:
        """Hide places and what goes with them; returns all that were shown before."""
        hidden = self.counts.is_hidden
        waiting = list(places)
        changed = []
        while waiting:
            place = waiting.pop()
            hidden[place] = True
            changed.append(place)
            waiting += [row for row in self.rows_of.get(place, ()) if not hidden[row]]
            for quantity in self.shown_by.get(place, ()):
                if not hidden[quantity] and all(hidden[row] for row in self.rows_of[quantity]):
                    waiting.append(quantity)
        return changed

    def cover(self, places: Iterable[int]) -> list[int]:
        """Hide places to cover others, so that they must not follow either."""
        found = list(places)
        self.guarded.update(place for place in found if place >= self.first_quantity)
        return self.hide(found)

    def protect(self, relations: Iterable[Relation]) -> None:
        """Go through relations, and those that are touched, until each by itself leaves room."""
        waiting = {id(relation): relation for relation in relations}
        while waiting:
            _, relation = waiting.popitem()
            for place in self.cover(self._list_covers(relation)):
                waiting |= {id(one): one for one in self.touching.get(place, ())}

    def count_rows(self, place: int) -> tuple[int, float, int]:
        """How much is lost with a place: the shown rows of a quantity, then the units."""
        rows = sum(not self.counts.is_hidden[row] for row in self.rows_of.get(place, (place,)))
        return rows, self.counts.denominator[place], place

    def _list_covers(self, relation: Relation) -> list[int]:
        if relation.places[0] < self.first_quantity:
            return self.counts.protect(relation)
        if not any(place in self.guarded and self.counts.numerator[place] for place in relation.places):
            return []
        return self._cover_sum(relation) if id(relation) in self.sums else self.counts.protect(relation)

    def _cover_sum(self, relation: Relation) -> list[int]:
        """Of a sum in a cell whatever costs the fewest rows."""
        values, total = self.counts.numerator, relation.total
        hidden = {place for place in relation.places if self.counts.is_hidden[place] and values[place]}
        shown = [place for place in relation.places if place not in hidden and values[place]]
        covers: list[int] = []
        for place in sorted(shown, key=self.count_rows):
            is_enough = len(hidden) > 1 if total in hidden else has_room([values[one] for one in hidden])
            if is_enough:
                break
            covers.append(place)
            hidden.add(place)
        return covers


def protect_together(rows: pd.DataFrame, counts: Counts, about: pd.DataFrame, weekly: frozenset[str]) -> None:
    """Hide until nothing small follows from what all indicators show.

    Args:
        rows: raw rows of people with the columns of CELL and `slice_value`; their index is their place.
        counts: of all rows, with the small ones hidden.
        about: `unit` and `kind` of each indicator, by its id.
        weekly: indicators counted by whole weeks.
    """
    joint = Joint(counts)
    own = list_relations(rows, counts, weekly=weekly)
    joint.first_quantity = len(counts.is_hidden)
    joint.wanted = {
        place for place, is_hidden in enumerate(counts.is_hidden) if is_hidden and _is_few(place, counts)
    }
    apart: set[tuple[str, str]] = set()
    for name, mine in rows.groupby("deployment_id", sort=True):
        apart |= _add_quantities(joint, str(name), find_quantities(mine, counts, about), weekly)
    joint.relations += own
    for relation in joint.relations:
        for place in relation.places:
            joint.touching.setdefault(place, []).append(relation)
    joint.hide([place for place, is_hidden in enumerate(counts.is_hidden) if is_hidden])
    joint.protect(joint.relations)
    owners = dict(
        zip(rows.index.tolist(), zip(rows["deployment_id"], rows["indicator_id"], strict=True), strict=True)
    )
    left = [one for one in joint.relations if owners.get(one.places[0]) not in apart]
    for together in split([one for one in left if one.signs]):
        while covers := _find_covers(joint, together):
            changed = joint.cover(covers)
            joint.protect([one for place in changed for one in joint.touching.get(place, ())])


def _add_quantities(
    joint: Joint, name: str, deployment: Deployment, weekly: frozenset[str]
) -> set[tuple[str, str]]:
    """Cells and relations of a deployment's quantities; returns whose events are among these."""
    counts = joint.counts
    frames: list[pd.DataFrame] = []
    placed: dict[int, dict[int, int]] = {}
    by_week: set[str] = set()
    apart: set[tuple[str, str]] = set()
    for number, quantity in enumerate(deployment.quantities):
        standing = np.flatnonzero(~np.isnan(quantity.values))
        values = quantity.values[standing].tolist()
        places = counts.add(values, values)
        placed[id(quantity)] = dict(zip(standing.tolist(), places, strict=True))
        for cell, place in placed[id(quantity)].items():
            _add_rows(joint, place, [deployment.places[one][cell] for _, one in quantity.columns])
        if quantity.columns:
            frame = deployment.cells.iloc[standing].set_axis(places)
            frames.append(frame.assign(deployment_id=name, indicator_id=str(number)))
        if any(column == UNITS and one in weekly for column, one in quantity.columns):
            by_week.add(str(number))
        apart.update((name, one) for column, one in quantity.columns if column == EVENTS)
    first_rest = len(counts.is_hidden)
    joint.relations += list_relations(pd.concat(frames), counts, weekly=frozenset(by_week))
    few = {rest for rest in range(first_rest, len(counts.is_hidden)) if counts.is_hidden[rest]}
    joint.guarded |= few
    joint.wanted |= few
    for one in deployment.sums:
        parts, totals = [placed[id(part)] for part in one.parts], placed[id(one.total)]
        for cell, total in totals.items():
            standing_parts = [part[cell] for part in parts if cell in part]
            if (
                standing_parts
                and sum(counts.numerator[part] for part in standing_parts) == counts.numerator[total]
            ):
                relation = Relation(standing_parts, total)
                joint.sums[id(relation)] = relation
                joint.relations.append(relation)
    return apart


def _add_rows(joint: Joint, place: int, rows: Sequence[int]) -> None:
    """Which rows show a quantity in a cell, and whether it must stay hidden."""
    counts = joint.counts
    showing = sorted({int(row) for row in rows if row >= 0})
    joint.rows_of[place] = showing
    for row in showing:
        joint.shown_by.setdefault(row, []).append(place)
    is_small = 0 < counts.numerator[place] <= HIDDEN_UP_TO
    counts.is_hidden[place] = is_small or all(counts.is_hidden[row] for row in showing)
    if is_small:
        joint.guarded.add(place)
        joint.wanted.add(place)


def _is_few(place: int, counts: Counts) -> bool:
    """Whether a row is hidden for its own counts: few with or without an event, or a rate of few."""
    few = min(counts.numerator[place], counts.others[place]) <= HIDDEN_UP_TO
    return few or counts.denominator[place] < MINIMUM_RATE_TRIALS


def _find_covers(joint: Joint, relations: Sequence[Relation]) -> list[int]:
    """For each wanted count that follows from relations taken together, the smallest shown one beside it."""
    counts = joint.counts
    # A hidden nought covers nothing: a shown nought above it gives it away.
    equations = [
        {
            place: sign
            for place, sign in relation.signs.items()
            if counts.is_hidden[place] and counts.numerator[place]
        }
        for relation in relations
    ]
    found = find_determined(equations, joint.wanted)
    covers = (find_cover(counts, joint.touching[place]) for place in sorted(found))
    return [cover for cover in covers if cover is not None]
