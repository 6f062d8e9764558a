"""The journal of an erasure: what was asked, what is known of it, and how far it came.

It lies among the receipts while the erasure is not complete, and holds pseudonyms until then. Counts that a
killed run had planned are confirmed by the next one, when it finds that the rows are gone.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pipelines.errors import StateError
from pipelines.privacy.reach import Swept
from pipelines.privacy.receipt import receipts, write_durably
from pipelines.settings import Home
from pipelines.tombstones import SubjectKind

PENDING = "pending-"


@dataclass
class Journal:
    """How far an erasure came. `planned`, `erased`: rows by table; `files`: records by delivered
    file, cache or table of the register."""

    receipt_id: str
    requested_at: str
    deployment_id: str
    kind: SubjectKind
    pseudonym: str
    marks: set[str] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    planned: dict[str, int] = field(default_factory=dict)
    erased: dict[str, int] = field(default_factory=dict)
    after: dict[str, int] = field(default_factory=dict)
    days: set[str] = field(default_factory=set)
    files: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    asked_by: str = ""
    """Who asked first, whoever completes it; blank in journals of earlier versions."""

    def plan(self, swept: tuple[Swept, ...]) -> None:
        """Take note of what is about to be committed."""
        self.planned = {one.name: one.rows_before - one.rows_after for one in swept}
        self.after = {one.name: one.rows_after for one in swept}
        self.days |= {f"{deployment} {day}" for one in swept for deployment, day in one.days}

    def count(self, store: str, rows: int) -> None:
        """Take note of what went from another place than the lake."""
        if rows:
            self.files[store] = self.files.get(store, 0) + rows

    def confirm(self) -> None:
        """What was planned is done."""
        for name, count in self.planned.items():
            self.erased[name] = self.erased.get(name, 0) + count
        self.planned = {}


def journal_path(home: Home, deployment_id: str, kind: SubjectKind, pseudonym: str) -> Path:
    """Where the journal of this erasure lies."""
    name = hashlib.sha256(f"{deployment_id}\x1f{kind}\x1f{pseudonym}".encode()).hexdigest()[:32]
    return receipts(home) / f"{PENDING}{name}.json"


def load_journal(path: Path) -> Journal | None:
    """The journal of an erasure that was begun and is not complete.

    Raises:
        StateError: it cannot be read.
    """
    if not path.exists():
        return None
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        sets = {name: set(content[name]) for name in ("marks", "ids", "days")}
        return Journal(**content | sets | {"kind": SubjectKind(content["kind"])})
    except (ValueError, TypeError, KeyError):
        raise StateError(f"{path} is damaged. Delete it and ask for the erasure again.") from None


def find_begun(home: Home, deployment_id: str, conversation_id: str) -> str | None:
    """The thread whose erasure was begun and held this conversation, which the lake may know no longer."""
    for path in sorted(receipts(home).glob(f"{PENDING}*.json")):
        journal = load_journal(path)
        if (
            journal is not None
            and (journal.deployment_id, journal.kind) == (deployment_id, SubjectKind.THREAD)
            and conversation_id in journal.ids
        ):
            return journal.pseudonym
    return None


def save_journal(path: Path, journal: Journal) -> None:
    """Put the journal on the disk."""
    content = asdict(journal)
    write_durably(path, content | {name: sorted(content[name]) for name in ("marks", "ids", "days")})
