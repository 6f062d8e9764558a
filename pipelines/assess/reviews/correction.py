"""Rates with the detectors' errors taken out, by the labels of reviewed samples: weekly and rolling.

Each is shown with what it rests on: how many were reviewed, how many answered late or never (non-response,
weighed within the stratum), which part of the frame it covers, whether reviewers agree. Without any review of
conversations that were not flagged, an estimate is a lower bound, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from methods.correction import RoganGladen, rogan_gladen
from methods.errors import EstimateRefusedError
from methods.review_estimates import PoweredEstimate, estimate_powered_ratio, estimate_ratio
from pipelines.assess.known import known
from pipelines.assess.reviews.window_frame import Frame, add_up

FIGURES = {
    "sensitivity": ("hits", "real"),
    "precision": ("hits", "flagged"),
    "specificity": ("clear", "unreal"),
}
"""Figures of a detector: which count is divided by which."""


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
        "coming_count": frame.coming_count,
        "waiting_count": frame.waiting_count,
        "passed_over_count": frame.passed_over_count,
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
