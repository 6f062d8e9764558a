"""No small count of people follows from all that is shown, of several indicators together.

The attacker knows what every indicator counts. Conversations of one day, group and kind are an unknown; every
shown numerator and denominator is an equation, and a shown nought says that nothing of it was there. A count
follows where it is a sum of equations. Nothing of the code that hides is used, but the marks that it sets.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from pipelines.publish.suppression import suppress_observations

DAY = dt.timedelta(days=1)
FIRST = dt.date(2026, 10, 1)
DAYS = 42
GROUPS = {"unknown": 60, "woman": 25, "man": 20, "non_binary": 0.5}
"""Conversations of a day."""
KINDS = {"not read": 0.03, "quiet": 0.7, "quiet, handed over": 0.05, "missed": 0.1, "helped": 0.12}
"""And the chance of each."""
LENGTHS = {"short": 0.7, "long": 0.3}
AT_RISK, HANDED_OVER = {"missed", "helped"}, {"quiet, handed over", "helped"}
ALL, READ = set(KINDS), set(KINDS) - {"not read"}
INDICATORS: dict[str, tuple[set[str], set[str], set[str]]] = {
    "long_share": (ALL, {"long"}, ALL),
    "handed_over": (HANDED_OVER, set(LENGTHS), READ),
    "at_risk": (AT_RISK, set(LENGTHS), READ),
    "precision": ({"helped"}, set(LENGTHS), HANDED_OVER),
    "missed": ({"missed"}, set(LENGTHS), AT_RISK),
    "helped": ({"helped"}, set(LENGTHS), AT_RISK),
    "long_at_risk": (AT_RISK, {"long"}, AT_RISK),
}
"""Kinds and lengths of the numerator, kinds of the denominator."""
SMALL = 10
Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Row:
    """A published observation, and what of shape (days, groups, kinds, lengths) it counts."""

    fields: dict[str, Any]
    events: Mask
    units: Mask


def make_counts(seed: int) -> np.ndarray[Any, Any]:
    rng = np.random.default_rng(seed)
    size = rng.poisson(np.array(list(GROUPS.values())), size=(DAYS, len(GROUPS)))
    chances = np.outer(list(KINDS.values()), list(LENGTHS.values())).ravel()
    return rng.multinomial(size, chances).reshape(DAYS, len(GROUPS), len(KINDS), len(LENGTHS))


def list_rows(counts: np.ndarray[Any, Any]) -> Iterator[Row]:
    dates = [FIRST + number * DAY for number in range(DAYS)]
    starts = {
        "day": dates,
        "week": [day - day.weekday() * DAY for day in dates],
        "month": [day.replace(day=1) for day in dates],
    }
    for period, begins in starts.items():
        for start in sorted(set(begins)):
            is_in = np.array([one == start for one in begins])
            for group in ("all", *GROUPS) if period != "day" else ("all",):
                is_of = np.array([group in {"all", one} for one in GROUPS])
                cell = is_in[:, None, None, None] & is_of[None, :, None, None]
                for indicator, (kinds, lengths, of) in INDICATORS.items():
                    units = cell & np.isin(list(KINDS), list(of))[:, None] & np.ones(len(LENGTHS), dtype=bool)
                    is_event = np.isin(list(KINDS), list(kinds))[:, None] & np.isin(
                        list(LENGTHS), list(lengths)
                    )
                    fields = {
                        "deployment_id": "companion", "indicator_id": indicator, "period": period,
                        "period_start": start, "slice": "all" if group == "all" else "gender",
                        "slice_value": group, "estimate": "raw", "is_suppressed": False,
                        "numerator": float(counts[units & is_event].sum()),
                        "denominator": float(counts[units].sum()),
                        "numerator_rounded": None, "denominator_rounded": None,
                    }  # fmt: skip
                    yield Row(fields, units & is_event, units)


def mark(rows: list[Row]) -> list[bool]:
    definitions = [{"indicator_id": one, "unit": "conversation", "kind": "proportion"} for one in INDICATORS]
    table = pa.Table.from_pylist([row.fields for row in rows])
    marks = suppress_observations(table, pa.Table.from_pylist(definitions))["is_suppressed"]
    return [bool(one) for one in marks.to_pylist()]


def list_secrets(rows: list[Row]) -> Iterator[tuple[str, Mask]]:
    """What must not follow where it is small: events, units, units without one, and those not read."""
    beside = {"long_share": "handed_over"}
    names = ("indicator_id", "period", "period_start", "slice_value")
    units = {tuple(row.fields[name] for name in names): row for row in rows}
    for (indicator, *cell), row in units.items():
        place = f"{indicator} {cell}"
        yield f"events of {place}", row.events
        yield f"units of {place}", row.units
        yield f"others of {place}", row.units & ~row.events
        if indicator in beside:
            yield f"not read of {place}", row.units & ~units[beside[indicator], *cell].units
        if cell[0] == "month":
            for name, days in list_rests(cell[1]):
                of_days = days[:, None, None, None]
                yield f"events of {name} of {place}", row.events & of_days
                yield f"units of {name} of {place}", row.units & of_days


def list_rests(first: dt.date) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Days that a month has beside its whole weeks: at its beginning, at its end, and both."""
    dates = [FIRST + number * DAY for number in range(DAYS)]
    inside = [day for day in dates if day.replace(day=1) == first]
    weeks: dict[dt.date, set[dt.date]] = {}
    for day in inside:
        weeks.setdefault(day - day.weekday() * DAY, set()).add(day)
    rests = [days for days in weeks.values() if len(days) < 7]
    for days in [*rests, set().union(*rests)]:
        yield f"{len(days)} days beside weeks", np.array([day in days for day in dates])


def find_followed(counts: np.ndarray[Any, Any], rows: list[Row], hidden: list[bool]) -> list[str]:
    shown = [row for row, is_hidden in zip(rows, hidden, strict=True) if not is_hidden]
    known = [mask for row in shown for mask in (row.events, row.units, row.units & ~row.events)]
    nobody = np.any([mask for mask in known if not counts[mask].sum()], axis=0)
    left = ~nobody.ravel()
    equations = np.array([mask.ravel()[left] for mask in known], dtype=float)
    _, size, basis = np.linalg.svd(np.unique(equations, axis=0), full_matrices=False)
    basis = basis[size > 1e-9 * size[0]]
    found = []
    for name, mask in list_secrets(rows):
        if 0 < counts[mask].sum() <= SMALL:
            asked = mask.ravel()[left].astype(float)
            if np.abs(asked - (asked @ basis.T) @ basis).max() < 1e-7:
                found.append(f"{name}: {counts[mask].sum()}")
    return found


@pytest.mark.parametrize("seed", range(3))
def test_no_small_count_follows_from_what_several_indicators_show(seed: int):
    counts = make_counts(seed)
    rows = list(list_rows(counts))
    hidden = mark(rows)
    assert not all(hidden)
    assert find_followed(counts, rows, hidden) == []


def test_the_same_rows_in_another_order_are_hidden_alike():
    rows = list(list_rows(make_counts(9)))
    order = np.random.default_rng(9).permutation(len(rows))
    marks = mark(rows)
    assert [marks[place] for place in order] == mark([rows[place] for place in order])
