"""Whether a detector was trained on the texts it is measured with: then its figures flatter it.

A trained detector keeps short hashes of its training texts, folded so that case and spaces hide no copy.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from pipelines.detect.cascade import Cascade
from pipelines.detect.grading import CASCADE

HASH_BYTES = 6
"""Of 100,000 texts that are new, about four in ten million times one would seem known."""


@runtime_checkable
class Trained(Protocol):
    """A detector that knows what it was trained on."""

    @property
    def training_hashes(self) -> frozenset[bytes]:
        """`hash_text` of every training text."""


def hash_text(text: str) -> bytes:
    """The same for copies of a text that differ in case, spaces or the form of their letters."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hashlib.sha256(folded.encode()).digest()[:HASH_BYTES]


def count_seen(detector: str, texts: Sequence[str], cascade: Cascade) -> int:
    """How many of the texts the detector, or any of the cascade, was trained on."""
    names = list(cascade.detectors) if detector == CASCADE else [detector]
    known = [one.training_hashes for name in names if isinstance(one := cascade.detectors[name], Trained)]
    return sum(any(hash_text(text) in hashes for hashes in known) for text in texts) if known else 0
