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
OTHER = re.compile(r"\{([^{}/]*)/([^{}/]*)\}")
OTHER_KEY = "other person"
FRESH_SLOTS = frozenset({"line", "lower_line", "invented"})


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

    def choose(match: re.Match[str]) -> str:
        return rng.choice(match.group(1).split("|"))

    def take(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in chosen:
            return chosen[name]
        value = rng.choice(slots[name])
        if name not in FRESH_SLOTS:
            value = fill(value, rng=rng, slots=slots, chosen=chosen, is_feminine=is_feminine)
            chosen[name] = value
        return value

    text = template
    while CHOICE.search(text) or SLOT.search(text):
        text = CHOICE.sub(choose, text)
        text = SLOT.sub(take, text, count=1)
    if OTHER.search(text):
        other = chosen.setdefault(OTHER_KEY, rng.choice("mf"))
        text = OTHER.sub(lambda match: match.group(1 if other == "m" else 2), text)
    text = ENDING.sub(lambda match: match.group(2 if is_feminine else 1), text)
    return capitalise(re.sub(r"\s+([,.])", r"\1", re.sub(r" {2,}", " ", text)).strip())


def capitalise(text: str) -> str:
    """Sentences begin with a capital, whichever choice they begin with."""
    out = []
    at_start = True
    for position, character in enumerate(text):
        if at_start and character.isalpha():
            out.append(character.upper())
            at_start = False
            continue
        if at_start and character.isdigit():
            at_start = False
        if (
            character in ".!?"
            and text[position + 1 : position + 2] in {" ", ""}
            and not text[:position].endswith("..")
        ):
            at_start = True
        out.append(character)
    return "".join(out)


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
