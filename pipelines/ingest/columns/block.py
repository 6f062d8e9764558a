"""Whole lines of a delivered file in blocks, as Arrow text that costs no object a line.

A line keeps its number from 1. One that is longer than the limit, or no UTF-8, is empty here and named.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BufferedReader
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.ingest.files.lines import LONGEST_LINE, UNREADABLE, UTF8_MARK, open_plain

FIRST_SIZE, SIZE = 4 * 1024 * 1024, 16 * 1024 * 1024
"""Bytes read at once: few at first, for whoever comes next waits for them; then ever more, up to what is more
than the longest line and few enough that memory is used again."""
NEW_LINE = 10


@dataclass(frozen=True)
class Block:
    """Some lines. `first` is the number of the first; `too_long` and `not_text` are places in the block."""

    first: int
    lines: pa.LargeStringArray
    too_long: frozenset[int] = field(default_factory=frozenset)
    not_text: dict[int, bytes] = field(default_factory=dict)


def read_blocks(path: Path) -> Iterator[Block]:
    """The file's lines, block by block.

    Raises:
        UNREADABLE: a packed file that ends early or is damaged; what came before came.
    """
    first, rest, is_skipping = 1, b"", False
    with open_plain(path) as stream:
        for chunk in _chunks(stream):
            end = chunk.rfind(b"\n") + 1
            if end:
                block = _split(b"".join((rest, memoryview(chunk)[:end])), first, is_skipping=is_skipping)
                yield block
                first, is_skipping, rest = first + len(block.lines), False, b""
            rest += chunk[end:]
            if len(rest) > LONGEST_LINE:
                rest, is_skipping = b"", True
        if rest or is_skipping:
            yield _split(rest + b"\n", first, is_skipping=is_skipping)


def _chunks(stream: BufferedReader) -> Iterator[bytes]:
    """Large pieces; before a damaged archive breaks off, what was unpacked until then."""
    gathered: list[bytes] = [stream.read(len(UTF8_MARK)).removeprefix(UTF8_MARK)]
    size, limit = 0, FIRST_SIZE
    try:
        while chunk := stream.read1(limit - size):
            gathered.append(chunk)
            size += len(chunk)
            if size >= limit:
                yield b"".join(gathered)
                gathered, size, limit = [], 0, min(2 * limit, SIZE)
    except UNREADABLE:
        yield b"".join(gathered)
        raise
    yield b"".join(gathered)


def _split(content: bytes, first: int, *, is_skipping: bool) -> Block:
    """`is_skipping`: the first line is the end of one that was too long."""
    ends = np.flatnonzero(np.frombuffer(content, dtype=np.uint8) == NEW_LINE).astype(np.int64) + 1
    offsets = np.concatenate([np.zeros(1, dtype=np.int64), ends])
    lengths = np.diff(offsets)
    too_long = {int(place) for place in np.flatnonzero(lengths > LONGEST_LINE + 2)} | (
        {0} if is_skipping else set()
    )
    lines = pa.LargeStringArray.from_buffers(len(ends), pa.py_buffer(offsets), pa.py_buffer(content))
    not_text: dict[int, bytes] = {}
    try:
        lines.validate(full=True)
    except pa.ArrowInvalid:
        not_text = {place: line for place, line in enumerate(content.split(b"\n")[:-1]) if not _is_text(line)}
    if too_long or not_text:
        kept = [
            b"" if place in too_long or place in not_text else line
            for place, line in enumerate(content.split(b"\n")[:-1])
        ]
        lines = pa.array(kept, pa.large_binary()).cast(pa.large_string())
    return Block(first, lines, frozenset(too_long), not_text)


def _is_text(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
