"""Change against history: which days and weeks of the whole deployment are not like the others.

Days are judged by limits alone; the run rules are for weeks, because on days they signal too often without
cause. Limits come from a frozen beginning and stay until a person decides on a new one: a rate that rises
must not move the limits it is judged by. Where the detectors changed, the instrument is another one, and
nothing is judged until that decision. For reading; what calls a person is in `stream`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from methods.charts import (
    BASELINE_POINTS,
    MINIMUM_TRIALS,
    Chart,
    ChartKind,
    Variation,
    laney_chart,
    xmr_chart,
)
from methods.run_rules import Rule, apply_rules
from pipelines.assess.days.calendar import Calendar, end_of
from pipelines.assess.known import known

CHARTED = {"proportion": ChartKind.PROPORTION, "rate_per_1000": ChartKind.RATE}
CHART_NAMES = {ChartKind.PROPORTION: "laney_p", ChartKind.RATE: "laney_u"}
BASELINE_WEEKS = 12
"""Whole weeks before run rules are applied, and the frozen baseline: with fewer, limits are guesses."""

CARRIED_DAYS = 28
"""How long old limits are still drawn after a break, as a memory; nothing is judged by them."""

LIMITS = ("chart", "centre", "chart_low", "chart_high", "rule", "phase_start", "is_baseline", "is_carried")


@dataclass(frozen=True)
class Phases:
    """Where charts begin anew by a person's decision (for all indicators, or one), and detectors changed."""

    breaks: Sequence[dt.date] = ()
    decided: Mapping[str, Sequence[dt.date]] = field(default_factory=dict)

    def starts(self, indicator_id: str) -> list[dt.date]:
        """Days from which a person's decision gives a new baseline."""
        return sorted({*self.decided.get("", ()), *self.decided.get(indicator_id, ())})

    def number(self, indicator_id: str, day: dt.date) -> int:
        """The phase of a day, counted from 0."""
        return sum(start <= day for start in self.starts(indicator_id))

    def broken_since(self, indicator_id: str, day: dt.date) -> dt.date | None:
        """The first change of the detectors since the newest decision, if there was one up to a day."""
        newest = max((start for start in self.starts(indicator_id) if start <= day), default=dt.date.min)
        return min((one for one in self.breaks if newest < one <= day), default=None)


def mark_variation(
    rows: pd.DataFrame,
    definitions: Mapping[str, dict[str, Any]],
    calendars: Mapping[str, Calendar],
    *,
    phases: Mapping[str, Phases],
) -> pd.DataFrame:
    """Variation and limits of every row, in the index of the rows; months and slices are not charted."""
    marks = pd.DataFrame(index=rows.index)
    marks["variation"] = pd.Series(Variation.NOT_ASSESSED.value, index=rows.index, dtype=object)
    marks["chart"] = marks["rule"] = pd.Series("", index=rows.index, dtype=object)
    marks["centre"] = marks["chart_low"] = marks["chart_high"] = np.nan
    marks["phase_start"] = pd.Series(None, index=rows.index, dtype=object)
    marks["is_baseline"] = marks["is_carried"] = False
    charted = rows[(rows["slice"] == "all") & rows["period"].isin(["day", "week"])]
    for (deployment, indicator, period), part in charted.groupby(["deployment_id", "indicator_id", "period"]):
        ordered = part.sort_values("period_start")
        kind = definitions[str(indicator)]["kind"]
        mine = phases.get(str(deployment), Phases())
        if period == "day":
            found = _judge_days(ordered, kind, mine)
        else:
            found = _judge_weeks(ordered, kind, mine, calendars[str(deployment)])
        for name, values in found.items():
            marks.loc[ordered.index, name] = values
    return marks


def tabulate_limits(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of `assessment.chart` of measured rows that have limits or a centre line."""
    drawn = rows[rows["chart"].fillna("") != ""]
    names = ["deployment_id", "indicator_id", "period", "period_start", "value", "variation", *LIMITS]
    return [
        {
            "deployment_id": one["deployment_id"],
            "indicator_id": one["indicator_id"],
            "period": one["period"],
            "period_start": one["period_start"],
            "number": 0,
            "chart": one["chart"],
            "value": known(one["value"]),
            "centre": known(one["centre"]),
            "low": known(one["chart_low"]),
            "high": known(one["chart_high"]),
            "variation": one["variation"],
            "rule": one["rule"],
            "phase_start": one["phase_start"],
            "is_baseline": bool(one["is_baseline"]),
            "is_carried": bool(one["is_carried"]),
        }
        for one in drawn[names].to_dict("records")
    ]


def _judge_days(days: pd.DataFrame, kind: str, phases: Phases) -> dict[str, NDArray[Any]]:
    found = _nothing(len(days))
    if kind not in CHARTED:
        return found
    starts = list(days["period_start"])
    indicator = str(days["indicator_id"].iloc[0])
    number = np.array([phases.number(indicator, day) for day in starts], dtype=int)
    broken = [phases.broken_since(indicator, day) for day in starts]
    for phase in np.unique(number):
        index = np.flatnonzero(number == phase)
        whole = np.array([broken[position] is None for position in index])
        chart = laney_chart(
            days["numerator"].to_numpy(float)[index],
            days["denominator"].to_numpy(float)[index],
            kind=CHARTED[kind],
            weekdays=[starts[position].weekday() for position in index],
            is_baseline=whole & (np.cumsum(whole) <= BASELINE_POINTS),
        )
        _fill(found, index, chart, name=CHART_NAMES[CHARTED[kind]], start=starts[index[0]])
    per = 1000.0 if kind == "rate_per_1000" else 1.0
    for name in ("centre", "chart_low", "chart_high"):
        found[name] = found[name] * per
    carry_limits(found, starts, broken)
    return found


def _judge_weeks(
    weeks: pd.DataFrame, kind: str, phases: Phases, calendar: Calendar
) -> dict[str, NDArray[Any]]:
    found = _nothing(len(weeks))
    x, n = weeks["numerator"].to_numpy(float), weeks["denominator"].to_numpy(float)
    value = weeks["value"].to_numpy(float)
    starts = list(weeks["period_start"])
    indicator = str(weeks["indicator_id"].iloc[0])
    broken = [phases.broken_since(indicator, end_of("week", start)) for start in starts]
    number = np.full(len(weeks), -1)
    for position, start in enumerate(starts):
        first, last = (phases.number(indicator, day) for day in (start, end_of("week", start)))
        is_judged = np.isfinite(value[position]) and not (kind in CHARTED and n[position] < MINIMUM_TRIALS)
        # A week in which a phase begins belongs to neither.
        if first == last and is_judged and not calendar.is_partial("week", start):
            number[position] = first
    for phase in np.unique(number[number >= 0]):
        index = np.flatnonzero(number == phase)
        whole = np.array([broken[position] is None for position in index])
        if whole.sum() < BASELINE_WEEKS:
            continue
        chart = _chart_weeks(
            x[index], n[index], value[index], kind, whole & (np.cumsum(whole) <= BASELINE_WEEKS)
        )
        if np.isfinite(chart.high).all():
            name = CHART_NAMES[CHARTED[kind]] if kind in CHARTED else "xmr"
            _fill(found, index, chart, name=name, start=starts[index[0]])
            # A run marks the weeks before its last one, so one with another detector's weeks moves history.
            judged = apply_rules(
                chart.value[whole], mean=chart.centre[whole], low=chart.low[whole], high=chart.high[whole]
            )
            found["variation"][index[whole]] = judged.variation
            found["rule"][index[whole]] = np.where(judged.rules == Rule.NONE.value, "", judged.rules)
    if kind == "rate_per_1000":
        for name in ("centre", "chart_low", "chart_high"):
            found[name] = found[name] * 1000.0
    carry_limits(found, starts, broken)
    return found


def _chart_weeks(
    x: NDArray[np.float64],
    n: NDArray[np.float64],
    value: NDArray[np.float64],
    kind: str,
    baseline: NDArray[np.bool_],
) -> Chart:
    if kind in CHARTED:
        return laney_chart(x, n, kind=CHARTED[kind], is_baseline=baseline, minimum_points=BASELINE_WEEKS)
    return xmr_chart(value, is_baseline=baseline, minimum_points=BASELINE_WEEKS)


def _nothing(count: int) -> dict[str, NDArray[Any]]:
    return {
        "variation": np.full(count, Variation.NOT_ASSESSED.value, dtype=object),
        "chart": np.full(count, "", dtype=object),
        "centre": np.full(count, np.nan),
        "chart_low": np.full(count, np.nan),
        "chart_high": np.full(count, np.nan),
        "rule": np.full(count, "", dtype=object),
        "phase_start": np.full(count, None, dtype=object),
        "is_baseline": np.zeros(count, dtype=bool),
        "is_carried": np.zeros(count, dtype=bool),
    }


def _fill(
    found: dict[str, NDArray[Any]],
    index: NDArray[np.int_],
    chart: Chart,
    *,
    name: str,
    start: dt.date,
) -> None:
    found["variation"][index] = chart.variation
    found["chart"][index] = name
    found["centre"][index], found["chart_low"][index] = chart.centre, chart.low
    found["chart_high"][index], found["is_baseline"][index] = chart.high, chart.is_baseline
    found["phase_start"][index] = start


def carry_limits(
    found: dict[str, NDArray[Any]], starts: Sequence[dt.date], broken: Sequence[dt.date | None]
) -> None:
    """After a break nothing is judged; the old limits are drawn a while and then end.

    ``found`` has an array for each mark that changes; ``broken`` is the break that each point stands after.
    """
    for position, (start, since) in enumerate(zip(starts, broken, strict=True)):
        if since is None:
            continue
        found["variation"][position] = Variation.NOT_ASSESSED.value
        found["rule"][position] = ""
        found["is_carried"][position] = True
        if (start - since).days > CARRIED_DAYS:
            for name in ("centre", "chart_low", "chart_high"):
                found[name][position] = np.nan
