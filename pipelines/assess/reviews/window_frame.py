"""The strata of a window's samples as one frame: what is merged, what is out, and what is said about both.

A stratum that waits for a second person, or whose items were passed over unseen, is out until they have been
read. A frame counted by another version of the detectors is another instrument and is not added. Estimates
from a frame are `correction`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

WINDOWS = {1: "week", 4: "rolling_4_weeks", 12: "rolling_12_weeks"}
"""Weeks of a window, and the name of the period: four weeks for decisions, twelve for the register."""

WEEK = dt.timedelta(days=7)


@dataclass(frozen=True)
class Frame:
    """The strata of a window's samples, merged where nobody was reviewed, and what is said about them."""

    deployment_id: str
    weeks: tuple[dt.date, ...]
    sample_ids: tuple[str, ...]
    detector_version: str
    place: Mapping[tuple[dt.date, str], int]
    sizes: np.ndarray[Any, Any]
    reviewed: np.ndarray[Any, Any]
    alike: np.ndarray[Any, Any]
    """The same number for the weeks of one stratum."""
    frame_count: int
    sampled_count: int
    overdue_count: int
    coming_count: int
    waiting_count: int
    passed_over_count: int
    covered_share: float
    is_lower_bound: bool


def list_frames(strata: pd.DataFrame, weeks: int) -> Iterator[Frame]:
    """The frame of every window that ends with a sampled week.

    A newest week whose labels are still coming stands alone until they are in: the few that it has of
    conversations nobody flagged would decide the width of a whole window.
    """
    for deployment, mine in strata.groupby("deployment_id"):
        ends = sorted(mine["week"].unique())
        if min(weeks, len(ends)) > 1 and _is_under_way(mine[mine["week"] == ends[-1]]):
            ends.pop()
        for last in ends:
            version = mine.loc[mine["week"] == last, "detector_version"].iloc[0]
            is_inside = (mine["week"] > last - weeks * WEEK) & (mine["week"] <= last)
            part = mine[is_inside & (mine["detector_version"] == version)]
            if part.loc[~_is_held(part), "reviewed_count"].sum() > 0:
                yield _make_frame(str(deployment), part, str(version))


def add_up(frame: Frame, tallies: pd.DataFrame) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Sums and sums of products of a frame's strata, from the tallies of one indicator and slice."""
    sums, products = np.zeros((len(frame.sizes), 4)), np.zeros((len(frame.sizes), 4, 4))
    for week, stratum, total, square in tallies[["week", "stratum_id", "sums", "products"]].itertuples(
        index=False, name=None
    ):
        position = frame.place.get((week, stratum))
        if position is not None:
            sums[position] += np.asarray(total)
            products[position] += np.asarray(square).reshape(4, 4)
    return sums, products


def _is_under_way(week: pd.DataFrame) -> bool:
    return bool((week["coming_count"] + week["waiting_count"]).sum() > 0)


def _is_held(strata: pd.DataFrame) -> pd.Series:
    return (strata["waiting_count"] > 0) | (strata["passed_over_count"] > 0)


def _make_frame(deployment: str, part: pd.DataFrame, version: str) -> Frame:
    """Strata without a review join those of their level, then of their side; otherwise they are out.

    One that is held is out: others say nothing of what was seen in it, or was shown to nobody.
    """
    keys: list[list[tuple[Any, ...]]] = [
        [(row.week, row.is_flagged, row.level, row.stratum_id) for row in part.itertuples()],
        [(row.week, row.is_flagged, row.level) for row in part.itertuples()],
        [(row.week, row.is_flagged) for row in part.itertuples()],
    ]
    held = _is_held(part)
    is_held = held.tolist()
    sizes = part["unit_count"].to_numpy(float)
    reviewed = part["reviewed_count"].where(~held, 0).to_numpy(float)
    chosen = keys[0]
    for wider in keys[1:]:
        seen: Counter[tuple[Any, ...]] = Counter()
        for own, count in zip(chosen, reviewed.tolist(), strict=True):
            seen[own] += int(count)
        rows = list(zip(chosen, wider, is_held, strict=True))
        empty = {wide for own, wide, is_out in rows if not seen[own] and not is_out}
        chosen = [wide if wide in empty and not is_out else own for own, wide, is_out in rows]
    groups = sorted(set(chosen), key=repr)
    order = {key: position for position, key in enumerate(groups)}
    place = np.array([order[key] for key in chosen])
    size = np.bincount(place, weights=sizes, minlength=len(groups))
    labelled = np.bincount(place, weights=reviewed, minlength=len(groups))
    kept = labelled > 0
    position = np.cumsum(kept) - 1
    unseen = part[~kept[place]]
    return Frame(
        deployment_id=deployment,
        weeks=tuple(sorted(part["week"].unique())),
        sample_ids=tuple(sorted(part["sample_id"].unique())),
        detector_version=version,
        place={
            (week, stratum): int(position[where])
            for week, stratum, where in zip(part["week"], part["stratum_id"], place, strict=True)
            if kept[where]
        },
        sizes=np.maximum(size, labelled)[kept],
        reviewed=labelled[kept],
        alike=np.unique(
            [repr(key[1:]) for key, is_in in zip(groups, kept, strict=True) if is_in], return_inverse=True
        )[1],
        frame_count=int(sizes.sum()),
        sampled_count=int(part["sample_count"].sum()),
        overdue_count=int(part["overdue_count"].sum()),
        coming_count=int(part["coming_count"].sum()),
        waiting_count=int(part["waiting_count"].sum()),
        passed_over_count=int(part["passed_over_count"].sum()),
        covered_share=float(size[kept].sum() / sizes.sum()) if sizes.sum() else 0.0,
        is_lower_bound=bool(unseen.loc[~unseen["is_flagged"].astype(bool), "unit_count"].sum() > 0)
        or bool(part["is_flagged"].all()),
    )
