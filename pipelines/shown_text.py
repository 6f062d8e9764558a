"""Text that others wrote, such as the name of a delivered file, as a terminal or a log may show it.

A control character moves the cursor, colours or hides what stands there; a direction mark turns letters
around. What is stored, and what leaves as JSON, is not altered, but for bytes that are no text.
"""

from __future__ import annotations

import re

DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""Unicode Standard Annex 9, table 2: marks, embeddings, overrides and isolates."""
NO_TEXT = "\ud800-\udfff"
"""Bytes of a name that are no UTF-8; standard output refuses them."""
ALONE = re.compile(rf"[{NO_TEXT}]")
HIDDEN = re.compile(rf"[\x00-\x08\x0b-\x1f\x7f-\x9f{DIRECTION}{NO_TEXT}]")
IN_A_LINE = re.compile(rf"[\x00-\x1f\x7f-\x9f\u2028\u2029{DIRECTION}{NO_TEXT}]")


def tell_name(name: object) -> str:
    """The name of a file as a text that can be stored and written as JSON: only what is none is spelled."""
    return ALONE.sub(_spell, str(name))


def show_text(text: str) -> str:
    """Text with every such character spelled; its lines stay, and tabs."""
    return HIDDEN.sub(_spell, text)


def show_line(text: str) -> str:
    """The same of what stands in one line: a line end in a name would forge the next one."""
    return IN_A_LINE.sub(_spell, text)


def _spell(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number <= 0xFF else f"\\u{number:04x}"
