"""Weeks of reviewed conversations of two groups whose people have the same chances, as `assess` holds them.

Every person has a chance of their own, drawn anew for every seed: the ratio of the groups is 1 among people,
and in no single draw. One woman may have a larger share of her group's conversations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipelines.assess.equity.corrected_groups import correct_groups
from pipelines.assess.level.cluster import BUCKETS, Clusters

INDICATOR = "missed_escalation_rate"
DEPLOYMENT = "harbor"
FIRST = dt.date(2026, 11, 2)
WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Design:
    """What happens and what is reviewed in a week: flagged conversations first, then the others."""

    sizes: tuple[int, int] = (80, 400)
    reviewed: tuple[int, int] = (60, 120)
    real: tuple[float, float] = (0.7, 0.03)
    """How many of them are about a person at risk."""
    share: float = 0.3
    correlation: float = 0.3
    women: int = 31
    men: int = 300
    women_share: float = 0.3
    one_woman: float = 0.0
    """Share of the women's conversations that one of them has; 0 is as many as any other."""
    is_of_flagged_alone: bool = False
    weeks: int = 4


@dataclass(frozen=True)
class Drawn:
    """Strata and tallies of all weeks, counts in buckets of users, and the raw rows of both groups."""

    strata: pd.DataFrame
    tallies: pd.DataFrame
    clusters: Clusters
    rows: list[dict[str, Any]]

    def correct(self) -> dict[str, dict[str, Any]]:
        """The rows by group, corrected."""
        definition = {"direction": "lower_is_better", "unit": "conversation"}
        rows = correct_groups(self.rows, self.strata, self.tallies, {INDICATOR: definition}, self.clusters)
        return {row["slice_value"]: row for row in rows}


def draw_groups(design: Design, seed: int, *, first: dt.date = FIRST) -> Drawn:
    """A draw of people, and of `design.weeks` weeks from `first`."""
    rng = np.random.default_rng(seed)
    people = (design.women, design.men)
    chances, buckets = zip(*((_draw_chances(rng, design, k), rng.integers(0, BUCKETS, k)) for k in people),
                           strict=True)  # fmt: skip
    strata, tallies = [], []
    events, units = np.zeros((design.weeks, BUCKETS)), np.zeros((design.weeks, BUCKETS))
    of_groups = np.zeros((design.weeks, 2, BUCKETS))
    for number in range(design.weeks):
        week = first + number * WEEK
        for place, is_flagged in enumerate((True, False)):
            size, reviewed = design.sizes[place], design.reviewed[place]
            is_woman = rng.random(size) < design.women_share
            who = np.where(is_woman, _draw_women(rng, design, size, is_flagged=is_flagged),
                           rng.integers(0, design.men, size))  # fmt: skip
            chance, bucket = (
                np.where(is_woman, each[0][who % design.women], each[1][who]) for each in (chances, buckets)
            )
            is_real, is_event = rng.random(size) < design.real[place], rng.random(size) < chance
            for group, mine in enumerate((is_woman, ~is_woman)):
                of_groups[number, group] += np.bincount(bucket[mine], minlength=BUCKETS)
            if is_flagged:
                events[number] += np.bincount(bucket, is_event, BUCKETS)
                units[number] += np.bincount(bucket, minlength=BUCKETS)
            own = {"deployment_id": DEPLOYMENT, "week": week, "sample_id": str(week)}
            own |= {"stratum_id": "flagged" if is_flagged else "others"}
            strata.append(own | _describe_stratum(size, reviewed, is_flagged=is_flagged))
            flag = np.full(size, is_flagged)
            seen = (is_real & is_event, is_real, is_event & flag, flag)
            read = {INDICATOR: seen, "case:user_at_risk": (is_real, np.ones(size), flag, np.ones(size))}
            tallies += [own | row for row in _tally(read, is_woman, reviewed)]
    weeks = [first + number * WEEK for number in range(design.weeks)]
    slices = [(week, group) for week in weeks for group in ("woman", "man")]
    clusters = Clusters(
        place={(DEPLOYMENT, INDICATOR, "week", week): n for n, week in enumerate(weeks)},
        numerators=events,
        denominators=units,
        slice_place={
            (DEPLOYMENT, "conversation", "week", week, "gender", group): n
            for n, (week, group) in enumerate(slices)
        },
        slice_units=of_groups.reshape(-1, BUCKETS),
        values={},
    )
    return Drawn(pd.DataFrame(strata), pd.DataFrame(tallies), clusters, list_raw_rows(weeks[-1]))


def list_raw_rows(last: dt.date) -> list[dict[str, Any]]:
    """Rows of both groups over the four weeks that end with `last`, as they are before any review."""
    return [
        {
            "deployment_id": DEPLOYMENT,
            "indicator_id": INDICATOR,
            "slice": "gender",
            "slice_value": group,
            "first_day": last - 3 * WEEK,
            "last_day": last + dt.timedelta(days=6),
            "numerator": 1234.0,
            "denominator": 5678.0,
            "funnel_low": 0.1,
            "funnel_high": 0.2,
            "shrunk_share": 0.15,
            "method": "detected_units",
            "status": "measurement_cannot_separate",
            "is_suppressed": False,
        }
        for group in ("woman", "man")
    ]


def _draw_chances(rng: np.random.Generator, design: Design, count: int) -> np.ndarray:
    if design.correlation == 0:
        return np.full(count, design.share)
    spread = (1 - design.correlation) / design.correlation
    return rng.beta(design.share * spread, (1 - design.share) * spread, count)


def _draw_women(rng: np.random.Generator, design: Design, size: int, *, is_flagged: bool) -> np.ndarray:
    own = design.one_woman if is_flagged or not design.is_of_flagged_alone else 0.0
    others = rng.integers(1 if own else 0, design.women, size)
    return np.where(rng.random(size) < own, 0, others)


def _describe_stratum(size: int, reviewed: int, *, is_flagged: bool) -> dict[str, Any]:
    noughts = ("overdue_count", "coming_count", "waiting_count", "passed_over_count")
    return dict.fromkeys(noughts, 0) | {
        "language": "en",
        "level": 2 * int(is_flagged),
        "is_flagged": is_flagged,
        "unit_count": size,
        "sample_count": reviewed,
        "reviewed_count": reviewed,
        "detector_version": "d1",
    }


def _tally(read: Mapping[str, Any], is_woman: np.ndarray, reviewed: int) -> list[dict[str, Any]]:
    """The first `reviewed` conversations, which are as random as any."""
    slices = {("all", "all"): np.ones(len(is_woman)), ("gender", "woman"): is_woman,
              ("gender", "man"): ~is_woman}  # fmt: skip
    rows = []
    for name, columns in read.items():
        values = np.column_stack(columns).astype(float)[:reviewed]
        for (group, value), mask in slices.items():
            own = values * mask[:reviewed, None]
            rows.append(
                {
                    "indicator_id": name,
                    "slice": group,
                    "slice_value": value,
                    "sums": own.sum(axis=0).tolist(),
                    "products": (own.T @ own).ravel().tolist(),
                }
            )
    return rows
