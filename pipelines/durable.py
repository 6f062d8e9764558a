"""A small file that is replaced in one step, and is on the disk before anybody goes on."""

from __future__ import annotations

import os
from pathlib import Path


def replace_durably(target: Path, text: str, *, aside: Path, mode: int = 0o666) -> None:
    """Put text in the place of a file. Readers see the whole of it or what was there, after a crash as well.

    Args:
        target: the file.
        text: what it is to hold, written as UTF-8.
        aside: where it is written first, in the same folder; what a killed writer left there is overwritten.
        mode: the rights of a new file, less the process's mask.
    """
    with open(aside, "w", encoding="utf-8", opener=lambda path, flags: os.open(path, flags, mode)) as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())  # else a crash of the machine may leave an empty file under the name
    aside.replace(target)
