"""A full disk, told with the folder that lies on it, what is free there, and that nothing of before is lost.
A file that may not grow further, for somebody set a limit, is told likewise.

Libraries name it each in their own words, some without a path. What a command had written until then lies
aside, and goes with the next one.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.errors import HomeError, PlimsollError
from risk_register.errors import RegisterError

FULL = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT), "database or disk is full")
"""How the operating system, DuckDB and SQLite say it."""
TOO_LARGE = os.strerror(errno.EFBIG)
"""Said where a limit of the account (`ulimit -f`) or of the file system stops a file on a disk with room."""
MEGABYTE = 1_000_000


@contextmanager
def told_full(folder: Path) -> Iterator[None]:
    """Write below a folder.

    Raises:
        HomeError: its disk is full, or a file may not grow further. Any other error passes as it is.
    """
    try:
        yield
    except (OSError, duckdb.Error, PlimsollError, RegisterError) as error:
        if TOO_LARGE in str(error):
            raise HomeError(
                f"A file in {folder} may not grow further: `ulimit -f` shows a limit of this account, or the "
                "file system takes no larger one. What was there before stands. Raise the limit, then do the "
                "same again."
            ) from None
        if not is_full(error):
            raise
        free = shutil.disk_usage(folder).free // MEGABYTE
        raise HomeError(
            f"The disk of {folder} is full: {free} MB are free now. What was there before stands. Make room, "
            "then do the same again."
        ) from None


def is_full(error: BaseException) -> bool:
    """Whether an error says that there was no room to write, or that a file may not grow further."""
    return any(words in str(error) for words in (*FULL, TOO_LARGE))
