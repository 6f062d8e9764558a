"""Weekly values behind the charts, hidden so that no month gives a hidden week away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.report.document import Cell, Column, Kind, Mark, Row, Table
from pipelines.report.month import Month
from pipelines.report.published import Facts, Observation, Status
from pipelines.report.sections.indicators import (
    NOT_ABOUT_PEOPLE,
    RATES,
    counted,
    cover,
    show,
    show_bound,
    whole,
)
from pipelines.report.suppress import Cover, hide_parts

WEEKLY_COLUMNS = (
    Column("indicator_id", "Id", width=32),
    Column("title", "Indicator", width=34),
    Column("kind", "Kind", width=14),
    Column("week", "Week of", Kind.DATE, 12),
    Column("numerator", "Numerator", Kind.COUNT, 12),
    Column("denominator", "Denominator", Kind.COUNT, 12),
    Column("value", "Value", Kind.MEASURE, 12),
    Column("ci_low", "95% interval, low", Kind.MEASURE, 12),
    Column("ci_high", "95% interval, high", Kind.MEASURE, 12),
    Column("at_least", "At least, if no more is known", Kind.MEASURE, 12),
    Column("status", "Status", Kind.STATUS, 18),
    Column("is_partial", "Week incomplete", Kind.FLAG, 12),
    Column("data_state", "Worst day of data", width=14),
)


def build_weekly(facts: Facts) -> Table:
    """Thirteen weeks of every indicator that has at least one weekly observation."""
    rows: list[Row] = []
    for indicator in facts.indicators:
        observations = [
            facts.index.get((indicator["indicator_id"], "week", week, ("all", "all"), "raw"))
            for week in facts.month.weeks
        ]
        if any(observations):
            rows.extend(_series(facts, indicator, observations))
    return Table(
        "weekly",
        "Weekly values",
        WEEKLY_COLUMNS,
        tuple(rows),
        note="Weeks begin on Monday. A week without a row in the published file is not measured, not zero.",
        empty="No weekly value is published for these weeks.",
    )


@dataclass(frozen=True)
class _Hidden:
    """For each week drawn, whether its numerator, its denominator and its value are hidden."""

    numerators: list[bool]
    denominators: list[bool]
    values: list[bool]


def _series(facts: Facts, indicator: Row, observations: Sequence[Observation | None]) -> list[Row]:
    hidden = _hide_weeks(facts, indicator, observations)
    return [
        {
            "indicator_id": indicator["indicator_id"],
            "title": indicator["title"],
            "kind": indicator["kind"],
            "week": week,
            **_week_cells(
                observation,
                indicator,
                Cover(
                    numerator=hidden.numerators[i], denominator=hidden.denominators[i], value=hidden.values[i]
                ),
            ),
        }
        for i, (week, observation) in enumerate(zip(facts.month.weeks, observations, strict=True))
    ]


def _week_cells(observation: Observation | None, indicator: Row, hidden: Cover) -> dict[str, Cell]:
    if observation is None:
        numbers = ("numerator", "denominator", "value", "ci_low", "ci_high", "at_least")
        gaps = dict.fromkeys((*numbers, "is_partial", "data_state"), Mark.NOT_MEASURED)
        return {**gaps, "status": Status.NOT_MEASURED}
    return {
        "numerator": show(counted(observation, indicator), is_hidden=hidden.numerator, absent=Mark.NONE),
        "denominator": show(whole(observation.denominator), is_hidden=hidden.denominator, absent=Mark.NONE),
        "value": show(observation.value, is_hidden=hidden.value, absent=Mark.UNKNOWN),
        "ci_low": show(observation.ci_low, is_hidden=hidden.value, absent=Mark.NONE),
        "ci_high": show(observation.ci_high, is_hidden=hidden.value, absent=Mark.NONE),
        "at_least": show_bound(observation, is_hidden=hidden.value),
        "status": Mark.HIDDEN if hidden.numerator or hidden.value else Status(observation.status),
        "is_partial": observation.is_partial,
        "data_state": observation.data_state,
    }


def _hide_weeks(facts: Facts, indicator: Row, observations: Sequence[Observation | None]) -> _Hidden:
    """Hides weeks until no month that they touch gives one away.

    Every such month is treated as a total that the reader knows, from this report or from an earlier one; a
    week at the edge counts to both months, which hides a little more than strictly needed.
    """
    covers = [None if row is None else cover(row, indicator) for row in observations]
    numerators = [covered is not None and covered.numerator for covered in covers]
    denominators = [covered is not None and covered.denominator for covered in covers]
    thin = [covered is not None and covered.value for covered in covers]
    if indicator["family"] == NOT_ABOUT_PEOPLE:
        return _Hidden(numerators, denominators, thin)
    events = [None if row is None else _events(row, indicator) for row in observations]
    units = [None if row is None else row.denominator for row in observations]
    is_rate = indicator["kind"] in RATES
    others = [
        u - e if is_rate and e is not None and u is not None else None
        for e, u in zip(events, units, strict=True)
    ]
    for month in _months(facts.month.weeks):
        inside = [i for i, week in enumerate(facts.month.weeks) if month.touches(week)]
        total = facts.find(indicator["indicator_id"], month)
        if total is not None and total.is_suppressed:
            _mark(numerators, inside, [True] * len(inside))
            _mark(denominators, inside, [True] * len(inside))
    before: list[bool] | None = None
    while before != numerators + denominators:
        before = numerators + denominators
        for month in _months(facts.month.weeks):
            inside = [i for i, week in enumerate(facts.month.weeks) if month.touches(week)]
            _protect(numerators, events, inside)
            _protect(numerators, others, inside)
            _protect(denominators, units, inside)
    values = [t or n or d for t, n, d in zip(thin, numerators, denominators, strict=True)]
    return _Hidden(numerators, denominators, values)


def _events(observation: Observation, indicator: Row) -> float | None:
    is_bare_count = indicator["kind"] == "count" and observation.numerator is None
    return observation.value if is_bare_count else counted(observation, indicator)


def _protect(hidden: list[bool], parts: Sequence[float | None], inside: Sequence[int]) -> None:
    chosen = hide_parts([parts[i] for i in inside], hidden=[hidden[i] for i in inside])
    _mark(hidden, inside, chosen)


def _mark(hidden: list[bool], inside: Sequence[int], chosen: Sequence[bool]) -> None:
    for i, is_chosen in zip(inside, chosen, strict=True):
        hidden[i] = hidden[i] or is_chosen


def _months(weeks: Sequence[dt.date]) -> list[Month]:
    days = [week + dt.timedelta(days=offset) for week in weeks for offset in (0, 6)]
    return [Month(first) for first in sorted({day.replace(day=1) for day in days})]
