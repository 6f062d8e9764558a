"""The lock of a home: one writer at a time, and whoever waits can say for whom.

What is written under it is the lake's business; reading needs no lock.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.errors import HomeError


@contextmanager
def locked(path: Path, *, by: str, wait_seconds: float = 600.0) -> Iterator[None]:
    """The one lock of a home for writers; reentrant within a process."""
    path.mkdir(parents=True, exist_ok=True)
    holder = path / "writer.json"
    lock = FileLock(path / "writer.lock", is_singleton=True)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        who = holder.read_text() if holder.exists() else "unknown"
        raise HomeError(
            f"{path} is being written by {who}; waited {wait_seconds:.0f} s. Try again later."
        ) from None
    outer = holder.read_text() if lock.lock_counter > 1 else None
    try:
        holder.write_text(json.dumps({"process": os.getpid(), "doing": by}))
        yield
    finally:
        if outer is not None:
            holder.write_text(outer)
        lock.release()
