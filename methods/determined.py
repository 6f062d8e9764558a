"""Which unknowns of a system of linear equations have one value only, whatever the others are.

For tables whose hidden cells must not follow from the shown ones: every relation of a table gives an equation
of its hidden cells. Bounds are not looked at here. An unknown is determined where every solution of the
equations with nothing on their right sides has nothing there. One solution drawn at random shows it: where
some have something there, a drawn one has nothing with a chance of one in 10^18. Sources: Gaussian
elimination, the sparsest first (Markowitz 1957, Management Science 3:255); Schwartz 1980 (Journal of the ACM
27:701) for the draw.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from heapq import heapify, heappop, heappush
from typing import TypeVar

import numpy as np

PRIME = 2**61 - 1
"""Numbers are counted modulo this, so that nothing is rounded: coefficients are whole and small."""

SEED = 61
"""Of the draw: the same equations give the same answer."""

Equation = Mapping[int, int]
Row = TypeVar("Row", bound=Iterable[int])


def find_determined(equations: Sequence[Equation], wanted: Container[int]) -> frozenset[int]:
    """Those of the wanted unknowns that follow from the equations; right sides do not matter."""
    solved = _eliminate([dict(equation) for equation in equations])
    given = {unknown for unknown, _ in solved}
    free = sorted({unknown for equation in equations for unknown in equation} - given)
    drawn = np.random.default_rng(SEED).integers(1, PRIME, size=len(free))
    value: dict[int, int] = dict(zip(free, drawn.tolist(), strict=True))
    for unknown, equation in reversed(solved):
        others = sum(factor * value[other] for other, factor in equation.items() if other != unknown)
        value[unknown] = -others * pow(equation[unknown], -1, PRIME) % PRIME
    return frozenset(unknown for unknown, one in value.items() if not one and unknown in wanted)


def split(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Groups of rows that share no unknown with another group."""
    holding: dict[int, list[int]] = {}
    for place, row in enumerate(rows):
        for unknown in row:
            holding.setdefault(unknown, []).append(place)
    left = set(range(len(rows)))
    while left:
        waiting, members = [left.pop()], []
        while waiting:
            members.append(waiting.pop())
            for unknown in rows[members[-1]]:
                near = [other for other in holding.pop(unknown, ()) if other in left]
                left.difference_update(near)
                waiting.extend(near)
        yield [rows[place] for place in sorted(members)]


def _eliminate(rows: list[dict[int, int]]) -> list[tuple[int, dict[int, int]]]:
    """Unknowns with an equation that gives each from those that come later or never."""
    holding: dict[int, set[int]] = {}
    for place, row in enumerate(rows):
        for unknown in row:
            holding.setdefault(unknown, set()).add(place)
    waiting = [(len(places), unknown) for unknown, places in holding.items()]
    heapify(waiting)
    solved = []
    while waiting:
        size, unknown = heappop(waiting)
        places = holding[unknown]
        if size != len(places):
            heappush(waiting, (len(places), unknown))
            continue
        if not places:
            continue
        pivot = min(places, key=lambda place: (len(rows[place]), place))
        taken = rows[pivot]
        for other in taken:
            holding[other].discard(pivot)
        for place in sorted(places):
            for other in _subtract(rows[place], taken, unknown):
                holding[other].symmetric_difference_update({place})
        for other in taken:
            heappush(waiting, (len(holding[other]), other))
        solved.append((unknown, taken))
    return solved


def _subtract(row: dict[int, int], taken: Mapping[int, int], unknown: int) -> list[int]:
    """Take a multiple of an equation from another, so that an unknown is gone; returns who came or went."""
    share = row[unknown] * pow(taken[unknown], -1, PRIME) % PRIME
    changed = []
    for other, factor in taken.items():
        left = (row.get(other, 0) - share * factor) % PRIME
        if (left != 0) != (other in row):
            changed.append(other)
        if left:
            row[other] = left
        else:
            row.pop(other, None)
    return changed
