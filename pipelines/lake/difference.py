"""Which partitions differ between two generations of a lake, by their files alone.

A partition that holds the same rows is not written again, so that what is listed here is what was changed.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.lake.lake import Lake


def list_changed(before: Lake, after: Lake, names: Iterable[str] | None = None) -> list[str]:
    """`table deployment day` of every partition that was written, in order; `names` restricts the tables."""
    found = []
    for name in sorted(after.names() if names is None else set(names) & set(after.names())):
        if not after.has_days(name):
            continue
        old = before.fingerprints(name) if name in before.names() else {}
        new = after.fingerprints(name)
        found += [
            f"{name} {deployment} {day}"
            for deployment, day in sorted(old.keys() | new.keys())
            if old.get((deployment, day)) != new.get((deployment, day))
        ]
    return found
