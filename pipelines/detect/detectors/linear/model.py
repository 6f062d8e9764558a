"""A trained model on disk and in memory: weights of one byte, and what makes them a probability.

A folder holds `model.json`, one file of weights a head and `training.hashes`. Nothing in it can be read back
into text: an n-gram is one of 65,536 places that many share. No pickle; every file is checked against its
sha256. What a home's model learned from reviews lies beside them (`pipelines/reviewed_text.py`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.detect.detectors.linear import ngrams
from pipelines.detect.detectors.linear.evidence import NAMES
from pipelines.durable import replace_durably
from pipelines.errors import DefinitionError

SHIPPED = Path(__file__).parent / "weights"
MODEL_FILE = "model.json"
HASH_FILE = "training.hashes"
HASH_BYTES = 6
LARGEST = 127
POWER = 2
"""Weights are stored as their square root: most are small, a few telling ones a hundred times as large."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Head(_Frozen):
    """One yes-or-no question: its weights' scale and how the logit joins the evidence of the rules."""

    name: str
    signal_id: str
    role: str
    level: int
    label: str
    scale: float
    power: int = 1
    """A stored number n stands for scale * sign(n) * |n| ** power."""
    bias: float
    sha256: str
    evidence: dict[str, float]
    """Coefficient of the n-grams' logit (`ngrams`) and of each number of evidence."""
    intercept: float
    shift: float = 0.0
    """Of the joint logit, so that one pair of thresholds holds for all heads of a signal."""
    stretch: float = 1.0
    """How much is kept of what lies above the alert, in log odds: with less, a graver head seldom runs into
    the score of its signal's first head, which would hide how messages that both see differ in gravity.
    """
    leeway: float | None = None
    """How far, in log odds, it may score above its signal's first head: what is not there is not grave."""


class Source(_Frozen):
    """What the model was trained on."""

    name: str
    licence: str
    words: str
    rows: int
    positives: int
    is_distress: bool


class Together(_Frozen):
    """What two heads see together passes the sieve: from a sum of their joint logits on."""

    heads: tuple[str, str]
    least: float


class Description(_Frozen):
    """`model.json`."""

    version: str
    ngrams_version: str
    trained_from: str
    heads: tuple[Head, ...]
    thresholds: dict[str, dict[str, float]]
    """By signal: sieve and alert."""
    together: dict[str, Together] = {}
    """By signal."""
    sources: tuple[Source, ...]
    hashes_sha256: str


@dataclass(frozen=True)
class Model:
    """A description, weights of shape (COLUMNS, heads) and the hashes of the training texts."""

    description: Description
    weights: NDArray[np.int8]
    training_hashes: frozenset[bytes]

    @property
    def heads(self) -> tuple[Head, ...]:
        """In the order of the columns of `weights`."""
        return self.description.heads

    def float_weights(self) -> NDArray[np.float32]:
        """The weights with their scales."""
        columns = []
        for place, head in enumerate(self.heads):
            stored = self.weights[:, place].astype(np.float64)
            columns.append(head.scale * np.sign(stored) * np.abs(stored) ** head.power)
        return np.stack(columns, axis=1).astype(np.float32)

    def join(
        self, head: Head, logits: NDArray[np.floating], evidence: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Joint logits from the n-grams' (without bias) and the evidence of the head's role."""
        coefficients = np.array([head.evidence.get(name, 0.0) for name in NAMES[head.role]])
        return head.intercept + head.evidence["ngrams"] * (logits + head.bias) + evidence @ coefficients

    def passes_together(self, signal_id: str, joint: Mapping[str, NDArray[np.float64]]) -> NDArray[np.bool_]:
        """Whether the heads that look together at a signal see enough of it, from joint logits by head."""
        rule = self.description.together.get(signal_id)
        some = next(iter(joint.values()))
        if rule is None or not set(rule.heads) <= joint.keys():
            return np.zeros(len(some), dtype=bool)
        return np.sum([joint[name] for name in rule.heads], axis=0) >= rule.least


def score_joint(
    heads: Sequence[Head],
    joint: Mapping[str, NDArray[np.float64]],
    thresholds: Mapping[str, Mapping[str, float]],
) -> dict[str, NDArray[np.float64]]:
    """Scores from 0 to 1 by head, to which the signal's thresholds belong; `heads` in the model's order."""
    first: dict[str, NDArray[np.float64]] = {}
    scores = {}
    for head in heads:
        alert = logit(thresholds[head.signal_id]["alert"])
        moved = joint[head.name] + head.shift
        moved = np.where(moved > alert, alert + head.stretch * (moved - alert), moved)
        mildest = first.setdefault(head.signal_id, moved)
        if head.leeway is not None:
            moved = np.minimum(moved, mildest + head.leeway)
        scores[head.name] = 1 / (1 + np.exp(-moved))
    return scores


def logit(chance: float) -> float:
    """The log odds of a chance."""
    return float(np.log(chance / (1 - chance)))


def pack_weights(weights: NDArray[np.float64]) -> tuple[NDArray[np.int8], float]:
    """Square roots of the weights as whole numbers from -127 to 127, and the scale that gives them back."""
    largest = float(np.abs(weights).max())
    scale = largest / LARGEST**POWER if largest else 1.0
    roots = np.sign(weights) * (np.abs(weights) / scale) ** (1 / POWER)
    return np.round(roots).astype(np.int8), scale


def write_model(folder: Path, description: Description, files: Mapping[str, bytes]) -> None:
    """Write a model's files; the description last, so that a folder with one is whole.

    Each takes its name in one step: the same model trained again has the same bytes, and may be live.
    """
    folder.mkdir(parents=True, exist_ok=True)
    described = {MODEL_FILE: (description.model_dump_json(indent=1) + "\n").encode()}
    for name, content in {**files, **described}.items():
        replace_durably(folder / name, content, aside=folder / f"{name}.aside")


@cache
def load_model(folder: Path = SHIPPED) -> Model:
    """The model of a folder.

    Raises:
        DefinitionError: a file is missing, does not have its sha256, or fits other n-grams than these.
    """
    try:
        description = Description.model_validate_json((folder / MODEL_FILE).read_text(encoding="utf-8"))
        columns = []
        for head in description.heads:
            content = (folder / f"{head.name}.int8").read_bytes()
            _check(content, head.sha256, f"{head.name}.int8")
            columns.append(np.frombuffer(content, dtype=np.int8))
        hashes = (folder / HASH_FILE).read_bytes()
        _check(hashes, description.hashes_sha256, HASH_FILE)
    except (OSError, ValidationError) as error:
        raise DefinitionError(f"The model in {folder.name} cannot be read: {error}") from error
    if description.ngrams_version != ngrams.VERSION or any(len(one) != ngrams.COLUMNS for one in columns):
        raise DefinitionError(
            f"The model in {folder.name} fits n-grams of version {description.ngrams_version}, these are "
            f"{ngrams.VERSION}: train it again."
        )
    return Model(description, np.stack(columns, axis=1), split_hashes(hashes))


def split_hashes(content: bytes) -> frozenset[bytes]:
    """The hashes of a file that holds them one after the other."""
    return frozenset(content[at : at + HASH_BYTES] for at in range(0, len(content), HASH_BYTES))


def _check(content: bytes, expected: str, name: str) -> None:
    if hashlib.sha256(content).hexdigest() != expected:
        raise DefinitionError(
            f"{name} does not have the sha256 that {MODEL_FILE} gives: it is not this model's."
        )
