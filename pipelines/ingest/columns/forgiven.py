"""Lines that may hold what the engine's JSON reader forgives and the reading of single records does not."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipelines.ingest.columns.block import Block
from pipelines.ingest.redaction.sieve import scan

ODD = (r",\s*[}\]]", r"[:\[,]\s*[-+]?(?:nan|inf|infinity)\s*[,}\]]", r"[0-9]e\+?[0-9]{3}")
"""A comma before an end, a number that is none, an exponent that is too large; in the sieve's terms."""


def find_odd(block: Block) -> npt.NDArray[np.bool_]:
    """Of each line of a block whether it may hold such a thing."""
    return scan(block.lines, ODD) != 0
