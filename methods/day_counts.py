"""Which counts of a day's data may leave: lines of a log do, what was found in people's words does not.

How many records came, were rejected or were late is about a log and is needed exactly to mend one. How many
messages nobody could read, or has read yet, or held contact details, is about people, and is the cell that an
indicator hides. What counts as small is in `suppression`.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from methods.hidden_parts import hide_parts

ABOUT_WORDS = frozenset({"redacted", "unscored", "owed"})
"""Kinds of reasons that count what people wrote; of these only sums of a month leave, in a report."""

COLUMNS_ABOUT_WORDS = frozenset({"redacted_count", "unscored_count", "failed_count", "owed_count"})
"""The same as columns of a day."""


def is_about_words(reason: str) -> bool:
    """Whether a reason, such as `unscored:unsupported_language`, counts what people wrote."""
    return reason.partition(":")[0] in ABOUT_WORDS


def hide_days(message_counts: Mapping[date, int]) -> frozenset[date]:
    """Days that leave without any count: few messages, and another day that would give them away.

    All days of a deployment, in any order: the total of a month is known from elsewhere. A day without
    messages tells of nobody.
    """
    months: dict[date, list[date]] = {}
    for day in message_counts:
        months.setdefault(day.replace(day=1), []).append(day)
    return frozenset(
        day
        for days in months.values()
        for day, is_hidden in zip(days, _find_hidden([message_counts[day] for day in days]), strict=True)
        if is_hidden
    )


def _find_hidden(counts: Sequence[int]) -> Sequence[bool]:
    return hide_parts(counts, [False] * len(counts)).is_hidden
