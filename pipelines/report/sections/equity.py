"""Equity between groups: every comparison, and how many of each indicator can say something.

The published file compares groups over its newest window alone. A report shows it where most of the window's
days lie in its month, and says the days; any other month was not assessed.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

from pipelines.report.document import Column, Kind, Mark, Row, Table
from pipelines.report.published import Facts
from pipelines.report.sections.indicators import show

EQUITY_COLUMNS = (
    Column("indicator_id", "Id", width=32),
    Column("title", "Indicator", width=34),
    Column("slice", "Slice", width=14),
    Column("slice_value", "Group", width=18),
    Column("first_day", "Compared from", Kind.DATE, 12),
    Column("last_day", "Compared to", Kind.DATE, 12),
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
    """Rate ratios of groups against the rest; one that the published file marks shows none."""
    of_month = _select_of_month(facts)
    rows = tuple(
        {
            **row,
            "title": facts.titles.get(row["indicator_id"], row["indicator_id"]),
            "is_finding": row["status"] in FINDINGS,
            **{
                key: show(row[key], is_hidden=row["is_suppressed"], absent=Mark.UNKNOWN)
                for key in ("ratio", "ci_low", "ci_high")
            },
        }
        for row in of_month
    )
    return Table(
        "equity",
        "Equity between groups",
        EQUITY_COLUMNS,
        rows,
        note=f"{_say_days(of_month)}Each group against everyone else. "
        "A ratio between 0.80 and 1.25 with its whole interval is called equivalent. Where everyone else has "
        "no event the interval has no upper end. Reviewed groups are compared over the weeks whose "
        "reviews are in. Groups are as supplied by the product, never inferred.",
        empty=_say_why_empty(facts),
    )


def build_tally(facts: Facts) -> Table:
    """How many groups of each indicator differ, are alike, or cannot be judged."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    of_month = _select_of_month(facts)
    for row in of_month:
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
        note=f"{_say_days(of_month)}Groups of every slice (age band, gender, language, region). Where "
        "none is assessable, nothing is known about equal treatment; the workbook has every comparison.",
        empty=_say_why_empty(facts),
    )


def _select_of_month(facts: Facts) -> tuple[Row, ...]:
    return tuple(row for row in facts.equity if facts.month.holds_most_of(row["first_day"], row["last_day"]))


def _say_days(rows: Sequence[Row]) -> str:
    """The days of the comparison as a sentence; empty without one."""
    windows = sorted({(row["first_day"], row["last_day"]) for row in rows})
    return f"Compared over {', '.join(f'{first} to {last}' for first, last in windows)}. " if windows else ""


def _say_why_empty(facts: Facts) -> str:
    days = _say_days(facts.equity)
    if not days:
        return EMPTY
    return (
        f"Not assessed for this month. {days}That is the only comparison in the published file, and a "
        "report shows it where more than half of its days lie in the report's month. This is a gap, not a "
        "finding of equal treatment."
    )
