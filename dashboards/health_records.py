"""Rows of the published file about the health of the data, as the pages use them.

Field names are the column names of the query of the same name in dashboards/queries.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class QualityCount:
    """Rows of one source, reason and day."""

    day: date
    source: str
    reason: str
    row_count: int


@dataclass(frozen=True)
class DataDay:
    """What came for one reporting day, and in what state its data are."""

    day: date
    state: str
    reasons: str
    first_received_on: date | None
    last_received_on: date | None
    message_count: int
    volume: str
    expected_count: float | None
    expected_low: float | None
    expected_high: float | None
    late_count: int
    out_of_order_count: int
    clock_skew_count: int
    waiting_event_count: int
    unscored_count: int
    owed_count: int
    delivered_count: int
    rejected_count: int


@dataclass(frozen=True)
class DataAlert:
    """Something that the owner of the data should look at."""

    alert_id: str
    kind: str
    opened_on: date
    last_on: date
    closed_on: date | None
    holds_pages: bool
    note: str
    next_step: str

    @property
    def is_open(self) -> bool:
        """Whether it lasts."""
        return self.closed_on is None


@dataclass(frozen=True)
class RuleResult:
    """A rule of the gate and what it found in a range of days."""

    suite: str
    rule: str
    severity: str
    checked_by: str
    what: str
    allowed: str
    why: str
    next_step: str
    day_count: int
    missed_day_count: int
    newest_missed_on: date | None
    worst_observed: float | None


@dataclass(frozen=True)
class FieldCompleteness:
    """In how many messages of a range of days a field is known, and in the newest week of it."""

    field: str
    known_count: int
    row_count: int
    newest_known_count: int
    newest_row_count: int


@dataclass(frozen=True)
class Restatement:
    """A day that changed after the lateness window."""

    day: date
    opened_on: date
    record_count: int
    record_count_before: int
    days_late: int
