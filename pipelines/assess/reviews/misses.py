"""How much the sieve misses, as a dear detector sees it: by signal, over whole months and the newest 90 days.

A day adds to a period only if the same sieve and the same version of the detector were at work as on the
period's newest day, and if some of what was to be read was. The counts are those of `finding.miss_day`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa

from methods.miss_rate import estimate_miss_rate
from pipelines.assess.days.calendar import DAY, Calendar, start_of
from pipelines.assess.known import known
from pipelines.lake.lake import Lake
from pipelines.schemas.assessment import MISS_RATE
from pipelines.schemas.miss import MISS_DAY

SUBJECT = ["deployment_id", "detector_id", "signal_id"]
INSTRUMENT = ["detector_version", "sieve_version"]
NEWEST = "last_90_days"
NEWEST_DAYS = 90
"""As for classes of likelihood: a sample of some dozens a day needs months to hold a few misses."""


def tabulate_misses(lake: Lake, calendars: Mapping[str, Calendar]) -> pa.Table:
    """The table `assessment.miss_rate`; empty where no dear detector has looked."""
    held = lake.read(MISS_DAY.full_name)
    if held is None or not held.num_rows:
        return MISS_RATE.empty()
    frame = held.to_pandas(date_as_object=True).sort_values([*SUBJECT, "day"])
    rows: list[dict[str, Any]] = []
    for key, mine in frame.groupby(SUBJECT, sort=True):
        calendar = calendars.get(str(key[0]))
        for period, start, part in _cut(mine, calendar) if calendar else ():
            rows.append(
                dict(zip(SUBJECT, key, strict=True))
                | {"period": period, "period_start": start, "is_suppressed": False}
                | _measure(part)
            )
    return pa.Table.from_pylist(rows, schema=MISS_RATE.arrow_schema)


def _cut(mine: pd.DataFrame, calendar: Calendar) -> Iterator[tuple[str, dt.date, pd.DataFrame]]:
    """The days of each month, and the newest ones."""
    months = mine["day"].map(lambda day: start_of("month", day))
    for month, part in mine.groupby(months, sort=True):
        yield "month", month, part
    first = calendar.last - (NEWEST_DAYS - 1) * DAY
    newest = mine[mine["day"] >= first]
    if len(newest):
        yield NEWEST, first, newest


def _measure(days: pd.DataFrame) -> dict[str, Any]:
    """One period of one signal, its days in order."""
    newest = days.iloc[-1]
    same = days[(days[INSTRUMENT] == newest[INSTRUMENT]).all(axis=1)]
    is_lost = _is_lost(same["passed_count"], same["passed_scored_count"]) | _is_lost(
        same["drawn_count"], same["scored_count"]
    )
    part = same[~is_lost]
    asked, unanswered = _count_asked(part)
    # What stayed without an answer is taken to be like the rest of its day and part.
    answered = (part["scored_count"] / part["drawn_count"]).where(part["drawn_count"] > 0, 1.0)
    scale = (part["passed_count"] / part["passed_scored_count"]).where(part["passed_count"] > 0, 1.0)
    confirmed = float((part["confirmed_count"] * scale).sum())
    found = estimate_miss_rate(
        part["missed_count"].to_numpy(),
        read=part["scored_count"].to_numpy(),
        rest=part["rest_count"].to_numpy(),
        inclusion=(part["inclusion"] * answered).to_numpy(),
        confirmed=confirmed,
        unanswered_share=unanswered / max(asked, 1) if len(part) else 1.0,
    )
    missed = known(found.missed)
    return {name: str(newest[name]) for name in INSTRUMENT} | {
        "first_day": same["day"].iloc[0],
        "last_day": newest["day"],
        "day_count": len(part),
        "left_out_day_count": len(days) - len(part),
        "state": str(found.state),
        "numerator": missed,
        "denominator": None if missed is None else missed + confirmed,
        "value": known(found.value),
        "ci_low": known(found.low),
        "ci_high": known(found.high),
        "numerator_low": known(found.missed_low),
        "numerator_high": known(found.missed_high),
        "method": found.method,
        "passed_count": int(part["passed_count"].sum()),
        "confirmed_count": int(part["confirmed_count"].sum()),
        "rest_count": int(part["rest_count"].sum()),
        "sampled_count": int(part["scored_count"].sum()),
        "seen_count": int(part["missed_count"].sum()),
        "unanswered_count": _count_asked(same)[1],
    }


def _count_asked(days: pd.DataFrame) -> tuple[int, int]:
    """Messages that were to be read, and of these those that were not."""
    asked = int((days["passed_count"] + days["drawn_count"]).sum())
    return asked, asked - int((days["passed_scored_count"] + days["scored_count"]).sum())


def _is_lost(wanted: pd.Series, read: pd.Series) -> pd.Series:
    """Days on which messages were to be read and none was."""
    return (wanted > 0) & (read == 0)
