"""A row of `ledger.quality`: whether a day kept a rule, and by how much."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """Whether a day kept a rule. `observed`: the failing share of its rows, or the share that was judged."""

    deployment_id: str
    day: dt.date
    suite: str
    rule: str
    severity: str
    checked_by: str
    failing_count: int
    row_count: int
    observed: float | None
    allowed: str
    is_met: bool
