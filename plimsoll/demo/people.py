"""The people of the sample: a stable pool who return, some daily, most now and then.

Attributes are given to a person once. Nothing about a person is said by what they write except how they
type and the endings that their language asks for.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from plimsoll.demo.phrase import Typing
from plimsoll.demo.story import Operator

AGE_BANDS: Mapping[str, float] = {"13-17": 6, "18-24": 22, "25-34": 29, "35-49": 24, "50-64": 13, "65+": 6}
TYPING: Mapping[Typing, float] = {Typing.CAREFUL: 58, Typing.LOWER_CASE: 28, Typing.HURRIED: 14}
STAY_DAYS = 45
ATTACHED_SHARE = 0.28

Item = TypeVar("Item")


@dataclass(frozen=True)
class Person:
    """Somebody who uses a deployment; None is what the log does not say."""

    user_id: str
    language: str
    region: str | None
    age_band: str | None
    gender: str | None
    is_feminine: bool
    is_minor: bool
    surface: str
    typing: Typing
    joins_on: int
    leaves_on: int
    eagerness: float
    keeps_thread: bool
    grows_attached: bool
    sleeps_badly: bool
    states_language: bool


def make_people(operator: Operator, *, rng: random.Random, days: int) -> list[Person]:
    """The pool of a deployment."""
    return [make_person(operator, number, rng=rng, days=days) for number in range(operator.people)]


def make_person(operator: Operator, number: int, *, rng: random.Random, days: int) -> Person:
    """One person; `joins_on` may lie before the first day."""
    language = draw(operator.languages, rng)
    age_band = draw(AGE_BANDS, rng)
    feminine = rng.random() < 0.58
    gender = "non_binary" if rng.random() < 0.04 else ("woman" if feminine else "man")
    joins_on = rng.randrange(-days, days)
    keeps_thread = rng.random() < 0.2
    return Person(
        user_id=f"{operator.deployment_id[0]}{rng.getrandbits(44):011x}",
        language=language,
        region=draw(operator.regions[language], rng) if rng.random() < 0.97 else None,
        age_band=age_band if rng.random() < 0.92 or age_band == "13-17" else None,
        gender=gender if rng.random() < 0.42 else None,
        is_feminine=feminine,
        is_minor=age_band == "13-17",
        surface=draw(operator.surfaces, rng),
        typing=draw(TYPING, rng),
        joins_on=joins_on,
        leaves_on=joins_on + 1 + int(rng.expovariate(1 / STAY_DAYS)) + (STAY_DAYS if keeps_thread else 0),
        eagerness=rng.paretovariate(1.6),
        keeps_thread=keeps_thread,
        grows_attached=keeps_thread and rng.random() < ATTACHED_SHARE,
        sleeps_badly=rng.random() < 0.09,
        states_language=rng.random() < 0.985,
    )


def draw(shares: Mapping[Item, float], rng: random.Random) -> Item:
    """One key, with a probability in proportion to its share."""
    return rng.choices(list(shares), weights=list(shares.values()))[0]
