"""A generation pins one version of every table; which one is current is a small file, replaced in one step.

What lies in the tables is the lake's business.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field
from pathlib import Path

KEPT_GENERATIONS = 3


@dataclass(frozen=True)
class Generation:
    """One version of every table. `number` 0 is an empty lake."""

    number: int = 0
    versions: dict[str, int] = field(default_factory=dict)


def read_current(path: Path) -> Generation:
    """The current generation of a lake."""
    pointer = path / "generations" / "current.json"
    if not pointer.exists():
        return Generation()
    record = json.loads(pointer.read_text())
    return Generation(record["number"], record["versions"])


def make_current(path: Path, generation: Generation) -> None:
    """Make a generation the current one, in one step; older ones than the kept are forgotten."""
    folder = path / "generations"
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(
        {"number": generation.number, "versions": generation.versions}, sort_keys=True, indent=1
    )
    _write_durably(folder / f"{generation.number:08d}.json", text)
    _write_durably(folder / "current.json", text)
    for old in sorted(folder.glob("0*.json"))[:-KEPT_GENERATIONS]:
        old.unlink()


def _write_durably(target: Path, text: str) -> None:
    aside = target.with_suffix(".aside")
    with aside.open("w") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())
    aside.replace(target)
