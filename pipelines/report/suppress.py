"""Which cells a report must hide so that nobody can be counted in a small group.

A count of 1 to 10 is hidden and zero is shown; a rate is hidden when it rests on fewer than 30 units or on
a hidden numerator; further cells are hidden until no small one follows from those that are shown. What is
hidden for either reason carries the same mark, because knowing the reason would narrow the number. The
limits, and the room that hidden parts must leave each other, are those of `methods`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from methods import hidden_parts
from methods.hidden_parts import HiddenParts
from methods.suppression import HIDDEN_UP_TO, MINIMUM_RATE_TRIALS

SMALLEST_SHOWN = HIDDEN_UP_TO + 1
MINIMUM_RATE_DENOMINATOR = MINIMUM_RATE_TRIALS

RULE = (
    f"Counts of 1 to {SMALLEST_SHOWN - 1} are hidden; zero is shown.",
    f"A rate and its interval are hidden when fewer than {MINIMUM_RATE_DENOMINATOR} units lie under it, when "
    "its numerator is hidden, or when the units without the event number 1 to 10.",
    "Further cells are hidden until no hidden one can be worked out from a total, a complement, the weeks "
    "of a month or the other parts of a sum. Both kinds carry the same mark.",
    "Coverage is rounded down to steps of 5% and hidden where a rate is hidden or fewer than 100 units lie "
    "under it, because the share that was not read would count a few.",
    "Counts of risks, checklist items, incidents, changes, days and records on their way in are not counts "
    "of people and are shown. Of a day with few messages no count is shown.",
    "All this holds within one report. Between two reports or exports of the same days from different "
    "generations, a number can differ by the few people whose records came late or were erased, and whoever "
    "holds both can subtract one from the other. So a reader gets a period from one generation, and a "
    "correction in the place of what it corrects.",
)


@dataclass(frozen=True)
class Cover:
    """What of one observation is hidden."""

    numerator: bool = False
    denominator: bool = False
    value: bool = False


EVERYTHING = Cover(numerator=True, denominator=True, value=True)


def is_small(count: float | None) -> bool:
    """Whether a count may not be shown; an unknown one and zero are not small."""
    return count is not None and 0 < count < SMALLEST_SHOWN


def cover_fraction(numerator: float | None, denominator: float | None, *, is_rate: bool) -> Cover:
    """What to hide of a numerator, its denominator and the value made of them.

    `is_rate` is false for a count, which has no denominator to be worked out from.
    """
    if not is_rate:
        hidden = is_small(numerator)
        return Cover(numerator=hidden, denominator=is_small(denominator), value=hidden)
    hides_denominator = is_small(denominator)
    gives_rest_away = bool(numerator) and is_small(_complement(numerator, denominator))
    hides_numerator = is_small(numerator) or gives_rest_away
    is_thin = denominator is None or denominator < MINIMUM_RATE_DENOMINATOR
    return Cover(
        numerator=hides_numerator,
        denominator=hides_denominator,
        value=hides_numerator or hides_denominator or is_thin,
    )


def hide_parts(parts: Sequence[float | None], *, hidden: Sequence[bool] | None = None) -> tuple[bool, ...]:
    """Which parts of a sum to hide when the sum itself is known to the reader: small ones, those already
    `hidden`, and what covers them. Zeros stay: a zero is shown wherever it occurs."""
    return tuple(_hide(parts, hidden).is_hidden)


def must_hide_total(parts: Sequence[float | None], hidden: Sequence[bool]) -> bool:
    """Whether the sum gives a hidden part away even with these parts hidden, or is small itself."""
    return _hide(parts, hidden).is_total_hidden


def _hide(parts: Sequence[float | None], hidden: Sequence[bool] | None) -> HiddenParts:
    return hidden_parts.hide_parts([part or 0 for part in parts], hidden or [False] * len(parts))


def _complement(numerator: float | None, denominator: float | None) -> float | None:
    return None if numerator is None or denominator is None else denominator - numerator
