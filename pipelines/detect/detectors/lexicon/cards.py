"""Reads the lexicon's card: what is known about its error, and when it must not be used.

The words and figures are in `card.yaml`, measured by the labelled tests; here they are checked against
the rules, so that no signal is looked for without a line about its error.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.detect.detector import Badge, DetectorCard, SignalCard
from pipelines.detect.detectors.lexicon.answers import FILE as ANSWERS
from pipelines.detect.detectors.lexicon.resources import SIGNAL_ID, hash_resources
from pipelines.detect.detectors.lexicon.rulebook import Rulebook, hash_rule_files
from pipelines.detect.figures import FigureLine
from pipelines.errors import DefinitionError

DETECTOR_ID = "lexicon"

CODE_VERSION = "1.6"
"""Raise it when matching, guards, joining or levels change; rule files are hashed by themselves."""

CARD = Path(__file__).parent / "card.yaml"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Thresholds(_Strict):
    sieve: float
    alert: float
    reason: str


class _SignalNote(_Strict):
    badge: Badge
    note: str
    thresholds: _Thresholds | None = None
    """Null: those of the card."""
    figures: tuple[FigureLine, ...] = ()


class _CardFile(_Strict):
    purpose: str
    not_for: str
    failures: tuple[str, ...]
    data: str
    thresholds: _Thresholds
    signals: dict[str, _SignalNote]


def load_card(books: Sequence[Rulebook], path: Path = CARD) -> DetectorCard:
    """The card for these rules; its version is the code's and a hash of the rules and listed resources.

    Raises:
        DefinitionError: the card is not valid, or a signal has rules and no line, or a line and no rules.
    """
    try:
        card = _CardFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise DefinitionError(f"{path.name} is not valid: {error}") from error
    languages: dict[str, set[str]] = {}
    for book in books:
        for rule in book.rules:
            languages.setdefault(rule.signal_id, set()).add(book.language)
    unequal = sorted(set(languages) ^ set(card.signals))
    if unequal:
        raise DefinitionError(
            f"{path.name}: rules and card do not speak of the same signals: {', '.join(unequal)}."
        )
    return DetectorCard(
        detector_id=DETECTOR_ID,
        version=make_version(),
        purpose=card.purpose,
        not_for=card.not_for,
        signals=tuple(
            _line(signal_id, line, tuple(sorted(languages[signal_id])), card.thresholds)
            for signal_id, line in sorted(card.signals.items())
        ),
        languages=tuple(sorted({book.language for book in books})),
        roles=tuple(sorted({book.role for book in books}, reverse=True)),
        failures=card.failures,
        thresholds=(),
        data=card.data,
    )


def _line(signal_id: str, line: _SignalNote, languages: tuple[str, ...], shared: _Thresholds) -> SignalCard:
    own = line.thresholds or shared
    return SignalCard(
        signal_id,
        languages,
        line.badge,
        line.note,
        sieve=own.sieve,
        alert=own.alert,
        threshold_reason=own.reason,
        figures=tuple(figure.make() for figure in line.figures),
    )


def make_version() -> str:
    """The code's version and a hash of rules, words of answers, listed resources and the engine's version."""
    answers = ANSWERS.read_text(encoding="utf-8")
    content = f"{hash_rule_files()}{answers}{hash_resources()}{version('hyperscan')}"
    return f"{CODE_VERSION}-{hashlib.sha256(content.encode()).hexdigest()[:8]}"


__all__ = ["CARD", "DETECTOR_ID", "SIGNAL_ID", "load_card", "make_version"]
