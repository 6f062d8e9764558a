"""Turn a sentence with choices into one sentence.

Three marks: `(one|other)` chooses, nested if need be; `$name` takes a value of the slot, the same one all
through a conversation; `<o/a>` takes the masculine or the feminine ending for the user of the assistant,
`{he/she}` for the other person of the conversation. How a person types (capitals, apostrophes) is put on
last. What is said lies in the text banks.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, MutableMapping, Sequence
from enum import StrEnum

CHOICE = re.compile(r"\(([^()|]*(?:\|[^()|]*)+)\)")
SLOT = re.compile(r"\$([a-z_]+)")
ENDING = re.compile(r"<([^<>/]*)/([^<>/]*)>")
SENTENCE_START = re.compile(r"(^[^\w]*|(?<!\.\.)[.!?]\s+[\"'¿¡]*)([a-zà-öø-ÿœ])")
SPACES = re.compile(r" {2,}")
SPACE_BEFORE_STOP = re.compile(r"\s+([,.])")
OTHER = re.compile(r"\{([^{}/]*)/([^{}/]*)\}")
OTHER_KEY = "other person"
FRESH_SLOTS = frozenset({"line", "invented"})


class Typing(StrEnum):
    """How a person types."""

    CAREFUL = "careful"
    LOWER_CASE = "lower_case"
    HURRIED = "hurried"


def fill(
    template: str,
    *,
    rng: random.Random,
    slots: Mapping[str, Sequence[str]],
    chosen: MutableMapping[str, str],
    is_feminine: bool,
) -> str:
    """The template with every mark decided; `chosen` remembers the slots of this conversation."""
    text = expand(template, rng=rng, slots=slots, chosen=chosen)
    if "{" in text:
        is_he = chosen.setdefault(OTHER_KEY, rng.choice("mf")) == "m"
        text = OTHER.sub(lambda match: match.group(1 if is_he else 2), text)
    text = ENDING.sub(lambda match: match.group(2 if is_feminine else 1), text)
    text = SPACE_BEFORE_STOP.sub(r"\1", SPACES.sub(" ", text)).strip()
    return SENTENCE_START.sub(lambda match: match.group(1) + match.group(2).upper(), text)


def expand(
    template: str,
    *,
    rng: random.Random,
    slots: Mapping[str, Sequence[str]],
    chosen: MutableMapping[str, str],
) -> str:
    """The template with its choices and slots decided."""

    def choose(match: re.Match[str]) -> str:
        return rng.choice(match.group(1).split("|"))

    def take(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in chosen:
            return chosen[name]
        value = expand(rng.choice(slots[name]), rng=rng, slots=slots, chosen=chosen)
        if name not in FRESH_SLOTS:
            chosen[name] = value
        return value

    text = template
    while True:
        decided = SLOT.sub(take, CHOICE.sub(choose, text))
        if decided == text:
            return text
        text = decided


def type_out(text: str, typing: Typing) -> str:
    """The text as this person types it."""
    if typing is Typing.CAREFUL:
        return text
    typed = text[:1].lower() + text[1:] if text[:2].isupper() is False else text
    typed = re.sub(r"(?<=[.!?] )([A-ZÀ-Þ])(?=[a-zà-ÿ' ])", lambda match: match.group(1).lower(), typed)
    typed = re.sub(r"\bI\b", "i", typed).removesuffix(".")
    if typing is Typing.HURRIED:
        typed = typed.replace("'", "").replace("’", "").replace(", ", " ").replace(". ", " ")
    return typed
