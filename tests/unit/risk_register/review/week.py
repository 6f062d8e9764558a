"""A review week that people work through with the rules of the screen, and what its labels say.

Truth is drawn from a seed, the detectors err with known rates, reviewers err now and then, and who settles a
dispute does not. Tests and `tests/bench` share it.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from methods.correction import Estimate, estimate_sensitivity, estimate_share
from risk_register.database.store import Store
from risk_register.review import reviews
from risk_register.review.reviews import Frame, FrameStratum, FrameUnit, LabelExport, Purpose

WEEK = dt.date(2026, 11, 16)
DRAWN_AT = dt.datetime(2026, 11, 23, 5, 0, tzinfo=dt.UTC)
RISK = {"u_suicidal_ideation": 2}
NOTHING: Mapping[str, int] = {}


@dataclass(frozen=True)
class Stratum:
    """Conversations of a detector level, and the share of them in which the person is at risk."""

    name: str
    level: int
    size: int
    share_at_risk: float
    draw: int


@dataclass(frozen=True)
class Week:
    """A frame with its truth."""

    frame: Frame
    at_risk: frozenset[str]

    @property
    def share(self) -> float:
        return len(self.at_risk) / self.frame.unit_count


def make_week(strata: Sequence[Stratum], *, seed: int) -> Week:
    """The frame, and who is at risk: exactly the share of each stratum, at random places."""
    chance, at_risk, made = random.Random(seed), set(), []  # noqa: S311  a truth of a test
    for one in strata:
        names = [f"{one.name}_{number:05d}" for number in range(one.size)]
        at_risk |= set(chance.sample(names, round(one.share_at_risk * one.size)))
        units = tuple(FrameUnit(name, (), {"user_risk_level": one.level}) for name in names)
        made.append(FrameStratum(one.name, "en", one.level, one.level >= 2, units, one.draw))
    return Week(Frame(tuple(made), "lexicon 1.0.0"), frozenset(at_risk))


def draw_week(store: Store, week: Week, *, seed: int, capacity: int) -> str:
    return reviews.draw_sample(
        store, deployment_id="demo", week=WEEK, frame=week.frame, capacity=capacity, seed=seed,
        actor="weekly_draw", at=DRAWN_AT,
    )  # fmt: skip


def work(
    store: Store, week: Week, people: Sequence[str], *, labels: int, error_rate: float, seed: int
) -> dict[str, int]:
    """People take items in turn until so many labels are given; a new day begins when nobody is served.

    Returns how many labels each purpose got.
    """
    chance = random.Random(seed)  # noqa: S311  errors of a test
    at, given = DRAWN_AT, dict.fromkeys(Purpose, 0)
    for name in people:
        reviews.set_reviewer(store, languages=("en",), actor=name, at=at)
    idle_days = 0
    while sum(given.values()) < labels and idle_days < 2:
        is_busy = False
        for name in people:
            if sum(given.values()) >= labels:
                break
            task = reviews.next_item(store, deployment_id="demo", reviewer=name, at=at)
            if task is None:
                continue
            is_truth = task.conversation_id in week.at_risk
            is_seen = is_truth
            if task.purpose is not Purpose.ADJUDICATION and chance.random() < error_rate:
                is_seen = not is_truth
            reviews.submit_label(
                store, item_id=task.item_id, answers=RISK if is_seen else NOTHING, reviewer=name, at=at
            )
            given[task.purpose] += 1
            is_busy = True
        idle_days = 0 if is_busy else idle_days + 1
        at += dt.timedelta(minutes=1) if is_busy else dt.timedelta(days=1)
    return given


def is_at_risk(answers: Mapping[str, int]) -> bool:
    return reviews.find_risk_level(answers) >= 2


def estimate(export: LabelExport) -> Estimate:
    """The share at risk, corrected for what the detectors missed and for whom they flagged in vain."""
    rows = reviews.tally(export, is_case=is_at_risk)
    return estimate_share(
        [row.size for row in rows],
        reviewed=[row.reviewed for row in rows],
        confirmed=[row.confirmed for row in rows],
    )


def estimate_missed(export: LabelExport) -> Estimate:
    """The share of those at risk whom the detectors flagged."""
    rows = reviews.tally(export, is_case=is_at_risk)
    return estimate_sensitivity(
        [row.size for row in rows],
        reviewed=[row.reviewed for row in rows],
        confirmed=[row.confirmed for row in rows],
        is_flagged=[row.is_flagged for row in rows],
    )
