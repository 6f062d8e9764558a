"""Ratios of groups from reviews: each with its own error of the detector, where enough was reviewed.

A group with fewer reviews keeps what `equity` says of raw counts, and so does one of few people. Groups are
those the log supplies.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from methods.equity import EquityStatus, judge_ratio
from methods.errors import EstimateRefusedError
from methods.review_estimates import compare_group_shares, estimate_group_share
from pipelines.assess.equity.groups import FEW_PEOPLE
from pipelines.assess.reviews.window_frame import Frame, add_up, list_frames

REVIEWED_UNFLAGGED, REVIEWED_FLAGGED = 100, 50
"""Reviews of a group, and of the rest, without which their error of the detector is not known."""

WINDOW_WEEKS = 12
CASE = "case:user_at_risk"
WHOLE = ("all", "all")
Sums = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


def correct_groups(
    rows: list[dict[str, Any]],
    strata: pd.DataFrame,
    tallies: pd.DataFrame,
    definitions: Mapping[str, Mapping[str, Any]],
) -> list[dict[str, Any]]:
    """The rows of `assessment.equity`, with ratios by review where these can be had."""
    frames: dict[str, Frame] = {frame.deployment_id: frame for frame in list_frames(strata, WINDOW_WEEKS)}
    keys = ["deployment_id", "indicator_id", "slice", "slice_value"]
    parts = {tuple(map(str, key)): part for key, part in tallies.groupby(keys)}

    @cache
    def add(*key: str) -> Sums | None:
        frame, part = frames.get(key[0]), parts.get(key)
        return None if frame is None or part is None else add_up(frame, part)

    return [
        row | (_correct(row, frames.get(row["deployment_id"]), add, definitions[row["indicator_id"]]) or {})
        for row in rows
    ]


def _correct(
    row: Mapping[str, Any],
    frame: Frame | None,
    add: Callable[..., Sums | None],
    definition: Mapping[str, Any],
) -> dict[str, Any] | None:
    if row["method"] == FEW_PEOPLE:
        return None
    deployment, group = row["deployment_id"], (row["slice"], row["slice_value"])
    everyone, mine = (add(deployment, row["indicator_id"], *one) for one in (WHOLE, group))
    every, reviewed = (add(deployment, CASE, *one) for one in (WHOLE, group))
    if frame is None or everyone is None or mine is None or every is None or reviewed is None:
        return None
    counts = np.array([part[0].sum(axis=0) for part in (reviewed, every)])
    flagged, units = counts[:, 2], counts[:, 1]
    seen = np.array([flagged[0], flagged[1] - flagged[0]])
    unseen = np.array([units[0], units[1] - units[0]]) - seen
    if seen.min() < REVIEWED_FLAGGED or unseen.min() < REVIEWED_UNFLAGGED:
        return None
    rest = (everyone[0] - mine[0], everyone[1] - mine[1])
    is_good = definition["direction"] == "higher_is_better"
    try:
        found = [
            estimate_group_share(
                frame.sizes,
                reviewed=frame.reviewed,
                sums=sums[:, :2],
                products=products[:, :2, :2],
                alike=frame.alike,
            )
            for sums, products in (mine, rest)
        ]
    except EstimateRefusedError:
        return None
    share, other = (one.turned if is_good else one for one in found)
    if not (share.value > 0 and other.value > 0):
        return None
    interval = compare_group_shares(share, other)
    return {
        "ratio": share.value / other.value,
        "ci_low": float(interval.low),
        "ci_high": float(interval.high),
        "difference_per_1000": 1000 * (share.value - other.value),
        "bound_low": None,
        "bound_high": None,
        "status": EquityStatus(str(judge_ratio(interval.low, interval.high))).value,
        "method": "reviewed",
    }
