"""What detectors keep beside the lake so as not to ask twice: answers by conversation, below `<home>/cache`.

A cache can be made again, so nothing of it is worth more than an erasure: whatever names a conversation that
goes, goes with it.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Set
from pathlib import Path

from pipelines.settings import Home

FOLDER = "cache"


def drop_cached(home: Home, ids: Set[str]) -> dict[str, int]:
    """Delete folders and files of the cache that are named after one of the ids; files by cache."""
    counts: dict[str, int] = {}
    root = home.path / FOLDER
    for path in sorted(root.rglob("*")) if root.exists() else ():
        if path.stem not in ids or not path.exists():
            continue
        name = f"{FOLDER}/{path.relative_to(root).parts[0]}"
        if path.is_dir():
            counts[name] = counts.get(name, 0) + sum(one.is_file() for one in path.rglob("*"))
            shutil.rmtree(path)
        else:
            counts[name] = counts.get(name, 0) + 1
            path.unlink()
    return counts


def drop_old_cached(home: Home, ids: Set[str], *, before: dt.date, is_rehearsal: bool = False) -> int:
    """Delete cached answers about one of the ids, or written before a day; returns how many."""
    root = home.path / FOLDER
    old = [
        path
        for path in (sorted(root.rglob("*")) if root.exists() else ())
        if path.is_file() and (_is_named(path.relative_to(root), ids) or _find_day(path) < before)
    ]
    for path in () if is_rehearsal else old:
        path.unlink()
    return len(old)


def _is_named(path: Path, ids: Set[str]) -> bool:
    return any(Path(part).stem in ids for part in path.parts)


def _find_day(path: Path) -> dt.date:
    """When a file was written."""
    return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).date()
