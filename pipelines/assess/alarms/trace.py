"""A trace of a change: between which days it lies, when it could be known, and in which words it is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pipelines.assess.days.calendar import DAY

EXPLAINING_DAYS = 3
"""A change may take effect some days beside the day for which it was declared."""


@dataclass(frozen=True)
class Trace:
    """What points at a change; `closed_on` is the day on which it had gone again."""

    low: dt.date
    high: dt.date
    known_on: dt.date
    closed_on: dt.date | None
    words: str
    evidence: str = ""
    """How far it went, for pages inside: `words` leave."""

    def is_near(self, day: dt.date) -> bool:
        """Whether what happened on a day would explain it."""
        return self.low - EXPLAINING_DAYS * DAY <= day <= self.high + EXPLAINING_DAYS * DAY
