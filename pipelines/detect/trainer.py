"""Trains from files, and measures such a model on rows, or on a whole source, that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.detect.cascade import Cascade, make_cascade
from pipelines.detect.detectors.lexicon.lexicon import load_lexicon_detector
from pipelines.detect.detectors.linear.cards import load_card
from pipelines.detect.detectors.linear.linear import LinearDetector
from pipelines.detect.detectors.linear.model import Model
from pipelines.detect.evaluate import evaluate
from pipelines.detect.examples import Examples, make_examples_of, make_rows
from pipelines.detect.grading import JoinedBook, make_gradebook
from pipelines.detect.labelled import LabelledRow, make_messages
from pipelines.detect.plan import load_plan
from pipelines.detect.training import Fitted, fit
from pipelines.detect.training_plan import TrainingPlan
from pipelines.reviewed_text import ReviewedTexts

PARTS = 5
"""Parts of a cross-validation; each is made of whole folds of the training."""


def train_from(plan: TrainingPlan, folder: Path, *, own: Sequence[LabelledRow] = ()) -> Fitted:
    """A model of the plan's files below a folder, and of an operator's own rows.

    Raises:
        SourceError: a file cannot be read.
        StateError: a head has too few rows.
    """
    return fit(plan, load_examples(plan, folder, own=own))


def load_examples(plan: TrainingPlan, folder: Path, *, own: Sequence[LabelledRow] = ()) -> Examples:
    """The examples of the plan's files and of an operator's own rows."""
    rules = make_cascade([load_lexicon_detector()])
    return make_examples_of(plan, [*make_rows(plan, folder), *own], rules)


def cross_validate(
    plan: TrainingPlan, examples: Examples, *, leave_sources: bool = False
) -> list[dict[str, Any]]:
    """Results of `evaluate` on every measured row, by models and thresholds that have not seen its fold.

    With `leave_sources` a fold is a whole source: what a model knows of text from elsewhere.
    """
    groups = examples.sources if leave_sources else examples.folds % PARTS
    real = examples.is_measured
    rows = [examples.rows[place] for place in np.flatnonzero(real).tolist()]
    parts = []
    for group in sorted(set(groups[real].tolist())):
        left = real & (groups == group)
        # Without its only source a head cannot be made: then the rules answer, as they would without it.
        model = fit(plan, examples, ~left, leave_scarce=leave_sources).model
        places = np.flatnonzero(left[real])
        book = make_gradebook(make_messages([rows[place] for place in places.tolist()]), with_model(model))
        parts.append((places, book))
    return evaluate(rows, with_model(model), book=JoinedBook(len(rows), tuple(parts)))


def with_model(model: Model, *, reviewed: ReviewedTexts | None = None) -> Cascade:
    """The default cascade with another linear model, which learned from these reviewed texts."""
    detector = LinearDetector(model, load_card(model.description), reviewed=reviewed)
    return make_cascade([load_lexicon_detector(), detector], load_plan())
