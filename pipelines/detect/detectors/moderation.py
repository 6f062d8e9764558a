"""The moderation detector: scores of an OpenAI-compatible moderation endpoint, mapped to our signals.

A message without a whole answer is `failed`, never clear. Which category stands for which signal is written
here once; scores that the log already holds are read by `logged`.
"""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict

from pipelines.detect.category import MAPPED, Mapped, map_category
from pipelines.detect.detector import (
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
from pipelines.detect.endpoint import Endpoint, EndpointError, EndpointSettings

DETECTOR_ID = "moderation"
AT_ONCE = 32
"""Texts a request."""
FAULTS_IN_A_ROW = 3
"""After so many nothing more is asked in this run: the endpoint is down."""
ROLES = ("user", "assistant")


class ModerationSettings(BaseModel):
    """`moderation:` of <home>/definitions/detectors.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: EndpointSettings


class ModerationDetector:
    """Asks one endpoint, some texts at a time."""

    def __init__(self, settings: ModerationSettings, *, endpoint: Endpoint | None = None) -> None:
        self._model = settings.endpoint.model
        self._endpoint = endpoint or Endpoint(settings.endpoint)
        self._card = _make_card(self._model)
        self._faults = 0

    @property
    def card(self) -> DetectorCard:
        """The card of this model and mapping."""
        return self._card

    def scan(self, messages: pa.Table, given: Given = NOTHING_GIVEN) -> Scan:
        """Score every message of the roles it reads."""
        roles, texts = messages["role"].to_pylist(), messages["text"].to_pylist()
        states = [
            CoverageState.ABSTAINED if role in self._card.roles else CoverageState.NOT_RUN for role in roles
        ]
        found: list[tuple[int, Evidence]] = []
        asked = [
            place
            for place, state in enumerate(states)
            if state is CoverageState.ABSTAINED and texts[place].strip()
        ]
        for start in range(0, len(asked), AT_ONCE):
            places = asked[start : start + AT_ONCE]
            is_down = self._faults >= FAULTS_IN_A_ROW
            scores = None if is_down else self._ask([texts[place] for place in places])
            self._faults = self._faults + 1 if scores is None else 0
            for number, place in enumerate(places):
                states[place] = CoverageState.FAILED if scores is None else CoverageState.SCORED
                if scores is not None:
                    found.extend((place, one) for one in _evidence(scores[number], roles[place]))
        return Scan(
            make_findings(messages, found, card=self._card), make_coverage(messages, states, card=self._card)
        )

    def _ask(self, texts: list[str]) -> list[dict[str, float]] | None:
        try:
            answer = self._endpoint.post("/moderations", {"model": self._model, "input": texts})
        except EndpointError:
            return None
        return _read(answer, len(texts))


def _read(answer: dict[str, Any], count: int) -> list[dict[str, float]] | None:
    """One mapping of category to score a text; None if any is not there or no number from 0 to 1.

    Nor is an answer whose categories all stand for nothing of ours: it would leave every text clear.
    """
    results = answer.get("results")
    if not isinstance(results, list) or len(results) != count:
        return None
    found = []
    for result in results:
        scores = result.get("category_scores") if isinstance(result, dict) else None
        if not isinstance(scores, dict) or not scores:
            return None
        if not all(isinstance(value, int | float) and 0 <= value <= 1 for value in scores.values()):
            return None
        if not any(map_category(str(name), role) for name in scores for role in ROLES):
            return None
        found.append({str(name): float(value) for name, value in scores.items()})
    return found


def _evidence(scores: dict[str, float], role: str) -> list[Evidence]:
    best: dict[str, tuple[float, Mapped]] = {}
    for name, score in scores.items():
        mapped = map_category(name, role)
        if mapped is not None and score > best.get(mapped.signal_id, (0.0, mapped))[0]:
            best[mapped.signal_id] = (score, mapped)
    return [
        Evidence(signal_id, mapped.level, score, f"moderation.{mapped.category}", subject=mapped.subject)
        for signal_id, (score, mapped) in sorted(best.items())
    ]


def _make_card(model: str) -> DetectorCard:
    return DetectorCard(
        detector_id=DETECTOR_ID,
        version=f"1-{model}",
        purpose=f"Scores of the moderation model {model} at the operator's endpoint.",
        not_for="Levels of risk: a category says that a subject is there, not how grave it is or whose.",
        signals=tuple(
            SignalCard(
                name,
                ("*",),
                Badge.UNVALIDATED,
                "Not measured here. Moderation models look for content that a product must not carry, not "
                "for people at risk.",
                sieve=0.3,
                alert=0.7,
                threshold_reason="Placeholders until labels of the deployment say otherwise.",
            )
            for name in sorted({mapped.signal_id for mapped in MAPPED})
        ),
        languages=("*",),
        roles=ROLES,
        failures=(
            "Talk about a harm and the harm itself score alike.",
            "The provider may change the model behind its name without notice.",
        ),
        thresholds=(),
        data="The operator's own endpoint; what it was trained on is not known here.",
    )
