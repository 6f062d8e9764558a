"""Damaged files of a lake, told by table and file with what to do; nothing is mended here.

A bit that changed fails nowhere: it is another number. So what no library checks is held against the checksum
in its name. Else damage is looked for only once a library has failed.
"""

from __future__ import annotations

import errno
import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as datasets
from pyarrow import parquet

from pipelines.errors import HomeError

CHECKED = datasets.ParquetFileFormat(
    default_fragment_scan_options=datasets.ParquetFragmentScanOptions(page_checksum_verification=True)
)
"""Read so that each page is held against its checksum, where it has one: earlier code wrote none."""
LOG = "_delta_log"
NAMED = re.compile(r"-crc-([0-9a-f]{8})\.parquet$")
"""Where the name of a data file holds the CRC-32 of its bytes; earlier code gave none."""
CHECKED_AT_ONCE = 65_536
"""Files that a process remembers to be whole: more than it reads, at some hundred bytes each."""
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
        raise _tell(damaged) from None


def name_checked(file: Path) -> Path:
    """The name under which a file that was just written is checked from now on."""
    return file.with_name(f"{file.stem}-crc-{_checksum(file):08x}.parquet")


def check_contents(files: Iterable[str]) -> None:
    """Hold the bytes of data files against the checksums in their names, each file once a process.

    Raises:
        HomeError: one is not as it was written, or missing.
    """
    for file in files:
        if NAMED.search(file):
            try:
                _check(file, Path(file).stat().st_mtime_ns)
            except OSError as error:
                if error.errno not in UNREADABLE:
                    raise
                raise _tell(file) from None


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


@lru_cache(CHECKED_AT_ONCE)
def _check(file: str, _written_at: int) -> None:
    named = NAMED.search(file)
    if named is not None and int(named[1], 16) != _checksum(Path(file)):
        raise _tell(file)


def _checksum(file: Path) -> int:
    value = 0
    with file.open("rb") as stream:
        while part := stream.read(1024 * 1024):
            value = zlib.crc32(part, value)
    return value


def _tell(file: str) -> HomeError:
    return HomeError(f"{file} is damaged or missing, a data file of the lake. {ADVICE}")


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
    parquet.read_table(file, partitioning=None, page_checksum_verification=True)


def _read_entry(file: str) -> None:
    """Read one entry of a log; an empty one is damaged, too."""
    if file.endswith(".parquet"):
        _read(file)
    elif not [json.loads(line) for line in Path(file).read_text(encoding="utf-8").splitlines()]:
        raise ValueError
