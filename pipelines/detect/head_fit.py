"""Fits one head: weights of n-grams from one or two views, and how their logit joins the rules' evidence.

The joining is fitted on logits that were predicted for rows left out, so that it does not trust weights that
know their rows by heart. A head that asks how grave a text is may have a second view, fitted to graded texts
alone: among all rows what sets it apart from ordinary talk drowns what sets it apart from milder texts. Both
views are linear and end as one set of weights, so that scoring knows nothing of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from pipelines.detect.detectors.linear.evidence import NAMES
from pipelines.detect.examples import UNKNOWN, Examples
from pipelines.detect.ngram_fit import NgramWeights, blend, fit_ngrams, measure_rarity
from pipelines.detect.operating_points import ENOUGH
from pipelines.detect.training_plan import HeadPlan, TrainingPlan

STRENGTH = 0.3
"""Of the joining: at 1 and more, evidence that few rows have gets weights that no reader believes."""

Labels = NDArray[np.int64]


@dataclass(frozen=True)
class FittedHead:
    """Weights, and how their logit (`ngrams`) and each number of evidence count.

    `logits` are the joint ones of measured rows, by weights that have not seen their cluster; NaN elsewhere.
    """

    ngrams: NgramWeights
    coefficients: dict[str, float]
    intercept: float
    logits: NDArray[np.float64]


def fit_head(plan: TrainingPlan, examples: Examples, use: NDArray[np.bool_], place: int) -> FittedHead:
    """The head at this place of the plan, from the rows in use."""
    head = plan.heads[place]
    of_role = is_of_role(examples, head.role)
    read = use & of_role
    rarity = measure_rarity(examples.ngrams[(use | examples.is_made) & of_role])
    views = _list_views(head, examples, np.where(read, examples.labels[:, place], UNKNOWN))
    apart = [_predict_apart(plan, examples, view, read, rarity) for view in views]
    table = np.column_stack([*apart, head.trust * examples.evidence[head.role]])
    real = (views[0] != UNKNOWN) & examples.is_measured
    weights = examples.weights * np.where(_is_mild(plan, examples, place), head.contrast, 1.0)
    joined = LogisticRegression(C=STRENGTH, max_iter=5_000).fit(
        table[real], views[0][real], sample_weight=weights[real]
    )
    own, evidence = np.split(joined.coef_[0], [len(views)])
    names = ("ngrams", *NAMES[head.role])
    coefficients = dict(zip(names, map(float, [own.sum(), *head.trust * evidence]), strict=True))
    fitted = [_fit_view(examples, view, rarity) for view in views]
    logits = table @ joined.coef_[0] + joined.intercept_[0]
    return FittedHead(blend(fitted, own / own.sum()), coefficients, float(joined.intercept_[0]), logits)


def is_of_role(examples: Examples, role: str) -> NDArray[np.bool_]:
    """Rows that a person, or the assistant, wrote."""
    return np.array([row.role == role for row in examples.rows])


def is_scarce(labels: Labels) -> bool:
    """Whether these are too few to fit anything to."""
    return min(int((labels == 1).sum()), int((labels == 0).sum())) < ENOUGH


def _list_views(head: HeadPlan, examples: Examples, own: Labels) -> Sequence[Labels]:
    """What the n-grams are fitted to: the head's own question and, of graded texts, how grave they are."""
    if head.graded is None:
        return [own]
    values = [row.labels.get(head.graded.label) for row in examples.rows]
    grades = [UNKNOWN if value is None else int(value in head.graded.grave) for value in values]
    graded = np.where(own != UNKNOWN, grades, UNKNOWN)
    return [own] if is_scarce(graded[examples.is_measured]) else [own, graded]


def _predict_apart(
    plan: TrainingPlan, examples: Examples, view: Labels, read: NDArray[np.bool_], rarity: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Logits of each measured row by weights that have not seen its cluster."""
    logits = np.full(len(examples.rows), np.nan)
    for fold in range(plan.folds):
        left = read & examples.is_measured & (examples.folds == fold)
        if left.any():
            seen = np.where((examples.folds != fold) | ~examples.is_measured, view, UNKNOWN)
            logits[left] = _fit_view(examples, seen, rarity).logits(examples.ngrams[left])
    return logits


def _fit_view(examples: Examples, view: Labels, rarity: NDArray[np.float64]) -> NgramWeights:
    rows = view != UNKNOWN
    return fit_ngrams(examples.ngrams[rows], view[rows], examples.weights[rows], rarity)


def _is_mild(plan: TrainingPlan, examples: Examples, place: int) -> NDArray[np.bool_]:
    """Rows that the first head of the same signal is about."""
    signal = plan.heads[place].signal_id
    first = next(at for at, head in enumerate(plan.heads) if head.signal_id == signal)
    return examples.labels[:, first] == 1
