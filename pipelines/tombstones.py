"""Keyed tombstones: who was erased, in a form that tells a returning record and nothing else.

A tombstone is a hash of a pseudonym, which is itself a keyed hash of the operator's id: it says nothing to a
reader and cannot be turned back, yet it is found again from a restored lake even without the home's keys.
What is refused or swept because of one is the stages' business.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipelines.errors import StateError

FILE = "tombstones"
LENGTH = 64


class SubjectKind(StrEnum):
    """What an erasure is about."""

    USER = "user"
    """A person, in every conversation of the deployment."""
    THREAD = "thread"
    """One thread of the operator, with all conversations that were cut from it."""
    PART = "part"
    """A conversation or message that went with one of these: decisions name it, and the lake knows of it no
    longer whose it was."""


@dataclass(frozen=True)
class Tombstones:
    """The erased users and threads of a home, and what went with them."""

    marks: frozenset[str] = frozenset()

    def covers(self, kind: SubjectKind, deployment_id: str, pseudonym: str) -> bool:
        """Whether this user, thread or part was erased."""
        return bool(self.marks) and mark(kind, deployment_id, pseudonym) in self.marks


def mark(kind: SubjectKind, deployment_id: str, pseudonym: str) -> str:
    """The tombstone of a user, thread or part."""
    return hashlib.sha256(f"tombstone\x1f{kind}\x1f{deployment_id}\x1f{pseudonym}".encode()).hexdigest()


def load_tombstones(path: Path) -> Tombstones:
    """Read a file of tombstones; none when there is no file.

    Raises:
        StateError: the file is damaged; then nobody can say who was erased.
    """
    if not path.exists():
        return Tombstones()
    marks = path.read_text(encoding="ascii", errors="replace").split()
    if any(len(one) != LENGTH or set(one) - set("0123456789abcdef") for one in marks):
        raise StateError(
            f"{path} is damaged: a line is not a tombstone. Nothing is read or restored until it is put back "
            "from a backup, or those erased since are erased again."
        )
    return Tombstones(frozenset(marks))


def add_tombstones(path: Path, marks: Iterable[str]) -> Tombstones:
    """Add to a file of tombstones, in one step that is on the disk before this returns."""
    with _alone(path.parent):
        held = load_tombstones(path).marks | set(marks)
        aside = path.with_name(f"{path.name}.aside")
        aside.touch(mode=0o600)
        with aside.open("w", encoding="ascii") as stream:
            stream.write("".join(f"{one}\n" for one in sorted(held)))
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(path)
    return Tombstones(held)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Nobody else adds to a file of this folder meanwhile; the lock is no file and ends with the process."""
    held = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)
