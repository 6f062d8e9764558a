"""Damaged files of a lake, told by table and file with what to do; nothing is mended here.

Looked for only once a library has failed, so that what is whole is not read twice.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from pipelines.errors import HomeError

LOG = "_delta_log"
ADVICE = "Try again; if it stays, restore a backup, for nothing else holds what was in it."
UNREADABLE = frozenset({None, errno.ENOENT, errno.EIO})
"""What of an error of the operating system speaks of the file, not of the account or the process."""


@contextmanager
def told(files: Sequence[str], *kinds: type[Exception]) -> Iterator[None]:
    """Read data files of a table; where that ends in one of the errors, a damaged file among them is named.

    Raises:
        HomeError: one is damaged or missing. Any other error passes as it is.
    """
    try:
        yield
    except kinds:
        damaged = _find(files, parquet.read_metadata) or _find(files, _read)
        if damaged is None:
            raise
        raise HomeError(f"{damaged} is damaged or missing, a data file of the lake. {ADVICE}") from None


def tell_log(location: str, version: int | None) -> HomeError:
    """The error for a table that cannot be opened at a version, or at its newest one."""
    log, table = Path(location) / LOG, f"{Path(location).parent.name}.{Path(location).name}"
    entries = sorted(log.glob("[0-9]*"))
    wanted = [one for one in entries if version is None or one.name[:20] <= f"{version:020d}"]
    damaged = _find([str(one) for one in wanted], _read_entry)
    where = f"{damaged} is damaged" if damaged else f"{log} is not whole"
    asked = "" if version is None else f" at version {version}"
    return HomeError(f"{where}: the table {table} cannot be opened{asked}. {ADVICE}")


def check_sizes(sizes: Iterable[tuple[str, int]]) -> None:
    """Hold data files against the bytes that their table's log names.

    Raises:
        HomeError: one is missing, or longer or shorter.
    """
    for file, size in sizes:
        path = Path(file)
        found = path.stat().st_size if path.exists() else None
        if found != size:
            held = "is missing" if found is None else f"has {found} bytes"
            raise HomeError(f"{file} {held}, and its table's log says {size}: it is damaged. {ADVICE}")


def _find(files: Iterable[str], read: Callable[[str], Any]) -> str | None:
    for file in files:
        try:
            read(file)
        except (pa.ArrowException, ValueError):
            return file
        except OSError as error:
            if error.errno in UNREADABLE:
                return file
    return None


def _read(file: str) -> None:
    parquet.read_table(file, partitioning=None)


def _read_entry(file: str) -> None:
    """Read one entry of a log; an empty one is damaged, too."""
    if file.endswith(".parquet"):
        _read(file)
    elif not [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]:
        raise ValueError
