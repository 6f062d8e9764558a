"""Repetitions in a pattern that could take very long on some text: without an end, or ended in too many ways.

`re` confirms what the engine reports, and tries every way in which a text can be cut into rounds before it
gives up. Whether the engine takes a pattern at all belongs in `matcher.py`.
"""

from __future__ import annotations

import re
import re._parser as parser
import string
from collections.abc import Iterator, Sequence
from typing import Any

MOST_CUTS = 100_000
"""Ways to cut one text into rounds; to try as many takes `re` some hundredths of a second."""

TOO_MANY_CUTS = (
    "reads one text in too many ways, and a hostile one would never end; let a round begin or end with what "
    "stands nowhere else in it, such as a space that must come, or allow fewer rounds"
)

_LETTERS = frozenset(map(ord, string.printable))
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
_OF_NO_WIDTH = ("AT", "ASSERT", "ASSERT_NOT")
_CATEGORIES = {
    name: frozenset(letter for letter in _LETTERS if re.match(mark, chr(letter)))
    for name, mark in {
        "CATEGORY_WORD": r"\w",
        "CATEGORY_NOT_WORD": r"\W",
        "CATEGORY_SPACE": r"\s",
        "CATEGORY_NOT_SPACE": r"\S",
        "CATEGORY_DIGIT": r"\d",
        "CATEGORY_NOT_DIGIT": r"\D",
    }.items()
}


def find_unbounded(expression: str) -> str | None:
    """The first quantifier without an upper bound: on a hostile text it could take very long."""
    bare = re.sub(r"\\.|\[\^?\]?(?:[^\]\\]|\\.)*\]", "x", expression)
    found = re.search(r"[*+]|\{\d+,\}", bare)
    return None if found is None else found[0]


def find_ambiguous(pattern: re.Pattern[str]) -> str | None:
    """The quantifier of a repetition whose rounds can be cut in too many ways; None if there is none.

    That is so where a round may be of several lengths, and what ends one can begin the next:
    `(?:[a-z]{1,9} ?){1,9}` reads a long word in thousands of ways, and with a space that must come in one.
    """
    return next(_list_ambiguous(parser.parse(pattern.pattern)), None)


def _list_ambiguous(parts: Any) -> Iterator[str]:
    for name, given in _read(parts):
        inner = _list_inner(name, given)
        if name in _REPEATS:
            least, most, body = given
            low, high = body.getwidth()
            if (high - low + 1) ** (most - 1) > MOST_CUTS and _edge(body) & _edge(body, is_end=True):
                yield f"{{{least},{most}}}"
        for one in inner:
            yield from _list_ambiguous(one)


def _read(parts: Any) -> list[tuple[str, Any]]:
    return [(str(name), given) for name, given in parts]


def _list_inner(name: str, given: Any) -> Sequence[Any]:
    """The sequences that stand in a part; none in one that reads a single letter."""
    if name in _REPEATS:
        return [given[2]]
    if name == "BRANCH":
        return list(given[1])
    if name == "SUBPATTERN":
        return [given[-1]]
    if name in ("ASSERT", "ASSERT_NOT"):
        return [given[1]]
    return [given] if name == "ATOMIC_GROUP" else []


def _edge(parts: Any, *, is_end: bool = False) -> frozenset[int]:
    """The letters with which a text that the parts read can begin, or end."""
    found: frozenset[int] = frozenset()
    read = [one for one in _read(parts) if one[0] not in _OF_NO_WIDTH]
    for name, given in reversed(read) if is_end else read:
        inner = _list_inner(name, given)
        found |= _letters(name, given).union(*(_edge(one, is_end=is_end) for one in inner))
        may_be_empty = (name in _REPEATS and given[0] == 0) or any(one.getwidth()[0] == 0 for one in inner)
        if not may_be_empty:
            break
    return found


def _letters(name: str, given: Any) -> frozenset[int]:
    """What a part that reads one letter takes; nothing of a part that holds others."""
    if name == "IN":
        named = _read(given)
        taken = frozenset[int]().union(*(_letters(*one) for one in named))
        return _LETTERS - taken if ("NEGATE", None) in named else taken
    if name == "LITERAL":
        return frozenset([given])
    if name == "NOT_LITERAL":
        return _LETTERS - {given}
    if name == "RANGE":
        return frozenset(range(given[0], given[1] + 1))
    if name == "CATEGORY":
        return _CATEGORIES[str(given)]
    return _LETTERS if name == "ANY" else frozenset()
