"""Equity between groups: every comparison, and how many of each indicator can say something."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

from pipelines.report.document import Column, Kind, Mark, Row, Table
from pipelines.report.published import Facts, Observation
from pipelines.report.sections.indicators import cover, show

EQUITY_COLUMNS = (
    Column("indicator_id", "Id", width=32),
    Column("title", "Indicator", width=34),
    Column("slice", "Slice", width=14),
    Column("slice_value", "Group", width=18),
    Column("ratio", "Ratio to the rest", Kind.RATIO, 12),
    Column("ci_low", "95% interval, low", Kind.RATIO, 12),
    Column("ci_high", "95% interval, high", Kind.RATIO, 12),
    Column("status", "Reading", width=30),
    Column("is_finding", "Not shown to be alike", Kind.FLAG, 12),
)
FINDINGS = ("different", "measurement_cannot_separate")
READINGS = (*FINDINGS, "equivalent", "not_assessable")
TALLY_COLUMNS = (
    Column("indicator_id", "Id", width=32),
    Column("title", "Indicator", width=34),
    Column("groups", "Groups compared", Kind.COUNT, 12),
    *(Column(reading, reading.replace("_", " ").capitalize(), Kind.COUNT, 14) for reading in READINGS),
)
EMPTY = (
    "Not assessed yet. No comparison between groups is published, so nothing can be said about equity: this "
    "is a gap, not a finding of equal treatment."
)


def build_equity(facts: Facts) -> Table:
    """Rate ratios of groups against the rest; a group whose own cell is hidden or unknown shows no ratio."""
    rows = tuple(
        {
            **row,
            "title": facts.titles.get(row["indicator_id"], row["indicator_id"]),
            "is_finding": row["status"] in FINDINGS,
            **{
                key: show(row[key], is_hidden=is_hidden, absent=Mark.UNKNOWN)
                for key in ("ratio", "ci_low", "ci_high")
            },
        }
        for row, is_hidden in zip(facts.equity, _hidden_groups(facts), strict=True)
    )
    return Table(
        "equity",
        "Equity between groups",
        EQUITY_COLUMNS,
        rows,
        note="Each group against everyone else. A ratio between 0.80 and 1.25 with its whole interval is "
        "called equivalent. Where everyone else has no event the interval has no upper end. Groups are as "
        "supplied by the product, never inferred.",
        empty=EMPTY,
    )


def build_tally(facts: Facts) -> Table:
    """How many groups of each indicator differ, are alike, or cannot be judged."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in facts.equity:
        counts[row["indicator_id"]][row["status"]] += 1
    rows: list[dict[str, Any]] = [
        {
            "indicator_id": indicator,
            "title": facts.titles.get(indicator, indicator),
            "groups": readings.total(),
            **{reading: readings[reading] for reading in READINGS},
        }
        for indicator, readings in counts.items()
    ]
    rows.sort(key=lambda row: (*(-row[reading] for reading in READINGS[:-1]), row["title"]))
    return Table(
        "equity_tally",
        "What can be said about each indicator",
        TALLY_COLUMNS,
        tuple(rows),
        note="Groups of every slice (age band, gender, language, region). Where none is assessable, nothing "
        "is known about equal treatment; the workbook has every comparison.",
        empty=EMPTY,
    )


def _hidden_groups(facts: Facts) -> list[bool]:
    indicators = {row["indicator_id"]: row for row in facts.indicators}
    cells = {
        (row.indicator_id, row.slice, row.slice_value): row
        for row in facts.observations
        if row.period == "month" and row.period_start == facts.month.first and row.estimate == "raw"
    }
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    hidden: list[bool] = []
    for i, row in enumerate(facts.equity):
        indicator = indicators.get(row["indicator_id"])
        cell = cells.get((row["indicator_id"], row["slice"], row["slice_value"]))
        hidden.append(cell is None or indicator is None or cover(cell, indicator).value)
        groups[(row["indicator_id"], row["slice"])].append(i)
    for indices in groups.values():
        shown = [i for i in indices if not hidden[i]]
        if len(indices) - len(shown) == 1 and shown:
            hidden[min(shown, key=lambda i: _denominator(cells, facts.equity[i]))] = True
    return hidden


def _denominator(cells: Mapping[tuple[str, str, str], Observation], row: Row) -> float:
    return cells[(row["indicator_id"], row["slice"], row["slice_value"])].denominator or 0.0
