"""Whether the people whose labels correct a rate see the same: on what two of them labelled in a window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from methods.agreement import Scale, judge_labels, krippendorff_alpha
from pipelines.assess.reviews.window_frame import Frame
from risk_register.review.reviews import find_risk_level

Doubles = Mapping[str, Sequence[tuple[Mapping[str, int], Mapping[str, int]]]]


def agree(frame: Frame, doubles: Doubles) -> tuple[float, str, int]:
    """Krippendorff's alpha of the level of user risk, what it allows, and on how many items it rests."""
    pairs = [pair for name in frame.sample_ids for pair in doubles.get(name, ())]
    if not pairs:
        return float("nan"), judge_labels(float("nan"), pair_count=0).value, 0
    levels = [[find_risk_level(one), find_risk_level(other)] for one, other in pairs]
    alpha = float(krippendorff_alpha(np.array(levels, dtype=float).T, scale=Scale.ORDINAL))
    return alpha, judge_labels(alpha, pair_count=len(pairs)).value, len(pairs)
