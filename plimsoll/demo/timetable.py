"""When people write: how busy a day is, and at what hour of their day a conversation begins."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from plimsoll.demo.people import Person
from plimsoll.demo.story import Operator

WEEKDAYS = (1.06, 1.0, 0.97, 0.96, 0.88, 0.96, 1.17)
HOURS = (
    2.2,
    1.5,
    1.1,
    0.8,
    0.6,
    0.7,
    1.4,
    2.6,
    3.4,
    3.5,
    3.6,
    3.9,
    4.6,
    4.3,
    3.9,
    4.0,
    4.3,
    4.9,
    5.6,
    6.6,
    8.0,
    8.9,
    7.8,
    4.9,
)
NIGHT_FACTOR = 7.0
NIGHT_HOURS = 5


def count_conversations(operator: Operator, *, day: date, progress: float, rng: random.Random) -> int:
    """How many conversations begin on a day; `progress` runs from 0 to 1 over the sample."""
    expected = (
        operator.conversations_a_day * WEEKDAYS[day.weekday()] * (1 + operator.growth * (progress - 0.5))
    )
    return max(1, round(rng.gauss(expected, 0.07 * expected)))


def draw_start(day: date, *, person: Person, zone: ZoneInfo, rng: random.Random) -> datetime:
    """The moment (UTC) at which a person begins on a day of the deployment's zone."""
    factors = [NIGHT_FACTOR if person.sleeps_badly and hour < NIGHT_HOURS else 1.0 for hour in range(24)]
    hour = rng.choices(range(24), weights=[share * f for share, f in zip(HOURS, factors, strict=True)])[0]
    local = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), zone)
    return local.astimezone(UTC) + timedelta(milliseconds=rng.randrange(1000))


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The moment (UTC) at which a day of a zone ends."""
    return datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC)
