"""The live model and another on the same labels: what a person looks at before deciding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines.detect.cascade import Cascade
from pipelines.detect.detectors.linear.model import SHIPPED, load_model
from pipelines.detect.evaluate import evaluate
from pipelines.detect.grading import CASCADE
from pipelines.detect.labelled import LabelledRow
from pipelines.detect.model_store import find_live_model, find_model
from pipelines.detect.trainer import with_model
from pipelines.reviewed_text import read_reviewed_texts
from pipelines.settings import Home

MEASURES = ("precision", "recall", "f1", "auprc", "flagged_share")


def compare_models(home: Home, version: str, rows: Sequence[LabelledRow]) -> list[dict[str, Any]]:
    """One line a data set and label: figures of the cascade with the live model and with the other.

    Raises:
        StateError: the home does not hold the other model.
    """
    live = _with(home, find_live_model(home) or SHIPPED)
    other = _with(home, find_model(home, version))
    both = zip(evaluate(rows, live), evaluate(rows, other), strict=True)
    return [
        {
            "dataset": old["dataset"],
            "label": old["label"],
            "signal": old["signal"],
            "n": old["n"],
            "positives": old["positives"],
            "live": {name: old[name] for name in MEASURES},
            "other": {name: new[name] for name in MEASURES},
            "seen_in_training": new["seen_in_training"],
        }
        for old, new in both
        if old["detector"] == CASCADE
    ]


def _with(home: Home, folder: Path) -> Cascade:
    return with_model(load_model(folder), reviewed=read_reviewed_texts(home, folder))


def describe_comparison(lines: Sequence[dict[str, Any]]) -> str:
    """The F1 before and after, one clause a line, for the record of the decision."""
    said = [
        f"{line['dataset']}, {line['signal']} ({line['positives']} of {line['n']}): "
        f"F1 {_say(line['live']['f1'])} -> {_say(line['other']['f1'])}"
        + (f", {line['seen_in_training']} rows seen in training" if line["seen_in_training"] else "")
        for line in lines
    ]
    return "Side by side: " + "; ".join(said) + "." if said else "Nothing was compared."


def _say(value: float | None) -> str:
    return "none" if value is None else f"{value:.3f}"
