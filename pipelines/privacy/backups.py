"""The backups that a home knows of: where they are, until when, and whom they must not bring back.

Beside every backup lies a file of tombstones. An erasure adds to it wherever it can be reached; restoring
reads it. A backup that cannot be reached is named in the receipt with the day on which it expires.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from pipelines.errors import StateError
from pipelines.privacy.receipt import write_durably
from pipelines.settings import Home
from pipelines.tombstones import FILE, add_tombstones, load_tombstones
from risk_register.account.administration import COMMAND_LINE
from risk_register.database.audit import list_entries, record_on_home
from risk_register.database.store import Store

KNOWN = "backups.json"
SUFFIX = ".tombstones"
TAKEN = "backup_taken"
"""What the audit says of one."""


@dataclass(frozen=True)
class Backup:
    """A backup that was made of this home."""

    backup_id: str
    path: str
    created_at: str
    expires_on: str
    generation: int
    has_keys: bool
    has_inbox: bool
    taken_by: str = COMMAND_LINE
    """The account; what earlier versions noted names none."""


def tombstones_beside(path: Path) -> Path:
    """The file of tombstones of a backup."""
    return path.with_name(path.name + SUFFIX)


def list_backups(home: Home) -> list[Backup]:
    """Every backup that was made, also expired ones.

    Raises:
        StateError: the list cannot be read, so nobody can say which there are.
    """
    path = home.path / KNOWN
    if not path.exists():
        return []
    try:
        return [Backup(**one) for one in json.loads(path.read_text(encoding="utf-8"))["backups"]]
    except (ValueError, KeyError, TypeError):
        raise StateError(
            f"{path} is damaged; put it back so that the backups of this home are known."
        ) from None


def add_backup(home: Home, backup: Backup) -> None:
    """Remember a backup; of two that end at once, both."""
    with FileLock(home.path / f"{KNOWN}.lock"):
        known = [*list_backups(home), backup]
        write_durably(home.path / KNOWN, {"backups": [asdict(one) for one in known]})


def enter_backups(home: Home, store: Store) -> None:
    """Give the audit an entry of every backup that the home knows of and it does not.

    A backup is taken of decisions of earlier code, too, and while their database is away: no entry can be
    written then, and the next time makes up for it.

    Raises:
        StateError: the list cannot be read.
        StoreError: no entry can be written now.
    """
    known = list_backups(home)
    entered = {entry.subject for entry in list_entries(store, action=TAKEN, limit=None)} if known else set()
    for one in known:
        if one.backup_id not in entered:
            record_on_home(
                store, TAKEN, subject=one.backup_id, actor=one.taken_by,
                at=dt.datetime.fromisoformat(one.created_at), generation=one.generation,
                has_keys=one.has_keys, has_inbox=one.has_inbox, expires_on=one.expires_on,
            )  # fmt: skip


def tell_backups(home: Home, *, at: dt.datetime) -> list[dict[str, object]]:
    """Bring the tombstones beside every backup up to date; says of each whether it was reached."""
    marks = load_tombstones(home.keys / FILE).marks
    told: list[dict[str, object]] = []
    for one in list_backups(home):
        beside = tombstones_beside(Path(one.path))
        is_there = Path(one.path).is_file()
        if is_there:
            add_tombstones(beside, marks, at=at)
        elif dt.date.fromisoformat(one.expires_on) < at.date():
            continue
        told.append({
            "backup_id": one.backup_id, "created_at": one.created_at, "expires_on": one.expires_on,
            "state": "still there; restoring it erases again" if is_there
            else "not where it was made; restore it only with the tombstones of this home",
        })  # fmt: skip
    return told
