"""What a data-quality rule is: an expectation on rows, how much of it a day may miss, and what then.

Suites are lists of rules, one module a table. Running them is the gate's business.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What happens to a day that misses a rule."""

    STOP = "stop"  # it is not scored until the data is right
    TELL = "tell"  # it is scored, and marked wherever its numbers show


@dataclass(frozen=True)
class Rule:
    """One expectation of Great Expectations, judged day by day.

    `tolerance` is the share of a day's rows that may fail. `why` and `next_step` are for the person who
    reads that a day was held.
    """

    id: str
    severity: Severity
    expectation: str
    why: str
    next_step: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    tolerance: float = 0.0


@dataclass(frozen=True)
class Suite:
    """The rules of one staging table and the column that names its rows."""

    name: str
    key: str
    columns: tuple[str, ...]
    rules: tuple[Rule, ...]
