"""Versions of Delta tables that this process has open.

A version never changes, so its log is read once; a writer goes on from the version that it read, and what it
has written is open at once. Else each step of a day would read the log of every table two or three times, and
a log grows with the days of its table.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from pathlib import Path

from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from pipelines.lake.damage import LOG, tell_log

_Key = tuple[str, int, int]
_KEPT = 128
"""More than there are tables, so that nothing is read twice while a day is computed."""
_OPEN: OrderedDict[_Key, DeltaTable] = OrderedDict()


def open_table(location: str, version: int | None = None) -> DeltaTable:
    """A table at a version, or at its newest one, read from its log.

    Raises:
        HomeError: the log is damaged.
    """
    try:
        return DeltaTable(location, version=version)
    except DeltaError:
        raise tell_log(location, version) from None


def newest_version(location: str) -> int:
    """The newest version of a table, from the names of its log alone: opening it would read the whole log.

    Raises:
        HomeError: the log has no entry.
    """
    names = (Path(entry.name) for entry in os.scandir(Path(location) / LOG))
    numbers = [int(name.stem) for name in names if name.suffix == ".json" and name.stem.isdigit()]
    if not numbers:
        raise tell_log(location, None)
    return max(numbers)


def open_version(location: str, version: int) -> DeltaTable:
    """That version, to be read."""
    key = _key(location, version)
    if key not in _OPEN:
        _keep(key, open_table(location, version))
    _OPEN.move_to_end(key)
    return _OPEN[key]


def take_version(location: str, version: int) -> DeltaTable:
    """That version, to be written: writing moves it on, so nobody may read it as this one any longer."""
    return _OPEN.pop(_key(location, version), None) or open_table(location, version)


def keep_version(table: DeltaTable, location: str) -> int:
    """Keep a table that has been written, to be read; returns its version."""
    _keep(_key(location, table.version()), table)
    return table.version()


def _keep(key: _Key, table: DeltaTable) -> None:
    _OPEN[key] = table
    while len(_OPEN) > _KEPT:
        _OPEN.popitem(last=False)


def _key(location: str, version: int) -> _Key:
    """A version with the moment of its commit, for a whole home may have been replaced meanwhile."""
    log = Path(location) / LOG / f"{version:020d}.json"
    return location, version, log.stat().st_mtime_ns if log.exists() else 0
