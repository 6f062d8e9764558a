"""Reads the linear detector's card: its words and measured figures, with the thresholds and sources of the
model.
"""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.detect.detector import Badge, DetectorCard, SignalCard
from pipelines.detect.detectors.linear.model import Description, Source
from pipelines.detect.figures import FigureLine
from pipelines.errors import DefinitionError
from pipelines.reviewed_text import REVIEWS

DETECTOR_ID = "linear"
CODE_VERSION = "1.6"
"""Raise it when findings are made from scores in another way; weights are hashed by themselves."""

CARD = Path(__file__).parent / "card.yaml"
OWN_NOTE = (
    "A model of this home. `plimsoll evaluate` measures it; the figures of the shipped one are not its own."
)
LANGUAGES = ("en",)
ROLES = ("user", "assistant")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _SignalNote(_Strict):
    badge: Badge
    note: str
    reason: str
    figures: tuple[FigureLine, ...] = ()


class _CardFile(_Strict):
    purpose: str
    not_for: str
    data: str
    failures: tuple[str, ...]
    signals: dict[str, _SignalNote]


def load_card(model: Description, path: Path = CARD, *, is_shipped: bool = False) -> DetectorCard:
    """The card for this model; one that was not shipped is unvalidated and has none of the shipped figures.

    Raises:
        DefinitionError: the card is not valid, or does not speak of the model's signals.
    """
    try:
        card = _CardFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (ValidationError, yaml.YAMLError) as error:
        raise DefinitionError(f"{path.name} is not valid: {error}") from error
    unequal = sorted(set(model.thresholds) - set(card.signals))
    if unequal:
        raise DefinitionError(
            f"{path.name}: the model has signals that the card does not speak of: {', '.join(unequal)}."
        )
    sources = "; ".join(map(_describe, model.sources))
    return DetectorCard(
        detector_id=DETECTOR_ID,
        version=f"{CODE_VERSION}-{model.version}",
        purpose=card.purpose,
        not_for=card.not_for,
        signals=tuple(
            SignalCard(
                signal_id,
                LANGUAGES,
                line.badge if is_shipped else Badge.UNVALIDATED,
                line.note if is_shipped else OWN_NOTE,
                sieve=model.thresholds[signal_id]["sieve"],
                alert=model.thresholds[signal_id]["alert"],
                threshold_reason=line.reason,
                figures=tuple(figure.make() for figure in line.figures if is_shipped),
            )
            for signal_id, line in sorted(card.signals.items())
            if signal_id in model.thresholds
        ),
        languages=LANGUAGES,
        roles=ROLES,
        failures=card.failures,
        thresholds=(),
        data=f"{card.data} Trained on: {sources}.",
        reads=("lexicon",),
    )


def _describe(source: Source) -> str:
    """A source in a clause; of the home's own reviews without numbers, for a card is read by everybody."""
    if source.name == REVIEWS:
        return f"{source.name} ({source.words})"
    counts = f"{source.rows} rows, {source.positives} positive"
    return f"{source.name} ({counts}, {source.licence}: {source.words})"
