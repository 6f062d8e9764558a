"""What lies below a folder, and which folders this account may not look into.

A walk of the standard library passes those over in silence, or fails at their first file.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Below:
    """Files, folders and links in order, and closed folders, each with what the operating system says."""

    paths: list[Path] = field(default_factory=list)
    closed: dict[Path, str] = field(default_factory=dict)

    @property
    def files(self) -> list[Path]:
        """The files alone, and links to one."""
        return [path for path in self.paths if is_file(path)]


def is_file(path: Path) -> bool:
    """Whether a file, or a link to one, lies there; what this account may not look at is none."""
    return os.path.isfile(path)  # Path.is_file fails at a link into a closed folder


def leads_out(path: Path, place: Path | None) -> bool:
    """Whether what lies below a place, as its path is written, is a link to what does not."""
    if place is None or not path.is_symlink():
        return False
    own = [folder.resolve() for folder in path.absolute().parents]
    if place.resolve() not in own:
        return False
    below = own[: own.index(place.resolve()) + 1]  # one of them may be a link itself
    return not any(path.resolve().is_relative_to(folder) for folder in below)


def look_below(folder: Path) -> Below:
    """Everything below a folder; a link to another folder is named and not followed."""
    below = Below()

    def close(error: OSError) -> None:
        if isinstance(error, FileNotFoundError | NotADirectoryError):
            return  # nothing lies there, or it went meanwhile
        below.closed[Path(error.filename)] = error.strerror or type(error).__name__

    for place, folders, files in os.walk(folder, onerror=close):
        if os.access(place, os.X_OK):
            below.paths += [Path(place, name) for name in (*folders, *files)]
        else:  # names can be listed there, and nothing opened
            folders.clear()
            below.closed[Path(place)] = "Permission denied"
    below.paths.sort()
    return below
