"""A week's frame with few words, and people who label it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

from risk_register.database.store import Store
from risk_register.review import reviews
from risk_register.review.reviews import Frame, FrameStratum, FrameUnit, ReviewTask

WEEK = dt.date(2026, 11, 16)  # the Monday before the fixture `at`
SEED = 20261123
NOTHING: Mapping[str, int] = {}


def stratum(
    level: int, size: int, draw: int | None = None, *, language: str = "en", topics: tuple[str, ...] = ()
) -> FrameStratum:
    """A stratum whose conversations are named by it."""
    name = f"level_{level}_{language}"
    return FrameStratum(
        stratum_id=name,
        language=language,
        level=level,
        is_flagged=level >= 2,
        units=tuple(
            FrameUnit(f"{name}_{number:05d}", topics, {"user_risk_level": level}) for number in range(size)
        ),
        sample_count=size if draw is None else draw,
    )


def frame(*strata: FrameStratum) -> Frame:
    """A frame of these strata."""
    return Frame(strata=strata, detector_version="lexicon 1.0.0")


def draw_week(
    store: Store, at: dt.datetime, *strata: FrameStratum, seed: int = SEED, week: dt.date = WEEK
) -> str:
    """A sample of these strata, with capacity to spare."""
    return reviews.draw_sample(
        store,
        deployment_id="demo",
        week=week,
        frame=frame(*strata),
        capacity=10_000,
        seed=seed,
        actor="safety_officer",
        at=at,
    )


def add_reviewers(store: Store, at: dt.datetime, *names: str, languages: tuple[str, ...] = ("en",)) -> None:
    """Reviewers who read these languages."""
    for name in names:
        reviews.set_reviewer(store, languages=languages, actor=name, at=at)


def take(store: Store, reviewer: str, at: dt.datetime) -> ReviewTask:
    """The next item; there must be one."""
    task = reviews.next_item(store, deployment_id="demo", reviewer=reviewer, at=at)
    assert task is not None, f"nothing waits for {reviewer}"
    return task


def label_next(
    store: Store, reviewer: str, at: dt.datetime, answers: Mapping[str, int] = NOTHING
) -> ReviewTask:
    """Take the next item and label it."""
    task = take(store, reviewer, at)
    reviews.submit_label(store, item_id=task.item_id, answers=answers, reviewer=reviewer, at=at)
    return task


def label_all(
    store: Store, reviewers: tuple[str, ...], at: dt.datetime, see: Callable[[str], Mapping[str, int]]
) -> int:
    """Everybody labels in turn, a minute an item, until nothing is left; a day has 20 severe items."""
    count, is_busy = 0, True
    while is_busy:
        is_busy = False
        for name in reviewers:
            task = reviews.next_item(store, deployment_id="demo", reviewer=name, at=at)
            if task is not None:
                reviews.submit_label(
                    store, item_id=task.item_id, answers=see(task.conversation_id), reviewer=name, at=at
                )
                count, is_busy = count + 1, True
    return count
