"""The judge detector: asks a language model about the messages that the plan gives it.

An answer that does not come, or is not what was asked for, leaves the message `failed`; one that the cost cap
kept from being asked stays `not_run`. Neither is ever clear. A refusal of one message stops nothing, an
outage stops the run. Its error is unknown until an operator has measured it with `plimsoll evaluate`: a judge
over-rates replies and overlooks what experts see.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

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
from pipelines.detect.detectors.answer_cache import AnswerCache
from pipelines.detect.detectors.judge.rubric import (
    ALERT,
    RUBRIC_VERSION,
    AnswerError,
    JudgedFinding,
    digest_rubric,
    make_request,
    read_answer,
)
from pipelines.detect.detectors.judge.spending import CapError, Prices, Spending
from pipelines.detect.detectors.judge.window import MOST_CHARACTERS, Window, Windows
from pipelines.detect.detectors.patience import Patience
from pipelines.detect.endpoint import Endpoint, EndpointError, EndpointSettings, OutageError
from pipelines.errors import DefinitionError
from risk_register.content import load_taxonomy
from risk_register.definition import Signal, Speaker

DETECTOR_ID = "judge"
OUTAGES_IN_A_ROW = 5
"""After so many with no answer between nothing more is asked in this run: the endpoint is down."""

_FINDINGS = TypeAdapter(tuple[JudgedFinding, ...])

Answered = tuple[CoverageState, tuple[JudgedFinding, ...]]


class JudgeSettings(BaseModel):
    """`judge:` of <home>/definitions/detectors.yaml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    endpoint: EndpointSettings
    prices: Prices
    signals: tuple[str, ...] = ()
    """Empty: every signal of the taxonomy that a message can carry."""
    answer_tokens: Annotated[int, Field(ge=100, le=100_000)] = 2_000
    """An answer may have no more: forty findings of about 40 each and the frame, with room; a model that
    reasons before it answers needs more. The operator's, for it bounds what one request may cost."""
    answer_tokens_field: Literal["max_completion_tokens", "max_tokens"] = "max_completion_tokens"
    """What the endpoint calls that. The second is older: new models refuse it, some servers know no other."""


@dataclass(frozen=True)
class _Question:
    """A message that is to be asked about."""

    place: int
    conversation_id: str
    window: Window
    signals: Sequence[Signal]
    key: str
    failure_count: int
    """How often it was asked without an answer before."""


class JudgeDetector:
    """Asks one endpoint about messages, with what was said before."""

    def __init__(
        self,
        settings: JudgeSettings,
        *,
        cache: Path,
        endpoint: Endpoint | None = None,
        make_nonce: Callable[[], str] = lambda: secrets.token_hex(8),
        now: Callable[[], float] = time.time,
    ) -> None:
        self._settings = settings
        self._signals = choose_signals(settings.signals)
        self._card = _make_card(settings, self._signals)
        self._cache = AnswerCache(cache, _FINDINGS, version=self._card.version, now=now)
        self._endpoint = endpoint or Endpoint(settings.endpoint)
        self._make_nonce = make_nonce
        self._spending = Spending(settings.prices, answer_tokens=settings.answer_tokens)
        self._patience = Patience(outages_in_a_row=OUTAGES_IN_A_ROW)

    @property
    def card(self) -> DetectorCard:
        """The card of this endpoint, model and rubric."""
        return self._card

    @property
    def trouble(self) -> str:
        """Why a message got no answer in this run, the last time; else that the run has spent its cap."""
        spent = "The run has spent what it may." if self._spending.is_over else ""
        return self._patience.trouble or spent

    def scan(self, messages: pa.Table, given: Given = NOTHING_GIVEN) -> Scan:
        """Label each message, with the turns before it as context; what failed before is asked last."""
        windows = Windows(given.context if given.context is not None else messages)
        rows = messages.select(["conversation_id", "message_id", "role"]).to_pylist()
        answered: list[Answered] = []
        open_questions: list[_Question] = []
        for place, row in enumerate(rows):
            known = self._look_up(row, windows, place)
            answered.append((CoverageState.NOT_RUN, ()) if isinstance(known, _Question) else known)
            open_questions.extend([known] if isinstance(known, _Question) else [])
        self._patience.begin_scan()
        for question in sorted(open_questions, key=lambda one: (one.failure_count, one.place)):
            answered[question.place] = self._ask_and_keep(question)
        found = [(place, _evidence(item)) for place, (_, items) in enumerate(answered) for item in items]
        states = [state for state, _ in answered]
        return Scan(
            make_findings(messages, found, card=self._card), make_coverage(messages, states, card=self._card)
        )

    def _look_up(self, row: dict[str, str], windows: Windows, place: int) -> Answered | _Question:
        if row["role"] not in self._card.roles:
            return CoverageState.NOT_RUN, ()
        conversation_id = row["conversation_id"]
        signals = self._signals.get(row["role"], ())
        window = windows.of(conversation_id, row["message_id"])
        if not window[-1]["text"].strip():
            return CoverageState.ABSTAINED, ()
        key = self._cache.key(window, [signal.id for signal in signals])
        known = self._cache.get(conversation_id, key)
        if known is not None:
            return CoverageState.SCORED, known
        failures = self._cache.count_failures(conversation_id, key)
        if failures and self._cache.must_wait(conversation_id, key):
            return CoverageState.FAILED, ()
        return _Question(place, conversation_id, window, signals, key, failures)

    def _ask_and_keep(self, question: _Question) -> Answered:
        if self._spending.is_over:
            return CoverageState.NOT_RUN, ()
        is_again = question.failure_count > 0
        if not self._patience.may_ask(is_again=is_again):
            return CoverageState.FAILED, ()
        try:
            findings = self._ask(question.window, question.signals)
        except OutageError as error:
            self._patience.note_outage(error, is_again=is_again)
        except CapError:  # after an attempt that failed
            pass
        except (EndpointError, AnswerError) as error:
            self._patience.note_refusal(error)
        else:
            self._patience.note_answer()
            self._cache.put(question.conversation_id, question.key, findings)
            return CoverageState.SCORED, findings
        self._cache.add_failure(question.conversation_id, question.key)
        return CoverageState.FAILED, ()

    def _ask(self, window: Window, signals: Sequence[Signal]) -> tuple[JudgedFinding, ...]:
        nonce = self._make_nonce()
        limit: dict[str, int] = {self._settings.answer_tokens_field: self._settings.answer_tokens}
        model = self._settings.endpoint.model
        request = make_request(window, signals, model=model, nonce=nonce, limit=limit)
        try:
            answer = self._endpoint.post(
                "/chat/completions", request, before_sending=lambda: self._spending.charge(request)
            )
        except EndpointError as error:
            self._spending.add_length(error.byte_count)
            raise
        self._spending.correct(request, answer)
        return read_answer(answer, signals, nonce=nonce)


def _evidence(item: JudgedFinding) -> Evidence:
    return Evidence(
        item.signal_id,
        item.level,
        item.score,
        f"judge.{item.signal_id}/{item.subject}/{item.time}",
        subject=item.subject,
        time=item.time,
    )


def choose_signals(wanted: Sequence[str]) -> dict[str, tuple[Signal, ...]]:
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
    parts = [RUBRIC_VERSION, digest_rubric(signals), settings.endpoint.address, settings.endpoint.model]
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
                sieve=ALERT,
                alert=ALERT,
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
                float(settings.prices.cap_per_run),
                "Spent, the rest of the run is not run, and the next one goes on.",
            ),
        ),
        data="The operator's own endpoint; what it was trained on is not known here.",
    )
