"""Which unknowns of a system of linear equations have one value only, whatever the others are.

For tables whose hidden cells must not follow from the shown ones: every relation of a table gives an equation
of its hidden cells. Bounds are not looked at here. Source: Gauss-Jordan elimination; an unknown is determined
when its row of the reduced echelon form holds nothing else.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

import numpy as np

TOLERANCE = 1e-9
"""Below this a coefficient is zero: those given are whole and small."""

Equation = Mapping[int, int]
Row = TypeVar("Row", bound=Iterable[int])


def find_determined(equations: Sequence[Equation], wanted: Container[int]) -> frozenset[int]:
    """Those of the wanted unknowns that follow from the equations; right sides do not matter.

    An equation with an unknown of its own says nothing of the others. Where nobody asks for that one, or it
    has two, it is set aside before anything is solved, and so are most.
    """
    holding: dict[int, set[int]] = {}
    for place, equation in enumerate(equations):
        for unknown in equation:
            holding.setdefault(unknown, set()).add(place)
    left = set(range(len(equations)))
    waiting = list(left)
    while waiting:
        place = waiting.pop()
        if place not in left:
            continue
        own = [unknown for unknown in equations[place] if len(holding[unknown]) == 1]
        if len(own) > 1 or any(unknown not in wanted for unknown in own):
            left.discard(place)
            for unknown in equations[place]:
                holding[unknown].discard(place)
                waiting.extend(holding[unknown])
    groups = split([equations[place] for place in sorted(left)])
    return frozenset(unknown for group in groups for unknown in _solve(group) if unknown in wanted)


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


def _solve(equations: Sequence[Equation]) -> list[int]:
    names = list(Counter(unknown for equation in equations for unknown in equation))
    column = {name: place for place, name in enumerate(names)}
    matrix = np.zeros((len(equations), len(names)))
    for row, equation in enumerate(equations):
        for name, coefficient in equation.items():
            matrix[row, column[name]] = coefficient
    done = 0
    for place in range(len(names)):
        if done == len(equations):
            break
        pivot = done + int(np.argmax(np.abs(matrix[done:, place])))
        if abs(matrix[pivot, place]) < TOLERANCE:
            continue
        matrix[[done, pivot]] = matrix[[pivot, done]]
        matrix[done] /= matrix[done, place]
        others = np.flatnonzero(np.abs(matrix[:, place]) > TOLERANCE)
        others = others[others != done]
        matrix[others] -= np.outer(matrix[others, place], matrix[done])
        done += 1
    alone = matrix[:done][(np.abs(matrix[:done]) > TOLERANCE).sum(axis=1) == 1]
    return [names[int(np.argmax(np.abs(row)))] for row in alone]
