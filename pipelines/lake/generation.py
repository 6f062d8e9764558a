"""A generation pins one version of every table; which one is current is a small file, replaced in one step.

What lies in the tables is the lake's business.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.durable import replace_durably
from pipelines.errors import HomeError
from pipelines.lake.damage import LOG

FOLDER, POINTER = "generations", "current.json"
KEPT_GENERATIONS = 3


@dataclass(frozen=True)
class Generation:
    """One version of every table. `number` 0 is an empty lake."""

    number: int = 0
    versions: dict[str, int] = field(default_factory=dict)


def read_current(path: Path) -> Generation:
    """The current generation of a lake; number 0 if nobody has written there.

    Raises:
        HomeError: the pointer cannot be read, or it is missing and the lake is not empty. Taken for an empty
            lake, the next writer would delete every table as one that no generation knows.
    """
    pointer = path / FOLDER / POINTER
    if not pointer.exists():
        # Looked at again after the tables: the first writer may have begun meanwhile.
        if _is_written(path) and not pointer.exists():
            raise HomeError(_say_lost(path, "is missing, and the lake is not empty"))
        return Generation()
    found = _read(pointer)
    if found is None:
        raise HomeError(_say_lost(path, "cannot be read"))
    return found


def read_kept(path: Path) -> list[Generation]:
    """The generations that are kept, the current one among them.

    Raises:
        HomeError: one cannot be read.
    """
    kept = {file: _read(file) for file in list_numbered(path)}
    for file, found in kept.items():
        if found is None:
            raise HomeError(
                f"{file} cannot be read. It names a generation that is kept beside the current one, for who "
                "still reads it. Delete it."
            )
    return [found for found in kept.values() if found is not None]


def list_numbered(path: Path) -> list[Path]:
    """The files of the kept generations, the oldest first."""
    return sorted((path / FOLDER).glob("0*.json"))


def begin(path: Path) -> None:
    """Point to generation 0 before a lake's first table is written.

    A writer that is killed before its first generation then leaves an empty lake, not one without a pointer.
    """
    (path / FOLDER).mkdir(parents=True, exist_ok=True)
    _write_durably(path / FOLDER / POINTER, spell(Generation()))


def make_current(path: Path, generation: Generation) -> None:
    """Make a generation the current one, in one step; older ones than the kept are forgotten."""
    folder = path / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    text = spell(generation)
    _write_durably(folder / f"{generation.number:08d}.json", text)
    _write_durably(folder / POINTER, text)
    for old in list_numbered(path)[:-KEPT_GENERATIONS]:
        old.unlink()


def spell(generation: Generation) -> str:
    """What the file of a generation holds."""
    record = {"number": generation.number, "versions": generation.versions}
    return json.dumps(record, sort_keys=True, indent=1)


def _is_written(path: Path) -> bool:
    """Whether a lake has a generation, or a table with a commit."""
    return bool(list_numbered(path)) or any(True for _ in path.glob(f"*/*/{LOG}/*.json"))


def _say_lost(path: Path, what: str) -> str:
    newest = next((one for one in reversed(list_numbered(path)) if _read(one) is not None), None)
    pointer = path / FOLDER / POINTER
    advice = (
        f"Copy {newest}, the newest generation, to {pointer}, or restore a backup."
        if newest is not None
        else f"Restore a backup; if no ingest has ever ended here, delete {path} and ingest again."
    )
    return f"{pointer} {what}: it says which versions of the tables count. Nothing was changed. {advice}"


def _read(file: Path) -> Generation | None:
    """The generation that a file holds; None if it is damaged."""
    try:
        record = json.loads(file.read_text())
        return Generation(int(record["number"]), dict(record["versions"]))
    except (ValueError, KeyError, TypeError):
        return None


def _write_durably(target: Path, text: str) -> None:
    replace_durably(target, text, aside=target.with_suffix(".aside"))
