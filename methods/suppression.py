"""Which numbers must not leave, so that no small group can be seen or worked out from what is shown.

Primary: a count of 1 to 10 is hidden; a rate with fewer than 30 units is hidden. Complementary: more cells
are hidden until nobody can recover a primary one from totals and the other cells; every result is audited
with linear programming. Two releases may be subtracted: `already_hidden` keeps hidden what an earlier one
hid, for a caller who knows that release. Publish does not; what follows from it is said in
`docs/safety_properties.md`. Rates, intervals and shares of a hidden cell are hidden with it, since they give
the count away. Sources: Fischetti & Salazar-Gonzalez 2001 (Management Science 47:1008); Giessing & Repsilber
2002 (hypercubes); Hundepool et al. 2012.
"""

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog

from methods.errors import InvalidArgumentError, InvalidCountsError
from methods.intervals import FloatArray

HIDDEN_UP_TO = 10
"""Counts from 1 to this are hidden in everything that leaves."""

MINIMUM_RATE_TRIALS = 30
"""A rate, share or interval over fewer units is hidden."""

MINIMUM_WIDTH = 5.0
"""What an attacker can work out of a primary cell must stay at least this uncertain."""

SMALLEST_HIDDEN = 1.0
"""Every nought is shown, so whoever sees a hidden cell knows that it is at least this."""

Mask = NDArray[np.bool_]

_OPTIMAL, _UNBOUNDED = 0, 3  # states of scipy.optimize.linprog


@dataclass(frozen=True)
class SuppressedColumn:
    """Which counts of a list are hidden, and whether their total must be too."""

    is_hidden: Mask
    is_total_hidden: bool


@dataclass(frozen=True)
class SuppressedTable:
    """Masks of shape (rows + 1, columns + 1): the last row and column are the totals.

    `low` and `high` are what can be worked out of each cell; both are the value where it is shown.
    """

    is_hidden: Mask
    is_primary: Mask
    low: FloatArray
    high: FloatArray


def is_small(counts: ArrayLike, *, hidden_up_to: int = HIDDEN_UP_TO) -> Mask:
    """Counts from 1 to the limit; 0 tells of nobody, NaN is not a number that is shown."""
    value = np.asarray(counts, dtype=float)
    if np.any(value < 0):
        raise InvalidCountsError("counts must not be negative")
    return np.asarray((value > 0) & (value <= hidden_up_to))


def suppress_column(
    counts: ArrayLike,
    *,
    is_total_shown: bool = True,
    already_hidden: ArrayLike | None = None,
    hidden_up_to: int = HIDDEN_UP_TO,
    minimum_width: float = MINIMUM_WIDTH,
) -> SuppressedColumn:
    """Counts of separate groups with their total: hides small ones, and others until none is recoverable.

    With the total shown the sum of the hidden counts is known; `leaves_room` says what they must leave each
    other. The smallest shown counts go first; if all are hidden and it is not enough, the total goes.
    """
    value = _whole(counts)
    is_primary = is_small(value, hidden_up_to=hidden_up_to)
    is_hidden = is_primary | _mask(already_hidden, value.shape)
    total = float(np.nansum(value))
    is_total_hidden = bool(is_small(total, hidden_up_to=hidden_up_to))
    if not is_total_shown or is_total_hidden:
        return SuppressedColumn(is_hidden, is_total_hidden)
    while is_primary.any():
        if leaves_room(value[is_hidden], hidden_up_to=hidden_up_to, minimum_width=minimum_width):
            break
        shown = np.flatnonzero(~is_hidden & (value > 0))
        if shown.size == 0:
            return SuppressedColumn(is_hidden, True)
        is_hidden[shown[np.argmin(value[shown])]] = True
    return SuppressedColumn(is_hidden, False)


def leaves_room(
    hidden: ArrayLike, *, hidden_up_to: int = HIDDEN_UP_TO, minimum_width: float = MINIMUM_WIDTH
) -> bool:
    """Whether hidden counts whose sum is known keep the small ones among them secret.

    Each is at least 1, so each may be anything from 1 to what the others leave when they are 1: that range
    must reach the width, and no small count may lie at its upper end.
    """
    counts = np.asarray(hidden, dtype=float)
    counts = counts[np.isfinite(counts) & (counts > 0)]
    if counts.size < 2:
        return False
    greatest = counts.sum() - SMALLEST_HIDDEN * (counts.size - 1)
    is_wide = greatest - SMALLEST_HIDDEN >= minimum_width
    return bool(is_wide and np.all(counts[counts <= hidden_up_to] < greatest))


def suppress_rates(
    numerators: ArrayLike,
    denominators: ArrayLike,
    *,
    is_total_shown: bool = True,
    already_hidden: ArrayLike | None = None,
    hidden_up_to: int = HIDDEN_UP_TO,
    minimum_trials: int = MINIMUM_RATE_TRIALS,
) -> SuppressedColumn:
    """Rows of numerator, denominator and rate: hidden as a whole, because two of the three give the third.

    Hidden are small numerators, small remainders (denominator less numerator), denominators below 30, and
    then whatever keeps these from being worked out of totals.
    """
    x, n = _whole(numerators), _whole(denominators)
    if x.shape != n.shape or np.any(x > n):
        raise InvalidCountsError("a numerator must not exceed its denominator, one a row")
    primary = is_small(x, hidden_up_to=hidden_up_to) | is_small(n - x, hidden_up_to=hidden_up_to)
    primary |= (n > 0) & (n < minimum_trials)
    is_hidden = primary | _mask(already_hidden, x.shape)
    totals_hidden = False
    while True:
        before = is_hidden.copy()
        for counts in (x, n - x, n):
            found = suppress_column(
                counts, is_total_shown=is_total_shown, already_hidden=is_hidden, hidden_up_to=hidden_up_to
            )
            is_hidden, totals_hidden = found.is_hidden, totals_hidden or found.is_total_hidden
        # A row hidden for its rate must not stand alone either: the total less the others would show it.
        if is_total_shown and not totals_hidden and is_hidden.sum() == 1:
            shown = np.flatnonzero(~is_hidden & (n > 0))
            totals_hidden = shown.size == 0
            is_hidden[shown[np.argsort(n[shown])[:1]]] = True
        if np.array_equal(before, is_hidden):
            return SuppressedColumn(is_hidden, totals_hidden)


def suppress_table(
    table: ArrayLike,
    *,
    primary: ArrayLike | None = None,
    already_hidden: ArrayLike | None = None,
    hidden_up_to: int = HIDDEN_UP_TO,
    minimum_width: float = MINIMUM_WIDTH,
) -> SuppressedTable:
    """A two-way table of counts with its totals: hides rectangles around small cells until the audit passes.

    `primary` and `already_hidden` may be given for the inner cells or with totals (one row and column more).
    """
    extended = _with_totals(_whole(table))
    is_primary = is_small(extended, hidden_up_to=hidden_up_to)
    if primary is not None:
        is_primary = _mask(primary, extended.shape)
    is_hidden = is_primary | _mask(already_hidden, extended.shape)
    while True:
        low, high = audit_table(extended[:-1, :-1], is_hidden=is_hidden, smallest_hidden=SMALLEST_HIDDEN)
        exposed = [
            cell
            for cell in map(tuple, np.argwhere(is_primary))
            if not _is_safe(extended, low, high, cell=cell, width=minimum_width)
        ]
        if not exposed:
            return SuppressedTable(is_hidden, is_primary, low, high)
        added = _cheapest_rectangle(extended, is_hidden, cell=exposed[0], width=minimum_width)
        if added is None:
            # Nothing is left that would protect it: the whole table goes.
            is_hidden = np.ones_like(is_hidden)
            low, high = audit_table(extended[:-1, :-1], is_hidden=is_hidden, smallest_hidden=SMALLEST_HIDDEN)
            return SuppressedTable(is_hidden, is_primary, low, high)
        for cell in added:
            is_hidden[cell] = True


def audit_table(
    table: ArrayLike, *, is_hidden: ArrayLike, smallest_hidden: float = 0.0
) -> tuple[FloatArray, FloatArray]:
    """What anyone can work out of each cell from the shown ones: smallest and largest value, totals included.

    `smallest_hidden` is what a hidden cell is known to be at least, where smaller ones are always shown.
    Two linear programmes a hidden cell; a hidden cell without an upper limit gets infinity.
    """
    extended = _with_totals(_whole(table))
    hidden = _mask(is_hidden, extended.shape)
    low, high = extended.copy(), extended.copy()
    cells = [tuple(cell) for cell in np.argwhere(hidden)]
    if not cells:
        return low, high
    rows, columns = extended.shape
    signs = np.ones((rows, columns))
    equations, totals = [], []
    for line in [(row, slice(None)) for row in range(rows)] + [
        (slice(None), column) for column in range(columns)
    ]:
        # Every line of the table with totals sums to twice its total: inner cells less the total are 0.
        sign = np.zeros_like(signs)
        sign[line] = 1.0
        last = (line[0], columns - 1) if isinstance(line[1], slice) else (rows - 1, line[1])
        sign[last] = -1.0
        equations.append([sign[cell] for cell in cells])
        totals.append(-float((sign * np.where(hidden, 0.0, extended)).sum()))
    # A nought may be hidden to cover another cell.
    bounds = [(min(smallest_hidden, extended[cell]), None) for cell in cells]
    for position, cell in enumerate(cells):
        goal = np.zeros(len(cells))
        for direction, result in ((1.0, low), (-1.0, high)):
            goal[position] = direction
            found = linprog(
                goal, A_eq=np.array(equations), b_eq=np.array(totals), bounds=bounds, method="highs"
            )
            if found.status not in (_OPTIMAL, _UNBOUNDED):
                raise InvalidArgumentError(f"the audit of cell {cell} failed: {found.message}")
            result[cell] = np.inf if found.status == _UNBOUNDED else direction * float(found.fun or 0.0)
    return np.round(low, 9), np.round(high, 9)


def round_counts(counts: ArrayLike, *, base: int = 5) -> NDArray[np.int_]:
    """To the nearest multiple, halves up; totals must be computed from rounded parts or said not to add."""
    return (np.floor(np.asarray(counts, dtype=float) / base + 0.5) * base).astype(int)


def _is_safe(extended: FloatArray, low: FloatArray, high: FloatArray, *, cell: Any, width: float) -> bool:
    """Wide enough, and the true value strictly inside, unless it is the least that a hidden cell can be."""
    is_above = low[cell] < extended[cell] or extended[cell] <= SMALLEST_HIDDEN
    return bool(high[cell] - low[cell] >= width and is_above and extended[cell] < high[cell])


def _cheapest_rectangle(
    extended: FloatArray, is_hidden: Mask, *, cell: Any, width: float
) -> list[tuple[int, int]] | None:
    """The other corners of the rectangle that hides the smallest sum and leaves the cell room both ways.

    Moving a cell by d moves two corners against it and the opposite one with it, so the smallest of each
    pair is the room. Rectangles without enough room come last; None when every rectangle is hidden already.
    """
    row, column = cell
    best: tuple[bool, float, list[tuple[int, int]]] | None = None
    rows, columns = extended.shape
    for other_row, other_column in product(range(rows), range(columns)):
        if other_row == row or other_column == column:
            continue
        corners = [(row, other_column), (other_row, column), (other_row, other_column)]
        new = [corner for corner in corners if not is_hidden[corner]]
        if not new:
            continue
        down = min(extended[cell], extended[corners[2]])
        up = min(extended[corners[0]], extended[corners[1]])
        is_tight = down + up < width or min(down, up) <= 0
        found = (bool(is_tight), float(sum(extended[corner] for corner in new)), new)
        if best is None or found[:2] < best[:2]:
            best = found
    return best[2] if best else None


def _with_totals(inner: FloatArray) -> FloatArray:
    if inner.ndim != 2 or np.isnan(inner).any():
        raise InvalidArgumentError("a two-way table needs rows and columns, and a number in every cell")
    rows = np.hstack([inner, inner.sum(axis=1, keepdims=True)])
    return np.vstack([rows, rows.sum(axis=0, keepdims=True)])


def _mask(given: ArrayLike | None, shape: tuple[int, ...]) -> Mask:
    """The mask itself, or with unhidden totals added when it was given for the inner cells."""
    if given is None:
        return np.zeros(shape, dtype=bool)
    mask = np.array(given, dtype=bool)
    if len(shape) == 2 and mask.shape == (shape[0] - 1, shape[1] - 1):
        mask = np.pad(mask, ((0, 1), (0, 1)))
    if mask.shape != shape:
        raise InvalidArgumentError(f"the mask has shape {mask.shape}, the counts need {shape}")
    return mask


def _whole(counts: ArrayLike) -> FloatArray:
    value = np.asarray(counts, dtype=float)
    known = value[~np.isnan(value)]
    if np.any(known < 0) or np.any(known != np.round(known)):
        raise InvalidCountsError("counts that leave must be whole numbers not below 0")
    return value
