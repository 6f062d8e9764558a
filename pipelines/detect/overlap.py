"""Whether a detector was trained on the texts it is measured with: then its figures flatter it.

A trained detector knows short hashes of its training texts, folded so that case and spaces hide no copy.
Those of a home's own reviewed messages are sealed with its key (`pipelines/reviewed_text.py`).
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

    def was_trained_on(self, text_hash: bytes) -> bool:
        """Whether the text with this `hash_text` was among them."""


def hash_text(text: str) -> bytes:
    """The same for copies of a text that differ in case, spaces or the form of their letters."""
    folded = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return hashlib.sha256(folded.encode()).digest()[:HASH_BYTES]


def count_seen(detector: str, texts: Sequence[str], cascade: Cascade) -> int:
    """How many of the texts the detector, or any of the cascade, was trained on."""
    names = list(cascade.detectors) if detector == CASCADE else [detector]
    trained = [one for name in names if isinstance(one := cascade.detectors[name], Trained)]
    if not trained:
        return 0
    return sum(any(one.was_trained_on(found) for one in trained) for found in map(hash_text, texts))
