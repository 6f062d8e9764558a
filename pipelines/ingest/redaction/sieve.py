"""Lets only those texts meet the recognisers of redaction that hold something they could look for.

One pass of Hyperscan over a column of texts, with the hints of all recognisers at once, tells which of them
to ask about which text; most texts meet none. A hint may pass a text for nothing, and keeps none back.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from threading import Lock

import hyperscan
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.ingest.redaction.redact import Redactor

Database = tuple[hyperscan.Database, npt.NDArray[np.int64]]
"""What is scanned for, and of each expression the hints that it belongs to, a bit each."""
FLAGS = hyperscan.HS_FLAG_DOTALL | hyperscan.HS_FLAG_CASELESS
LETTERS = hyperscan.HS_FLAG_UTF8 | hyperscan.HS_FLAG_UCP
TWINS = r"\xc5\xbf|\xe2\x84\xaa"
"""UTF-8 of a long s and of the sign of kelvin, an s and a k in another case: asked about all."""
ACCENT = "[\u0300-\u036f]"
"""An accent that stands behind its letter as a character of its own."""
ACCENT_BYTES = (b"\xcc", b"\xcd")
"""With which these begin in UTF-8: the quick question, for texts without any."""
ROWS_AT_ONCE = 10_000
"""Texts of one scan; few enough that memory is used again."""
COMPILING = Lock()
"""Who comes second waits for what the first one makes."""
END = pa.scalar("\n", pa.large_string())
"""Stands after every text, so that no hint reaches into the next and each sees that its text has ended."""
EMPTY = pa.scalar("", pa.large_string())


def redact_texts(redactor: Redactor, rows: pa.RecordBatch) -> tuple[pa.Array, npt.NDArray[np.int64]]:
    """The column `text`, composed, with typed tokens, and how many details were replaced in each.

    Args:
        redactor: what replaces details.
        rows: has `text`, `role` and `region`.
    """
    texts = compose(rows["text"])
    rows = rows.set_column(rows.schema.get_field_index("text"), "text", texts)
    counts = np.zeros(len(texts), dtype=np.int64)
    hints = find_hints(texts, _hints(redactor))
    places = np.arange(len(texts)) if redactor.names is not None else np.flatnonzero(hints)
    chosen = rows.select(["text", "role", "region"]).take(pa.array(places)).to_pydict()
    changed: list[str] = []
    is_changed = np.zeros(len(texts), dtype=bool)
    for place, found, text, role, region in zip(
        places, hints[places].tolist(), chosen["text"], chosen["role"], chosen["region"], strict=True
    ):
        redacted = redactor.redact(text, is_assistant=role == "assistant", region=region, hints=found)
        if redacted.count:
            counts[place], is_changed[place] = redacted.count, True
            changed.append(redacted.text)
    if not changed:
        return texts, counts
    return pc.replace_with_mask(texts, pa.array(is_changed), pa.array(changed, texts.type)), counts


def compose(texts: pa.Array) -> pa.Array:
    """The texts with letters and accents in one character, as all patterns write them.

    Some systems keep "u" and its dots apart: a name would end there, and its rest would stay readable.
    """
    content = texts.buffers()[2]
    written = content.to_pybytes() if content is not None else b""
    if not any(byte in written for byte in ACCENT_BYTES):
        return texts
    is_apart = pc.match_substring_regex(texts, ACCENT)
    return pc.replace_with_mask(texts, is_apart, pc.utf8_normalize(texts.filter(is_apart), "NFC"))


def find_hints(texts: pa.Array, hints: Sequence[str]) -> npt.NDArray[np.int64]:
    """For each text which of the hints it has, a bit each."""
    found = np.zeros(len(texts), dtype=np.int64)
    for begin in range(0, len(texts) if hints else 0, ROWS_AT_ONCE):
        piece = texts.slice(begin, ROWS_AT_ONCE).cast(pa.large_string())
        found[begin : begin + len(piece)] = scan(pc.binary_join_element_wise(piece, END, EMPTY), hints)
    return found


def scan(lines: pa.LargeStringArray, hints: Sequence[str]) -> npt.NDArray[np.int64]:
    """The same of lines that end with their line's end; of others, a hint may be seen across an end."""
    found = np.zeros(len(lines), dtype=np.int64)
    if not hints or not len(lines):
        return found
    _, offsets_buffer, content = lines.buffers()
    offsets = np.frombuffer(offsets_buffer, dtype=np.int64)[lines.offset : lines.offset + len(lines) + 1]
    piece = content.slice(offsets[0], offsets[-1] - offsets[0]).to_pybytes()
    for database, bits in _databases(tuple(hints)):
        events: list[tuple[int, int]] = []
        database.scan(piece, match_event_handler=_note, context=events)
        if events:
            numbers, ends = np.array(events, dtype=np.int64).T
            rows = np.searchsorted(offsets - offsets[0], ends - 1, side="right") - 1
            np.bitwise_or.at(found, rows, bits[numbers])
    return found


def prepare(redactor: Redactor) -> None:
    """Make what the first scan needs: a tenth of a second that leaves the interpreter alone."""
    _databases(_hints(redactor))


def _hints(redactor: Redactor) -> tuple[str, ...]:
    return tuple(f"{one.hint}\n{TWINS}" for one in redactor.recognisers)


def _databases(hints: tuple[str, ...]) -> tuple[Database, ...]:
    with COMPILING:
        return _compile(hints)


def _note(number: int, _begin: int, end: int, _flags: int, events: object) -> None:
    if isinstance(events, list):
        events.append((number, end))


@lru_cache
def _compile(hints: tuple[str, ...]) -> tuple[Database, ...]:
    """The expressions of ASCII, which are read as bytes in half the time, and those of other letters."""
    asked: dict[str, int] = {}
    for place, hint in enumerate(hints):
        for expression in hint.split("\n"):
            asked[expression] = asked.get(expression, 0) | 1 << place
    plain = [expression for expression in asked if expression.isascii()]
    other = [expression for expression in asked if not expression.isascii()]
    return tuple(
        (_make(expressions, flags), np.array([asked[expression] for expression in expressions]))
        for expressions, flags in ((plain, FLAGS), (other, FLAGS | LETTERS))
        if expressions
    )


def _make(expressions: Sequence[str], flags: int) -> hyperscan.Database:
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[_spell(expression).encode() for expression in expressions],
        ids=list(range(len(expressions))),
        elements=len(expressions),
        flags=[flags] * len(expressions),
    )
    return database


def _spell(expression: str) -> str:
    """With letters beyond ASCII by their numbers: written out, the engine takes them for no UTF-8."""
    return "".join(letter if letter.isascii() else f"\\x{{{ord(letter):x}}}" for letter in expression)
