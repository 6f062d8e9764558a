"""Keyed tombstones: who was erased, in a form that tells a returning record and nothing else.

A tombstone is a hash of a pseudonym, which is itself a keyed hash of the operator's id: it says nothing to a
reader and cannot be turned back, yet it is found again from a restored lake even without the home's keys.
What is refused or swept because of one is the stages' business.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pipelines.durable import replace_durably
from pipelines.errors import StateError
from pipelines.lock import alone
from pipelines.settings import Home

FILE = "tombstones"
RECEIPT = "erasure_"
"""How the id of an erasure begins, and so the name of its receipt, which is signed after it was buried."""
LENGTH = 64
REACH = "0" * 48
"""Begins the line that says up to when a file is complete, in seconds since 1970. A copy keeps it, which it
does not do with the time of a file; and earlier versions read it as one more tombstone, of nobody."""


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
    """The erased users and threads of a home, and what went with them.

    Attributes:
        reaches: every erasure of the home up to this moment is among them; None where nobody noted it.
    """

    marks: frozenset[str] = frozenset()
    reaches: dt.datetime | None = None

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
    seconds = [int(one, 16) for one in marks if one.startswith(REACH)]
    reaches = dt.datetime.fromtimestamp(max(seconds), dt.UTC) if seconds else None
    return Tombstones(frozenset(one for one in marks if not one.startswith(REACH)), reaches)


def load_own(home: Home) -> Tombstones:
    """The tombstones of a home, for whoever lets in what it refuses or passes on what it knows.

    Raises:
        StateError: they are damaged, or lost: a receipt says that somebody was erased.
    """
    path = home.keys / FILE
    found = load_tombstones(path)
    if not found.marks and any(home.receipts.glob(f"{RECEIPT}*.json")):
        raise StateError(
            f"{path} is missing or empty, and {home.receipts} tells of erasures: whoever was erased would "
            "come in again. Put the file back from a backup, or from the .tombstones file beside one, and "
            "erase again who was erased since. Where none is left, only moving the receipts elsewhere lets "
            "this home go on."
        )
    return found


def add_tombstones(path: Path, marks: Iterable[str], *, at: dt.datetime | None = None) -> Tombstones:
    """Add to a file of tombstones, in one step that is on the disk before this returns.

    Args:
        path: the file.
        marks: what is added.
        at: with these, the file is complete up to this moment.
    """
    with alone(path.parent):
        known = load_tombstones(path)
        held = Tombstones(known.marks | set(marks), max(filter(None, (known.reaches, at)), default=None))
        lines = sorted(held.marks)
        if held.reaches is not None:
            lines.append(f"{REACH}{int(held.reaches.timestamp()):016x}")
        text = "".join(f"{line}\n" for line in lines)
        replace_durably(path, text, aside=path.with_name(f"{path.name}.aside"), mode=0o600)
    return held
