"""The classifier detector: a local text-classification model in ONNX form, from a folder of the operator's.

The folder holds `model.onnx`, `tokenizer.json` and `labels.yaml`, which says for each output of the model
which signal, level and role it stands for. onnxruntime and tokenizers are not installed with Plimsoll; see
docs/operations.md. Long messages are read in windows, and a window of more tokens than the model takes in
pieces, so that the end is never dropped.
"""

from __future__ import annotations

import hashlib
import math
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field, model_validator

from pipelines.definition_file import DefinitionFile, InvalidFileError, Problem, open_definition
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
from pipelines.detect.detectors.onnx_model import OnnxModel, TextModel, Usable
from pipelines.errors import DefinitionError
from pipelines.language_tag import is_code
from risk_register.content import load_taxonomy

DETECTOR_ID = "classifier"
CODE_VERSION = "3"
"""Raise it when a text is read otherwise."""
FILES = ("model.onnx", "tokenizer.json", "labels.yaml")
WINDOW_CHARACTERS = 1_500
WINDOWS = 40
"""Of one message; of a longer one the first and the last half of so many windows are read."""

DIMENSIONS = 2
"""Of a model's outputs: a row a text, a column an output."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ClassifierSettings(_Strict):
    """`classifier:` of <home>/definitions/detectors.yaml."""

    folder: Path


class Output(_Strict):
    """What one output of the model stands for."""

    signal_id: str
    role: Literal["user", "assistant"]
    level: Annotated[int, Field(ge=0, le=4)]
    sieve: Annotated[float, Field(gt=0, le=1)]
    alert: Annotated[float, Field(gt=0, le=1)]

    @model_validator(mode="after")
    def _sieve_lets_alerts_pass(self) -> Output:
        if self.sieve > self.alert:
            raise ValueError("sieve must not be above alert")
        return self


class Labels(_Strict):
    """`labels.yaml`: outputs by their place, languages, and how scores are made of them."""

    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    activation: Literal["sigmoid", "softmax"]
    outputs: Annotated[dict[int, Output], Field(min_length=1)]
    purpose: str
    data: str


class ClassifierDetector:
    """Scores each message with one local model."""

    def __init__(self, labels: Labels, *, version: str, model: TextModel) -> None:
        self._labels = labels
        self._model = model
        self._card = _make_card(labels, version)

    @property
    def card(self) -> DetectorCard:
        """The card of this folder."""
        return self._card

    def scan(self, messages: pa.Table, given: Given = NOTHING_GIVEN) -> Scan:
        """Score every message in a language that the labels name."""
        states: list[CoverageState] = []
        found: list[tuple[int, Evidence]] = []
        for place, row in enumerate(messages.select(["role", "text", "language"]).to_pylist()):
            state = self._state(row)
            scores = self._score(row["text"], row["role"]) if state is CoverageState.SCORED else []
            # What is no number lies below every threshold and would look clear.
            if not all(math.isfinite(one.score) for one in scores):
                state, scores = CoverageState.FAILED, []
            states.append(state)
            found.extend((place, one) for one in scores)
        return Scan(
            make_findings(messages, found, card=self._card), make_coverage(messages, states, card=self._card)
        )

    def _state(self, row: dict[str, str]) -> CoverageState:
        if row["role"] not in self._card.roles:
            return CoverageState.NOT_RUN
        if row["language"] not in self._labels.languages and "*" not in self._labels.languages:
            return CoverageState.UNSUPPORTED_LANGUAGE
        return CoverageState.SCORED if row["text"].strip() else CoverageState.ABSTAINED

    def _score(self, text: str, role: str) -> list[Evidence]:
        scores = _activate(self._model.run(_cut(text)), self._labels.activation).max(axis=0)
        return [
            Evidence(output.signal_id, output.level, float(scores[number]), _name(number))
            for number, output in self._labels.outputs.items()
            if output.role == role
        ]


def load_classifier_detector(
    settings: ClassifierSettings, *, model: TextModel | None = None
) -> ClassifierDetector:
    """The detector of a folder.

    Raises:
        DefinitionError: a file is missing or not valid, a package is missing, or a signal is not known.
    """
    folder = settings.folder
    if missing := [name for name in FILES if not (folder / name).is_file()]:
        raise DefinitionError(f"{folder}: {', '.join(missing)} is missing; a classifier needs {FILES}.")
    file = open_definition(folder / "labels.yaml")
    labels = file.read(Labels)
    if problems := _find_meaningless(file, labels):
        raise InvalidFileError(problems)
    digest = hashlib.sha256(b"".join((folder / name).read_bytes() for name in FILES)).hexdigest()[:8]
    made = model or OnnxModel(folder)
    with Usable(folder / "model.onnx"):
        given = made.run(["A short text."]).shape
    if len(given) != DIMENSIONS or max(labels.outputs) >= given[1] or min(labels.outputs) < 0:
        raise DefinitionError(
            f"{folder / 'labels.yaml'}: the model gives outputs of shape {given} for one text; every place "
            f"({', '.join(map(str, sorted(labels.outputs)))}) must be a column of one row."
        )
    return ClassifierDetector(labels, version=f"{CODE_VERSION}-{digest}", model=made)


def _find_meaningless(file: DefinitionFile, labels: Labels) -> list[Problem]:
    """What the taxonomy does not know, or knows otherwise."""
    signals = {signal.id: signal for signal in load_taxonomy().signals}
    problems = [
        file.problem(("languages", place), "must be * or a language as ISO 639-1 writes it, such as en")
        for place, language in enumerate(labels.languages)
        if language != "*" and not is_code(language)
    ]
    for number, output in labels.outputs.items():
        signal, where = signals.get(output.signal_id), ("outputs", number)
        if signal is None:
            said = f"the taxonomy has no signal {output.signal_id}"
            problems.append(file.problem((*where, "signal_id"), said))
            continue
        if signal.speaker != output.role:
            said = f"{signal.id} is of what the {signal.speaker} says"
            problems.append(file.problem((*where, "role"), said))
        if not signal.minimum_level <= output.level <= signal.maximum_level:
            said = f"{signal.id} has the levels {signal.minimum_level} to {signal.maximum_level}"
            problems.append(file.problem((*where, "level"), said))
    return problems


def _cut(text: str) -> list[str]:
    windows = [text[start : start + WINDOW_CHARACTERS] for start in range(0, len(text), WINDOW_CHARACTERS)]
    if len(windows) <= WINDOWS:
        return windows
    return windows[: WINDOWS // 2] + windows[-WINDOWS // 2 :]


def _activate(rows: np.ndarray, activation: str) -> np.ndarray:
    if activation == "sigmoid":
        return np.asarray(1 / (1 + np.exp(-rows)))
    powers = np.exp(rows - rows.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _name(number: int) -> str:
    return f"{DETECTOR_ID}.{number}"


def _make_line(labels: Labels, signal_id: str) -> SignalCard:
    """The line of a signal; each output of it keeps its own thresholds."""
    lines = {
        number: SignalCard(
            signal_id,
            labels.languages,
            Badge.UNVALIDATED,
            "A model of the operator's; not measured here.",
            sieve=output.sieve,
            alert=output.alert,
            threshold_reason="Set by the operator in labels.yaml.",
        )
        for number, output in sorted(labels.outputs.items())
        if output.signal_id == signal_id
    }
    if len(lines) == 1:
        return next(iter(lines.values()))
    said = "; ".join(
        f"output {number} (level {labels.outputs[number].level}): sieve {line.sieve:g}, alert {line.alert:g}"
        for number, line in lines.items()
    )
    return replace(
        next(iter(lines.values())),
        note=f"A model of the operator's; not measured here. Of its outputs the lowest thresholds: {said}.",
        sieve=min(line.sieve for line in lines.values()),
        alert=min(line.alert for line in lines.values()),
        by_evidence={_name(number): line for number, line in lines.items()},
    )


def _make_card(labels: Labels, version: str) -> DetectorCard:
    names = dict.fromkeys(output.signal_id for output in labels.outputs.values())
    return DetectorCard(
        detector_id=DETECTOR_ID,
        version=version,
        purpose=labels.purpose,
        not_for="Anything before it was measured with `plimsoll evaluate` on labels of the deployment.",
        signals=tuple(_make_line(labels, name) for name in names),
        languages=labels.languages,
        roles=tuple(sorted({output.role for output in labels.outputs.values()}, reverse=True)),
        failures=("It was not measured on this deployment's messages.",),
        thresholds=(),
        data=labels.data,
    )
