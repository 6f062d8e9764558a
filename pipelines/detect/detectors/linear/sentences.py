"""Training examples from sentences of our own: a phrase that carries a label, among phrases that do not.

So that a model learns the phrase and not the misery around it: the same distress stands around both. Which
sentences there are is in `sentences/`; a seed gives the same examples everywhere.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipelines.errors import DefinitionError

SENTENCES = Path(__file__).parent / "sentences"
ALONE = 0.4
"""Share of examples that are the one phrase only."""

AROUND = (1, 1, 2, 3, 4, 6)
"""How many phrases stand around, drawn from these."""

JOINTS = (". ", ". ", ". ", ", ", "\n", " ... ", " ")
CAPITALISED = 0.3

_CHOICE = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


class Family(BaseModel):
    """Phrases with the same labels; `around` names the families whose phrases stand around, or none."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    role: Literal["user", "assistant"]
    labels: dict[str, int]
    around: tuple[str, ...]
    tells: tuple[str, ...] = Field(min_length=1)


class SentenceFile(BaseModel):
    """One language, or one file of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    language: str
    slots: dict[str, tuple[str, ...]] = {}
    families: dict[str, Family]


@dataclass(frozen=True)
class MadeExample:
    """A text that nobody wrote, with the labels of its family."""

    family: str
    role: str
    text: str
    labels: dict[str, int]


@cache
def load_sentences(language: str = "en") -> SentenceFile:
    """The sentences of a language, from all files of its folder.

    Raises:
        DefinitionError: a file is not valid, files name a slot or family twice, or a phrase names a slot that
            does not exist.
    """
    parts = [_read(path, language) for path in sorted((SENTENCES / language).glob("*.yaml"))]
    if not parts:
        raise DefinitionError(f"There are no sentences for the language {language}.")
    names = Counter(name for part in parts for name in [*part.slots, *part.families])
    if twice := sorted(name for name, count in names.items() if count > 1):
        raise DefinitionError(f"Sentences of {language} name these twice: {', '.join(twice)}.")
    found = SentenceFile(
        language=language,
        slots={name: slot for part in parts for name, slot in part.slots.items()},
        families={name: family for part in parts for name, family in part.families.items()},
    )
    texts = [text for family in found.families.values() for text in family.tells]
    unknown = sorted({slot for text in texts for slot in _SLOT.findall(text)} - found.slots.keys())
    lost = sorted({name for one in found.families.values() for name in one.around} - found.families.keys())
    if unknown or lost:
        raise DefinitionError(
            f"Sentences of {language} name slots or families that do not exist: "
            f"{', '.join([*unknown, *lost])}."
        )
    return found


def _read(path: Path, language: str) -> SentenceFile:
    try:
        part = SentenceFile.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise DefinitionError(f"The sentences {path.name} are not valid: {error}") from error
    if part.language != language:
        raise DefinitionError(f"The sentences {path.name} say they are {part.language}, not {language}.")
    return part


def make_examples(sentences: SentenceFile, *, per_family: int, seed: int) -> Iterator[MadeExample]:
    """So many examples of each family, its phrases in turn."""
    for name, family in sentences.families.items():
        chance = random.Random(f"{sentences.language}:{name}:{seed}")  # noqa: S311 - repeatable, not secret
        for number in range(per_family):
            parts = [_fill(family.tells[number % len(family.tells)], sentences, chance)]
            if family.around and chance.random() >= ALONE:
                others = sentences.families[chance.choice(family.around)].tells
                parts += [
                    _fill(chance.choice(others), sentences, chance) for _ in range(chance.choice(AROUND))
                ]
                chance.shuffle(parts)
            if chance.random() < CAPITALISED:
                parts = [part[:1].upper() + part[1:] for part in parts]
            yield MadeExample(name, family.role, chance.choice(JOINTS).join(parts), dict(family.labels))


def _fill(text: str, sentences: SentenceFile, chance: random.Random) -> str:
    """One reading of a phrase: each choice made, each slot filled; a choice of one is kept or left out."""
    while (found := _CHOICE.search(text) or _SLOT.search(text)) is not None:
        if found.re is _SLOT:
            filling = chance.choice(sentences.slots[found[1]])
        else:
            options = found[1].split("|")
            filling = chance.choice(options if len(options) > 1 else [*options, ""])
        text = text[: found.start()] + filling + text[found.end() :]
    return " ".join(text.split())
