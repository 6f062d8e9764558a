"""The scores of one detector, or of the whole cascade, for a set of messages and what a label means.

The cascade's score is that of the detector that decides, so
that a curve over all thresholds belongs to what is in use. Measuring belongs in `evaluate.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from pipelines.detect.cascade import Cascade
from pipelines.detect.counted import is_counted
from pipelines.detect.detector import CoverageState, DetectorCard, Scan
from pipelines.detect.labelled import LabelMeaning

CASCADE = "cascade"


@dataclass(frozen=True)
class Grades:
    """One entry a message: the score, whether it passes the two thresholds, and whether it was scored."""

    score: NDArray[np.float64]
    sieve: NDArray[np.bool_]
    alert: NDArray[np.bool_]
    is_scored: NDArray[np.bool_]

    def take(self, places: NDArray[np.int64]) -> Grades:
        """The grades of some of the messages, in this order."""
        return Grades(self.score[places], self.sieve[places], self.alert[places], self.is_scored[places])


@dataclass(frozen=True)
class Gradebook:
    """What every detector of a cascade made of the same messages, below its thresholds too."""

    messages: pa.Table
    scans: Mapping[str, Scan]
    cards: Mapping[str, DetectorCard]
    order: Mapping[str, tuple[str, ...]]
    """For each signal, the detectors in the order in which they decide."""

    @property
    def detectors(self) -> tuple[str, ...]:
        """The cascade first, then its parts."""
        return (CASCADE, *self.scans)

    def grade(self, detector: str, meaning: LabelMeaning) -> Grades:
        """The grades of a detector or the cascade for what a label means."""
        parts = [self._of_signal(detector, signal, meaning.level) for signal in meaning.signals]
        return Grades(
            score=np.maximum.reduce([part.score for part in parts]),
            sieve=np.any([part.sieve for part in parts], axis=0),
            alert=np.any([part.alert for part in parts], axis=0),
            is_scored=np.any([part.is_scored for part in parts], axis=0),
        )

    def looks_for(self, detector: str, meaning: LabelMeaning) -> bool:
        """Whether the detector has a line for any of the signals."""
        cards = self.cards.values() if detector == CASCADE else [self.cards[detector]]
        return any(line.signal_id in meaning.signals for card in cards for line in card.signals)

    def _of_signal(self, detector: str, signal_id: str, level: int) -> Grades:
        if detector != CASCADE:
            return self._alone(detector, signal_id, level)
        count = self.messages.num_rows
        joined = Grades(np.zeros(count), *(np.zeros(count, dtype=bool) for _ in range(3)))
        for name in self.order.get(signal_id, ()):
            if name not in self.scans:
                continue
            own = self._alone(name, signal_id, level)
            takes = own.is_scored & ~joined.is_scored
            joined = Grades(
                score=np.where(takes, own.score, joined.score),
                sieve=np.where(takes, own.sieve, joined.sieve),
                alert=np.where(takes, own.alert, joined.alert),
                is_scored=joined.is_scored | own.is_scored,
            )
        return joined

    def _alone(self, detector: str, signal_id: str, level: int) -> Grades:
        """The grades of one detector, by findings that indicators count."""
        scan, card = self.scans[detector], self.cards[detector]
        languages = self.messages["language"].to_pylist()
        looked_in = {one for one in set(languages) if one is not None and card.signal(signal_id, one)}
        is_looked_for = np.array([language in looked_in for language in languages], dtype=bool)
        states = scan.coverage["state"].to_numpy(zero_copy_only=False)
        roles = self.messages["role"].to_pylist()
        score = np.zeros(self.messages.num_rows)
        sieve, alert = (np.zeros(self.messages.num_rows, dtype=bool) for _ in range(2))
        for finding in scan.findings.select(
            ["message_id", "signal_id", "level", "subject", "time", "score", "evidence_id"]
        ).to_pylist():
            place = int(finding["message_id"])
            if (
                finding["signal_id"] == signal_id
                and finding["level"] >= level
                and is_counted(signal_id, role=roles[place], subject=finding["subject"], time=finding["time"])
            ):
                score[place] = max(score[place], finding["score"])
                if languages[place] in looked_in:
                    line = card.signal(signal_id, languages[place], finding["evidence_id"])
                    sieve[place] |= line is not None and finding["score"] >= line.sieve
                    alert[place] |= line is not None and finding["score"] >= line.alert
        return Grades(score, sieve, alert, (states == str(CoverageState.SCORED)) & is_looked_for)


@dataclass(frozen=True)
class JoinedBook:
    """Gradebooks of parts of the messages, each by its own detectors, read as one: for cross-validation."""

    count: int
    parts: tuple[tuple[NDArray[np.int64], Gradebook], ...]
    """Places of the messages, and their book."""

    @property
    def detectors(self) -> tuple[str, ...]:
        """Those of the first part; all parts have the same."""
        return self.parts[0][1].detectors

    def looks_for(self, detector: str, meaning: LabelMeaning) -> bool:
        """Whether the detector has a line for any of the signals."""
        return self.parts[0][1].looks_for(detector, meaning)

    def grade(self, detector: str, meaning: LabelMeaning) -> Grades:
        """The grades of every message, each by the part that holds it."""
        joined = Grades(np.zeros(self.count), *(np.zeros(self.count, dtype=bool) for _ in range(3)))
        for places, book in self.parts:
            own = book.grade(detector, meaning)
            joined.score[places], joined.sieve[places] = own.score, own.sieve
            joined.alert[places], joined.is_scored[places] = own.alert, own.is_scored
        return joined


def make_gradebook(messages: pa.Table, cascade: Cascade) -> Gradebook:
    """Let every detector of the cascade that sees all messages grade these."""
    names = [step.detector for step in cascade.steps]
    cards = {name: cascade.detectors[name].card for name in names}
    signals = {line.signal_id for card in cards.values() for line in card.signals}
    return Gradebook(
        messages=messages,
        scans={name: cascade.grade(messages, name) for name in names},
        cards=cards,
        order={signal: cascade.plan.order_of(signal) for signal in sorted(signals)},
    )
