"""The judge detector: asks a language model about the messages that the plan gives it.

An answer that does not come, or is not what was asked for, leaves the message `failed`; one that the cost cap
kept from being asked stays `not_run`. Neither is ever clear. Its error is unknown until an operator has
measured it with `plimsoll evaluate`: a judge over-rates replies and overlooks what experts see.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from pipelines.detect.detector import (
    NOTHING_GIVEN,
    Badge,
    CoverageState,
    DetectorCard,
    Evidence,
    Given,
    Scan,
    SignalCard,
    Threshold,
    make_coverage,
    make_findings,
)
from pipelines.detect.detectors.judge.cache import JudgeCache
from pipelines.detect.detectors.judge.rubric import (
    RUBRIC_VERSION,
    AnswerError,
    JudgedFinding,
    make_request,
    read_answer,
)
from pipelines.detect.endpoint import Endpoint, EndpointError, EndpointSettings
from pipelines.errors import DefinitionError
from risk_register.content import load_taxonomy
from risk_register.definition import Signal, Speaker

DETECTOR_ID = "judge"
TURNS_BEFORE = 6
MOST_CHARACTERS = 6_000
"""Of one message; of a longer one the beginning and the end are sent, for people disclose at the end."""
FAULTS_IN_A_ROW = 5
"""After so many nothing more is asked in this run: the endpoint is down, or does not do what is asked."""
CHARACTERS_A_TOKEN = 4

Window = list[dict[str, Any]]


class Prices(BaseModel):
    """What a million tokens cost, and how much one run may spend; the same currency."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input_per_million: Annotated[float, Field(ge=0)]
    output_per_million: Annotated[float, Field(ge=0)]
    cap_per_run: Annotated[float, Field(gt=0)]


class JudgeSettings(BaseModel):
    """`judge:` of <home>/definitions/detectors.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: EndpointSettings
    prices: Prices
    signals: tuple[str, ...] = ()
    """Empty: every signal of the taxonomy that a message can carry."""


class JudgeDetector:
    """Asks one endpoint about messages, with what was said before."""

    def __init__(
        self,
        settings: JudgeSettings,
        *,
        cache: Path,
        endpoint: Endpoint | None = None,
        make_nonce: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self._settings = settings
        self._signals = _choose_signals(settings.signals)
        self._card = _make_card(settings, self._signals)
        self._cache = JudgeCache(cache, version=self._card.version)
        self._endpoint = endpoint or Endpoint(settings.endpoint)
        self._make_nonce = make_nonce
        self._spent = 0.0
        self._faults = 0

    @property
    def card(self) -> DetectorCard:
        """The card of this model, rubric and taxonomy."""
        return self._card

    def scan(self, messages: pa.Table, given: Given = NOTHING_GIVEN) -> Scan:
        """Label each message, with the turns before it as context."""
        windows = _Windows(given.context if given.context is not None else messages)
        states: list[CoverageState] = []
        found: list[tuple[int, Evidence]] = []
        for place, row in enumerate(messages.select(["conversation_id", "message_id", "role"]).to_pylist()):
            is_read = row["role"] in self._card.roles
            state, findings = self._label(row, windows) if is_read else (CoverageState.NOT_RUN, ())
            states.append(state)
            found.extend((place, _evidence(item)) for item in findings)
        return Scan(
            make_findings(messages, found, card=self._card), make_coverage(messages, states, card=self._card)
        )

    def _label(
        self, row: dict[str, str], windows: _Windows
    ) -> tuple[CoverageState, tuple[JudgedFinding, ...]]:
        signals = self._signals.get(row["role"], ())
        window = windows.of(row["conversation_id"], row["message_id"])
        if not window[-1]["text"].strip():
            return CoverageState.ABSTAINED, ()
        key = self._cache.key(window, [signal.id for signal in signals])
        known = self._cache.get(row["conversation_id"], key)
        if known is not None:
            return CoverageState.SCORED, known
        return self._ask_and_keep(window, signals, conversation_id=row["conversation_id"], key=key)

    def _ask_and_keep(
        self, window: Window, signals: Sequence[Signal], *, conversation_id: str, key: str
    ) -> tuple[CoverageState, tuple[JudgedFinding, ...]]:
        if self._spent >= self._settings.prices.cap_per_run:
            return CoverageState.NOT_RUN, ()
        if self._faults >= FAULTS_IN_A_ROW:
            return CoverageState.FAILED, ()
        try:
            findings = self._ask(window, signals)
        except (EndpointError, AnswerError):
            self._faults += 1
            return CoverageState.FAILED, ()
        self._faults = 0
        self._cache.put(conversation_id, key, findings)
        return CoverageState.SCORED, findings

    def _ask(self, window: Window, signals: Sequence[Signal]) -> tuple[JudgedFinding, ...]:
        nonce = self._make_nonce()
        request = make_request(window, signals, model=self._settings.endpoint.model, nonce=nonce)
        answer = self._endpoint.post("/chat/completions", request)
        self._spent += self._cost(request, answer)
        return read_answer(answer, signals, nonce=nonce)

    def _cost(self, request: dict[str, Any], answer: dict[str, Any]) -> float:
        usage = answer.get("usage")
        usage = usage if isinstance(usage, dict) else {}
        guess = sum(len(message["content"]) for message in request["messages"]) / CHARACTERS_A_TOKEN
        asked = _count(usage.get("prompt_tokens"), guess)
        answered = _count(usage.get("completion_tokens"), len(str(answer)) / CHARACTERS_A_TOKEN)
        prices = self._settings.prices
        return (asked * prices.input_per_million + answered * prices.output_per_million) / 1e6


class _Windows:
    """The messages of conversations, to be cut into windows."""

    def __init__(self, context: pa.Table) -> None:
        rows = context.select(["conversation_id", "message_id", "turn", "role", "text"]).to_pylist()
        rows.sort(key=lambda row: (row["conversation_id"], row["turn"], row["message_id"]))
        self._messages: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._places: dict[tuple[str, str], int] = {}
        for row in rows:
            kept = self._messages[row["conversation_id"]]
            self._places[row["conversation_id"], row["message_id"]] = len(kept)
            kept.append(row)

    def of(self, conversation_id: str, message_id: str) -> Window:
        """The message, last, after the turns before it."""
        place = self._places[conversation_id, message_id]
        rows = self._messages[conversation_id][max(0, place - TURNS_BEFORE) : place + 1]
        return [
            {"role": row["role"], "text": _shorten(row["text"]), "label": row["message_id"] == message_id}
            for row in rows
        ]


def _shorten(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    half = MOST_CHARACTERS // 2
    return f"{text[:half]} [...] {text[-half:]}"


def _count(given: object, guess: float) -> float:
    is_number = isinstance(given, int | float) and not isinstance(given, bool)
    return float(given) if is_number and given >= 0 else guess  # type: ignore[arg-type, operator]


def _evidence(item: JudgedFinding) -> Evidence:
    return Evidence(
        item.signal_id,
        item.level,
        item.score,
        f"judge.{item.signal_id}/{item.subject}/{item.time}",
        subject=item.subject,
        time=item.time,
    )


def _choose_signals(wanted: Sequence[str]) -> dict[str, tuple[Signal, ...]]:
    """Signals by the role whose messages carry them.

    Raises:
        DefinitionError: a wanted one is not in the taxonomy, or no message carries it; nobody would ask.
    """
    carried = sorted(one.id for one in load_taxonomy().signals if one.speaker is not Speaker.EVENT)
    if strange := sorted(set(wanted) - set(carried)):
        raise DefinitionError(
            f"judge: no message carries a signal called {', '.join(strange)}. Allowed: {', '.join(carried)}."
        )
    found: dict[str, list[Signal]] = {"user": [], "assistant": []}
    for signal in load_taxonomy().signals:
        if signal.speaker is not Speaker.EVENT and (not wanted or signal.id in wanted):
            found[str(signal.speaker)].append(signal)
    return {role: tuple(signals) for role, signals in found.items() if signals}


def _make_card(settings: JudgeSettings, signals: dict[str, tuple[Signal, ...]]) -> DetectorCard:
    names = [signal.id for group in signals.values() for signal in group]
    parts = [RUBRIC_VERSION, load_taxonomy().version, settings.endpoint.model, *names]
    digest = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:8]
    return DetectorCard(
        detector_id=DETECTOR_ID,
        version=f"{RUBRIC_VERSION}-{digest}",
        purpose=(
            f"Labels what the sieve lets through, and a sample of the rest, by asking the model "
            f"{settings.endpoint.model} with the taxonomy as rubric."
        ),
        not_for=(
            "Truth. It is another model's opinion: read its rates with review-corrected estimates, and "
            "measure it on labels of your own before it decides."
        ),
        signals=tuple(
            SignalCard(
                name,
                ("*",),
                Badge.UNVALIDATED,
                "Not measured here: it depends on the model. Published judges agree with clinicians about as "
                "well as clinicians with each other on suicide risk, and overlook harm in replies.",
                sieve=0.5,
                alert=0.5,
                threshold_reason="The judge says more likely than not; no label has moved it.",
            )
            for name in names
        ),
        languages=("*",),
        roles=tuple(signals),
        failures=(
            "A text that is written to persuade a model may persuade it; it cannot give it orders or change "
            "the form of its answer.",
            "The provider may change the model behind its name without notice.",
            f"Of a message longer than {MOST_CHARACTERS} characters the middle is not sent.",
            "What it is not asked about, because nothing passed the sieve, it cannot find; how much that is, "
            "the random sample of the rest says.",
        ),
        thresholds=(
            Threshold(
                "cap_per_run",
                settings.prices.cap_per_run,
                "Spent, the rest of the run is not run, and the next one goes on.",
            ),
        ),
        data="The operator's own endpoint; what it was trained on is not known here.",
    )
