"""How well a cascade agrees with labels: figures at its two thresholds, over all thresholds, and by slice.

A row without the label is unknown and left out; one that was not scored is left out and counted; neither is
ever a no. Results carry counts, never text. Sets in which positives were gathered on purpose say nothing
about precision in use: read `ppv` at a prevalence of one's own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from methods import ranking
from methods.intervals import wilson
from pipelines.detect.cascade import Cascade
from pipelines.detect.grading import CASCADE, Gradebook, Grades, JoinedBook, make_gradebook
from pipelines.detect.labelled import LabelledRow, LabelMap, LabelMeaning, load_label_map, make_messages
from pipelines.detect.overlap import count_seen

FALSE_POSITIVE_RATES = (0.01, 0.05)
PREVALENCES = (0.001, 0.01, 0.05)
"""Shares of messages for which a predictive value is given; what an operator has is their own to estimate."""

ENOUGH_POSITIVES = 10
"""Below it a recall is an anecdote; the result says so."""

SEED = 20261122
LENGTHS = ((60, "under_60"), (300, "60_to_299"), (1_000, "300_to_999"), (float("inf"), "from_1000"))
"""Characters below which a text falls into a slice."""

Figures = dict[str, Any]


@dataclass(frozen=True)
class Question:
    """One label of one data set, asked of one detector: the rows of the label's role, and their grades."""

    dataset: str
    label: str
    meaning: LabelMeaning
    detector: str
    rows: Sequence[LabelledRow]
    grades: Grades

    @property
    def answers(self) -> list[bool | None]:
        """What was said about each row."""
        return [row.answer(self.label, self.meaning) for row in self.rows]


def evaluate(
    rows: Sequence[LabelledRow],
    cascade: Cascade,
    *,
    label_map: LabelMap | None = None,
    book: Gradebook | JoinedBook | None = None,
) -> list[Figures]:
    """One result a data set, label and detector (and the cascade as a whole), ready for JSON.

    A data set without any label we know gets the share flagged of its rows for the default labels. `book`
    holds grades that were given before, as in cross-validation.
    """
    known = label_map or load_label_map()
    book = book or make_gradebook(make_messages(rows), cascade)
    results: list[Figures] = []
    for dataset in dict.fromkeys(row.dataset for row in rows):
        own = [row for row in rows if row.dataset == dataset]
        for label, meaning in _labels_of(own, known).items():
            places = [
                place for place, row in enumerate(rows) if row.dataset == dataset and row.role == meaning.role
            ]
            chosen = [rows[place] for place in places]
            for detector in [name for name in book.detectors if book.looks_for(name, meaning)]:
                grades = book.grade(detector, meaning).take(np.array(places))
                question = Question(dataset, label, meaning, detector, chosen, grades)
                results.append(_answer(question, cascade, known))
    return results


def _labels_of(rows: Sequence[LabelledRow], known: LabelMap) -> dict[str, LabelMeaning]:
    roles = {row.role for row in rows}
    given = {name for row in rows for name in row.labels}
    read = {name: meaning for name, meaning in known.labels.items() if meaning.role in roles}
    found = {name: meaning for name, meaning in read.items() if name in given}
    return found or {name: meaning for name, meaning in read.items() if meaning.is_default}


def _answer(question: Question, cascade: Cascade, known: LabelMap) -> Figures:
    grades, answers = question.grades, question.answers
    is_known = np.array([answer is not None for answer in answers])
    counted = np.flatnonzero(grades.is_scored & is_known)
    truth = np.array([answers[place] for place in counted.tolist()], dtype=bool)
    rows = [question.rows[place] for place in counted.tolist()]
    scored = int(grades.is_scored.sum())
    card = None if question.detector == CASCADE else cascade.detectors[question.detector].card
    return {
        "signal": question.meaning.target,
        "signals": list(question.meaning.signals),
        "label": question.label,
        "dataset": question.dataset,
        "detector": question.detector,
        "version": cascade.version if card is None else card.version,
        "n": len(rows),
        "positives": int(truth.sum()),
        "unknown": scored - len(rows),
        "unscored": len(question.rows) - scored,
        "seen_in_training": count_seen(question.detector, [row.text for row in rows], cascade),
        "is_enough": bool(truth.sum() >= ENOUGH_POSITIVES),
        "label_sources": sorted({row.label_source for row in rows}),
        "thresholds": _thresholds(question, cascade),
        "flagged_share": {
            "sieve": _share(int(grades.sieve[grades.is_scored].sum()), scored),
            "alert": _share(int(grades.alert[grades.is_scored].sum()), scored),
        },
        **_measure(grades.take(counted), truth, [row.cluster for row in rows]),
        "flagged_by_grade": _by_grade(question, known),
        "slices": _slices(rows, grades.alert[counted], truth),
    }


def _measure(grades: Grades, truth: NDArray[np.bool_], clusters: Sequence[str]) -> Figures:
    """Figures at both thresholds and over all thresholds; the top level is the alert threshold."""
    at = {"sieve": grades.sieve, "alert": grades.alert}
    points = {name: _at_threshold(flagged, truth) for name, flagged in at.items()}
    score = grades.score
    overall: Figures = {
        "auprc": None,
        "auroc": None,
        "recall_at_fpr": {str(rate): None for rate in FALSE_POSITIVE_RATES},
    }
    interval: Figures = {}
    if len(truth):
        weights = ranking.draw_clusters(clusters, seed=SEED)
        measures: dict[str, Callable[[Any], Any]] = {
            "auprc": lambda weight: ranking.average_precision(score, truth, weight),
            "auroc": lambda weight: ranking.auroc(score, truth, weight),
            "f1": lambda weight: ranking.precision_recall_f1(at["alert"], truth, weight)[2],
            "f1_sieve": lambda weight: ranking.precision_recall_f1(at["sieve"], truth, weight)[2],
        } | {f"recall_at_fpr_{rate}": _recall_at(score, truth, rate) for rate in FALSE_POSITIVE_RATES}
        interval = {
            name: _pair(*ranking.bootstrap_interval(measure, weights)) for name, measure in measures.items()
        }
        overall = {
            "auprc": _number(ranking.average_precision(score, truth)),
            "auroc": _number(ranking.auroc(score, truth)),
            "recall_at_fpr": {
                str(rate): _number(ranking.recall_at_false_positive_rate(score, truth, rate))
                for rate in FALSE_POSITIVE_RATES
            },
        }
    alert = points["alert"]
    interval |= {name: alert[name]["ci"] for name in ("precision", "recall", "specificity")}
    return {
        "precision": alert["precision"]["value"],
        "recall": alert["recall"]["value"],
        "f1": alert["f1"],
        **overall,
        "ci": interval,
        "at": points,
        "calibration": {
            "brier": _number(ranking.brier_score(score, truth)),
            "expected_error": _number(ranking.expected_calibration_error(score, truth)),
            "mean_score": _number(float(score.mean()) if len(score) else math.nan),
            "positive_share": _number(float(truth.mean()) if len(truth) else math.nan),
        },
        "ppv": {
            name: {str(prevalence): _predictive(point, prevalence) for prevalence in PREVALENCES}
            for name, point in points.items()
        },
    }


def _at_threshold(flagged: NDArray[np.bool_], truth: NDArray[np.bool_]) -> Figures:
    hits, flags = int((flagged & truth).sum()), int(flagged.sum())
    positives, negatives = int(truth.sum()), int((~truth).sum())
    both = flags + positives
    return {
        "precision": _share(hits, flags),
        "recall": _share(hits, positives),
        "specificity": _share(negatives - (flags - hits), negatives),
        "f1": 2 * hits / both if both else None,
    }


def _by_grade(question: Question, known: LabelMap) -> Figures:
    """Share flagged for each value of the labels that grade this one."""
    found: Figures = {}
    grades = question.grades
    for grade in [name for name, graded in known.grades.items() if graded == question.label]:
        values = np.array([str(row.labels.get(grade)) for row in question.rows])
        for value in sorted(set(values.tolist()) - {"None"}):
            chosen = (values == value) & grades.is_scored
            found[value] = {
                "sieve": _share(int(grades.sieve[chosen].sum()), int(chosen.sum())),
                "alert": _share(int(grades.alert[chosen].sum()), int(chosen.sum())),
            }
    return found


def _slices(rows: Sequence[LabelledRow], flagged: NDArray[np.bool_], truth: NDArray[np.bool_]) -> Figures:
    """Figures at the alert threshold by language, label source and length of text."""
    keys: dict[str, list[str]] = {
        "language": [str(row.language) for row in rows],
        "label_source": [row.label_source for row in rows],
        "length": [next(name for end, name in LENGTHS if len(row.text) < end) for row in rows],
    }
    sliced: Figures = {}
    for name, values in keys.items():
        sliced[name] = {}
        for value in sorted(set(values)):
            chosen = np.array(values) == value
            point = _at_threshold(flagged[chosen], truth[chosen])
            sliced[name][value] = point | {"n": int(chosen.sum()), "positives": int(truth[chosen].sum())}
    return sliced


def _thresholds(question: Question, cascade: Cascade) -> Figures:
    """The pair of each signal: the detector's own, or for the cascade that of who decides first."""
    names = [step.detector for step in cascade.steps]
    found: Figures = {}
    for signal in question.meaning.signals:
        deciding = [name for name in cascade.plan.order_of(signal) if name in names]
        for name in deciding if question.detector == CASCADE else [question.detector]:
            for line in cascade.detectors[name].card.signals:
                if line.signal_id == signal and signal not in found:
                    found[signal] = {"detector": name, "sieve": line.sieve, "alert": line.alert}
    return found


def _recall_at(score: NDArray[np.float64], truth: NDArray[np.bool_], rate: float) -> Callable[[Any], Any]:
    return lambda weight: ranking.recall_at_false_positive_rate(score, truth, rate, weight)


def _predictive(point: Figures, prevalence: float) -> float | None:
    recall, specificity = point["recall"]["value"], point["specificity"]["value"]
    if recall is None or specificity is None:
        return None
    return _number(ranking.predictive_value(recall, 1 - specificity, prevalence))


def _share(events: int, trials: int) -> Figures:
    low, high = wilson(events, trials)
    return {
        "value": events / trials if trials else None,
        "events": events,
        "trials": trials,
        "ci": _pair(low, high),
    }


def _pair(low: Any, high: Any) -> list[float | None]:
    return [_number(low), _number(high)]


def _number(value: Any) -> float | None:
    number = float(value)
    return number if math.isfinite(number) else None
