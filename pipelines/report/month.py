"""A calendar month as a report's period, and the weeks drawn beside it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from pipelines.errors import StateError

WEEKS_DRAWN = 13
MONTH_NAMES = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@dataclass(frozen=True, order=True)
class Month:
    """One calendar month of the reporting zone."""

    first: dt.date

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return self.following.first - dt.timedelta(days=1)

    @property
    def following(self) -> Month:
        """The month after."""
        return Month((self.first + dt.timedelta(days=32)).replace(day=1))

    @property
    def previous(self) -> Month:
        """The month before."""
        return Month((self.first - dt.timedelta(days=1)).replace(day=1))

    @property
    def label(self) -> str:
        """`August 2026`: month names are ours, so that the machine's locale changes nothing."""
        return f"{MONTH_NAMES[self.first.month - 1]} {self.first.year}"

    @property
    def weeks(self) -> tuple[dt.date, ...]:
        """Mondays of the weeks drawn: the last is the latest week that begins in the month."""
        latest = self.last - dt.timedelta(days=self.last.weekday())
        return tuple(latest - dt.timedelta(weeks=back) for back in reversed(range(WEEKS_DRAWN)))

    def touches(self, week: dt.date) -> bool:
        """Whether any day of the week that begins on this Monday lies in the month."""
        return week <= self.last and week + dt.timedelta(days=6) >= self.first

    def holds_most_of(self, first: dt.date, last: dt.date) -> bool:
        """Whether more than half of the days from `first` to `last` lie in the month: so in no other."""
        inside = (min(last, self.last) - max(first, self.first)).days + 1
        return 2 * inside > (last - first).days + 1

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}"


def parse_month(text: str) -> Month:
    """`2026-08` as a month.

    Raises:
        StateError: the text is not a month.
    """
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", text) or text.startswith("0000"):
        raise StateError(f"'{text}' is not a month. Give the period as year and month, for example 2026-08.")
    return Month(dt.date(int(text[:4]), int(text[5:]), 1))
