"""Which published file is current: a small file beside the published ones names it, replaced in one step.

What is in a published file is the business of publish, and which old ones stay of its retention.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

from pipelines.errors import StateError

POINTER = "current"
NAME = re.compile(r"published-[0-9A-Za-z_]+\.duckdb")
NO_NAME = "published-unknown.duckdb"
"""In the place of what a damaged pointer names: no such file is ever there."""


def find_current(folder: Path) -> Path | None:
    """The current published file, whether or not it is there; None if nothing was published."""
    pointer = folder / POINTER
    if not pointer.is_file():
        return None
    name = pointer.read_bytes().decode("utf-8", "replace").strip()
    return folder / (name if NAME.fullmatch(name) else NO_NAME)


def current_file(folder: Path) -> Path:
    """The current published file.

    Raises:
        StateError: nothing is published yet, or the pointer is damaged.
    """
    found = find_current(folder)
    if found is not None and found.name == NO_NAME:
        raise StateError(f"{folder / POINTER} is damaged and names no published file. Next: plimsoll run")
    if found is None:
        raise StateError(f"{folder}: nothing is published yet. Ingest logs and run `plimsoll run`.")
    return found


def tell_unreadable(published: Path, error: Exception) -> StateError:
    """The error for a published file that this code cannot read, which one of earlier code may be."""
    said = str(error).partition("\n")[0]
    return StateError(
        f"{published.name} cannot be read as a published file. If earlier code wrote it, `plimsoll run` "
        "publishes one that can be, and what was made from it is verified with that code. "
        f"DuckDB says: {said}"
    )


def current_since(folder: Path) -> dt.datetime | None:
    """When the current file became it."""
    pointer = folder / POINTER
    return dt.datetime.fromtimestamp(pointer.stat().st_mtime, dt.UTC) if pointer.is_file() else None


def make_current(folder: Path, name: str) -> None:
    """Make a published file the current one."""
    aside = folder / f"{POINTER}.aside"
    aside.write_text(name + "\n", encoding="utf-8")
    aside.replace(folder / POINTER)
