"""How well findings agree with labels: counts, shares with Wilson intervals, recall by severity.

A row without the label is unknown and left out, one that was not scored is left out and counted; neither
is ever taken for a no. Results carry ids, never text. Sets in which positives were gathered on purpose say
nothing about precision in use.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from methods.intervals import wilson
from pipelines.detect.detector import CoverageState, Scan, Subject
from pipelines.errors import SourceError

ENOUGH_POSITIVES = 10
"""Below it a recall is an anecdote and is shown as insufficient."""

OWN_SUBJECTS = frozenset({Subject.SELF, Subject.UNCLEAR})
"""A finding about somebody else or a character does not say that the speaker is at risk."""


@dataclass(frozen=True)
class LabelledRow:
    """A message with what people said about it; `is_positive` is None where they did not say."""

    row_id: str
    role: str
    text: str
    language: str
    is_positive: bool | None
    severity: str | None = None


@dataclass(frozen=True)
class Share:
    """Events among trials with a Wilson interval; NaN without trials."""

    events: int
    trials: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share, NaN without trials."""
        return self.events / self.trials if self.trials else float("nan")


@dataclass(frozen=True)
class SeverityShare:
    """The share of rows of one severity that were flagged."""

    severity: str
    flagged: Share


@dataclass(frozen=True)
class Evaluation:
    """Confusion counts and what follows from them; the ids of the errors for those who may read the rows."""

    true_positives: int
    false_positives: int
    false_negatives: int
    true_negatives: int
    unknown: int
    unscored: int
    by_severity: tuple[SeverityShare, ...]
    false_positive_ids: tuple[str, ...]
    missed_ids: tuple[str, ...]

    @property
    def precision(self) -> Share:
        """Of the flagged, those labelled positive."""
        return make_share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> Share:
        """Of those labelled positive, the flagged."""
        return make_share(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def specificity(self) -> Share:
        """Of those labelled negative, the ones not flagged."""
        return make_share(self.true_negatives, self.true_negatives + self.false_positives)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; NaN when nothing is positive or flagged."""
        total = 2 * self.true_positives + self.false_positives + self.false_negatives
        return 2 * self.true_positives / total if total else float("nan")

    @property
    def has_enough_positives(self) -> bool:
        """Whether the recall may be shown as a figure."""
        return self.true_positives + self.false_negatives >= ENOUGH_POSITIVES


def evaluate(
    rows: Sequence[LabelledRow],
    scan: Scan,
    signal_ids: Iterable[str],
    *,
    subjects: frozenset[Subject] = OWN_SUBJECTS,
    minimum_level: int = 0,
) -> Evaluation:
    """Compare the alerts of any of these signals with the rows' labels.

    `scan` is over `make_messages(rows)`. A row is flagged when an alert of one of the signals, about one of
    the subjects, has at least the level.
    """
    wanted = frozenset(signal_ids)
    flagged = {
        finding["message_id"]
        for finding in scan.findings.to_pylist()
        if finding["signal_id"] in wanted
        and finding["is_alert"]
        and finding["is_deciding"]
        and finding["subject"] in subjects
        and finding["level"] >= minimum_level
    }
    scored = {
        row["message_id"]
        for row in scan.coverage.select(["message_id", "state"]).to_pylist()
        if row["state"] == CoverageState.SCORED
    }
    known = [row for row in rows if row.is_positive is not None]
    counted = [row for row in known if row.row_id in scored]
    counts = Counter((bool(row.is_positive), row.row_id in flagged) for row in counted)
    return Evaluation(
        true_positives=counts[True, True],
        false_positives=counts[False, True],
        false_negatives=counts[True, False],
        true_negatives=counts[False, False],
        unknown=len(rows) - len(known),
        unscored=len(known) - len(counted),
        by_severity=_by_severity(counted, flagged),
        false_positive_ids=tuple(
            row.row_id for row in counted if not row.is_positive and row.row_id in flagged
        ),
        missed_ids=tuple(row.row_id for row in counted if row.is_positive and row.row_id not in flagged),
    )


def make_messages(rows: Sequence[LabelledRow]) -> pa.Table:
    """The rows as messages that a detector can scan; the message id is the row's."""
    count = len(rows)
    return pa.table(
        {
            "deployment_id": ["evaluation"] * count,
            "day": pa.array([dt.date(2000, 1, 1)] * count, pa.date32()),
            "conversation_id": [row.row_id for row in rows],
            "message_id": [row.row_id for row in rows],
            "turn": pa.array([0] * count, pa.int64()),
            "role": [row.role for row in rows],
            "text": [row.text for row in rows],
            "language": [row.language for row in rows],
        }
    )


def read_labelled(path: Path, label: str, *, severity: str | None = None) -> list[LabelledRow]:
    """Rows of a labelled file (one JSON object a line: id, role, text, language, labels).

    Raises:
        SourceError: the file is missing, a line is not such an object, or an id occurs twice.
    """
    rows: list[LabelledRow] = []
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            record = json.loads(line)
            answer = record["labels"].get(label)
            grade = None if severity is None else record["labels"].get(severity)
            rows.append(
                LabelledRow(
                    row_id=record["id"],
                    role=record["role"],
                    text=record["text"],
                    language=record["language"],
                    is_positive=None if answer is None else bool(answer),
                    severity=None if grade is None else str(grade),
                )
            )
    except (OSError, json.JSONDecodeError, KeyError) as error:
        raise SourceError(
            f"{path.name} cannot be read as labelled rows after {len(rows)} rows: {error}."
        ) from error
    if len({row.row_id for row in rows}) != len(rows):
        raise SourceError(f"{path.name} holds an id twice; every labelled row needs its own.")
    return rows


def make_share(events: int, trials: int) -> Share:
    """A share with its 95 % Wilson interval."""
    low, high = wilson(events, trials)
    return Share(events, trials, float(low), float(high))


def _by_severity(rows: Sequence[LabelledRow], flagged: set[str]) -> tuple[SeverityShare, ...]:
    totals = Counter(row.severity for row in rows if row.severity is not None)
    hits = Counter(row.severity for row in rows if row.severity is not None and row.row_id in flagged)
    return tuple(SeverityShare(name, make_share(hits[name], totals[name])) for name in sorted(totals))
