"""What finds one kind of detail in a text: a cheap hint for the engine and a pattern for Python.

Which recognisers there are stand in `contact`, `address`, `number`, `phone` and `introduction`; the order in
which they are asked in `redact`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Span = tuple[int, int]
Find = Callable[[re.Match[str], str], Span | None]
"""What to replace of a match, or None for nothing; the second argument is the person's country, or empty."""

CAPITAL = r"(?:[A-ZÀ-ÖØ-Þ]|[OD]['’][A-Z])[\w'’-]{0,30}"
"""For patterns: a word with a capital, as a name of a person or a place begins."""

ZEROS = (
    "\u0660\u06f0\u07c0\u0966\u09e6\u0a66\u0ae6\u0b66\u0be6\u0c66\u0ce6\u0d66\u0de6\u0e50\u0ed0\u0f20"
    "\u1040\u1090\u17e0\u1810\u1946\u19d0\u1a80\u1a90\u1b50\u1bb0\u1c40\u1c50\ua620\ua8d0\ua900\ua9d0"
    "\ua9f0\uaa50\uabf0\uff10\U000104a0\U00010d30\U00011066\U000110f0\U00011136\U000111d0\U000112f0"
    "\U00011450\U000114d0\U00011650\U000116c0\U00011730\U000118e0\U00011950\U00011c50\U00011d50"
    "\U00011da0\U00016a60\U00016ac0\U00016b50\U0001d7ce\U0001d7d8\U0001d7e2\U0001d7ec\U0001d7f6"
    "\U0001e140\U0001e2f0\U0001e950\U0001fbf0\U00011f50\U0001e4f0"
)
OR_OTHER_DIGIT = f"\n[{''.join(f'{zero}-{chr(ord(zero) + 9)}' for zero in ZEROS)}]"
"""For hints: or a digit of another script. Asked for any digit, the engine takes five times as long."""


def whole(match: re.Match[str], _country: str) -> Span:
    """All of a match."""
    return match.span()


@dataclass(frozen=True)
class Recogniser:
    """One kind of detail.

    Attributes:
        hint: found in every text, with a line's end behind it, in which the pattern finds something.
            Expressions of Hyperscan, one a line, whatever the case of letters; they may not look around. The
            rarer in prose, the faster ingest is; what is all ASCII is looked for among bytes.
        pattern: what Python looks for in the texts that have the hint.
        kind: what it finds; in brackets it is put in the place of a detail.
        find: what of a match is a detail.
        is_unlisted_for_assistant: an assistant's words get `[unlisted_...]`: it may be an invented hotline.
        is_for_people: asked of a person's words only.
    """

    hint: str
    pattern: re.Pattern[str]
    kind: str
    find: Find = whole
    is_unlisted_for_assistant: bool = False
    is_for_people: bool = False

    def replace(self, text: str, *, is_assistant: bool, country: str) -> tuple[str, int]:
        """The text with tokens, and how many."""
        if is_assistant and self.is_for_people:
            return text, 0
        is_unlisted = is_assistant and self.is_unlisted_for_assistant
        token = f"[unlisted_{self.kind}]" if is_unlisted else f"[{self.kind}]"
        count = 0

        def put(match: re.Match[str]) -> str:
            nonlocal count
            span = self.find(match, country)
            if span is None:
                return match.group()
            count += 1
            return f"{match.string[match.start() : span[0]]}{token}{match.string[span[1] : match.end()]}"

        return self.pattern.sub(put, text), count
