"""Finds which rules of one language and role can match a text, in one pass over it.

Hyperscan reads the text once for all rules, with the gaps of each rule left open (a superset); `re`
then confirms each candidate and gives the exact span. What a hit means belongs in `guards.py`.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import hyperscan

from pipelines.detect.detectors.lexicon.rulebook import CompiledRule, Rulebook
from pipelines.errors import DefinitionError

MAXIMUM_HITS_OF_A_RULE = 8
"""Further hits of the same rule in one message add nothing to its finding, and cost time."""
KEPT_SECONDS = 30 * 86_400.0
"""What was compiled and not asked for in a month belongs to rules of an earlier version."""

_LOOKAROUND = re.compile(r"\(\?<?[!=]")
_WORD_EDGE = re.compile(r"(?<!\\)\\b")
_OPEN_FROM_NONE = re.compile(r"\{0,\d+\}")
_OPEN_FROM_ONE = re.compile(r"\{1,\d+\}")


@dataclass(frozen=True)
class Hit:
    """A rule matched this span of the normalised text."""

    rule: CompiledRule
    start: int
    end: int


class Matcher:
    """One Hyperscan database for the rules of one language and role.

    `kept` is a folder in which what was compiled is found again: compiling costs seconds, loading does not.
    """

    def __init__(self, book: Rulebook, kept: Path | None = None) -> None:
        self._rules = book.rules
        expressions = [open_gaps(rule.pattern.pattern).encode() for rule in book.rules]
        try:
            self._database = _compile(expressions) if kept is None else _load(expressions, kept)
        except hyperscan.error as error:
            raise DefinitionError(f"The {book.language} {book.role} rules do not compile: {error}") from error
        self._scratch = hyperscan.Scratch(self._database)

    def scan_bare(self, text: bytes) -> None:
        """The engine's pass alone: the yardstick that everything around it is measured against."""
        self._database.scan(text, match_event_handler=_ignore, scratch=self._scratch)

    def find(self, text: str) -> list[Hit]:
        """Confirmed hits, in the order of the rules, then of the text."""
        candidates: list[int] = []

        def remember(number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
            candidates.append(number)

        self._database.scan(text.encode("ascii"), match_event_handler=remember, scratch=self._scratch)
        return [hit for number in sorted(candidates) for hit in _confirm(self._rules[number], text)]


def find_refusal(pattern: re.Pattern[str]) -> str | None:
    """Why the engine does not take a rule's pattern, and what it takes; None if it does."""
    try:
        _compile([open_gaps(pattern.pattern).encode()])
    except hyperscan.error as error:
        return (
            f"the engine does not take it ({error}); a pattern must ask for at least one character, and may "
            "not refer back to a group"
        )
    return None


def _compile(expressions: Sequence[bytes]) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    count = len(expressions)
    flags = [hyperscan.HS_FLAG_SINGLEMATCH] * count
    database.compile(expressions=list(expressions), ids=list(range(count)), flags=flags)
    return database


def _load(expressions: Sequence[bytes], kept: Path) -> hyperscan.Database:
    """What this version compiled from exactly these expressions; compiled anew where it cannot be read."""
    key = hashlib.sha256(b"\x1f".join([version("hyperscan").encode(), *expressions])).hexdigest()
    file = kept / f"{key[:32]}.hyperscan"
    with suppress(hyperscan.error, OSError):  # another processor's, cut off, somebody else's, or not there
        database = hyperscan.loadb(file.read_bytes(), hyperscan.HS_MODE_BLOCK)
        file.touch()
        return database
    database = _compile(expressions)
    kept.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=kept, delete=False) as aside:
        aside.write(hyperscan.dumpb(database))
    Path(aside.name).replace(file)
    unused_since = time.time() - KEPT_SECONDS
    for other in kept.glob("*.hyperscan"):
        if other.stat().st_mtime < unused_since:
            other.unlink(missing_ok=True)
    return database


def _ignore(_number: int, _start: int, _end: int, _flags: int, _context: object) -> None:
    """Nothing."""


def open_gaps(expression: str) -> str:
    """A cheaper expression that matches whatever the given one does, and more.

    Bounded gaps make the automaton several times slower than open ones, edges of words a third slower to
    compile, and Hyperscan has no lookaround.
    """
    while (found := _LOOKAROUND.search(expression)) is not None:
        expression = expression[: found.start()] + expression[_closing(expression, found.start()) + 1 :]
    expression = _WORD_EDGE.sub("", expression)
    return _OPEN_FROM_ONE.sub("+", _OPEN_FROM_NONE.sub("*", expression))


def _closing(expression: str, start: int) -> int:
    """Where the bracket that opens at `start` closes."""
    depth = 0
    in_class = False
    place = start
    while place < len(expression):
        mark = expression[place]
        if mark == "\\":
            place += 1
        elif in_class or mark == "[":
            in_class = mark != "]"
        elif mark in "()":
            depth += 1 if mark == "(" else -1
            if depth == 0:
                return place
        place += 1
    raise DefinitionError(f"A bracket is not closed in the expression {expression}.")


def _confirm(rule: CompiledRule, text: str) -> Iterator[Hit]:
    for count, found in enumerate(rule.pattern.finditer(text)):
        if count == MAXIMUM_HITS_OF_A_RULE:
            return
        if _is_near(rule, text, found.start(), found.end()):
            yield Hit(rule, found.start(), found.end())


def _is_near(rule: CompiledRule, text: str, start: int, end: int) -> bool:
    if rule.near is None:
        return True
    return rule.near.search(text[max(0, start - rule.near_chars) : end + rule.near_chars]) is not None
