"""Which published counts add up to which: what a reader could subtract from what.

The values of a slice add up to the whole deployment, days to their week, whole weeks and the days that are
left over to their month. These days are no cell of the file, but whoever has the month and its weeks has
their sum, so they are kept here as cells of their own. What is small is decided in `suppression`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from methods.determined import find_determined, split
from methods.hidden_parts import hide_parts
from methods.suppression import HIDDEN_UP_TO, MINIMUM_RATE_TRIALS

CELL = ["deployment_id", "indicator_id", "period", "period_start", "slice"]
DAY = dt.timedelta(days=1)
Cell = tuple[Any, ...]


@dataclass(frozen=True)
class Relation:
    """Places of parts, and of the total that they add up to; None where it is not published."""

    parts: list[int]
    total: int | None

    @property
    def places(self) -> list[int]:
        """Of the parts and, where there is one, the total."""
        return self.parts if self.total is None else [*self.parts, self.total]

    @property
    def signs(self) -> dict[int, int]:
        """The relation as an equation: the parts less the total are nothing; empty without a total."""
        return {} if self.total is None else dict.fromkeys(self.parts, 1) | {self.total: -1}

    def __iter__(self) -> Iterator[int]:
        return iter(self.places)


@dataclass
class Counts:
    """Numerators and denominators as plain numbers, and which cells are hidden so far."""

    numerator: list[float]
    denominator: list[float]
    is_hidden: list[bool]
    others: list[float] = field(init=False)
    """Units without an event."""

    def __post_init__(self) -> None:
        self.others = [n - x for x, n in zip(self.numerator, self.denominator, strict=True)]

    def families(self, places: Sequence[int]) -> Iterable[list[float]]:
        """What a reader could subtract: events, units without one, units."""
        yield [self.numerator[place] for place in places]
        yield [self.others[place] for place in places]
        yield [self.denominator[place] for place in places]

    def add(self, numerators: Sequence[float], denominators: Sequence[float]) -> list[int]:
        """Cells that are shown as yet; their places."""
        first = len(self.is_hidden)
        self.numerator += numerators
        self.denominator += denominators
        self.others += [n - x for x, n in zip(numerators, denominators, strict=True)]
        self.is_hidden += [False] * len(numerators)
        return list(range(first, len(self.is_hidden)))

    def add_rest(self, total: int, parts: Sequence[int]) -> int:
        """A cell for what a total has beside some of its parts, hidden where it is few people; its place."""
        events, units = (
            column[total] - sum(column[place] for place in parts)
            for column in (self.numerator, self.denominator)
        )
        self.numerator.append(events)
        self.denominator.append(units)
        self.others.append(units - events)
        self.is_hidden.append(any(0 < count <= HIDDEN_UP_TO for count in (events, units - events)))
        return len(self.is_hidden) - 1

    def protect(self, relation: Relation) -> list[int]:
        """Hide cells of a relation until no hidden one follows from the rest; returns what was added."""
        before = {place for place in relation.places if self.is_hidden[place]}
        if before:
            self._cover(relation)
        return [place for place in relation.places if self.is_hidden[place] and place not in before]

    def _cover(self, relation: Relation) -> None:
        parts, total = relation.parts, relation.total
        if total is not None and self.is_hidden[total]:
            # A hidden total would follow from parts that are all shown: the smallest of them goes too.
            for column in (self.numerator, self.others):
                holding = [place for place in parts if column[place] > 0]
                if holding and not any(self.is_hidden[place] for place in holding):
                    self.is_hidden[min(holding, key=lambda place: self.denominator[place])] = True
            return
        for counts in self.families(parts):
            found = hide_parts(counts, [self.is_hidden[place] for place in parts])
            for place, hidden in zip(parts, found.is_hidden, strict=True):
                self.is_hidden[place] = hidden
            if found.is_total_hidden and total is not None:
                self.is_hidden[total] = True
                return


def protect_all(counts: Counts, relations: Sequence[Relation]) -> None:
    """Hide until no relation, and no number of them together, gives a small cell away.

    Relations are gone through one by one first, for what one hides another has to protect. What then still
    follows from several of them is covered by the smallest shown cell beside it.
    """
    secret = frozenset(place for place, is_hidden in enumerate(counts.is_hidden) if is_hidden)
    touching: dict[int, list[Relation]] = {}
    for relation in relations:
        for place in relation.places:
            touching.setdefault(place, []).append(relation)
    for together in split(relations):
        changed = together
        while changed:
            _protect_each(counts, changed, touching)
            changed = []
            for place in sorted(find_given_away(counts, together, secret)):
                if (cover := find_cover(counts, touching[place])) is not None:
                    counts.is_hidden[cover] = True
                    changed += touching[cover]


def _protect_each(
    counts: Counts, changed: Sequence[Relation], touching: Mapping[int, Sequence[Relation]]
) -> None:
    waiting = {id(relation): relation for relation in changed}
    while waiting:
        _, relation = waiting.popitem()
        for place in counts.protect(relation):
            waiting |= {id(one): one for one in touching[place]}


def find_given_away(counts: Counts, relations: Sequence[Relation], secret: Container[int]) -> set[int]:
    """Secret cells whose small events, or few units without one, follow from relations taken together."""
    found: set[int] = set()
    for column in (counts.numerator, counts.others):
        # A hidden nought covers nothing: a shown nought above it gives it away.
        equations = [
            {
                place: sign
                for place, sign in relation.signs.items()
                if counts.is_hidden[place] and column[place]
            }
            for relation in relations
        ]
        small = {
            place
            for equation in equations
            for place in equation
            if place in secret
            and (column[place] <= HIDDEN_UP_TO or counts.denominator[place] < MINIMUM_RATE_TRIALS)
        }
        found |= find_determined(equations, small)
    return found


def find_cover(counts: Counts, relations: Sequence[Relation]) -> int | None:
    """The smallest shown cell of relations that holds anybody."""
    shown = {
        place
        for relation in relations
        for place in relation.places
        if not counts.is_hidden[place] and counts.denominator[place] > 0
    }
    return min(shown, key=lambda place: (counts.denominator[place], place), default=None)


def list_relations(raw: pd.DataFrame, counts: Counts, *, weekly: frozenset[str]) -> list[Relation]:
    """All relations of published rows; the rests of months are added to `counts`.

    Args:
        raw: rows with the columns of CELL and `slice_value`; their index is their place in `counts`.
        counts: of all rows.
        weekly: indicators counted by whole weeks, which belong to the month in which they begin.
    """
    return [*_list_slices(raw), *_list_days(raw), *_list_months(raw, counts, weekly)]


def end_of_month(first: dt.date) -> dt.date:
    """The last day of the month that begins on a day."""
    return (first.replace(day=28) + 4 * DAY).replace(day=1) - DAY


def group(rows: pd.DataFrame, names: Sequence[str]) -> dict[tuple[Any, ...], list[Any]]:
    """Positions of the rows by some of their columns."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for position, *key in zip(rows.index.tolist(), *(rows[name].tolist() for name in names), strict=True):
        found.setdefault(tuple(key), []).append(position)
    return found


def _list_slices(raw: pd.DataFrame) -> Iterator[Relation]:
    """The values of each slice, and the whole deployment that they add up to."""
    totals = group(raw[raw["slice"] == "all"], CELL[:4])
    for key, places in group(raw[raw["slice"] != "all"], CELL).items():
        yield Relation(places, totals.get(key[:4], [None])[0])


def _list_days(raw: pd.DataFrame) -> Iterator[Relation]:
    """The days of each week of the whole deployment, and the week."""
    whole = raw[raw["slice"] == "all"]
    weeks = group(whole[whole["period"] == "week"], ["deployment_id", "indicator_id", "period_start"])
    days = whole[whole["period"] == "day"]
    mondays = [day - day.weekday() * DAY for day in days["period_start"]]
    parts = group(days.assign(monday=mondays), ["deployment_id", "indicator_id", "monday"])
    for key, places in parts.items():
        yield Relation(places, weeks.get(key, [None])[0])


def _list_months(raw: pd.DataFrame, counts: Counts, weekly: frozenset[str]) -> Iterator[Relation]:
    """Each month with its whole weeks and its rest, and what the rests are made of."""
    names = ["deployment_id", "indicator_id", "slice", "slice_value", "period_start"]
    dated: dict[str, dict[Cell, dict[dt.date, int]]] = {"day": {}, "week": {}, "month": {}}
    for period, known in dated.items():
        for key, places in group(raw[raw["period"] == period], names).items():
            known.setdefault(key[:4], {})[key[4]] = places[0]
    shared: dict[Cell, list[int]] = {}
    for cell, months in dated["month"].items():
        deployment, indicator, part, _ = cell
        weeks, days = dated["week"].get(cell, {}), dated["day"].get(cell, {})
        if indicator in weekly:
            for first, month in months.items():
                last = end_of_month(first)
                yield Relation([place for start, place in weeks.items() if first <= start <= last], month)
            continue
        for rest in _cut_months(months, weeks, counts):
            yield from rest.relations
            for start, piece in [*rest.pieces.items(), (None, rest.place)]:
                shared.setdefault((deployment, indicator, rest.first, start, part), []).append(piece)
            for start, piece in rest.pieces.items() if part == "all" else ():
                end = min(start + (6 - start.weekday()) * DAY, end_of_month(rest.first))
                yield Relation([place for day, place in days.items() if start <= day <= end], piece)
    for (*where, part), places in shared.items():
        if part != "all":
            yield Relation(places, shared.get((*where, "all"), [None])[0])


@dataclass(frozen=True)
class Rest:
    """What a month has beside its whole weeks: its place, and those of its beginning and end by first day."""

    first: dt.date
    place: int
    pieces: dict[dt.date, int]
    relations: list[Relation]


def _cut_months(
    months: Mapping[dt.date, int], weeks: Mapping[dt.date, int], counts: Counts
) -> Iterator[Rest]:
    """The rests of one cell's months in order: the end of one is what a shared week has beside the next."""
    ends: dict[dt.date, int] = {}
    for first in sorted(months):
        month, last = months[first], end_of_month(first)
        inside = [place for start, place in weeks.items() if first <= start and start + 6 * DAY <= last]
        pieces: dict[dt.date, int] = {}
        relations = []
        monday = first - first.weekday() * DAY
        if monday < first and monday in weeks:
            before = [ends[monday]] if monday in ends else []
            pieces[first] = counts.add_rest(weeks[monday], before)
            relations.append(Relation([*before, pieces[first]], weeks[monday]))
        monday = last - last.weekday() * DAY
        if last < monday + 6 * DAY and monday in weeks:
            pieces[monday] = ends[monday] = counts.add_rest(month, [*inside, *pieces.values()])
            if last + DAY not in months:
                relations.append(Relation([ends[monday]], weeks[monday]))
        rest = counts.add_rest(month, inside)
        relations.append(Relation([*inside, rest], month))
        if pieces:
            relations.append(Relation(list(pieces.values()), rest))
        yield Rest(first, rest, pieces, relations)
