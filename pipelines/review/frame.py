"""The frame of a review week, read from the lake: which conversations there were, in which strata.

A stratum is what the detectors made of a conversation (user at risk or not, the highest level of user risk or
harm, or nothing scored at all) and its language. How many of each are drawn follows from the capacity; the
draw itself, and everything after, is the register's.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from methods.sampling import MINIMUM_A_STRATUM, allocate_reviews
from pipelines.errors import StateError
from pipelines.lake.lake import Lake
from risk_register.content import load_taxonomy
from risk_register.review.reviews import (
    DOUBLE_SHARE,
    MEASUREMENT_SHARE,
    Frame,
    FrameStratum,
    FrameUnit,
    Tally,
)

UNKNOWN = "unknown"  # the user_id of a log that names no users
FLAGGED_LEVEL = 2  # from here on a user counts as at risk: the level of the escalation policy
COLUMNS = [
    "conversation_id",
    "user_id",
    "day",
    "language",
    "user_risk_level",
    "harm_level",
    "has_scored_message",
]


@dataclass(frozen=True)
class StratumUnits:
    """The conversations of a stratum, before it is decided how many are drawn."""

    stratum_id: str
    language: str
    level: int
    is_flagged: bool
    units: tuple[FrameUnit, ...]


def read_week(lake: Lake, *, deployment_id: str, week: dt.date) -> tuple[StratumUnits, ...]:
    """The conversations of a week by stratum.

    Raises:
        StateError: the week holds no computed conversation.
    """
    days = [week + dt.timedelta(days=number) for number in range(7)]
    rows = lake.read("fact.conversation", days=days, deployment_id=deployment_id, columns=COLUMNS)
    if rows is None or rows.num_rows == 0:
        raise StateError(
            f"The week of {week} holds no computed conversation of {deployment_id}. `plimsoll status` shows "
            "which days there are; `plimsoll run` computes them."
        )
    topics = _read_topics(lake, deployment_id=deployment_id, days=days)
    found: dict[tuple[str, str, int, bool], list[FrameUnit]] = defaultdict(list)
    for row in rows.to_pylist():
        user, harm = int(row["user_risk_level"]), int(row["harm_level"])
        is_flagged, level = user >= FLAGGED_LEVEL, max(user, harm)
        if not row["has_scored_message"]:
            name, level = "unscored", 0
        elif level < FLAGGED_LEVEL:
            name, level = "unflagged", 0
        else:
            name = f"{'user_at_risk' if is_flagged else 'assistant_harm'}_level_{level}"
        unit = FrameUnit(
            row["conversation_id"],
            tuple(sorted(topics.get(row["conversation_id"], ()))),
            {"user_risk_level": user, "harm_level": harm},
            day=row["day"],
            user_id=None if row["user_id"] == UNKNOWN else row["user_id"],
        )
        found[name, row["language"], level, is_flagged].append(unit)
    return tuple(
        StratumUnits(f"{name}_{language}", language, level, is_flagged, tuple(units))
        for (name, language, level, is_flagged), units in sorted(found.items(), key=lambda each: each[0])
    )


def make_frame(
    strata: Sequence[StratumUnits], *, capacity: int, earlier: Mapping[str, Tally], detector_version: str
) -> Frame:
    """The frame with the number to draw from each stratum.

    Raises:
        StateError: the capacity does not reach for one conversation of each stratum.
    """
    counts = allocate(
        [len(one.units) for one in strata],
        levels=[one.level for one in strata],
        budget=count_items(capacity),
        earlier=[earlier.get(one.stratum_id) for one in strata],
    )
    return Frame(
        strata=tuple(
            FrameStratum(one.stratum_id, one.language, one.level, one.is_flagged, one.units, count)
            for one, count in zip(strata, counts, strict=True)
        ),
        detector_version=detector_version,
    )


def count_items(capacity: int) -> int:
    """How many conversations so many labels reach for, when one of every ten needs two."""
    items = int(capacity / (1 + DOUBLE_SHARE))
    while items > 0 and items + math.ceil(items * DOUBLE_SHARE) > capacity:
        items -= 1
    return items


def allocate(
    sizes: Sequence[int], *, levels: Sequence[int], budget: int, earlier: Sequence[Tally | None]
) -> list[int]:
    """Conversations to draw from each stratum.

    Up to 70 % goes to flagged ones, the most severe first, all of a level before any of the next; the rest is
    measurement: a minimum from every stratum, then where earlier reviews say that it narrows the interval
    most.

    Raises:
        StateError: the budget does not reach for one of each stratum.
    """
    big = np.asarray(sizes, dtype=int)
    if budget < len(big):
        raise StateError(
            f"A capacity for {budget} conversations does not reach for one of each of {len(big)} strata. "
            "Raise --capacity."
        )
    triage = _take_most_severe(big, levels, budget=int(budget * (1 - MEASUREMENT_SHARE)))
    left = big - triage
    measured = allocate_reviews(
        left,
        budget=budget - int(triage.sum()),
        earlier_reviewed=[each.reviewed if each else 0 for each in earlier],
        earlier_confirmed=[each.confirmed if each else 0 for each in earlier],
        minimum=min(MINIMUM_A_STRATUM, max(1, (budget - int(triage.sum())) // len(big))),
    )
    return [int(count) for count in _reach_everywhere(triage + measured, big)]


def count_unreached(frame: Frame) -> dict[int, int]:
    """Flagged conversations that this capacity leaves unread, by level, most severe first."""
    unread: dict[int, int] = {}
    for one in sorted(frame.strata, key=lambda each: -each.level):
        if one.level >= FLAGGED_LEVEL and len(one.units) > one.sample_count:
            unread[one.level] = unread.get(one.level, 0) + len(one.units) - one.sample_count
    return unread


def find_detectors(lake: Lake) -> str:
    """Names and versions of the detectors behind the strata."""
    rows = lake.read("finding.detector", columns=["detector_id", "detector_version"])
    pairs = (
        set() if rows is None else {(row["detector_id"], row["detector_version"]) for row in rows.to_pylist()}
    )
    return ", ".join(f"{name} {version}" for name, version in sorted(pairs))


def _read_topics(lake: Lake, *, deployment_id: str, days: Sequence[dt.date]) -> dict[str, set[str]]:
    families = {signal.id: signal.family for signal in load_taxonomy().signals if signal.id[0] in "ua"}
    columns = ["conversation_id", "signal_id"]
    rows = lake.read("fact.message_signal", days=days, deployment_id=deployment_id, columns=columns)
    topics: dict[str, set[str]] = defaultdict(set)
    for row in [] if rows is None else rows.to_pylist():
        if row["signal_id"] in families:
            topics[row["conversation_id"]].add(families[row["signal_id"]])
    return topics


def _take_most_severe(big: np.ndarray, levels: Sequence[int], *, budget: int) -> np.ndarray:
    """All of a level while the budget lasts; where it ends, of each stratum as many as its share."""
    taken = np.zeros_like(big)
    for level in sorted({level for level in levels if level >= FLAGGED_LEVEL}, reverse=True):
        here = np.array([each == level for each in levels])
        left = budget - int(taken.sum())
        size = int(big[here].sum())
        if size <= left:
            taken[here] = big[here]
        else:
            taken[here] = np.floor(big[here] * left / size).astype(int)
            break
    return taken


def _reach_everywhere(counts: np.ndarray, big: np.ndarray) -> np.ndarray:
    """At least one of each stratum, taken from the largest number: a stratum not seen ends every estimate."""
    reached = counts.copy()
    for position in np.flatnonzero((reached == 0) & (big > 0)):
        reached[np.argmax(reached)] -= 1
        reached[position] = 1
    return reached
