"""Reviewed weeks of the sample: what was drawn is labelled through the same rules as by people on the screen.

Two reviewers and one who settles their differences stand in for people. They know what was written into the
sample, see it imperfectly, and never ask a detector. One deployment is reviewed and one is not, so that both
can be seen; the newest week is still under way.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from typing import Any

from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.lake.lake import Lake
from pipelines.review.draw import draw_week
from pipelines.settings import Home
from plimsoll.demo.story import HARBOR
from risk_register.database.store import Store
from risk_register.review import reviews
from risk_register.review.reviews import ReviewTask

REVIEWERS = ("demo_reviewer", "demo_second_reviewer", "demo_safety_officer")
"""First and second labels are taken by whoever is next; the third settles disputes."""

LANGUAGES = ("en", "es", "unknown")
WEEKS = 6
CAPACITY = 100
SLIP_SHARE = 0.05  # of labels, in which a reviewer is off by a level or overlooks something
UNDER_WAY_SHARE = 0.6  # of the newest week that has been labelled so far
PACE = dt.timedelta(seconds=80)
SEED = 20260801
WEEK = dt.timedelta(days=7)

Seen = Mapping[str, Mapping[str, int]]


def review_weeks(
    home: Home, store: Store, *, truth: Mapping[str, Any], last_day: dt.date, now: dt.datetime
) -> int:
    """Draw and label the last whole weeks once, none of it after ``now``; returns how many labels."""
    if reviews.list_samples(store, HARBOR):
        return 0
    lake = Lake(home.lake)
    seen = find_seen(home, lake, truth)
    end = last_day + dt.timedelta(days=1)
    newest = end - dt.timedelta(days=end.weekday()) - WEEK
    weeks = [newest - number * WEEK for number in reversed(range(WEEKS))]
    first = dt.date.fromisoformat(truth["first_day"])
    at = dt.datetime.combine(weeks[0], dt.time(7), dt.UTC)
    for name in REVIEWERS:
        reviews.set_reviewer(store, languages=LANGUAGES, zone="America/Los_Angeles", actor=name, at=at)
    return sum(
        _review_week(
            lake, store, week=week, seen=seen, share=UNDER_WAY_SHARE if week == newest else 1.0, now=now
        )
        for week in weeks
        if week >= first and _drawn_at(week) <= now
    )


def find_seen(home: Home, lake: Lake, truth: Mapping[str, Any]) -> dict[str, Mapping[str, int]]:
    """What is to be seen in each conversation of the lake, by its id; an ordinary one is not in it."""
    hide = Pseudonymiser(load_key(home.path / "keys"))
    known = {
        (hide.identify_all("thread", HARBOR, [one["session"]])[0], one["day"]): one["answers"]
        for one in truth["deployments"][HARBOR]["seen"]
    }
    rows = lake.read(
        "staging.conversation", deployment_id=HARBOR, columns=["conversation_id", "thread_id", "day"]
    )
    return {
        row["conversation_id"]: known[(row["thread_id"], row["day"].isoformat())]
        for row in ([] if rows is None else rows.to_pylist())
        if (row["thread_id"], row["day"].isoformat()) in known
    }


def _drawn_at(week: dt.date) -> dt.datetime:
    return dt.datetime.combine(week + WEEK, dt.time(15), dt.UTC)


def _review_week(
    lake: Lake, store: Store, *, week: dt.date, seen: Seen, share: float, now: dt.datetime
) -> int:
    at = _drawn_at(week)
    sample_id, frame = draw_week(
        lake, store, deployment_id=HARBOR, week=week, capacity=CAPACITY, seed=SEED + week.toordinal(),
        actor=REVIEWERS[-1], at=at,
    )  # fmt: skip
    rng = random.Random(f"{SEED}:{sample_id}")  # noqa: S311 - a sample, not a secret
    wanted, given, idle = round(share * frame.sample_count), 0, 0
    while given < wanted or (share == 1.0 and idle < len(REVIEWERS)):
        idle += 1
        for name in REVIEWERS:
            at += PACE
            if at + PACE > now:
                return given  # a sample begun on the day of the draw: the rest is still to come
            task = reviews.next_item(store, deployment_id=HARBOR, reviewer=name, at=at)
            if task is None:
                continue
            reviews.submit_label(
                store, item_id=task.item_id, answers=_answer(task, seen, rng), reviewer=name, at=at + PACE / 2
            )
            given, idle = given + 1, 0
        if idle >= len(REVIEWERS) and at.date() < week + 2 * WEEK and _waits(store, sample_id, at):
            at, idle = at + dt.timedelta(days=1), 0  # a day's limit of hard ones is reached
    return given


def _waits(store: Store, sample_id: str, at: dt.datetime) -> bool:
    states = reviews.read_progress(store, sample_id=sample_id, at=at).by_state
    return any(count for state, count in states.items() if state not in {"settled", "withdrawn"})


def _answer(task: ReviewTask, seen: Seen, rng: random.Random) -> dict[str, int]:
    """What a reviewer writes: what is there, now and then a level off or without one of its signals."""
    answers = dict(seen.get(task.conversation_id, {}))
    if task.purpose is reviews.Purpose.ADJUDICATION or not answers or rng.random() >= SLIP_SHARE:
        return answers
    name = rng.choice(sorted(answers))
    signal = next(each for each in reviews.list_rubric() if each.id == name)
    if signal.minimum_level == signal.maximum_level:
        del answers[name]
    else:
        answers[name] = rng.choice(
            [each for each in range(signal.minimum_level, signal.maximum_level + 1) if each != answers[name]]
        )
    return answers
