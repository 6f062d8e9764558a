"""Which days a deployment has data for, and whether a period is whole."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Set
from dataclasses import dataclass, replace

from pipelines.lake.lake import Lake

DAY = dt.timedelta(days=1)
WHOLE_WEEK = "calendar:whole_week"
"""What an indicator needs that is made of whole weeks alone."""


@dataclass(frozen=True)
class Calendar:
    """Days of one deployment: with data, held back by the gate, and the one that runs in its zone.

    `quiet` are days without data on a weekday that usually has none: they take nothing away from a period.
    """

    present: frozenset[dt.date]
    held: frozenset[dt.date]
    running: dt.date | None = None
    quiet: frozenset[dt.date] = frozenset()

    @property
    def first(self) -> dt.date:
        """First day with data."""
        return min(self.present)

    @property
    def last(self) -> dt.date:
        """Last day with data."""
        return max(self.present)

    def periods(self) -> list[tuple[str, dt.date]]:
        """Every day, week and month that holds a day with data."""
        found = {
            (period, start_of(period, day)) for day in self.present for period in ("day", "week", "month")
        }
        return sorted(found)

    def is_partial(self, period: str, start: dt.date, *, unit: str = "") -> bool:
        """Whether days of the period are missing, held, running or still to come, or none of it has data."""
        days = set(list_counted(period, start, unit=unit))
        if self.running is not None and max(days) >= self.running:
            return True  # its last day may have data and is not over
        has_data = bool(days & self.present)
        return not has_data or not days <= self.present | self.quiet or bool(days & self.held)

    def has_whole_week(self) -> bool:
        """Whether any week is whole."""
        return any(not self.is_partial(*one) for one in self.periods() if one[0] == "week")


def start_of(period: str, day: dt.date) -> dt.date:
    """The first day of the period that holds a day."""
    if period == "week":
        return day - day.weekday() * DAY
    return day.replace(day=1) if period == "month" else day


def end_of(period: str, start: dt.date) -> dt.date:
    """The last day of a period."""
    if period == "week":
        return start + 6 * DAY
    return (start.replace(day=28) + 4 * DAY).replace(day=1) - DAY if period == "month" else start


def list_days(first: dt.date, last: dt.date) -> list[dt.date]:
    """Every day from the first to the last."""
    return [first + step * DAY for step in range((last - first).days + 1)]


def list_counted(period: str, start: dt.date, *, unit: str) -> list[dt.date]:
    """The days on which figures of a period rest: a user in a week counts in the month of its Monday."""
    last = end_of(period, start)
    if unit == "user_week" and period == "month":
        start, last = start + (-start.weekday() % 7) * DAY, end_of("week", start_of("week", last))
    return list_days(start, last)


def read_calendars(lake: Lake) -> dict[str, Calendar]:
    """The calendar of every deployment."""
    present: dict[str, set[dt.date]] = {}
    for deployment, day in lake.partitions("staging.conversation"):
        present.setdefault(deployment, set()).add(day)
    quality = lake.read("ledger.quality", columns=["deployment_id", "day", "severity", "is_met"])
    held: dict[str, set[dt.date]] = {}
    for row in [] if quality is None else quality.to_pylist():
        if row["severity"] == "stop" and not row["is_met"]:
            held.setdefault(row["deployment_id"], set()).add(row["day"])
    return {key: Calendar(frozenset(days), frozenset(held.get(key, set()))) for key, days in present.items()}


def set_running(calendars: Mapping[str, Calendar], running: Mapping[str, dt.date]) -> dict[str, Calendar]:
    """The calendars with the day that runs in each deployment's zone."""
    return {name: replace(one, running=running[name]) for name, one in calendars.items()}


def set_quiet(calendars: Mapping[str, Calendar], quiet: Mapping[str, Set[dt.date]]) -> dict[str, Calendar]:
    """The calendars with the days that are quiet; which these are is judged from the days with data."""
    return {
        name: replace(one, quiet=frozenset(quiet.get(name, frozenset()))) for name, one in calendars.items()
    }
