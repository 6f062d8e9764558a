"""The logged detector: scores that came with the log, from a moderation model that the operator ran.

It reads no text. A message for which the log holds no score that stands for a signal is `not_run`: unknown,
not clear.
"""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa

from pipelines.detect.category import MAPPED, Mapped, map_category
from pipelines.detect.detector import (
    LOG,
    NOTHING_GIVEN,
    Badge,
    CoverageState,
    DetectorCard,
    Evidence,
    Given,
    Scan,
    SignalCard,
    make_coverage,
    make_findings,
)

DETECTOR_ID = "logged"
FLAGGED_SCORE = 0.7
"""Of a category that the log flags without a score: the alert threshold, for that model raised it."""


class LoggedDetector:
    """Reads the scores of the log, not its text."""

    @property
    def card(self) -> DetectorCard:
        """The card of this mapping."""
        return CARD

    def scan(self, messages: pa.Table, given: Given = NOTHING_GIVEN) -> Scan:
        """The scores that the log holds for these messages."""
        scores = _scores_by_message(given.scores)
        states: list[CoverageState] = []
        found: list[tuple[int, Evidence]] = []
        keys = messages.select(["deployment_id", "message_id", "role"]).to_pylist()
        for place, row in enumerate(keys):
            best: dict[str, tuple[float, Mapped]] = {}
            for name, score in scores.get((row["deployment_id"], row["message_id"]), ()):
                mapped = map_category(name, row["role"])
                if mapped is not None and score >= best.get(mapped.signal_id, (0.0, mapped))[0]:
                    best[mapped.signal_id] = (score, mapped)
            states.append(CoverageState.SCORED if best else CoverageState.NOT_RUN)
            found.extend(
                (
                    place,
                    Evidence(
                        signal_id, mapped.level, score, f"logged.{mapped.category}", subject=mapped.subject
                    ),
                )
                for signal_id, (score, mapped) in sorted(best.items())
            )
        return Scan(make_findings(messages, found, card=CARD), make_coverage(messages, states, card=CARD))


def load_logged_detector() -> LoggedDetector:
    """The detector; it needs no settings."""
    return LoggedDetector()


def _scores_by_message(scores: pa.Table | None) -> dict[tuple[str, str], list[tuple[str, float]]]:
    found: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for row in [] if scores is None else scores.to_pylist():
        score = row["score"]
        if score is None:
            score = FLAGGED_SCORE if row["is_flagged"] else 0.0
        found[row["deployment_id"], row["message_id"]].append((row["name"], min(1.0, max(0.0, score))))
    return found


CARD = DetectorCard(
    detector_id=DETECTOR_ID,
    version="1",
    purpose="Takes over the scores that a log holds, so that they stand beside what our own detectors saw.",
    not_for="Levels of risk, or comparing deployments: each log has the scores of another model.",
    signals=tuple(
        SignalCard(
            name,
            ("*",),
            Badge.UNVALIDATED,
            "The error is that of the operator's own model, which is not known here.",
            sieve=0.3,
            alert=0.7,
            threshold_reason="Placeholders until labels of the deployment say otherwise.",
        )
        for name in sorted({mapped.signal_id for mapped in MAPPED})
    ),
    languages=("*",),
    roles=("user", "assistant"),
    failures=(
        "Talk about a harm and the harm itself score alike.",
        "A change of the operator's moderation model changes every rate, and the log does not say when.",
    ),
    thresholds=(),
    reads=(LOG,),
    data="None of ours: the scores were delivered with the log.",
)
