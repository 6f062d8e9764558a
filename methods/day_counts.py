"""Which counts of a day's data may leave: lines of a log do, what was found in people's words does not.

How many records came, were rejected or were late is about a log and is needed exactly to mend one. How many
messages nobody could read, or has read yet, or held contact details, is about people, and is the cell that an
indicator hides. What counts as small is in `suppression`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from methods.hidden_parts import HiddenParts, hide_parts

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
    return frozenset(
        day
        for days in _group_by_month(message_counts).values()
        for day, is_hidden in zip(days, _hide(days, message_counts).is_hidden, strict=True)
        if is_hidden
    )


def hide_months(message_counts: Mapping[date, int]) -> frozenset[date]:
    """Months, by their first day, that leave without any count: no other day covers those of few messages."""
    months = _group_by_month(message_counts)
    return frozenset(first for first, days in months.items() if _hide(days, message_counts).is_total_hidden)


def _group_by_month(days: Iterable[date]) -> dict[date, list[date]]:
    months: dict[date, list[date]] = {}
    for day in days:
        months.setdefault(day.replace(day=1), []).append(day)
    return months


def _hide(days: Sequence[date], message_counts: Mapping[date, int]) -> HiddenParts:
    return hide_parts([message_counts[day] for day in days], [False] * len(days))
