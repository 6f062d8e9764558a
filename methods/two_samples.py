"""Whether a classifier can tell two sets of texts apart: an area of 0.5 says that it cannot.

Works on any table of features; texts are turned into features by the caller, and only the area leaves.
Whole conversations are held out together, or the classifier would know them again. Sources: Lopez-Paz &
Oquab 2017 (classifier two-sample tests); Hanley & McNeil 1982 (the area).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from methods.errors import InvalidArgumentError

AUC_THRESHOLD = 0.60
"""Practical threshold: below it the sets are alike for a reader."""

MINIMUM_TEXTS = 50
FOLDS = 3


@dataclass(frozen=True)
class TwoSampleArea:
    """Area under the curve of held-out decisions, with what it rests on; NaN where a side is too small."""

    area: float
    first_count: int
    second_count: int


def separate_samples(
    first: Any, second: Any, *, first_groups: ArrayLike, second_groups: ArrayLike, folds: int = FOLDS
) -> TwoSampleArea:
    """How well a linear classifier separates two tables of features, dense or sparse, a row a text."""
    from scipy import sparse  # noqa: PLC0415  a second to load, for those who separate texts
    from sklearn.linear_model import RidgeClassifier  # noqa: PLC0415
    from sklearn.metrics import roc_auc_score  # noqa: PLC0415
    from sklearn.model_selection import GroupKFold  # noqa: PLC0415

    groups = np.concatenate([np.asarray(first_groups).astype(str), np.asarray(second_groups).astype(str)])
    if first.shape[0] + second.shape[0] != len(groups) or first.shape[1] != second.shape[1]:
        raise InvalidArgumentError("every text needs a group, and both sides the same features")
    counts = (int(first.shape[0]), int(second.shape[0]))
    if min(counts) < MINIMUM_TEXTS or len(set(groups)) < folds:
        return TwoSampleArea(float("nan"), *counts)
    table = sparse.vstack([sparse.csr_matrix(first), sparse.csr_matrix(second)]).tocsr()
    side = np.repeat([0, 1], counts)
    scores = np.zeros(len(side))
    for train, test in GroupKFold(folds).split(table, side, groups):
        model = RidgeClassifier(alpha=1.0, class_weight="balanced", solver="sparse_cg", random_state=0)
        scores[test] = model.fit(table[train], side[train]).decision_function(table[test])
    return TwoSampleArea(float(roc_auc_score(side, scores)), *counts)
