"""Days of few messages in what is published beside their data: indicators of a day's data, and data alerts.

The table of days itself leaves without the counts of such days (`methods.day_counts`); these would tell them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from methods.day_counts import hide_days, hide_months
from pipelines.publish.suppression import mark

COUNTED_BY_DAY = frozenset({"data_late_share", "data_duplicate_share", "data_rejected_share",
                            "data_unscored_share", "data_language_unknown_share"})  # fmt: skip
"""Indicators over the records or messages of days, whose denominators add up to those of a day's data."""

LENGTHS = {"day": 1, "week": 7}
FIELD_LOST = "field_lost"
UNTOLD = "Days of few messages are among them, so no count of them leaves."
LOST = "A field, named at the end of the alert's id, is known in far fewer messages than usual."


@dataclass(frozen=True)
class Few:
    """What of a deployment's data leaves without counts: days, and months (by their first) that would give
    them away."""

    days: frozenset[dt.date] = frozenset()
    months: frozenset[dt.date] = frozenset()

    def touches(self, period: str, start: dt.date) -> bool:
        """Whether a day is among them, a week has one of them, or a month would give them away."""
        if period == "month":
            return start in self.months
        days = (start + number * dt.timedelta(days=1) for number in range(LENGTHS.get(period, 0)))
        return any(day in self.days for day in days)


UNTOUCHED = Few()


def list_few(data_days: pa.Table) -> dict[str, Few]:
    """What of `published.data_day` leaves without any count, by deployment."""
    counts: dict[str, dict[dt.date, int]] = {}
    columns = (data_days[name].to_pylist() for name in ("deployment_id", "day", "message_count"))
    for deployment, day, count in zip(*columns, strict=True):
        counts.setdefault(deployment, {})[day] = count
    return {deployment: Few(hide_days(days), hide_months(days)) for deployment, days in counts.items()}


def suppress_days(observations: pa.Table, few: Mapping[str, Few]) -> pa.Table:
    """The observations; of `COUNTED_BY_DAY` such days are hidden, and weeks and months that tell them."""
    names = ("deployment_id", "indicator_id", "period", "period_start", "is_suppressed")
    cells = zip(*(observations[name].to_pylist() for name in names), strict=True)
    return mark(
        observations,
        [
            hidden or (indicator in COUNTED_BY_DAY and few.get(deployment, UNTOUCHED).touches(period, start))
            for deployment, indicator, period, start, hidden in cells
        ],
    )


def silence_alerts(alerts: pa.Table, restatements: pa.Table, few: Mapping[str, Few]) -> pa.Table:
    """Data alerts without numbers where they are about such days, and without the share of a field.

    Args:
        alerts: rows of `published.data_alert`.
        restatements: `published.restatement`, which says what days a late delivery changed.
        few: the days, by deployment.
    """
    changed: dict[tuple[str, dt.date], set[dt.date]] = {}
    for row in restatements.to_pylist():
        changed.setdefault((row["deployment_id"], row["opened_on"]), set()).add(row["day"])
    left = []
    for row in alerts.to_pylist():
        hidden = few.get(row["deployment_id"], UNTOUCHED).days
        is_told = any(row["opened_on"] <= day <= row["last_on"] for day in hidden)
        if row["kind"] == "restatement":
            is_told |= bool(hidden & changed.get((row["deployment_id"], row["opened_on"]), set()))
        if is_told:
            row |= {"observed": None, "expected": None, "note": UNTOLD}
        elif row["kind"] == FIELD_LOST:  # of 40 messages a share in whole percents is a count
            row |= {"observed": None, "expected": None, "note": LOST}
        left.append(row)
    return pa.Table.from_pylist(left, schema=alerts.schema)
