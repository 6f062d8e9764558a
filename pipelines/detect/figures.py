"""What a result of `evaluate` says, in the words of a card: one figure a question, measure and threshold.

For holding results against cards (`gate.py`) and for writing and reading cards. A set that has several labels
is named with the question behind a comma, as in `cssrs_suicidewatch_1170, high risk`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ConfigDict

from pipelines.detect.detector import Figure
from pipelines.detect.labelled import LabelMap

POINTS = ("sieve", "alert")
FLAGGED = "flagged_share"
"""Of text in which nothing should be found the share that is flagged, or of a grade of severity."""


class FigureLine(BaseModel):
    """A figure as it stands in a card's YAML."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    dataset: str
    measure: str
    value: float
    low: float
    high: float
    row_count: int
    positive_count: int
    operating_point: str = ""

    def make(self) -> Figure:
        """The figure."""
        return Figure(**self.model_dump())


def list_figures(result: dict[str, Any], known: LabelMap) -> Iterator[Figure]:
    """Every figure of a result that a card may hold; one that could not be measured is not there."""
    meaning = known.labels[result["label"]]
    name = f"{result['dataset']}, {meaning.question}" if meaning.question else result["dataset"]
    source = ",".join(result["label_sources"]) or "none"

    def make(
        measure: str, point: str, value: float | None, ends: list[float | None] | None
    ) -> Iterator[Figure]:
        if value is not None and ends is not None and None not in ends:
            low, high = (float(end) for end in ends if end is not None)
            counts = (result["n"], result["positives"])
            yield Figure(name, measure, value, low, high, *counts, operating_point=point, label_source=source)

    for point in POINTS if result["positives"] else ():
        at = result["at"][point]
        for measure in ("precision", "recall"):
            yield from make(measure, point, at[measure]["value"], at[measure]["ci"])
        yield from make("f1", point, at["f1"], result["ci"].get("f1" if point == "alert" else "f1_sieve"))
    for measure in ("auprc", "auroc") if result["positives"] else ():
        yield from make(measure, "", result[measure], result["ci"].get(measure))
    if not result["positives"]:
        yield from _list_false_alarms(result, name, source)
    yield from _list_grades(result, source)


def _list_false_alarms(result: dict[str, Any], name: str, source: str) -> Iterator[Figure]:
    """Flagged of the rows labelled as clear; of all, where a set has no label of ours."""
    for point in POINTS:
        share = result["flagged_share"][point]
        if result["n"]:
            clear = result["at"][point]["specificity"]
            low, high = clear["ci"]
            share = {"value": 1 - clear["value"], "ci": [1 - high, 1 - low], "trials": clear["trials"]}
        yield from _make_share(name, share, point, source, positives=0)


def _list_grades(result: dict[str, Any], source: str) -> Iterator[Figure]:
    for grade, shares in result["flagged_by_grade"].items():
        level = grade.rpartition("_")[2]
        for point in POINTS:
            positives = 0 if level == "0" else shares[point]["trials"]
            yield from _make_share(
                f"{result['dataset']}, level {level}", shares[point], point, source, positives=positives
            )


def _make_share(
    name: str, share: dict[str, Any], point: str, source: str, *, positives: int
) -> Iterator[Figure]:
    if share["value"] is not None:
        low, high = share["ci"]
        counts = (share["trials"], positives)
        yield Figure(
            name, FLAGGED, share["value"], low, high, *counts, operating_point=point, label_source=source
        )


def write_lines(figures: Iterator[Figure]) -> str:
    """The figures as lines of a card's YAML."""
    return "\n".join(
        "      - {"
        + ", ".join(f"{name}: {_say(getattr(figure, name))}" for name in FigureLine.model_fields)
        + "}"
        for figure in figures
    )


def _say(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    return f"{value:.4g}" if isinstance(value, float) else str(value)
