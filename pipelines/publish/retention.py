"""Which published files stay: the newest ones, the current one, and every one that a report was made from.

A report can be rebuilt and questioned only while its file exists, so a file that a manifest names is never
dropped here. Removing people's data from old files is erasure and does not belong here.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Collection
from pathlib import Path

from pipelines.pointer import current_file

KEPT_FILES = 3
MANIFEST = "manifest.json"
LOG = logging.getLogger("plimsoll.publish")


def drop_old_files(folder: Path, *, named: Collection[str] | None) -> None:
    """Delete all but the newest files, the current one and those `named`; nothing if `named` is not known."""
    if named is None:
        return
    kept = {current_file(folder).name, *named}
    for old in sorted(folder.glob("published-*.duckdb"))[:-KEPT_FILES]:
        if old.name not in kept:
            old.unlink()


def list_named_files(reports: Path) -> frozenset[str] | None:
    """The published files that the manifests of reports name; None if one of them cannot be read."""
    named = set()
    for path in sorted(reports.rglob(MANIFEST)):
        try:
            named.add(str(json.loads(path.read_text(encoding="utf-8"))["published"]["file"]))
        except (ValueError, KeyError, TypeError):
            LOG.warning(
                "%s names no published file, so no old published file is dropped. Build this report again.",
                path.relative_to(reports),
            )
            return None
    return frozenset(named)
