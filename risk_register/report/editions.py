"""Editions: what was issued of a report's period, counted from 1; a correction is the next edition.

An edition is the approved report with the words that it was issued, by whom, and what it corrects. Drawing
its files is done elsewhere; here stands what they say, so that both doors say the same.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Edition:
    """What an issued report says of itself. `corrects` is the edition that it takes the place of."""

    number: int
    submitted_by: str
    submitted_at: dt.datetime
    approved_by: str
    approved_at: dt.datetime
    issued_by: str
    issued_at: dt.datetime
    approved_manifest_sha256: str
    corrects: int | None = None
    correction_reason: str = ""

    def as_words(self) -> dict[str, Any]:
        """The same as text and numbers, moments in ISO 8601 to the second."""
        return {
            name: value.astimezone(dt.UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
            if isinstance(value, dt.datetime)
            else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Drawn:
    """Files of an edition that lie aside: their manifest's SHA-256, and what puts them in their place."""

    manifest_sha256: str
    put_in_place: Callable[[], None]


Draw = Callable[[str, str, str, Edition], AbstractContextManager[Drawn]]
"""Deployment, report, period and edition: draws the files aside; what is not put in place goes afterwards."""
