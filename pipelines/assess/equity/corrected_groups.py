"""Ratios of groups from reviews: each with its own error of the detector, where enough was reviewed.

Reviews count of the weeks that a row is about, as far as they are in, and it says which weeks these are.
A group with fewer reviews keeps what `equity` says of raw counts, and so does one of few people. Groups are
those the log supplies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from methods.equity import MINIMUM_PERSONS, EquityStatus, judge_ratio
from methods.errors import EstimateRefusedError
from methods.group_shares import GroupShare, compare_group_shares, estimate_group_share
from methods.suppression import is_small, suppress_rates
from pipelines.assess.days.calendar import end_of
from pipelines.assess.equity.groups import FEW_PEOPLE, WINDOW_WEEKS
from pipelines.assess.level.cluster import Clusters
from pipelines.assess.reviews.window_frame import Frame, add_up, list_frames
from pipelines.schemas.published.equity import REVIEWED

REVIEWED_UNFLAGGED, REVIEWED_FLAGGED = 100, 50
"""Reviews of a group, and of the rest, without which their error of the detector is not known."""

CASE = "case:user_at_risk"
Place = tuple[str, str, str]
"""Deployment, indicator and slice."""

Sums = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


@dataclass(frozen=True)
class Reviews:
    """A frame, and what was seen in it by group: of an indicator, and who of its people was at risk."""

    place: Place
    frame: Frame
    seen: Mapping[str, Sums]
    cases: Mapping[str, Sums]

    def has_enough(self, group: str) -> bool:
        """Whether enough flagged and enough other conversations of a group and of its rest were reviewed."""
        own, rest = (sums.sum(axis=0) for sums, _ in self._divide(self.cases, group))
        flagged, others = min(own[2], rest[2]), min(own[1] - own[2], rest[1] - rest[2])
        return bool(flagged >= REVIEWED_FLAGGED and others >= REVIEWED_UNFLAGGED)

    def estimate(self, group: str) -> tuple[GroupShare, GroupShare]:
        """The shares of a group and of its rest."""
        own, rest = (
            estimate_group_share(
                self.frame.sizes,
                reviewed=self.frame.reviewed,
                sums=sums[:, :2],
                products=products[:, :2, :2],
                alike=self.frame.alike,
            )
            for sums, products in self._divide(self.seen, group)
        )
        return own, rest

    def _divide(self, groups: Mapping[str, Sums], group: str) -> tuple[Sums, Sums]:
        size = len(self.frame.sizes)
        nothing = np.zeros((size, 4)), np.zeros((size, 4, 4))
        others = [nothing, *(one for name, one in groups.items() if name != group)]
        rest = np.sum([one[0] for one in others], axis=0), np.sum([one[1] for one in others], axis=0)
        return groups.get(group, nothing), rest


def correct_groups(
    rows: list[dict[str, Any]],
    strata: pd.DataFrame,
    tallies: pd.DataFrame,
    definitions: Mapping[str, Mapping[str, Any]],
    clusters: Clusters,
) -> list[dict[str, Any]]:
    """The rows of `assessment.equity`, with ratios by review where these can be had."""
    frames = _find_frames(rows, strata)
    tallied: dict[Place, dict[str, pd.DataFrame]] = {}
    for key, part in tallies.groupby(["deployment_id", "indicator_id", "slice", "slice_value"]):
        deployment, indicator, name, group = map(str, key)
        tallied.setdefault((deployment, indicator, name), {})[group] = part
    found: dict[Place, dict[str, dict[str, Any]]] = {}
    for place in {(row["deployment_id"], row["indicator_id"], row["slice"]) for row in rows}:
        deployment, indicator, name = place
        frame = frames.get(deployment)
        if frame is not None and place in tallied:
            seen, cases = (
                {group: add_up(frame, part) for group, part in tallied.get(one, {}).items()}
                for one in (place, (deployment, CASE, name))
            )
            found[place] = _compare(Reviews(place, frame, seen, cases), definitions[indicator], clusters)
    return [row | _say(row, found) for row in rows]


def _find_frames(rows: list[dict[str, Any]], strata: pd.DataFrame) -> dict[str, Frame]:
    """The newest frame of each deployment, of weeks within the window of its rows alone."""
    windows = {row["deployment_id"]: (row["first_day"], row["last_day"]) for row in rows}
    sampled = zip(strata["deployment_id"], strata["week"], strict=True)
    is_inside = [name in windows and windows[name][0] <= week <= windows[name][1] for name, week in sampled]
    inside = strata[np.array(is_inside, dtype=bool)]
    return {frame.deployment_id: frame for frame in list_frames(inside, WINDOW_WEEKS)}


def _say(row: Mapping[str, Any], found: Mapping[Place, Mapping[str, dict[str, Any]]]) -> dict[str, Any]:
    place = (row["deployment_id"], row["indicator_id"], row["slice"])
    return {} if row["method"] == FEW_PEOPLE else found.get(place, {}).get(row["slice_value"], {})


def _compare(
    reviews: Reviews, definition: Mapping[str, Any], clusters: Clusters
) -> dict[str, dict[str, Any]]:
    """What a row says of each group of a slice of which enough was reviewed, and so of its rest."""
    try:
        shares = {group: reviews.estimate(group) for group in reviews.seen}
    except EstimateRefusedError:
        return {}
    weights = _weigh(reviews, {group: own for group, (own, _) in shares.items()}, definition, clusters)
    counts = {group: sums[:, :2].sum(axis=0) for group, (sums, _) in reviews.seen.items()}
    hidden = _hide(counts)
    found = {}
    for group, sides in shares.items():
        own, rest = (one.turned if definition["direction"] == "higher_is_better" else one for one in sides)
        mine, others = weights.loc[[group]], weights.drop(index=group)
        persons = min(mine["persons"].sum(), others["persons"].sum())
        if not (own.value > 0 and rest.value > 0 and reviews.has_enough(group)) or persons < MINIMUM_PERSONS:
            continue
        interval = compare_group_shares(
            own,
            rest,
            deff=float(mine["deff"].iloc[0]),
            rest_deff=float(np.average(others["deff"], weights=others["denominator"])),
            degrees=min(persons, own.unit_count, rest.unit_count) - 1,
        )
        events, units = counts[group].tolist()
        found[group] = {
            "first_day": reviews.frame.weeks[0],
            "last_day": end_of("week", reviews.frame.weeks[-1]),
            "numerator": events,
            "denominator": units,
            "ratio": own.value / rest.value,
            "ci_low": float(interval.low),
            "ci_high": float(interval.high),
            "difference_per_1000": 1000 * (own.value - rest.value),
            "bound_low": None,
            "bound_high": None,
            "status": EquityStatus(str(judge_ratio(interval.low, interval.high))).value,
            "method": REVIEWED,
            # Those of the detectors' counts, which the row no longer tells of.
            **dict.fromkeys(("funnel_low", "funnel_high", "shrunk_share")),
            "is_suppressed": group in hidden,
        }
    return found


def _hide(counts: Mapping[str, np.ndarray[Any, Any]]) -> frozenset[str]:
    """Groups whose counts must not leave, judged over all groups: one without a reviewed row would follow.

    A ratio tells of the rest as well, so where that is small its group is hidden too.
    """
    table = np.array(list(counts.values()))
    if np.any(table[:, 0] > table[:, 1]):
        return frozenset(counts)
    events, units = table.T
    rests = table.sum(axis=0) - table
    is_rest_small = is_small(rests[:, 0]) | is_small(rests[:, 1] - rests[:, 0])
    is_hidden = suppress_rates(events, units, already_hidden=is_rest_small).is_hidden
    return frozenset(group for group, hidden in zip(counts, is_hidden, strict=True) if hidden)


def _weigh(
    reviews: Reviews, shares: Mapping[str, GroupShare], definition: Mapping[str, Any], clusters: Clusters
) -> pd.DataFrame:
    """Design effect and persons of every group: of each person as many units as the reviews are worth."""
    totals = pd.DataFrame(
        [(np.nan_to_num(one.value) * one.effective_count, one.effective_count) for one in shares.values()],
        index=list(shares),
        columns=["numerator", "denominator"],
    )
    deployment, indicator, _ = reviews.place
    deff = clusters.design_effect(deployment, indicator, "week", reviews.frame.weeks)
    return clusters.weigh_groups(
        totals, reviews.place, reviews.frame.weeks, unit=definition["unit"], deff=deff
    )
