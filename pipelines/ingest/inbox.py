"""What lies in the inbox: one folder a deployment, and the mapping beside its files.

Looked at every minute, so nothing here opens a delivered file. Taking them in is `deliver`'s business.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import PlimsollError
from pipelines.ingest.delivery import find_mapping
from pipelines.ingest.files.below import leads_out, look_below
from pipelines.ingest.mapping import SQL, Mapping, load_mapping
from pipelines.lake.lake import Lake
from pipelines.schemas import ledger


def find_mappings(inbox: Path) -> Iterator[Path]:
    """The mapping of every folder that has one, by the folder's name."""
    for folder in sorted(inbox.glob("*/")):
        if mapping := find_mapping(folder):
            yield mapping


def fingerprint_inbox(inbox: Path) -> str | None:
    """What tells one state of the inbox from another, by name, size, time and right; None without a file."""
    listing = [
        (str(path.relative_to(inbox)), path.stat().st_size, path.stat().st_mtime_ns, os.access(path, os.R_OK))
        for path in look_below(inbox).files
    ]
    return hashlib.sha256(repr(listing).encode()).hexdigest() if listing else None


def tell_unreadable(inbox: Path) -> list[str]:
    """A sentence for each part with what waits and no ingest reads: closed to this account, or links to
    elsewhere; without names."""
    below = look_below(inbox)
    waiting = below.files
    files = Counter(_name_part(path, inbox) for path in waiting if not os.access(path, os.R_OK))
    folders = Counter(_name_part(path, inbox) for path in below.closed)
    links = Counter(_name_part(path, inbox) for path in waiting if leads_out(path, inbox))
    return [
        f"{part}: {count} {what}; `plimsoll ingest` on it names them."
        for counts, what in (
            (files, "files wait that this account may not read"),
            (folders, "folders that this account may not look into"),
            (links, "links lead out of the inbox, not followed"),
        )
        for part, count in sorted(counts.items())
    ]


def list_closed(inbox: Path) -> list[str]:
    """Parts of the inbox that this account may not look into at all, not even for their mapping."""
    return [
        _name_part(folder, inbox)
        for folder in sorted(inbox.glob("*/"))
        if not os.access(folder, os.R_OK | os.X_OK)
    ]


def _name_part(path: Path, inbox: Path) -> str:
    return "/".join(("inbox", *path.relative_to(inbox).parts[:1]))


def asks_databases(inbox: Path) -> bool:
    """Whether a folder names a database: its new rows change nothing in the inbox."""
    return any(_find_query(mapping) for mapping in find_mappings(inbox))


def tell_silent_queries(inbox: Path, lake: Lake) -> list[str]:
    """A sentence for each folder whose database has not given a row to its deployment."""
    held = lake.read(ledger.WATERMARK.full_name, columns=["deployment_id"])
    known = set() if held is None else set(held["deployment_id"].to_pylist())
    found = [(place.parent.name, _find_query(place)) for place in find_mappings(inbox)]
    return [
        f"inbox/{folder}: its database has not given a row yet; `plimsoll ingest` with its mapping says why."
        for folder, mapping in found
        if mapping is not None and mapping.deployment.id not in known
    ]


def _find_query(place: Path) -> Mapping | None:
    try:
        mapping = load_mapping(place)
    except PlimsollError:  # the run that its change in the inbox asked for fails, and says why
        return None
    return mapping if mapping.format == SQL else None
