"""Lines that may hold what the engine's JSON reader forgives and the reading of single records does not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipelines.ingest.columns.block import Block
from pipelines.ingest.files.nesting import DEEPEST, opens_often
from pipelines.ingest.redaction.sieve import scan

ODD = (
    r",\s*[}\]]",
    r"[:\[,]\s*[-+]?(?:nan|inf|infinity)\s*[,}\]]",
    r"[0-9]e\+?[0-9]{3}",
    r"[0-9]{200}",
)
"""A comma before an end, a number that is none, and one that may be too large by its exponent or its digits
(fewer digits with an exponent of two are not); in the sieve's terms."""
SHORTEST = 2 * DEEPEST
"""Bytes of a line that may be nested too deeply: each level has a beginning and an end."""


def find_odd(block: Block) -> npt.NDArray[np.bool_]:
    """Of each line of a block whether it may hold such a thing."""
    is_odd: npt.NDArray[np.bool_] = scan(block.lines, ODD) != 0
    _, offsets, content = block.lines.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)
    letters = np.frombuffer(content, dtype=np.uint8)
    for place in np.flatnonzero(np.diff(ends) > SHORTEST):
        is_odd[place] |= opens_often(letters[ends[place] : ends[place + 1]].tobytes())
    return is_odd
