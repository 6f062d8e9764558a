"""Marks of files in a bucket: whether an object is the one that was fetched before, by what its store says.

A mark is made of place, size, ETag and time of change. What a file holds is known by its SHA-256 alone; a
mark only spares fetching it to find that out.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

ETAGS = ("ETag", "etag", "e_tag")
CHANGED = ("LastModified", "last_modified", "updated", "mtime")
"""How stores name the time of the last change; of others it is not known."""


def make_mark(place: str, info: Mapping[str, Any]) -> str | None:
    """Hash of a place, a colon, hash of what fsspec's `info` says of it; None if it tells too little."""
    told = [next((str(info[name]) for name in names if info.get(name)), "") for names in (ETAGS, CHANGED)]
    if not any(told) or info.get("size") is None:
        return None
    return f"{_hash(place)}:{_hash(str(info['size']), *told)}"


def add_mark(marks: Iterable[str], mark: str | None) -> tuple[str, ...]:
    """The marks of one content with another, which takes the place of an older one of the same object."""
    if mark is None:
        return tuple(marks)
    place = mark.partition(":")[0]
    return (*(one for one in marks if one.partition(":")[0] != place), mark)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]
