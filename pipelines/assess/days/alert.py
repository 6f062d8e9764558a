"""An alert for the owner of the data: a row of `assessment.data_alert`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class DataAlert:
    """A row of `assessment.data_alert`."""

    alert_id: str
    deployment_id: str
    kind: str
    opened_on: dt.date
    last_on: dt.date
    holds_pages: bool
    note: str
    next_step: str
    closed_on: dt.date | None = None
    observed: float | None = None
    expected: float | None = None


def say_days(first: dt.date, last: dt.date) -> str:
    """A day, or from a day to a day."""
    return f"{first}" if first == last else f"{first} to {last}"
