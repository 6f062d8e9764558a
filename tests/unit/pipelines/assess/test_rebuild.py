"""Day by day and in one go the alarms are the same, also with late records and decisions in between."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from pipelines.assess.alarms.appetite_alarm import follow_appetites, raise_appetites
from pipelines.assess.alarms.concern import Concern
from pipelines.assess.alarms.release import follow_releases, raise_releases
from pipelines.assess.alarms.stream import FREEZE_DAYS, Arrival

MONDAY = dt.date(2026, 3, 2)
DAY = dt.timedelta(days=1)
DAYS = 92
KEY = ("harbor", "missed_escalation_rate")
CHANGES = [{"deployment_id": "harbor", "effective_on": MONDAY + 56 * DAY, "what": "model"}]


def make_arrivals(*, late: bool) -> list[Arrival]:
    """A rate that doubles on day 56 and is good again from day 80; a tenth comes up to twelve days late."""
    rng = np.random.default_rng(8)
    rows = []
    for number in range(DAYS):
        day = MONDAY + number * DAY
        rate = 0.25 if 56 <= number < 80 else 0.06
        rows.append(Arrival(day, day + DAY, int(rng.binomial(45, rate)), 45))
        if late:
            lag = int(rng.integers(2, 13))
            rows.append(Arrival(day, day + lag * DAY, int(rng.binomial(5, rate)), 5))
    return rows


def raise_as_of(make, rows: list[Arrival], today: dt.date, resets: frozenset[dt.date]) -> list[Concern]:
    known = [one for one in rows if one.received_on <= today]
    days = max((one.day for one in known), default=MONDAY)
    background = make.background(
        make.calendar(MONDAY, (days - MONDAY).days + 1),
        make.definition(),
        decisions=(make.decision(effective_from=MONDAY),),
    )
    taken = {"harbor": {"level:missed_escalation_rate": resets, "release:missed_escalation_rate": resets}}
    known_on = {"harbor": max((one.received_on for one in known), default=MONDAY)}
    return [
        *raise_appetites(follow_appetites({KEY: known}, background, known_on, resets=taken)),
        *raise_releases(follow_releases({KEY: known}, background, CHANGES, known_on, resets=taken)),
    ]


def shape(concerns: list[Concern]) -> set[tuple]:
    return {(one.alarm_id, one.closed_on) for one in concerns if one.state in {"alarm", "resolved"}}


@pytest.mark.parametrize(
    ("late", "taken"),
    [(False, frozenset()), (True, frozenset({MONDAY + 62 * DAY}))],
    ids=["in time and alone", "late and taken"],
)
def test_what_was_seen_day_by_day_is_what_a_rebuild_finds(make, late, taken):
    rows = make_arrivals(late=late)
    end = MONDAY + (DAYS + 13) * DAY
    rebuilt = shape(raise_as_of(make, rows, end, taken))
    seen: dict[str, dt.date] = {}
    closed: dict[str, dt.date] = {}
    for number in range(55, DAYS + 14):
        today = MONDAY + number * DAY
        # A decision cannot be known before the day that it was made about.
        known = frozenset(day for day in taken if day + FREEZE_DAYS * DAY < today)
        for alarm_id, closed_on in shape(raise_as_of(make, rows, today, known)):
            seen.setdefault(alarm_id, today)
            if closed_on is not None:
                closed.setdefault(alarm_id, closed_on)
    assert set(seen) == {alarm_id for alarm_id, _ in rebuilt}
    assert closed == {alarm_id: day for alarm_id, day in rebuilt if day is not None}
    assert len(rebuilt) >= 2


def test_an_alarm_is_seen_as_soon_as_its_day_is_judged(make):
    rows = make_arrivals(late=False)
    first = next(
        today
        for today in (MONDAY + number * DAY for number in range(50, DAYS))
        if shape(raise_as_of(make, rows, today, frozenset()))
    )
    (opened,) = {one.opened_on for one in raise_as_of(make, rows, first, frozenset()) if one.state == "alarm"}
    assert MONDAY + 56 * DAY <= opened <= MONDAY + 60 * DAY
    assert (first - opened).days == FREEZE_DAYS
