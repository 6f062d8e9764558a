"""What an age band says of being of age: read once, by its numbers and words, never from what people wrote.

The band itself stays as the log has it. What is not understood is unknown: a child under a name that nobody
foresaw must not be counted as grown up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

import pyarrow as pa

OF_AGE = 18
"""Years from which a person is an adult here. Source: Convention on the Rights of the Child, article 1."""
OLDEST = 130
"""Years beyond which a number is no age, but a year of birth or a code."""
YOUNGEST_ALONE = 5
"""A bare number below this is taken for the code of a category: nobody of that age writes."""

MINORS = frozenset(
    {"minor", "minors", "child", "children", "kid", "kids", "teen", "teens", "teenager", "underage"}
)
"""As a band beside "adult" these mean who is not of age; where a number stands beside them, it decides."""
ADULTS = frozenset({"adult", "adults", "senior", "seniors"})
FILLING = frozenset(
    {"age", "aged", "ages", "year", "years", "yr", "yrs", "y", "yo", "old", "and", "or", "is"}
)
BELOW = frozenset({"<", "under", "below", "less", "younger", "u", "less than", "younger than"})
UP_TO = frozenset({"<=", "≤", "=<", "max", "up to"})
ABOVE = frozenset({">", "over", "above", "older", "more", "older than", "more than"})
FROM = frozenset({">=", "≥", "=>", "+", "plus", "from", "min", "at least"})
BETWEEN = frozenset({"-", "to", "through", "until"})
WORD = re.compile(
    r"\d+|<=|>=|=<|=>|[<>≤≥+-]|(?:less|younger|older|more) than|up to|at least|[^\W\d]+|[^\s()/.,:]"
)
DASHES = str.maketrans("–—−‐‑_", "------")


class AgeGroup(StrEnum):
    """What a band says of being of age."""

    MINOR = "minor"
    """All of the band is below eighteen."""
    ADULT = "adult"
    """None of the band is below eighteen."""
    EITHER = "either"
    """The band holds both."""
    UNKNOWN = "unknown"
    """Not given, or not understood."""


def read_age_band(band: str) -> AgeGroup:
    """What a band such as `13-17`, `under 18`, `25 and over`, `teen` or `16-20` says."""
    words = WORD.findall(band.lower().translate(DASHES))
    numbers = [int(word) for word in words if word.isdecimal()]
    said = [word for word in words if not word.isdecimal() and word not in FILLING]
    if not numbers:
        names = {word for word in said if word != "-"}
        if names and names <= MINORS:
            return AgeGroup.MINOR
        return AgeGroup.ADULT if names and names <= ADULTS else AgeGroup.UNKNOWN
    bounds = _find_bounds(numbers, [word for word in said if word not in MINORS | ADULTS], words)
    if bounds is None or bounds[0] > bounds[1]:
        return AgeGroup.UNKNOWN
    low, high = bounds
    if high < OF_AGE:
        return AgeGroup.MINOR
    return AgeGroup.ADULT if low >= OF_AGE else AgeGroup.EITHER


def tabulate_ages(bands: Iterable[str]) -> pa.Table:
    """The table `unit.age_band`: a row for each band that occurs, with its group."""
    known = sorted(set(bands))
    return pa.table(
        {
            "age_band": pa.array(known, pa.string()),
            "age_group": pa.array([read_age_band(band).value for band in known], pa.string()),
        }
    )


def _find_bounds(numbers: list[int], said: list[str], words: list[str]) -> tuple[int, int] | None:
    """The youngest and the oldest that numbers and what is said about them allow; None if not understood."""
    marks = set(said)
    if max(numbers) > OLDEST or len(numbers) > 2:
        return None
    if len(numbers) == 2:
        return (numbers[0], numbers[1]) if marks and marks <= BETWEEN else None
    (number,) = numbers
    marks.discard("-")
    is_number_first = words[0].isdecimal()
    if not marks and number >= YOUNGEST_ALONE:
        return number, number
    if marks and marks <= BELOW | UP_TO:
        # "17 and under" holds the seventeen, "under 17" does not.
        return 0, number if is_number_first or marks & UP_TO else number - 1
    if marks and marks <= ABOVE | FROM:
        return number if is_number_first or marks & FROM else number + 1, OLDEST
    return None
