"""What lies in the inbox: one folder a deployment, and the mapping beside its files.

Looked at every minute, so nothing here opens a delivered file. Taking them in is `deliver`'s business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import PlimsollError
from pipelines.ingest.delivery import find_mapping
from pipelines.ingest.mapping import SQL, load_mapping


def find_mappings(inbox: Path) -> Iterator[Path]:
    """The mapping of every folder that has one, by the folder's name."""
    for folder in sorted(inbox.glob("*/")):
        if mapping := find_mapping(folder):
            yield mapping


def fingerprint_inbox(inbox: Path) -> str | None:
    """What tells one state of the inbox from another, by names, sizes and times; None if no file is in it."""
    listing = [
        (str(path.relative_to(inbox)), path.stat().st_size, path.stat().st_mtime_ns)
        for path in sorted(inbox.rglob("*"))
        if path.is_file()
    ]
    return hashlib.sha256(repr(listing).encode()).hexdigest() if listing else None


def asks_databases(inbox: Path) -> bool:
    """Whether a folder names a database: its new rows change nothing in the inbox."""
    return any(_is_query(mapping) for mapping in find_mappings(inbox))


def _is_query(mapping: Path) -> bool:
    try:
        return load_mapping(mapping).format == SQL
    except PlimsollError:  # the run that its change in the inbox asked for fails, and says why
        return False
