"""Rates with the detectors' errors taken out, by the labels of reviewed samples: weekly and rolling.

Each is shown with what it rests on: how many were reviewed, how many answered late or never (non-response,
weighed within the stratum), which part of the frame it covers, whether reviewers agree. A frame counted by
another version of the detectors is another instrument and is not added. Without any review of conversations
that were not flagged, an estimate is a lower bound, and says so.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from methods.correction import RoganGladen, rogan_gladen
from methods.errors import EstimateRefusedError
from methods.review_estimates import PoweredEstimate, estimate_powered_ratio, estimate_ratio
from pipelines.assess.known import known

WINDOWS = {1: "week", 4: "rolling_4_weeks", 12: "rolling_12_weeks"}
"""Weeks of a window, and the name of the period: four weeks for decisions, twelve for the register."""

WEEK = dt.timedelta(days=7)
FIGURES = {
    "sensitivity": ("hits", "real"),
    "precision": ("hits", "flagged"),
    "specificity": ("clear", "unreal"),
}
"""Figures of a detector: which count is divided by which."""


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
            if part["reviewed_count"].sum() > 0:
                yield _make_frame(str(deployment), part, str(version))


def correct(
    frame: Frame, tallies: pd.DataFrame, definition: Mapping[str, Any], *, counted: float, counted_of: float
) -> dict[str, Any] | None:
    """One corrected rate; None where the sample says nothing of its population.

    Args:
        frame: of `list_frames`.
        tallies: rows of this indicator and the frame's deployment, whole deployment.
        definition: the indicator.
        counted: the detectors' numerator of the frame's weeks.
        counted_of: their denominator.
    """
    sums, products = add_up(frame, tallies)
    found = estimate_ratio(
        frame.sizes,
        reviewed=frame.reviewed,
        sums=sums[:, :2],
        products=products[:, :2, :2],
        alike=frame.alike,
    )
    if not np.isfinite(found.value):
        return None
    powered = estimate_powered_ratio(
        frame.sizes,
        reviewed=frame.reviewed,
        sums=sums,
        products=products,
        counted=counted,
        counted_of=counted_of,
        alike=frame.alike,
    )
    weight = frame.sizes / frame.reviewed
    total = float((weight * sums[:, 1]).sum())
    per = 1000.0 if definition["kind"] == "rate_per_1000" else 1.0
    return (
        _say_frame(frame)
        | {
            "indicator_id": definition["indicator_id"],
            "raw_value": known(per * _divide(counted, counted_of)),
        }
        | {
            "numerator": total * found.value,
            "denominator": total,
            "value": per * found.value,
            "ci_low": known(per * found.low),
            "ci_high": known(per * found.high),
            "standard_error": known(per * found.standard_error),
            "method": found.method,
            "is_suppressed": False,
            "population_count": int(sums[:, 1].sum()),
            "confirmed_count": int(sums[:, 0].sum()),
        }
        | _say_powered(powered, per)
        | _say_secondary(_correct_by_errors(frame, products[:, 0, 2], sums, counted, counted_of), per)
    )


def judge_detector(frame: Frame, tallies: pd.DataFrame, case: str) -> list[dict[str, Any]]:
    """Sensitivity, precision and specificity of what the detectors flag, from the reviews of a frame."""
    sums, products = add_up(frame, tallies)
    both, real, flagged = products[:, 0, 2], sums[:, 0], sums[:, 2]
    counts = {
        "hits": both,
        "real": real,
        "flagged": flagged,
        "unreal": frame.reviewed - real,
        "clear": frame.reviewed - real - flagged + both,
    }
    rows = []
    for figure, (top, bottom) in FIGURES.items():
        pair = np.column_stack([counts[top], counts[bottom]])
        # Of 0/1 counts of which one lies inside the other, every product is the smaller one.
        square = np.stack([pair[:, [0, 0]], np.column_stack([pair[:, 0], pair[:, 1]])], axis=1)
        # What is flagged lies in strata of flagged ones alone; the others would only widen the bound.
        inside = counts[bottom] > 0 if bottom == "flagged" else frame.reviewed > 0
        found = estimate_ratio(
            frame.sizes[inside],
            reviewed=frame.reviewed[inside],
            sums=pair[inside],
            products=square[inside],
            alike=frame.alike[inside],
        )
        is_bound = figure == "sensitivity" and found.value == 1.0
        rows.append(
            _say_frame(frame)
            | {
                "case_id": case,
                "figure": figure,
                # No miss was seen: how many there are is bounded, not known.
                "value": None if is_bound else known(found.value),
                "ci_low": known(found.low),
                "ci_high": None if is_bound else known(found.high),
                "method": "lower_bound_no_miss_seen" if is_bound else found.method,
                "numerator": int(counts[top].sum()),
                "denominator": int(counts[bottom].sum()),
            }
        )
    return rows


def _is_under_way(week: pd.DataFrame) -> bool:
    return bool((week["reviewed_count"] + week["overdue_count"]).sum() < week["sample_count"].sum())


def _make_frame(deployment: str, part: pd.DataFrame, version: str) -> Frame:
    """Strata without a review join those of their level, then of their side; otherwise they are out."""
    keys: list[list[tuple[Any, ...]]] = [
        [(row.week, row.is_flagged, row.level, row.stratum_id) for row in part.itertuples()],
        [(row.week, row.is_flagged, row.level) for row in part.itertuples()],
        [(row.week, row.is_flagged) for row in part.itertuples()],
    ]
    sizes, reviewed = part["unit_count"].to_numpy(float), part["reviewed_count"].to_numpy(float)
    chosen = keys[0]
    for wider in keys[1:]:
        seen: Counter[tuple[Any, ...]] = Counter()
        for own, count in zip(chosen, reviewed.tolist(), strict=True):
            seen[own] += int(count)
        empty = {wide for own, wide in zip(chosen, wider, strict=True) if not seen[own]}
        chosen = [wide if wide in empty else own for own, wide in zip(chosen, wider, strict=True)]
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
        covered_share=float(size[kept].sum() / sizes.sum()) if sizes.sum() else 0.0,
        is_lower_bound=bool(unseen.loc[~unseen["is_flagged"].astype(bool), "unit_count"].sum() > 0)
        or bool(part["is_flagged"].all()),
    )


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


def _correct_by_errors(
    frame: Frame, joint: np.ndarray[Any, Any], sums: np.ndarray[Any, Any], counted: float, counted_of: float
) -> RoganGladen | None:
    """The raw rate corrected by the detectors' error rates; only where every conversation is counted."""
    if counted_of <= 0 or not np.allclose(sums[:, 1], frame.reviewed):
        return None
    weight = frame.sizes / frame.reviewed
    both, real, flagged = (float((weight * part).sum()) for part in (joint, sums[:, 0], sums[:, 2]))
    total = float(frame.sizes.sum())
    if not 0 < real < total:
        return None
    try:
        return rogan_gladen(
            counted,
            counted_of,
            sensitivity=min(both / real, 1.0),
            specificity=min(max(1 - (flagged - both) / (total - real), 0.0), 1.0),
            sensitivity_trials=max(float(sums[:, 0].sum()), 1.0),
            specificity_trials=max(float((frame.reviewed - sums[:, 0]).sum()), 1.0),
        )
    except EstimateRefusedError:
        return None


def _say_frame(frame: Frame) -> dict[str, Any]:
    return {
        "deployment_id": frame.deployment_id,
        "first_week": frame.weeks[0],
        "last_week": frame.weeks[-1],
        "week_count": len(frame.weeks),
        "reviewed_count": int(frame.reviewed.sum()),
        "sampled_count": frame.sampled_count,
        "overdue_count": frame.overdue_count,
        "frame_count": frame.frame_count,
        "covered_share": frame.covered_share,
        "is_lower_bound": frame.is_lower_bound,
        "detector_version": frame.detector_version,
    }


def _say_powered(found: PoweredEstimate, per: float) -> dict[str, Any]:
    return {
        "powered_value": known(per * found.value),
        "powered_low": known(per * found.low),
        "powered_high": known(per * found.high),
        "powered_weight": found.weight,
    }


def _say_secondary(found: RoganGladen | None, per: float) -> dict[str, Any]:
    names = ("value", "low", "high")
    if found is None or not found.is_valid:
        return {f"error_rate_{name}": None for name in names}
    return {f"error_rate_{name}": known(per * getattr(found, name)) for name in names}


def _divide(top: float, bottom: float) -> float:
    return top / bottom if bottom > 0 else float("nan")
