"""A small file that is replaced in one step, and is on the disk before anybody goes on."""

from __future__ import annotations

import os
from pathlib import Path


def replace_durably(target: Path, content: str | bytes, *, aside: Path, mode: int = 0o666) -> None:
    """Replace a file by content. Readers see the whole of it or what was there, after a crash as well.

    Args:
        target: the file.
        content: what it is to hold; text is written as UTF-8.
        aside: where it is written first, in the same folder; what a killed writer left there is overwritten.
        mode: the rights of a new file, less the process's mask.
    """
    with open(aside, "wb", opener=lambda path, flags: os.open(path, flags, mode)) as stream:
        stream.write(content.encode() if isinstance(content, str) else content)
        stream.flush()
        os.fsync(stream.fileno())  # else a crash of the machine may leave an empty file under the name
    aside.replace(target)
