"""Room in a home for what holds raw data only while one command runs: fetched deliveries, rows of a query.

Whoever is killed leaves it behind, so whoever comes next clears it first, as do erasure and retention. It is
never part of a backup, and lies in the home so that nothing of a person is forgotten elsewhere.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines.lock import locked
from pipelines.settings import Home

NOW = "now"


@contextmanager
def aside(home: Home, purpose: str, *, by: str) -> Iterator[Path]:
    """An empty folder, readable by its owner alone and gone afterwards; one at a time for a purpose.

    Raises:
        HomeError: another command used it for longer than the wait for a lock.
    """
    place = home.aside / purpose
    with locked(place, by=by):
        folder = place / NOW
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


def clear_aside(home: Home, *, by: str) -> None:
    """Delete what killed commands left; waits for those that run.

    Raises:
        HomeError: a command did not end within the wait for a lock.
    """
    for folder in sorted(home.aside.glob(f"*/{NOW}")):
        with locked(folder.parent, by=by):
            shutil.rmtree(folder, ignore_errors=True)
