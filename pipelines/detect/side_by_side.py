"""The live model and another on the same labels: what a person looks at before deciding."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines.detect.cascade import Cascade
from pipelines.detect.detectors.linear.model import SHIPPED, load_model
from pipelines.detect.evaluate import evaluate
from pipelines.detect.grading import CASCADE
from pipelines.detect.labelled import LabelledRow, LabelMap
from pipelines.detect.model_store import find_live_model, find_model
from pipelines.detect.trainer import with_model
from pipelines.reviewed_text import read_reviewed_texts
from pipelines.settings import Home

OF_POSITIVES = ("precision", "recall", "f1", "auprc")
OF_ALL = ("flagged", "specificity")
"""At the alert. They alone show a model that flags almost everything where nothing is to be found."""
RECORDED = ("f1", *OF_ALL)
SIDES = ("live", "other")
NOT_LOOKED_FOR = "not looked for"


def compare_models(
    home: Home, version: str, rows: Sequence[LabelledRow], *, label_map: LabelMap | None = None
) -> list[dict[str, Any]]:
    """One line a data set and label: figures of the cascade with the live model and with the other.

    A side is None where nothing in it looks for what the label means.

    Raises:
        StateError: the home does not hold the other model.
    """
    folders = (find_live_model(home) or SHIPPED, find_model(home, version))
    live, other = (
        {
            (one["dataset"], one["label"]): one
            for one in evaluate(rows, _make_cascade(home, folder), label_map=label_map)
            if one["detector"] == CASCADE
        }
        for folder in folders
    )
    return [
        {
            **{name: (live.get(key) or other[key])[name] for name in ("dataset", "label", "signal")},
            **{name: (live.get(key) or other[key])[name] for name in ("n", "positives")},
            "live": _show(live.get(key)),
            "other": _show(other.get(key)),
        }
        for key in dict.fromkeys([*live, *other])
    ]


def say_figures(line: dict[str, Any], names: Sequence[str] = (*OF_POSITIVES, *OF_ALL)) -> str:
    """Figures of both sides, one after the other; without positives those of all rows alone."""
    chosen = [name for name in names if line["positives"] or name in OF_ALL]
    said = [f"{name} {_say(line['live'], name)} -> {_say(line['other'], name)}" for name in chosen]
    counts = [line[side]["n"] for side in SIDES if line[side] is not None]
    if len(set(counts)) > 1:
        said.append(f"of {counts[0]} -> {counts[1]} rows")
    return ", ".join(said)


def say_seen(line: dict[str, Any]) -> str:
    """How many rows either model was trained on; empty where none."""
    counts = {name: 0 if line[name] is None else line[name]["seen_in_training"] for name in SIDES}
    if not any(counts.values()):
        return ""
    return f"{counts['live']} rows seen in training by the live model, {counts['other']} by the other"


def describe_comparison(lines: Sequence[dict[str, Any]]) -> str:
    """The figures before and after, one clause a line, for the record of the decision."""
    said = [
        f"{line['dataset']}, {line['signal']} ({line['positives']} of {line['n']}): "
        + ", ".join(filter(None, [say_figures(line, RECORDED), say_seen(line)]))
        for line in lines
    ]
    return "Side by side: " + "; ".join(said) + "." if said else "Nothing was compared."


def _make_cascade(home: Home, folder: Path) -> Cascade:
    return with_model(load_model(folder), reviewed=read_reviewed_texts(home, folder))


def _show(result: dict[str, Any] | None) -> dict[str, Any] | None:
    if result is None:
        return None
    names = ("n", "positives", "seen_in_training", *OF_POSITIVES, "flagged_share")
    alert = {"specificity": result["at"]["alert"]["specificity"], "flagged": result["flagged_share"]["alert"]}
    return {name: result[name] for name in names} | {name: one["value"] for name, one in alert.items()}


def _say(side: dict[str, Any] | None, name: str) -> str:
    if side is None:
        return NOT_LOOKED_FOR
    return "none" if side[name] is None else f"{side[name]:.3f}"
