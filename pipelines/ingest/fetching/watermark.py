"""How far a query has been read: a value of its column, of what kind it is, and how it is written down.

What rows are asked for with it is `query.py`.
"""

from __future__ import annotations

import datetime as dt
import decimal
import math
from dataclasses import dataclass
from enum import StrEnum

Value = int | float | decimal.Decimal | str | dt.datetime | dt.date


class Kind(StrEnum):
    """What values are, as far as a database compares them."""

    NUMBER = "a number"
    TIME = "a time"
    TEXT = "a text"


EXAMPLES = {
    Kind.NUMBER: "a number without quotes, such as 0",
    Kind.TIME: "a time, such as 2026-01-01T00:00:00+00:00",
    Kind.TEXT: 'a text in quotes, written as the column is, such as "2026-01-01"',
}
"""What to write for a start of a kind."""


@dataclass(frozen=True)
class Watermark:
    """How far a query has been read: the greatest value seen, and keyed hashes of the rows at it.

    Rows at the very value are asked for again, for others with the same value may have come since; those
    that were taken are known by their hash.
    """

    value: Value
    seen: frozenset[str] = frozenset()


def take_value(found: object) -> Value | None:
    """What a driver gives as a value that can be compared and kept; None of what is none.

    A time of a zone becomes one of UTC: within a zone Python compares the clocks on the wall, on which an
    hour comes twice in the night in which they go back.
    """
    if isinstance(found, bool) or not isinstance(found, Value):
        return None
    if isinstance(found, float | decimal.Decimal):
        if not math.isfinite(found):
            return None
        is_whole = isinstance(found, decimal.Decimal) and found == found.to_integral_value()
        return int(found) if is_whole else found
    if isinstance(found, dt.datetime) and found.tzinfo is not None:
        return found.astimezone(dt.UTC)
    return found


def find_kind(value: Value) -> Kind:
    """Of what kind a value is; a date is a time, too."""
    if isinstance(value, str):
        return Kind.TEXT
    return Kind.TIME if isinstance(value, dt.date) else Kind.NUMBER


def are_comparable(one: Value, other: Value) -> bool:
    """Whether a database orders the two as they are meant; texts and times, which it reads as each other."""
    return (find_kind(one) is Kind.NUMBER) == (find_kind(other) is Kind.NUMBER)


def is_before(value: Value, other: Value) -> bool:
    """Whether a value lies before another of its column."""
    try:
        return value < other  # type: ignore[operator]
    except TypeError:
        return False  # a day beside a time: the database's own order stands


def write_value(value: Value) -> str:
    """A value as a text that `read_value` reads."""
    if isinstance(value, dt.date):
        return f"{'time' if isinstance(value, dt.datetime) else 'date'}:{value.isoformat()}"
    names = {int: "number", float: "float", decimal.Decimal: "decimal", str: "text"}
    return f"{next(name for kind, name in names.items() if isinstance(value, kind))}:{value}"


def read_value(text: str) -> Value:
    """The value that `write_value` wrote."""
    kind, _, value = text.partition(":")
    readers = {
        "time": dt.datetime.fromisoformat, "date": dt.date.fromisoformat, "text": str,
        "number": int, "float": float, "decimal": decimal.Decimal,
    }  # fmt: skip
    read = take_value(readers[kind](value))  # type: ignore[operator]
    if read is None:
        raise ValueError(f"{kind} is kept of no watermark")
    return read
