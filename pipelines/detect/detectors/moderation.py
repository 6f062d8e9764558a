"""The moderation detector: scores of an OpenAI-compatible moderation endpoint, mapped to our signals.

A message without a whole answer is `failed`, never clear; a text that the endpoint refuses, or that brings it
down, fails alone in the end, and what was answered is not asked again. Which category stands for which signal
is written in `category.py`; scores that the log already holds are read by `logged`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, TypeAdapter

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
from pipelines.detect.detectors.answer_cache import AnswerCache
from pipelines.detect.detectors.patience import Patience
from pipelines.detect.endpoint import Endpoint, EndpointError, EndpointSettings, OutageError

DETECTOR_ID = "moderation"
AT_ONCE = 32
"""Texts a request."""
OUTAGES_IN_A_ROW = 3
"""After so many with no answer between nothing more is asked in this run: the endpoint is down."""
ROLES = ("user", "assistant")

Scores = dict[str, float]
_SCORES = TypeAdapter(Scores)


class ModerationSettings(BaseModel):
    """`moderation:` of <home>/definitions/detectors.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: EndpointSettings


@dataclass(frozen=True)
class _Question:
    """A message that is to be asked about."""

    place: int
    conversation_id: str
    role: str
    text: str
    key: str
    failure_count: int
    """How often it was asked without an answer before."""


class ModerationDetector:
    """Asks one endpoint, some texts at a time."""

    def __init__(
        self, settings: ModerationSettings, *, cache: Path, endpoint: Endpoint | None = None
    ) -> None:
        self._model = settings.endpoint.model
        self._endpoint = endpoint or Endpoint(settings.endpoint)
        self._card = _make_card(settings.endpoint)
        self._cache = AnswerCache(cache, _SCORES, version=self._card.version)
        self._patience = Patience(outages_in_a_row=OUTAGES_IN_A_ROW)

    @property
    def card(self) -> DetectorCard:
        """The card of this endpoint, model and mapping."""
        return self._card

    @property
    def trouble(self) -> str:
        """Why a text got no scores in this run, the last time."""
        return self._patience.trouble

    def scan(self, messages: pa.Table, given: Given = NOTHING_GIVEN) -> Scan:
        """Score every message of the roles it reads; what failed before is asked last."""
        rows = messages.select(["conversation_id", "role", "text"]).to_pylist()
        states = [
            CoverageState.ABSTAINED if row["role"] in self._card.roles else CoverageState.NOT_RUN
            for row in rows
        ]
        scored: dict[int, Scores] = {}
        questions: list[_Question] = []
        for place, row in enumerate(rows):
            if states[place] is not CoverageState.ABSTAINED or not row["text"].strip():
                continue
            key = self._cache.key(row["role"], row["text"])
            known = self._cache.get(row["conversation_id"], key)
            if known is not None:
                scored[place] = known
                continue
            states[place] = CoverageState.FAILED  # until it is answered
            failures = self._cache.count_failures(row["conversation_id"], key)
            questions.append(
                _Question(place, row["conversation_id"], row["role"], row["text"], key, failures)
            )
        fresh = [one for one in questions if not one.failure_count]
        again = [one for one in questions if one.failure_count]
        again.sort(key=lambda one: (one.failure_count, one.place))
        self._patience.begin_scan()
        for group in _cut_groups(fresh) + _cut_groups(again):
            scored |= self._ask(group)
        for place in scored:
            states[place] = CoverageState.SCORED
        found = [
            (place, one) for place in sorted(scored) for one in _evidence(scored[place], rows[place]["role"])
        ]
        return Scan(
            make_findings(messages, found, card=self._card), make_coverage(messages, states, card=self._card)
        )

    def _ask(self, questions: Sequence[_Question]) -> dict[int, Scores]:
        """Scores by place, of what was answered; texts that fail together again are asked by halves."""
        is_again = questions[0].failure_count > 0
        if not self._patience.may_ask(is_again=is_again):
            return {}
        body = {"model": self._model, "input": [one.text for one in questions]}
        try:
            answer = self._endpoint.post("/moderations", body)
        except OutageError as error:
            self._patience.note_outage(error, is_again=is_again)
            if is_again and self._patience.may_ask(is_again=is_again):
                return self._ask_by_halves(questions)
            self._keep_failures(questions)
            return {}
        except EndpointError as error:
            self._patience.note_refusal(error)
            return self._ask_by_halves(questions)
        pairs = zip(questions, _read(answer, len(questions)), strict=True)
        found = {one.place: scores for one, scores in pairs if _is_whole(scores, one.role)}
        if found:
            self._patience.note_answer()
        else:
            self._patience.note_refusal("An answer without a score for each signal.")
        for one in questions:
            if one.place in found:
                self._cache.put(one.conversation_id, one.key, found[one.place])
        self._keep_failures([one for one in questions if one.place not in found])
        return found

    def _ask_by_halves(self, questions: Sequence[_Question]) -> dict[int, Scores]:
        if len(questions) > 1:
            middle = len(questions) // 2
            return self._ask(questions[:middle]) | self._ask(questions[middle:])
        self._keep_failures(questions)
        return {}

    def _keep_failures(self, questions: Sequence[_Question]) -> None:
        for question in questions:
            self._cache.add_failure(question.conversation_id, question.key)


def _cut_groups(questions: Sequence[_Question]) -> list[Sequence[_Question]]:
    """Texts to ask together: of what failed before half as many for each time, for one may fail them all."""
    groups: list[Sequence[_Question]] = []
    for count, equal in groupby(questions, key=lambda one: one.failure_count):
        alike, size = list(equal), max(1, AT_ONCE >> count)
        groups += [alike[start : start + size] for start in range(0, len(alike), size)]
    return groups


def _read(answer: dict[str, Any], count: int) -> list[Scores]:
    """One mapping of category to score a text; an empty one for each result that is none.

    Of another number of results nobody knows which is whose: then all are empty.
    """
    results = answer.get("results")
    if not isinstance(results, list) or len(results) != count:
        return [{}] * count
    return [_read_result(result) for result in results]


def _read_result(result: object) -> Scores:
    scores = result.get("category_scores") if isinstance(result, dict) else None
    if not isinstance(scores, dict) or not all(_is_score(value) for value in scores.values()):
        return {}
    return {str(name): float(value) for name, value in scores.items()}


def _is_score(value: object) -> bool:
    """A number from 0 to 1; true and false are none, though Python counts with them."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _is_whole(scores: Scores, role: str) -> bool:
    """Whether each signal of a role has a category; else a text would look clear of what nobody scored."""
    mapped = {found.signal_id for name in scores if (found := map_category(name, role)) is not None}
    return mapped >= {one.signal_id for one in MAPPED if one.role == role}


def _evidence(scores: Scores, role: str) -> list[Evidence]:
    best: dict[str, tuple[float, Mapped]] = {}
    for name, score in scores.items():
        mapped = map_category(name, role)
        if mapped is not None and score > best.get(mapped.signal_id, (0.0, mapped))[0]:
            best[mapped.signal_id] = (score, mapped)
    return [
        Evidence(signal_id, mapped.level, score, f"moderation.{mapped.category}", subject=mapped.subject)
        for signal_id, (score, mapped) in sorted(best.items())
    ]


def _make_card(endpoint: EndpointSettings) -> DetectorCard:
    model, digest = endpoint.model, hashlib.sha256(endpoint.address.encode()).hexdigest()[:8]
    return DetectorCard(
        detector_id=DETECTOR_ID,
        version=f"1-{model}-{digest}",
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
