"""Room in a home for what holds raw data only while one command runs: fetched deliveries, rows of a query,
what memory does not hold.

Whoever is killed leaves it behind, so whoever comes next clears it first, as do erasure and retention. It is
never part of a backup, and lies in the home so that nothing of a person is forgotten elsewhere.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.errors import HomeError
from pipelines.lock import alone, is_held, locked
from pipelines.settings import Home

NOW = "now"
SPILL = "spill"
NOT_OURS = (
    "{path} belongs to another account, or may not be changed, and what lies there may be of anybody. Wait "
    "until that account runs nothing, have it remove the folder, then do the same again."
)


@contextmanager
def aside(home: Home, purpose: str, *, by: str) -> Iterator[Path]:
    """An empty folder, readable by its owner alone and gone afterwards; one at a time for a purpose.

    Raises:
        HomeError: another command used it for longer than the wait for a lock, or what another account left
            there cannot go.
    """
    place = home.aside / purpose
    with locked(place, by=by):
        folder = place / NOW
        _clear(folder)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


class Spill:
    """A folder for what an engine cannot hold in memory, readable by its owner alone.

    It is locked as long as the process lives; what killed ones left goes when the next one is made.
    """

    def __init__(self, home: Home) -> None:
        """Raises OSError where nobody may write."""
        room = home.aside / SPILL
        room.mkdir(parents=True, exist_ok=True)
        with alone(room):
            _clear_spilt(room)  # what is not ours to clear is in nobody's way
            self.path = Path(tempfile.mkdtemp(dir=room))
            self._held = os.open(self.path, os.O_RDONLY)
            fcntl.flock(self._held, fcntl.LOCK_EX)

    def close(self) -> None:
        """Delete it."""
        shutil.rmtree(self.path, ignore_errors=True)
        os.close(self._held)


def clear_aside(home: Home, *, by: str) -> None:
    """Delete what killed commands left; waits for those that run.

    Raises:
        HomeError: a command did not end within the wait for a lock, or a folder is another account's.
    """
    for folder in sorted(home.aside.glob(f"*/{NOW}")):
        with locked(folder.parent, by=by):
            _clear(folder)
    room = home.aside / SPILL
    if room.is_dir():
        with alone(room):
            if others := _clear_spilt(room):
                raise HomeError(NOT_OURS.format(path=others[0]))


def _clear_spilt(room: Path) -> list[Path]:
    """Delete the folders whose process has ended; returns those that only another account may look into."""
    others = []
    for folder in sorted(room.iterdir()):
        try:
            if not is_held(folder):
                _clear(folder)
        except FileNotFoundError:  # its process has just closed it
            continue
        except (PermissionError, HomeError):
            others.append(folder)
    return others


def _clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        raise HomeError(NOT_OURS.format(path=folder))
