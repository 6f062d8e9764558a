"""Marks the cells that must not leave, once for everybody who exports or reports: the column `is_suppressed`.

Small counts, small remainders and thin rates first; then what would give them away: the other parts of a
total, the days of a week, the weeks and left-over days of a month (`relations`), the weeks of an equity
window. The limits are those of `methods.suppression`. Pages inside the house show what they are allowed to
show; whatever leaves honours the mark. Counts of risks, checklist items, reviews and rows are not counts of
people and are shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from methods.suppression import HIDDEN_UP_TO, MINIMUM_RATE_TRIALS, round_counts
from pipelines.publish.joint import protect_together
from pipelines.publish.relations import (
    CELL,
    Counts,
    Relation,
    end_of_month,
    group,
    protect_all,
)

PEOPLE_UNITS = frozenset({"conversation", "message", "event", "user_week"})

NOT_READ, NOT_READABLE = "data_unscored_share", "unsupported_language_rate"
"""Messages that nobody read, counted beside a day's data, and those of them in a language that nothing reads.
What was not read leaves by month alone (`methods.day_counts`), and only where the other may leave."""

PEOPLE_OF_DAYS = frozenset({NOT_READ, "data_language_unknown_share"})
"""Indicators of days that count people's words, and not lines of a log."""

CONFIRMED = ["confirmed_count", "population_count"]
PERIODS = {1: "week", 4: "rolling_4_weeks", 12: "rolling_12_weeks"}
"""Periods of corrected observations by the weeks of their window."""

RATIOS = {"harm_late_vs_early_ratio": ("harm_late_rate_per_1000", "harm_early_rate_per_1000")}
"""Indicators that assess makes of two others of the same period: a fraction gives the counts of both."""


def suppress_observations(
    observations: pa.Table, definitions: pa.Table, corrections: pa.Table | None = None
) -> pa.Table:
    """The observations with `is_suppressed` and rounded counts.

    `definitions` are `indicator.definition`, `corrections` what the corrected observations rest on.
    """
    if not observations.num_rows:
        return observations
    names = [*CELL, "slice_value", "estimate", "numerator", "denominator"]
    unsorted = observations.select(names).to_pandas(date_as_object=True)
    # What covers what depends on the order of rows: it is the same for the same rows.
    order = unsorted.sort_values([*CELL, "slice_value", "estimate"]).index
    rows = unsorted.loc[order].reset_index(drop=True)
    about = definitions.select(["indicator_id", "unit", "kind"]).to_pandas().set_index("indicator_id")
    units = rows["indicator_id"].map(about["unit"])
    is_people = (units.isin(PEOPLE_UNITS) | rows["indicator_id"].isin(PEOPLE_OF_DAYS)).to_numpy()
    is_count = (rows["indicator_id"].map(about["kind"]) == "count").to_numpy()
    numerator, denominator = (rows[name].to_numpy(float) for name in ("numerator", "denominator"))
    hidden = is_people & find_primary(numerator, denominator, is_count=is_count)
    hidden |= _rests_on_few(rows, corrections)
    counts = Counts(np.nan_to_num(numerator).tolist(), np.nan_to_num(denominator).tolist(), hidden.tolist())
    raw = rows[is_people & (rows["estimate"] == "raw")]
    protect_together(raw, counts, about, list_weekly(definitions))
    hidden_rows = np.array(counts.is_hidden[: len(rows)], dtype=bool) | _rests_on_hidden(rows, counts)
    is_not_read = (rows["indicator_id"] == NOT_READ).to_numpy()
    hidden_rows |= is_not_read & ~_find_months_beside(rows, hidden_rows)
    marks = np.empty(len(rows), dtype=bool)
    marks[order] = hidden_rows
    counted = {name: unsorted[name].to_numpy(float) for name in ("numerator", "denominator")}
    return _with_rounded(mark(observations, marks.tolist()), **counted)


def _find_few_confirmed(corrections: pa.Table) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Corrected rates that are small by what people confirmed, or by what is estimated from it."""
    found = np.zeros(corrections.num_rows, dtype=bool)
    for pair in (CONFIRMED, ["numerator", "denominator"]):
        found |= find_primary(*(corrections[name].to_numpy().astype(float) for name in pair))
    return found


def _rests_on_few(rows: pd.DataFrame, corrections: pa.Table | None) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Corrected observations whose rate is hidden where it is told with its reviews."""
    if corrections is None:
        return np.zeros(len(rows), dtype=bool)
    names = ("deployment_id", "indicator_id", "window_weeks", "last_week")
    few = corrections.filter(pa.array(_find_few_confirmed(corrections))).select(names).to_pylist()
    hidden = {
        (row["deployment_id"], row["indicator_id"], PERIODS[row["window_weeks"]],
         row["last_week"] - dt.timedelta(weeks=row["window_weeks"] - 1))
        for row in few
    }  # fmt: skip
    cells = zip(*(rows[name].tolist() for name in CELL[:4]), strict=True)
    is_corrected = rows["estimate"] == "corrected"
    return np.array([found and cell in hidden for found, cell in zip(is_corrected, cells, strict=True)])


def _rests_on_hidden(rows: pd.DataFrame, counts: Counts) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Rows that are made of two others of which one is hidden, or not there."""
    made = rows["indicator_id"].isin(RATIOS).to_numpy()
    arms = rows[rows["indicator_id"].isin([arm for pair in RATIOS.values() for arm in pair])]
    names = [name for name in [*CELL, "slice_value", "estimate"] if name != "indicator_id"]
    shown = {
        tuple(key)
        for place, *key in arms[["indicator_id", *names]].itertuples(name=None)
        if not counts.is_hidden[place]
    }
    found = np.zeros(len(rows), dtype=bool)
    for place, indicator, *key in rows.loc[made, ["indicator_id", *names]].itertuples(name=None):
        found[place] = any((arm, *key) not in shown for arm in RATIOS[indicator])
    return found


def _find_months_beside(rows: pd.DataFrame, hidden: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Rows of whole months in which `NOT_READABLE` is not hidden."""
    is_month = rows["period"] == "month"
    beside = is_month & (rows["indicator_id"] == NOT_READABLE) & hidden
    keys = ["deployment_id", "period_start"]
    known = set(rows.loc[beside, keys].itertuples(index=False, name=None))
    is_beside = [key in known for key in rows[keys].itertuples(index=False, name=None)]
    return is_month.to_numpy(bool) & ~np.array(is_beside, dtype=bool)


def suppress_corrections(corrections: pa.Table) -> pa.Table:
    """The corrected rates with `is_suppressed`, by what people confirmed and what follows from it.

    Windows overlap and hold each other's weeks: what several of them give away together is covered, too.
    """
    if not corrections.num_rows:
        return corrections
    windows = ["deployment_id", "indicator_id", "window_weeks", "first_week", "last_week"]
    rows = corrections.select([*windows, *CONFIRMED]).to_pandas(date_as_object=True)
    confirmed, reviewed = (rows[name].tolist() for name in CONFIRMED)
    counts = Counts(confirmed, reviewed, _find_few_confirmed(corrections).tolist())
    protect_all(counts, list(_list_windows(rows, counts)))
    return mark(corrections, counts.is_hidden[: len(rows)])


def _list_windows(rows: pd.DataFrame, counts: Counts) -> Iterator[Relation]:
    """Longer windows and the single weeks in them; what a window has beside these is added to `counts`."""
    keys = ["deployment_id", "indicator_id"]
    weeks = group(rows[rows["window_weeks"] == 1], [*keys, "last_week"])
    starts: dict[tuple[Any, ...], list[tuple[dt.date, int]]] = {}
    for (*key, week), places in weeks.items():
        starts.setdefault(tuple(key), []).append((week, places[0]))
    longer = rows[rows["window_weeks"] > 1][[*keys, "first_week", "last_week"]]
    for window, *key, first, last in longer.itertuples(name=None):
        inside = [place for week, place in starts.get(tuple(key), ()) if first <= week <= last]
        rest = [] if _adds_up(counts, inside, window) else [counts.add_rest(window, inside)]
        yield Relation([*inside, *rest], window)


def _adds_up(counts: Counts, parts: Sequence[int], total: int) -> bool:
    columns = (counts.numerator, counts.denominator)
    return all(sum(column[place] for place in parts) == column[total] for column in columns)


def suppress_counts(rows: pa.Table) -> pa.Table:
    """Rows of numerator and denominator that no other table adds up, with `is_suppressed`."""
    if not rows.num_rows:
        return rows
    numerator, denominator = (rows[name].to_numpy() for name in ("numerator", "denominator"))
    return mark(rows, find_primary(numerator, denominator).tolist())


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
    seen, sampled, confirmed, passed = (rows[name].to_numpy(float) for name in counts)
    hidden = find_primary(seen, sampled) | find_primary(confirmed, passed)
    months = group(rows[rows["period"] == "month"], keys)
    windows = rows[rows["period"] != "month"]
    for window, *key in windows[keys].itertuples(name=None):
        first, last = rows.loc[window, "period_start"], rows.loc[window, "last_day"]
        inside = [
            month
            for month in months.get(tuple(key), ())
            if first <= rows.loc[month, "period_start"]
            and end_of_month(rows.loc[month, "period_start"]) <= last
        ]
        left = np.array([count[window] - count[inside].sum() for count in (seen, confirmed)])
        gives_away = bool(inside) and bool(np.any((left > 0) & (left <= HIDDEN_UP_TO)))
        hidden[window] |= gives_away or hidden[inside].sum() == 1
    return mark(misses, hidden.tolist())


def list_weekly(definitions: pa.Table) -> frozenset[str]:
    """Indicators that are counted by whole weeks."""
    units = zip(definitions["indicator_id"].to_pylist(), definitions["unit"].to_pylist(), strict=True)
    return frozenset(indicator for indicator, unit in units if unit == "user_week")


def find_primary(
    numerator: np.ndarray[Any, Any],
    denominator: np.ndarray[Any, Any],
    *,
    is_count: np.ndarray[Any, Any] | bool = False,
) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Small counts and remainders, and rates over few units; 0 of many tells of nobody.

    `is_count` says where the two are counts of their own and not the parts of a share.
    """
    x, n = np.nan_to_num(numerator), np.nan_to_num(denominator)

    def is_small(value: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return (value > 0) & (np.round(value) <= HIDDEN_UP_TO)

    is_thin = (n > 0) & (n < MINIMUM_RATE_TRIALS)
    is_fraction = is_small(x) | ((x > 0) & is_small(n - x)) | is_thin
    return np.asarray(np.where(is_count, is_small(x) | is_small(n), is_fraction), dtype=bool)


def mark(rows: pa.Table, hidden: Sequence[bool]) -> pa.Table:
    """The rows with `is_suppressed` as given, one a row; of hidden ones no rounded count is left."""
    is_hidden = pa.array(hidden, pa.bool_())
    for place, field in enumerate(rows.schema):
        if field.name == "is_suppressed":
            rows = rows.set_column(place, field, is_hidden)
        elif field.name.endswith("_rounded"):
            shown = pc.if_else(is_hidden, pa.scalar(None, field.type), rows[field.name])
            rows = rows.set_column(place, field, shown)
    return rows


def _with_rounded(rows: pa.Table, **counts: np.ndarray) -> pa.Table:
    hidden = rows["is_suppressed"].to_numpy()
    for name, values in counts.items():
        place = rows.schema.get_field_index(f"{name}_rounded")
        is_unknown = hidden | np.isnan(values)
        rounded = pa.array(round_counts(np.nan_to_num(values)), pa.int64(), mask=is_unknown)
        rows = rows.set_column(place, f"{name}_rounded", rounded)
    return rows
