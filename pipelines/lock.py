"""Locks: one writer of a home at a time, and whoever waits can say for whom; one in a folder.

What is written under it is the lake's business; reading needs no lock.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.errors import HomeError


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """One at a time in a folder that may be nobody's home; the lock is no file, and ends with the process."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def is_held(path: Path) -> bool:
    """Whether a process has a file or folder locked, by itself or as `alone` does."""
    seen = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(seen, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(seen)
    return False


NOT_WRITABLE = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
"""How the operating system refuses to write: to all on a disk that is read-only, or to this account."""


READ_ONLY = "{path} is read-only, for everybody or for this account: nothing was changed."


def check_writable(path: Path) -> None:
    """Refuse before anything is begun what would write there.

    Raises:
        HomeError: this account may not.
    """
    if path.exists() and not os.access(path, os.W_OK):
        raise HomeError(READ_ONLY.format(path=path))


@contextmanager
def locked(path: Path, *, by: str, wait_seconds: float = 600.0) -> Iterator[None]:
    """The one lock of a home for writers; reentrant within a process.

    Raises:
        HomeError: another writer held it for `wait_seconds`, or nobody may write there.
    """
    holder = path / "writer.json"
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path / "writer.lock", is_singleton=True)
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        who = holder.read_text() if holder.exists() else "unknown"
        raise HomeError(
            f"{path} is being written by {who}; waited {wait_seconds:.0f} s. Try again later."
        ) from None
    except OSError as error:
        if error.errno not in NOT_WRITABLE:
            raise
        raise HomeError(READ_ONLY.format(path=path)) from None
    outer = holder.read_text() if lock.lock_counter > 1 else None
    try:
        holder.write_text(json.dumps({"process": os.getpid(), "doing": by}))
        yield
    finally:
        if outer is not None:
            holder.write_text(outer)
        lock.release()
