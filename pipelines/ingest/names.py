"""The plug for names in free text: whoever has a model for them can use it; nothing here needs one.

`presidio` is the one that ships, an extra with a lock of its own (`requirements/names.txt`).
"""

from __future__ import annotations

from typing import Protocol


class NameFinder(Protocol):
    """Finds names of people; the same text gives the same spans."""

    def find(self, text: str) -> list[tuple[int, int]]:
        """Where names stand, as (start, end) positions."""
