"""Files that show what was attested: kept under their SHA-256, so that a changed one is not the evidence.

They lie in a folder on the same disk as the home. What a file is evidence of is `evidence`.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from uuid import uuid4

from risk_register.errors import NotAllowedError, UnknownRecordError

LARGEST_FILE = 20 * 1024 * 1024  # bytes; a scanned protocol fits, a video does not


class FileState(StrEnum):
    """What became of a kept file."""

    KEPT = "kept"
    """It is there, and it is the file that was attested."""
    MISSING = "missing"
    """It is not there."""
    CHANGED = "changed"
    """Something else lies in its place."""


@dataclass(frozen=True)
class StoredFile:
    """A file as it was kept."""

    content_hash: str
    byte_count: int


def keep_file(folder: Path, content: bytes) -> StoredFile:
    """Put a file away; the same content twice is one file.

    Raises:
        NotAllowedError: it is empty or too large.
    """
    if not 0 < len(content) <= LARGEST_FILE:
        raise NotAllowedError(
            f"A file of evidence holds 1 to {LARGEST_FILE:,} bytes; this one has {len(content):,}."
        )
    content_hash = hashlib.sha256(content).hexdigest()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / content_hash
    if check_file(folder, content_hash) is not FileState.KEPT:
        partial = folder / f".{content_hash}-{uuid4().hex}"
        with open(partial, "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(target)
    return StoredFile(content_hash, len(content))


def read_file(folder: Path, content_hash: str) -> bytes:
    """The content of a kept file.

    Raises:
        UnknownRecordError: it is missing, or something else lies in its place.
    """
    state = check_file(folder, content_hash)
    if state is not FileState.KEPT:
        raise UnknownRecordError(f"The file of evidence {content_hash[:12]} is {state}.")
    return (folder / content_hash).read_bytes()


def check_file(folder: Path, content_hash: str) -> FileState:
    """Whether a file is still what it was."""
    path = folder / content_hash
    if not path.is_file():
        return FileState.MISSING
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    return FileState.KEPT if found == content_hash else FileState.CHANGED
