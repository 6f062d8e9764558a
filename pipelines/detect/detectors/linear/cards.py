"""Reads the linear detector's card: its words and measured figures, with the thresholds and sources of the
model.
"""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.detect.detector import Badge, DetectorCard, Figure, SignalCard
from pipelines.detect.detectors.linear.model import Description
from pipelines.errors import DefinitionError

DETECTOR_ID = "linear"
CODE_VERSION = "1.0"
"""Raise it when findings are made from scores in another way; weights are hashed by themselves."""

CARD = Path(__file__).parent / "card.yaml"
LANGUAGES = ("en",)
ROLES = ("user", "assistant")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _FigureLine(_Strict):
    dataset: str
    measure: str
    value: float
    low: float
    high: float
    row_count: int
    positive_count: int
    operating_point: str = ""


class _SignalNote(_Strict):
    badge: Badge
    note: str
    reason: str
    figures: tuple[_FigureLine, ...] = ()


class _CardFile(_Strict):
    purpose: str
    not_for: str
    data: str
    failures: tuple[str, ...]
    signals: dict[str, _SignalNote]


def load_card(model: Description, path: Path = CARD) -> DetectorCard:
    """The card for this model; a home's own model has no figures until they are measured.

    Raises:
        DefinitionError: the card is not valid, or does not speak of the model's signals.
    """
    try:
        card = _CardFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise DefinitionError(f"{path.name} is not valid: {error}") from error
    unequal = sorted(set(card.signals) ^ set(model.thresholds))
    if unequal:
        raise DefinitionError(
            f"{path.name}: card and model do not speak of the same signals: {', '.join(unequal)}."
        )
    sources = "; ".join(
        f"{one.name} ({one.rows} rows, {one.positives} positive, {one.licence}: {one.words})"
        for one in model.sources
    )
    return DetectorCard(
        detector_id=DETECTOR_ID,
        version=f"{CODE_VERSION}-{model.version}",
        purpose=card.purpose,
        not_for=card.not_for,
        signals=tuple(
            SignalCard(
                signal_id,
                LANGUAGES,
                line.badge,
                line.note,
                sieve=model.thresholds[signal_id]["sieve"],
                alert=model.thresholds[signal_id]["alert"],
                threshold_reason=line.reason,
                figures=tuple(Figure(**figure.model_dump()) for figure in line.figures),
            )
            for signal_id, line in sorted(card.signals.items())
        ),
        languages=LANGUAGES,
        roles=ROLES,
        failures=card.failures,
        thresholds=(),
        data=f"{card.data} Trained on: {sources}.",
        reads=("lexicon",),
    )
