"""Whose turn it is to write to a SQLite store: first come, first served.

SQLite, and any lock that is asked for again and again, lets whoever asks at the right moment go first: of
ten busy writers one could wait for more than half a minute. Here whoever comes draws a ticket, a small
locked file with the next number, and waits for those before. A ticket ends with its process.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

SUFFIX = "-turns"
DOOR = "door"
ASK_AGAIN = 0.0005  # seconds, for each one before


class NoTurnError(Exception):
    """Who had the turn did not let go for as long as one was ready to wait, or no ticket can be made."""


@contextmanager
def take_turn(database: Path, *, wait_seconds: float) -> Iterator[None]:
    """Hold the turn of a store, after everyone who came before.

    Args:
        database: the file of the store; tickets lie in the folder `<file>-turns` beside it.
        wait_seconds: how long one and the same process before may hold on. A queue that moves is waited for.

    Raises:
        NoTurnError: nobody moved within that time.
    """
    try:
        ticket, handle, before = _draw(Path(f"{database}{SUFFIX}"), wait_seconds)
    except OSError as error:
        raise NoTurnError(f"{database}{SUFFIX}: {error.strerror}") from error
    try:
        for count, other in zip(range(len(before), 0, -1), before, strict=True):
            _wait(partial(_is_gone, other), wait_seconds, pause=count * ASK_AGAIN, holder=other)
        yield
    finally:
        ticket.unlink(missing_ok=True)
        os.close(handle)


def _draw(folder: Path, wait_seconds: float) -> tuple[Path, int, list[Path]]:
    """One's own ticket and its lock, and the tickets that come before, the first one first."""
    folder.mkdir(mode=0o700, exist_ok=True)
    door = os.open(folder / DOOR, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        # A ticket appears together with its lock, for whoever looks at it unlocked takes it for a dead one's.
        _wait(partial(_try_lock, door, fcntl.LOCK_EX), wait_seconds, pause=ASK_AGAIN, holder=None)
        before = sorted((folder / name for name in os.listdir(folder) if name != DOOR), key=_number)
        ticket = folder / str(_number(before[-1]) + 1 if before else 1)
        handle = os.open(ticket, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.write(handle, str(os.getpid()).encode())
    finally:
        os.close(door)
    return ticket, handle, before


def _number(ticket: Path) -> int:
    return int(ticket.name)


def _wait(is_over: Callable[[], bool], wait_seconds: float, *, pause: float, holder: Path | None) -> None:
    end = time.monotonic() + wait_seconds
    while not is_over():
        if time.monotonic() > end:
            told = f" (process {_read(holder)} holds it)" if holder is not None else ""
            raise NoTurnError(f"no turn to write came within {wait_seconds:g} s{told}")
        time.sleep(pause)


def _is_gone(ticket: Path) -> bool:
    """Whether a ticket was given back, or its process ended without doing so."""
    try:
        handle = os.open(ticket, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        is_dead = _try_lock(handle, fcntl.LOCK_SH)
        if is_dead:
            # Its number is not drawn again as long as a later ticket, one's own, is there.
            ticket.unlink(missing_ok=True)
    finally:
        os.close(handle)
    return is_dead


def _try_lock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read(ticket: Path) -> str:
    try:
        return ticket.read_text() or "unknown"
    except FileNotFoundError:
        return "unknown"
