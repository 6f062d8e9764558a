"""What a backup, a restore or an issuing writes before it is whole, and what a killed one left of it.

It may hold keys, ids and messages, so whoever comes next removes it. Whoever writes holds a lock that ends
with the process; a process id would say nothing, for it is given again, in a container from 1 on.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import HomeError
from pipelines.lock import alone, is_held

Tell = Callable[[str], None]


def clear_left(paths: Iterable[Path], *, by: str, tell: Tell) -> None:
    """Remove the files and folders that nobody writes any more, and say of each that it is gone."""
    for path in sorted(paths):
        if not os.access(path, os.R_OK | os.W_OK):
            tell(f"{path} was left by a {by} of somebody else; whoever it belongs to has to remove it.")
            continue
        with alone(path.parent):
            if path.exists() and not is_held(path):
                _remove(path)
                tell(f"Removed {path}, which a {by} that was killed had left.")


@contextmanager
def unfinished(path: Path, *, is_folder: bool = False) -> Iterator[None]:
    """An empty file or folder for its owner alone; what is not moved away by the end of the block goes.

    Raises:
        HomeError: another process writes it.
    """
    with alone(path.parent):  # nobody finds it between its making and its lock
        if path.exists():
            if is_held(path):
                raise HomeError(f"{path} is being written by another process. Wait for it, or stop it.")
            _remove(path)
        if is_folder:
            path.mkdir(mode=0o700)
        else:
            path.touch(mode=0o600)
        held = os.open(path, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
    try:
        yield
    finally:
        _remove(path)
        os.close(held)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
