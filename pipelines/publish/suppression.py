"""Marks the cells that must not leave, once for everybody who exports or reports: the column `is_suppressed`.

Small counts, small remainders and thin rates first; then what would give them away: the other parts of a
total, the days of a week, the weeks of a month, the weeks of an equity window. The limits are those of
`methods.suppression`. Pages inside the house show what they are allowed to show; whatever leaves honours the
mark. Counts of risks, checklist items, reviews and rows are not counts of people and are shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from methods.hidden_parts import hide_parts
from methods.suppression import HIDDEN_UP_TO, MINIMUM_RATE_TRIALS, round_counts

CELL = ["deployment_id", "indicator_id", "period", "period_start", "slice"]
PEOPLE_UNITS = frozenset({"conversation", "message", "event", "user_week"})
DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Counts:
    """Numerators and denominators as plain numbers, and which cells are hidden so far."""

    numerator: list[float]
    denominator: list[float]
    is_hidden: list[bool]

    def families(self, places: Sequence[int]) -> Iterable[list[float]]:
        """What a reader could subtract: events, units without one, units."""
        yield [self.numerator[place] for place in places]
        yield [self.denominator[place] - self.numerator[place] for place in places]
        yield [self.denominator[place] for place in places]

    def hide_relatives(self, places: Sequence[int], total: int | None) -> bool:
        """Hide parts of a total until no hidden one follows from the rest; says whether anything changed."""
        before = sum(self.is_hidden[place] for place in places)
        if not before or (total is not None and self.is_hidden[total]):
            return False
        for counts in self.families(places):
            found = hide_parts(counts, [self.is_hidden[place] for place in places])
            for place, hidden in zip(places, found.is_hidden, strict=True):
                self.is_hidden[place] = hidden
            if found.is_total_hidden and total is not None:
                self.is_hidden[total] = True
                return True
        return before != sum(self.is_hidden[place] for place in places)


def suppress_observations(observations: pa.Table, definitions: pa.Table) -> pa.Table:
    """The observations with `is_suppressed` and rounded counts; `definitions` are `indicator.definition`."""
    if not observations.num_rows:
        return observations
    names = [*CELL, "slice_value", "estimate", "numerator", "denominator"]
    rows = observations.select(names).to_pandas(date_as_object=True)
    about = definitions.select(["indicator_id", "unit", "kind"]).to_pandas().set_index("indicator_id")
    is_people = rows["indicator_id"].map(about["unit"]).isin(PEOPLE_UNITS).to_numpy()
    is_count = (rows["indicator_id"].map(about["kind"]) == "count").to_numpy()
    numerator, denominator = (rows[name].to_numpy(float) for name in ("numerator", "denominator"))
    hidden = is_people & find_primary(numerator, denominator, is_count=is_count)
    counts = Counts(np.nan_to_num(numerator).tolist(), np.nan_to_num(denominator).tolist(), hidden.tolist())
    raw = rows[is_people & (rows["estimate"] == "raw")]
    relations = [*_list_slices(raw), *_list_days(raw)]
    for _ in range(len(relations) + 1):
        changed = [counts.hide_relatives(places, total) for places, total in relations]
        if not any(changed):
            break
    _hide_months(raw, counts)
    return _with_rounded(_with(observations, counts.is_hidden), numerator=numerator, denominator=denominator)


def suppress_equity(equity: pa.Table, observations: pa.Table) -> pa.Table:
    """The groups with `is_suppressed`: judged slice by slice, and against weeks shown elsewhere."""
    if not equity.num_rows:
        return equity
    rows = equity.select(
        [
            "deployment_id",
            "indicator_id",
            "slice",
            "slice_value",
            "first_day",
            "last_day",
            "numerator",
            "denominator",
        ]
    ).to_pandas(date_as_object=True)
    numerator, denominator = (rows[name].to_numpy(float) for name in ("numerator", "denominator"))
    hidden = find_primary(numerator, denominator, is_count=np.zeros(len(rows), dtype=bool))
    hidden |= _gives_weeks_away(rows, observations)
    counts = Counts(numerator.tolist(), denominator.tolist(), hidden.tolist())
    groups = rows.groupby(["deployment_id", "indicator_id", "slice"], sort=False).indices
    for places in groups.values():
        counts.hide_relatives(places.tolist(), None)
    return _with(equity, counts.is_hidden)


def suppress_corrections(corrections: pa.Table) -> pa.Table:
    """The corrected rates with `is_suppressed`, by what people confirmed and what follows from it."""
    if not corrections.num_rows:
        return corrections
    rows = corrections.select(["confirmed_count", "population_count", "numerator", "denominator"]).to_pandas()
    none = np.zeros(len(rows), dtype=bool)
    hidden = find_primary(
        rows["confirmed_count"].to_numpy(float), rows["population_count"].to_numpy(float), is_count=none
    )
    hidden |= find_primary(
        rows["numerator"].to_numpy(float), rows["denominator"].to_numpy(float), is_count=none
    )
    return _with(corrections, hidden.tolist())


def suppress_counts(rows: pa.Table) -> pa.Table:
    """Rows of numerator and denominator that no other table adds up, with `is_suppressed`."""
    if not rows.num_rows:
        return rows
    numerator, denominator = (rows[name].to_numpy() for name in ("numerator", "denominator"))
    none = np.zeros(rows.num_rows, dtype=bool)
    return _with(rows, find_primary(numerator, denominator, is_count=none).tolist())


def suppress_misses(misses: pa.Table) -> pa.Table:
    """The rates of misses with `is_suppressed`: small counts, and windows that give a month's away.

    A window less the whole months in it leaves some days over, and with one of these months hidden its count.
    """
    if not misses.num_rows:
        return misses
    keys = ["deployment_id", "detector_id", "signal_id"]
    counts = ["seen_count", "sampled_count", "confirmed_count", "passed_count"]
    rows = misses.select([*keys, "period", "period_start", "last_day", *counts]).to_pandas(
        date_as_object=True
    )
    none = np.zeros(len(rows), dtype=bool)
    seen, sampled, confirmed, passed = (rows[name].to_numpy(float) for name in counts)
    hidden = find_primary(seen, sampled, is_count=none) | find_primary(confirmed, passed, is_count=none)
    months = _group(rows[rows["period"] == "month"], keys)
    windows = rows[rows["period"] != "month"]
    for window, *key in windows[keys].itertuples(name=None):
        first, last = rows.loc[window, "period_start"], rows.loc[window, "last_day"]
        inside = [
            month
            for month in months.get(tuple(key), ())
            if first <= rows.loc[month, "period_start"]
            and _end_of_month(rows.loc[month, "period_start"]) <= last
        ]
        left = np.array([count[window] - count[inside].sum() for count in (seen, confirmed)])
        gives_away = bool(inside) and bool(np.any((left > 0) & (left <= HIDDEN_UP_TO)))
        hidden[window] |= gives_away or hidden[inside].sum() == 1
    return _with(misses, hidden.tolist())


def find_primary(
    numerator: np.ndarray[Any, Any], denominator: np.ndarray[Any, Any], *, is_count: np.ndarray[Any, Any]
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Small counts and remainders, and rates over few units; 0 of many tells of nobody."""
    x, n = np.nan_to_num(numerator), np.nan_to_num(denominator)

    def is_small(value: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return (value > 0) & (np.round(value) <= HIDDEN_UP_TO)

    is_thin = (n > 0) & (n < MINIMUM_RATE_TRIALS)
    is_fraction = is_small(x) | ((x > 0) & is_small(n - x)) | is_thin
    return np.asarray(np.where(is_count, is_small(x) | is_small(n), is_fraction), dtype=bool)


def _list_slices(raw: pd.DataFrame) -> list[tuple[list[int], int | None]]:
    """The values of each slice, and the whole deployment that they add up to."""
    totals = _group(raw[raw["slice"] == "all"], CELL[:4])
    parts = _group(raw[raw["slice"] != "all"], CELL)
    return [(places, totals.get(key[:4], [None])[0]) for key, places in parts.items()]


def _list_days(raw: pd.DataFrame) -> list[tuple[list[int], int | None]]:
    """The days of each week of the whole deployment, and the week."""
    whole = raw[raw["slice"] == "all"]
    weeks = _group(whole[whole["period"] == "week"], ["deployment_id", "indicator_id", "period_start"])
    days = whole[whole["period"] == "day"]
    mondays = [day - day.weekday() * DAY for day in days["period_start"]]
    parts = _group(days.assign(monday=mondays), ["deployment_id", "indicator_id", "monday"])
    return [(places, weeks.get(key, [None])[0]) for key, places in parts.items()]


def _group(rows: pd.DataFrame, names: Sequence[str]) -> dict[tuple[Any, ...], list[Any]]:
    """Positions of the rows by some of their columns."""
    found: dict[tuple[Any, ...], list[Any]] = {}
    for position, *key in zip(rows.index.tolist(), *(rows[name].tolist() for name in names), strict=True):
        found.setdefault(tuple(key), []).append(position)
    return found


def _hide_months(raw: pd.DataFrame, counts: Counts) -> None:
    """A month less its whole weeks leaves some days over: where these are few people, the month is hidden."""
    keys = ["deployment_id", "indicator_id", "slice", "slice_value"]
    weeks: dict[Any, dict[dt.date, int]] = {}
    for position, key, start in _walk(raw[raw["period"] == "week"], keys):
        weeks.setdefault(key, {})[start] = position
    for position, key, start in _walk(raw[raw["period"] == "month"], keys):
        if counts.is_hidden[position]:
            continue
        end = _end_of_month(start)
        inside = [
            place for week, place in weeks.get(key, {}).items() if start <= week and week + 6 * DAY <= end
        ]
        events, units = (
            column[position] - sum(column[place] for place in inside)
            for column in (counts.numerator, counts.denominator)
        )
        rest = np.array([events, units - events])
        if inside and np.any((rest > 0) & (rest <= HIDDEN_UP_TO)):
            counts.is_hidden[position] = True
        hidden = [place for place in inside if counts.is_hidden[place]]
        # One hidden week would follow from the month and the other weeks, up to the days that are left over.
        if len(hidden) == 1 and units <= HIDDEN_UP_TO:
            counts.is_hidden[position] = True


def _end_of_month(first: dt.date) -> dt.date:
    return (first.replace(day=28) + 4 * DAY).replace(day=1) - DAY


def _gives_weeks_away(rows: pd.DataFrame, observations: pa.Table) -> np.ndarray[Any, Any]:
    """Whether exactly one week of a group's window is hidden elsewhere: the window's total would show it."""
    names = [
        "deployment_id",
        "indicator_id",
        "slice",
        "slice_value",
        "period",
        "period_start",
        "is_suppressed",
    ]
    weekly = observations.select(names).to_pandas(date_as_object=True)
    weekly = weekly[(weekly["period"] == "week") & (weekly["slice"] != "all") & weekly["is_suppressed"]]
    hidden: dict[Any, list[dt.date]] = {}
    for _, key, start in _walk(weekly, names[:4]):
        hidden.setdefault(key, []).append(start)
    return np.array(
        [
            sum(first <= week <= last for week in hidden.get(tuple(key), ())) == 1
            for *key, first, last in rows[[*names[:4], "first_day", "last_day"]].itertuples(
                index=False, name=None
            )
        ],
        dtype=bool,
    )


def _walk(rows: pd.DataFrame, keys: Sequence[str]) -> Iterable[tuple[int, Any, dt.date]]:
    columns: Mapping[str, list[Any]] = {name: rows[name].tolist() for name in (*keys, "period_start")}
    for place, position in enumerate(rows.index):
        yield int(position), tuple(columns[name][place] for name in keys), columns["period_start"][place]


def _with(rows: pa.Table, hidden: Sequence[bool]) -> pa.Table:
    place = rows.schema.get_field_index("is_suppressed")
    return rows.set_column(place, rows.schema.field(place), pa.array(hidden, pa.bool_()))


def _with_rounded(rows: pa.Table, **counts: np.ndarray) -> pa.Table:
    hidden = rows["is_suppressed"].to_numpy()
    for name, values in counts.items():
        place = rows.schema.get_field_index(f"{name}_rounded")
        is_unknown = hidden | np.isnan(values)
        rounded = pa.array(round_counts(np.nan_to_num(values)), pa.int64(), mask=is_unknown)
        rows = rows.set_column(place, f"{name}_rounded", rounded)
    return rows
