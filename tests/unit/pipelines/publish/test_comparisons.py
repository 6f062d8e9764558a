"""Comparisons of groups that leave: nobody makes a small count out of a ratio, however it is taken apart.

The attack is that of a reader with the file alone: a figure of a shown group is a fraction of whole numbers,
found by continued fractions, and gives the rest's counts: further equations beside every shown cell.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from scipy.optimize import linprog

from pipelines.assess.equity.groups import judge_groups
from pipelines.publish.comparisons import suppress_equity
from pipelines.publish.extract import hide
from pipelines.publish.suppression import suppress_observations
from pipelines.schemas.published import EQUITY

DAY = dt.timedelta(days=1)
FIRST = dt.date(2026, 9, 28)
WEEKS = 9
WINDOW = FIRST + 7 * (WEEKS - 4) * DAY
DEFINITIONS = pa.Table.from_pylist([{"indicator_id": "missed", "unit": "conversation", "kind": "proportion"}])
SMALL = 10
LEAST_WIDTH = 1.0
SLICES = ("language", "age_band")
ABOUT = {"deployment_id": "companion", "indicator_id": "missed"}
Counts = np.ndarray[Any, Any]
Key = tuple[str, dt.date, str, str]


@dataclass(frozen=True)
class Home:
    """Events and units of shape (days, languages, age bands)."""

    events: Counts
    units: Counts

    def masks(self) -> dict[Key, Counts]:
        """Of each published cell what it adds up, by period, start, slice and value."""
        found: dict[Key, Counts] = {}
        for place in range(len(self.units)):
            day = FIRST + place * DAY
            starts = {"day": day, "week": day - day.weekday() * DAY, "month": day.replace(day=1)}
            for period, start in starts.items():
                for name, value, part in self.parts() if period != "day" else [("all", "all", ())]:
                    key = (period, start, name, value)
                    mask = found.setdefault(key, np.zeros(self.units.shape, dtype=bool))
                    mask[(place, *part)] = True
        return found

    def parts(self) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
        """Slices with their values, and where these lie."""
        yield "all", "all", ()
        for axis, name in enumerate(SLICES):
            for value in range(self.units.shape[axis + 1]):
                yield name, f"{name}_{value}", (value,) if axis == 0 else (slice(None), value)

    def groups(self) -> dict[tuple[str, str], Counts]:
        """Of each compared group what it adds up."""
        found: dict[tuple[str, str], Counts] = {}
        for (period, start, name, value), mask in self.masks().items():
            if period == "week" and start >= WINDOW:
                found[name, value] = found.get((name, value), np.zeros_like(mask)) | mask
        return found


def publish(home: Home) -> tuple[dict[Key, bool], list[dict[str, Any]]]:
    """Whether each cell is hidden, and the comparisons as they leave."""
    observations = mark_observations(home)
    equity = pa.Table.from_pylist(compare(home), schema=EQUITY.arrow_schema)
    left = hide(suppress_equity(equity, observations, DEFINITIONS), EQUITY).to_pylist()
    return dict(zip(home.masks(), observations["is_suppressed"].to_pylist(), strict=True)), left


def mark_observations(home: Home) -> pa.Table:
    """All cells with their marks."""
    cells = [
        ABOUT | {"period": period, "period_start": start, "slice": name, "slice_value": value,
         "estimate": "raw", "numerator": float(home.events[mask].sum()),
         "denominator": float(home.units[mask].sum()), "is_suppressed": False,
         "numerator_rounded": None, "denominator_rounded": None}
        for (period, start, name, value), mask in home.masks().items()
    ]  # fmt: skip
    return suppress_observations(pa.Table.from_pylist(cells), DEFINITIONS)


def compare(home: Home) -> list[dict[str, Any]]:
    """The comparisons, not yet marked."""
    compared: list[dict[str, Any]] = []
    for name in SLICES:
        values = {value: mask for (part, value), mask in home.groups().items() if part == name}
        totals = pd.DataFrame(
            [(home.events[mask].sum(), home.units[mask].sum(), 1.0, 64, 1000) for mask in values.values()],
            index=list(values),
            columns=["numerator", "denominator", "deff", "persons", "conversations"],
        )
        days = {"first_day": WINDOW, "last_day": WINDOW + 27 * DAY, "slice": name, "generation": 1}
        compared += [ABOUT | days | row for row in judge_groups(totals, [], {}, deff=1.0)]
    return compared


def rebuild(row: dict[str, Any], units: int) -> set[Fraction]:
    """The shares of the rest that the figures of a row give, with at most so many units."""
    own = row["numerator"] / row["denominator"]
    guesses = {own - row["difference_per_1000"] / 1000} if row["difference_per_1000"] is not None else set()
    if row["ratio"]:
        guesses.add(own / row["ratio"])
    found = {guess: Fraction(guess).limit_denominator(units) for guess in guesses}
    return {share for guess, share in found.items() if abs(float(share) - guess) < 1e-9}


def made(seed: int) -> Home:
    """Random counts: languages, ages and days of very different size."""
    rng = np.random.default_rng(seed)
    shape = (7 * WEEKS, int(rng.integers(2, 5)), int(rng.integers(2, 4)))
    size = rng.choice([0.05, 0.3, 1.0], size=shape[1:]) * rng.choice([0.5, 1, 2], size=(shape[0], 1, 1))
    units = rng.poisson(float(rng.choice([4, 20, 80, 300])) * size)
    return Home(rng.binomial(units, rng.choice([0.01, 0.05, 0.2])), units)


@pytest.mark.parametrize("seed", range(24))
def test_no_figure_of_a_comparison_gives_a_small_count_away(seed: int):
    home = made(seed)
    hidden, left = publish(home)
    groups, masks = home.groups(), home.masks()
    known = [mask for key, mask in masks.items() if not hidden[key]]
    for row in left:
        mask = groups[row["slice"], row["slice_value"]]
        rest = groups["all", "all"] & ~mask
        if row["is_suppressed"]:
            assert all(row[name] is None for name in ("numerator", "ratio", "ci_low", "shrunk_share"))
            continue
        known += [mask, rest]
        events, units = int(home.events[rest].sum()), int(home.units[rest].sum())
        assert rebuild(row, units) in ({Fraction(events, units)}, set())
        assert not 0 < events <= SMALL
        assert not (events and 0 < units - events <= SMALL)
    equations = np.array([mask.ravel() for mask in known], dtype=float)
    secrets = [mask for key, mask in masks.items() if hidden[key]]
    for counts in (home.events, home.units - home.events):
        totals = equations @ counts.ravel()
        for mask in secrets:
            if not (0 < counts[mask].sum() <= SMALL and home.events[mask].any()):
                continue
            low, high = (
                linprog(sign * mask.ravel(), A_eq=equations, b_eq=totals, bounds=(0, None)).fun
                for sign in (1.0, -1.0)
            )
            assert high is None or -high - low >= LEAST_WIDTH


def test_comparisons_of_large_groups_leave_and_the_attack_finds_their_counts():
    """Otherwise the attack above would find nothing in nothing."""
    units = np.full((7 * WEEKS, 2, 2), 100)
    events = np.tile([[20, 30], [25, 35]], (7 * WEEKS, 1, 1))
    home = Home(events, units)
    _, left = publish(home)
    assert not any(row["is_suppressed"] for row in left)
    rest = home.groups()["all", "all"] & ~home.groups()["language", "language_0"]
    share = Fraction(int(home.events[rest].sum()), int(home.units[rest].sum()))
    assert rebuild(left[0], int(home.units[rest].sum())) == {share}


def test_nought_of_a_group_does_not_tell_that_few_of_all_others_had_an_event():
    events, units = np.zeros((2, 7 * WEEKS, 3, 1), dtype=int)
    units[:] = [[20], [20], [1]]
    events[-28, 1] = 7
    _, left = publish(Home(events, units))
    assert all(row["is_suppressed"] for row in left)


def test_a_group_whose_window_would_show_its_one_hidden_week_is_hidden_and_others_are_not():
    about = {"deployment_id": "companion", "indicator_id": "missed", "slice": "language"}
    weekly = [
        about | {"period": "week", "period_start": WINDOW + 7 * DAY * week, "slice_value": value,
         "estimate": "raw", "numerator": x, "denominator": 700.0, "is_suppressed": False,
         "numerator_rounded": None, "denominator_rounded": None}
        for value, counts in (("en", (40.0, 50.0, 6.0, 45.0)), ("es", (60.0,) * 4), ("de", (90.0,) * 4))
        for week, x in enumerate(counts)
    ]  # fmt: skip
    observations = suppress_observations(pa.Table.from_pylist(weekly), DEFINITIONS)
    assert observations["is_suppressed"].to_pylist().count(True) == 2  # a week of en, and es beside it
    days = {"first_day": WINDOW, "last_day": WINDOW + 27 * DAY, "is_suppressed": False, "method": "bounded"}
    groups = (("en", 141.0), ("es", 240.0), ("de", 360.0))
    rows = [about | days | {"slice_value": v, "numerator": x, "denominator": 2800.0} for v, x in groups]
    marked = suppress_equity(pa.Table.from_pylist(rows), observations, DEFINITIONS)
    assert marked["is_suppressed"].to_pylist() == [True, True, False]


def test_a_slice_whose_events_are_no_share_of_its_units_is_hidden_whole():
    home = Home(np.full((7 * WEEKS, 2, 1), 300), np.full((7 * WEEKS, 2, 1), 200))
    _, left = publish(home)
    assert all(row["is_suppressed"] for row in left)


@pytest.mark.parametrize("is_marked", [False, True])
def test_a_reviewed_group_keeps_its_mark_and_counts_in_the_rest_of_others_by_what_detectors_saw(is_marked):
    units = np.full((7 * WEEKS, 3, 1), 100)
    events = np.tile([[20], [25], [30]], (7 * WEEKS, 1, 1))
    home = Home(events, units)
    observations, left = mark_observations(home), compare(home)
    own = {"method": "reviewed", "numerator": 12.0, "denominator": 90.0, "is_suppressed": is_marked,
           "first_day": WINDOW + 7 * DAY, "last_day": WINDOW + 13 * DAY}  # fmt: skip
    rows = [row | own if row["slice_value"] == "language_0" else row for row in left]
    marked = suppress_equity(
        pa.Table.from_pylist(rows, schema=EQUITY.arrow_schema), observations, DEFINITIONS
    )
    found = dict(zip(marked["slice_value"].to_pylist(), marked["is_suppressed"].to_pylist(), strict=True))
    assert found["language_0"] is is_marked
    assert not found["language_2"]
    # Their rest is far from small, though of the rows themselves little is left beside them.
    events[:, 0], events[:, 1] = 0, 0
    events[-1, 0] = 7
    thin = Home(events, units)
    rows = [row | own if row["slice_value"] == "language_0" else row for row in compare(thin)]
    marked = suppress_equity(
        pa.Table.from_pylist(rows, schema=EQUITY.arrow_schema), mark_observations(thin), DEFINITIONS
    )
    found = dict(zip(marked["slice_value"].to_pylist(), marked["is_suppressed"].to_pylist(), strict=True))
    assert found["language_2"]  # 7 of all others: the reviewed group's, which stand in no row
