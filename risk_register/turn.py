"""Whose turn it is to write to a SQLite store: whoever waits has the same chance, however long they wait.

SQLite lets newcomers ask more often than those who wait already, so that of ten busy writers one could wait
for more than half a minute. An advisory lock on an empty file beside the store is asked for evenly instead.
"""

from __future__ import annotations

import fcntl
import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SUFFIX = "-turn"
ASK_AGAIN = (0.002, 0.008)  # seconds; uneven, so that two who ask together do not ask together again


class NoTurnError(Exception):
    """Nobody let go of the store for as long as one was ready to wait, or the lock cannot be made."""


@contextmanager
def take_turn(database: Path, *, wait_seconds: float) -> Iterator[None]:
    """Hold the turn of a store; it ends with the process, however that ends.

    Raises:
        NoTurnError: no turn came within the time.
    """
    # Each turn has a file of its own to hold: a lock belongs to the opened file, not to the process.
    try:
        handle = os.open(f"{database}{SUFFIX}", os.O_CREAT | os.O_RDWR, 0o600)
    except OSError as error:
        raise NoTurnError(f"{database}{SUFFIX}: {error.strerror}") from error
    try:
        end = time.monotonic() + wait_seconds
        while not _try(handle):
            if time.monotonic() > end:
                raise NoTurnError(f"no turn to write came within {wait_seconds:.0f} s")
            time.sleep(random.uniform(*ASK_AGAIN))  # noqa: S311  it only spreads the asking
        yield
    finally:
        os.close(handle)


def _try(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
