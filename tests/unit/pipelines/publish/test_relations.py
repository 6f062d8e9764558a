"""Everything published of a period as one system of equations: what an attacker makes of it.

Each day and language is an unknown of the attacker, every shown cell an equation. The least and the greatest
value of what has to stay hidden are solved for; they must not meet.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy.optimize import linprog

from pipelines.publish.relations import Counts, Relation, protect_all
from pipelines.publish.suppression import suppress_observations

DAY = dt.timedelta(days=1)
DEFINITIONS = pa.Table.from_pylist(
    [
        {"indicator_id": "missed", "unit": "conversation", "kind": "proportion"},
        {"indicator_id": "reliant", "unit": "user_week", "kind": "proportion"},
    ]
)
SMALL = 10
LEAST_WIDTH = 1.0
Key = tuple[str, dt.date, int | None]
Mask = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Period:
    """Events and units of shape (days, languages), from a first day on."""

    first: dt.date
    events: Mask
    units: Mask

    def cells(self) -> dict[Key, Mask]:
        """Of each published cell, by period, start and language (None is all), what it adds up."""
        found: dict[Key, Mask] = {}
        for place in range(len(self.units)):
            day = self.first + place * DAY
            starts = {"week": day - day.weekday() * DAY, "month": day.replace(day=1)}
            keys: list[Key] = [("day", day, None)]
            keys += [(p, s, v) for p, s in starts.items() for v in (None, *range(self.units.shape[1]))]
            for key in keys:
                mask = found.setdefault(key, np.zeros(self.units.shape, dtype=bool))
                mask[place, slice(None) if key[2] is None else key[2]] = True
        return {key: mask for key, mask in found.items() if key[2] is None or self.units[mask].any()}


def rest_of(month: Key, cells: dict[Key, Mask]) -> Mask:
    """What a month has beside its whole weeks."""
    _, first, value = month
    last = (first.replace(day=28) + 4 * DAY).replace(day=1) - DAY
    left = cells[month].copy()
    for (period, start, other), mask in cells.items():
        if (period, other) == ("week", value) and first <= start and start + 6 * DAY <= last:
            left &= ~mask
    return left


def publish(period: Period) -> dict[Key, bool]:
    """Whether each cell is hidden."""
    cells = period.cells()
    rows = [
        {"deployment_id": "companion", "indicator_id": "missed", "period": name, "period_start": start,
         "slice": "all" if value is None else "language",
         "slice_value": "all" if value is None else str(value),
         "estimate": "raw", "numerator": float(period.events[mask].sum()),
         "denominator": float(period.units[mask].sum()), "is_suppressed": False,
         "numerator_rounded": None, "denominator_rounded": None}
        for (name, start, value), mask in cells.items()
    ]  # fmt: skip
    marks = suppress_observations(pa.Table.from_pylist(rows), DEFINITIONS)["is_suppressed"].to_pylist()
    return dict(zip(cells, marks, strict=True))


def find_broken(period: Period) -> list[tuple[Any, ...]]:
    """Small counts that the shown cells give away, with the least and the greatest value."""
    cells, hidden = period.cells(), publish(period)
    secrets: list[tuple[Any, Mask]] = [(key, mask) for key, mask in cells.items() if hidden[key]]
    secrets += [(("rest", *key[1:]), rest_of(key, cells)) for key in cells if key[0] == "month"]
    equations = np.array([mask.ravel() for key, mask in cells.items() if not hidden[key]], dtype=float)
    broken = []
    for counts in (period.events, period.units - period.events):
        totals = equations @ counts.ravel()
        for key, mask in secrets:
            is_small = 0 < counts[mask].sum() <= SMALL and period.events[mask].any()
            if is_small and len(equations):
                low, high = (
                    linprog(sign * mask.ravel(), A_eq=equations, b_eq=totals, bounds=(0, None)).fun
                    for sign in (1.0, -1.0)
                )
                if high is not None and -high - low < LEAST_WIDTH:
                    broken.append((key, low, -high))
            elif is_small:
                assert hidden  # nothing at all is shown
    return broken


def made(first: dt.date, days: int, languages: int, scale: float, seed: int) -> Period:
    """Random counts: languages and days of very different size."""
    rng = np.random.default_rng(seed)
    size = rng.choice([0.02, 0.1, 0.3, 1.0], size=languages) * rng.choice([0.3, 1, 2], size=(days, 1))
    units = rng.poisson(scale * size)
    return Period(first, rng.binomial(units, rng.choice([0.02, 0.1, 0.3])), units)


@pytest.mark.parametrize("seed", range(30))
def test_nobody_can_work_a_small_cell_out_of_days_weeks_months_and_languages(seed: int):
    rng = np.random.default_rng(100 + seed)
    first = dt.date(2026, 1, 1) + int(rng.integers(0, 300)) * DAY
    days, languages = int(rng.integers(20, 64)), int(rng.integers(2, 5))
    assert find_broken(made(first, days, languages, float(rng.choice([20, 60, 200, 800])), seed)) == []


def test_small_cells_that_follow_from_relations_taken_together_are_covered():
    parts, totals = [0, 1, 2], [3, 4, 5]
    counts = Counts([8.0] * 3 + [16.0] * 3, [100.0] * 3 + [200.0] * 3, [True] * 3 + [False] * 3)
    pairs = [Relation([0, 1], 3), Relation([1, 2], 4), Relation([0, 2], 5)]
    assert [counts.protect(pair) for pair in pairs] == [[], [], []]  # each by itself leaves room
    protect_all(counts, pairs)
    assert all(counts.is_hidden[place] for place in parts)
    assert any(counts.is_hidden[place] for place in totals)


def test_a_hidden_total_takes_the_smallest_part_with_it():
    counts = Counts([100.0, 60.0, 40.0], [1000.0, 600.0, 400.0], [True, False, False])
    assert counts.protect(Relation([1, 2], 0)) == [2]
    assert counts.protect(Relation([1, 2], 0)) == []


def test_a_week_of_few_events_does_not_follow_from_its_month_the_other_weeks_and_the_days_left_over():
    events = np.full((35, 1), 15)
    events[14:21] = 1  # 12 to 18 October
    period = Period(dt.date(2026, 9, 28), events, np.full((35, 1), 500))
    assert publish(period)["week", dt.date(2026, 10, 12), None]
    assert find_broken(period) == []


def test_the_days_left_over_of_a_language_do_not_follow_from_the_other_language():
    events = np.tile([[20, 20]], (31, 1))
    events[:4], events[25:] = [0, 3], [0, 3]
    events[29, 0] = 4
    period = Period(dt.date(2026, 10, 1), events, np.tile([[300, 200]], (31, 1)))
    assert find_broken(period) == []


def test_users_of_whole_weeks_belong_to_the_month_in_which_the_week_begins():
    mondays = [dt.date(2026, 10, 5) + number * 7 * DAY for number in range(4)]
    plain = {"deployment_id": "companion", "indicator_id": "reliant", "slice": "all", "slice_value": "all",
             "estimate": "raw", "is_suppressed": False, "numerator_rounded": None,
             "denominator_rounded": None}  # fmt: skip
    counts = [(40, 300), (40, 300), (40, 300), (4, 300), (124, 1200)]
    spans = [*(("week", monday) for monday in mondays), ("month", dt.date(2026, 10, 1))]
    rows = [
        plain | {"period": name, "period_start": start, "numerator": float(x), "denominator": float(n)}
        for (name, start), (x, n) in zip(spans, counts, strict=True)
    ]
    found = suppress_observations(pa.Table.from_pylist(rows), DEFINITIONS)["is_suppressed"].to_pylist()
    assert found[3]
    assert sum(found) > 1
