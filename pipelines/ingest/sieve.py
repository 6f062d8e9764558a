"""Lets only those texts meet the dear recognisers of redaction that hold something they could look for.

One pass of Hyperscan over the text as it lies in Arrow's memory. What it looks for is made from the hints of
the redactor itself, each made wider where Hyperscan cannot say it; it may pass a text for nothing, and never
keeps one back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import hyperscan
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.redact import Redactor

FLAGS = hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_UCP | hyperscan.HS_FLAG_DOTALL
ROWS_AT_ONCE = 50_000
"""Texts of one scan."""


def redact_texts(redactor: Redactor, rows: pa.Table) -> tuple[pa.Array, np.ndarray]:
    """The column `text` with typed tokens, and how many details were replaced in each.

    Args:
        rows: has `text`, `role` and `region`.
    """
    texts = rows["text"].combine_chunks()
    counts = np.zeros(len(texts), dtype=np.int64)
    places = find_candidates(texts, redactor.hints)
    if not len(places):
        return texts, counts
    chosen = rows.select(["text", "role", "region"]).take(pa.array(places)).to_pydict()
    changed: list[str] = []
    is_changed = np.zeros(len(texts), dtype=bool)
    for place, text, role, region in zip(
        places, chosen["text"], chosen["role"], chosen["region"], strict=True
    ):
        redacted = redactor.redact(text, is_assistant=role == "assistant", region=region or "")
        if redacted.count or redacted.text != text:
            counts[place], is_changed[place] = redacted.count, True
            changed.append(redacted.text)
    if not changed:
        return texts, counts
    return pc.replace_with_mask(texts, pa.array(is_changed), pa.array(changed, texts.type)), counts


def find_candidates(texts: pa.Array, hints: Sequence[re.Pattern[str]] | None) -> np.ndarray:
    """Places of the texts in which a hint may apply, in order; all places where there are none to go by."""
    if hints is None:
        return np.arange(len(texts))
    found = np.zeros(0, dtype=np.int64)
    if not hints:
        return found
    database = _compile(tuple((hint.pattern, bool(hint.flags & re.IGNORECASE)) for hint in hints))
    for begin in range(0, len(texts), ROWS_AT_ONCE):
        piece = texts.slice(begin, ROWS_AT_ONCE)
        # A line between: no hint reaches from the end of one text into the next.
        whole = "\n".join(piece.to_pylist()).encode()
        after = np.cumsum(pc.binary_length(piece).to_numpy(zero_copy_only=False).astype(np.int64) + 1)
        ends: list[int] = []
        database.scan(whole, match_event_handler=_note, context=ends)
        rows = np.searchsorted(after, np.array(ends, dtype=np.int64) - 1, side="right")
        found = np.concatenate([found, np.unique(rows) + begin])
    return found


def _note(_id: int, _begin: int, end: int, _flags: int, ends: object) -> None:
    if isinstance(ends, list):
        ends.append(end)


@lru_cache
def _compile(hints: tuple[tuple[str, bool], ...]) -> hyperscan.Database:
    expressions = [widen(pattern).encode() for pattern, _ in hints]
    flags = [FLAGS | (hyperscan.HS_FLAG_CASELESS if ignores_case else 0) for _, ignores_case in hints]
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(expressions=expressions, ids=list(range(len(hints))), elements=len(hints), flags=flags)
    return database


LOOK_BEHIND = re.compile(
    r"(?P<seen>(?:\\.|\[[^\]]*\]|[^|()\\\[\]])*)\(\?<=(?P<whole>(?:\\.|\[[^\]]*\]|[^()\\\[\]])*)\)"
)
CODE_POINT = re.compile(r"\\u([0-9a-f]{4})")
NOT_SAID = re.compile(r"\\b|\(\?<?[=!](?:\\.|\[[^\]]*\]|[^()\\\[\]])*\)")


def widen(pattern: str) -> str:
    """A pattern that Hyperscan can say and that matches in every text in which this one does.

    A look-behind that repeats what was seen is written in its place; other looks and word bounds go.
    """

    def unfold(match: re.Match[str]) -> str:
        seen, whole = match.group("seen"), match.group("whole")
        return whole if whole.endswith(seen) else seen

    named = CODE_POINT.sub(lambda match: chr(int(match.group(1), 16)), pattern)
    return NOT_SAID.sub("", LOOK_BEHIND.sub(unfold, named))
