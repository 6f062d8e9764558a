"""What is known of the misses of a sieve, in words: page and report say it alike.

Why nothing is known where no sample was read is in `unsampled`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from methods.miss_rate import MissState


@dataclass(frozen=True)
class MissWords:
    """A state in two or three words, and in a sentence."""

    word: str
    sentence: str


MISS_WORDS: Mapping[MissState, MissWords] = MappingProxyType({
    MissState.ESTIMATED: MissWords("estimated", "A share with its interval, from a sample."),
    MissState.BOUNDED: MissWords(
        "no miss seen", "The sample holds none; how many there may be is bounded by the upper end."
    ),
    MissState.NONE_CONFIRMED: MissWords(
        "nothing confirmed", "Nothing that was passed on is confirmed: misses have a number and no share."
    ),
    MissState.TOO_FEW_SAMPLED: MissWords(
        "unknown: too few read", "Too few messages of the rest were read to say anything."
    ),
    MissState.UNANSWERED: MissWords(
        "unknown: unanswered", "More than a tenth of what was asked has no answer."
    ),
})  # fmt: skip
