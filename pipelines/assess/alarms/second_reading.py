"""What reviews say beside an alarm that detectors' counts raised: words beside its note, and nothing more.

Reviews hold no alarm back: those of the weeks before it cannot know what has begun since. Once they are in,
a person can tell from them whether the detectors err or people are harmed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from methods.suppression import MINIMUM_RATE_TRIALS, is_small
from pipelines.assess.alarms.wording import say_level
from pipelines.assess.days.calendar import DAY

DECIDING_WEEKS = 4
"""Weeks that a corrected rate rests on when something is decided by it."""

UNREAD = "Counted as detected; no review has confirmed it."
REVIEWED = "Counted as detected; reviews say what they saw of it."
"""What a note says beside a reading, of which the numbers do not leave."""


@dataclass(frozen=True)
class SecondReading:
    """A corrected rate in the units of its indicator, and the weeks it rests on."""

    first_week: dt.date
    last_week: dt.date
    value: float
    low: float
    high: float
    raw: float | None
    is_lower_bound: bool
    is_hidden: bool

    def say(self, kind: str) -> str:
        """A sentence that names the raw rate and the corrected one, in the unit of a kind of indicator."""
        weeks = f"from {self.first_week} to {self.last_week + 6 * DAY}"
        if self.is_hidden:
            return f"Reviews {weeks} saw too few people to say."
        raw = "" if self.raw is None else f", where detectors counted {say_level(self.raw, kind)}"
        bound = "at least " if self.is_lower_bound else ""
        return (
            f"Reviews {weeks} say {bound}{say_level(self.value, kind)} "
            f"({say_level(self.low, kind)} to {say_level(self.high, kind)}){raw}."
        )


Readings = Mapping[tuple[str, str], SecondReading]
"""The newest of each deployment and indicator."""


def read_corrections(corrections: pa.Table) -> dict[tuple[str, str], SecondReading]:
    """The newest reading of four weeks of every deployment and indicator, from `assessment.correction`."""
    found: dict[tuple[str, str], SecondReading] = {}
    for row in sorted(corrections.to_pylist(), key=lambda row: row["last_week"]):
        if row["window_weeks"] == DECIDING_WEEKS and None not in (row["ci_low"], row["ci_high"]):
            found[row["deployment_id"], row["indicator_id"]] = _read(row)
    return found


def _read(row: Mapping[str, Any]) -> SecondReading:
    # Of few people nothing is put into words, which are copied.
    people, seen = row["population_count"], row["confirmed_count"]
    is_hidden = people < MINIMUM_RATE_TRIALS or bool(is_small([seen, people - seen]).any())
    return SecondReading(
        first_week=row["first_week"],
        last_week=row["last_week"],
        value=row["value"],
        low=row["ci_low"],
        high=row["ci_high"],
        raw=row["raw_value"],
        is_lower_bound=row["is_lower_bound"],
        is_hidden=is_hidden,
    )
