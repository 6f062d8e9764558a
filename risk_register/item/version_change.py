"""Which change of model or prompt ends an answer of the checklist, where its cadence is such an occasion.

Changes are declared by people (`changes`) or seen in the logs; how else an answer ends is `record`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

OCCASIONS: Mapping[str, frozenset[str]] = MappingProxyType(
    {"per release": frozenset({"model", "prompt"}), "per model": frozenset({"model"})}
)
"""What ends an answer where its cadence is an occasion: a change of one of these."""


@dataclass(frozen=True)
class VersionChange:
    """A change that an answer may be older than, declared or seen in the logs."""

    what: str
    effective_on: dt.date
    note: str

    def brings(self, version: str) -> bool:
        """Whether it is the change to a version: its note ends with it, as in "from a-1 to a-2".

        A version may say of what it is, as "prompt 2"; a change of something else does not bring it.
        """
        *kind, name = version.split() or [""]
        words = self.note.split()
        is_named = bool(name and words) and words[-1].strip(".,;") == name
        return is_named and kind in ([], [self.what])


def find_outdating(
    changes: Iterable[VersionChange], *, cadence: str, answered_on: dt.date, for_version: str
) -> VersionChange | None:
    """The first change after an answer or of its day, for the hour is not known; None by another cadence.

    What brings the version that the answer names is none. Without its kind a version is of the kind that
    brought one of that name first: version 2 of the prompt says nothing about a model that becomes 2.
    """
    asked = [one for one in changes if one.what in OCCASIONS.get(cadence, frozenset())]
    named = [one for one in asked if one.brings(for_version)]
    begun_on = min((one.effective_on for one in named), default=None)
    kinds = {one.what for one in named if one.effective_on == begun_on}
    after = [
        one
        for one in asked
        if one.effective_on >= answered_on and not (one.what in kinds and one.brings(for_version))
    ]
    return min(after, key=lambda one: (one.effective_on, one.what, one.note), default=None)


def list_seen(rows: Iterable[Mapping[str, Any]], deployment_id: str) -> tuple[VersionChange, ...]:
    """The changes of a deployment among rows of `published.change`."""
    return tuple(
        VersionChange(row["what"], row["effective_on"], row["note"])
        for row in rows
        if row["deployment_id"] == deployment_id
    )
