"""Where the decisions of a home lie: in a SQLite file of its own, or in a PostgreSQL that somebody named.

A home whose decisions lie elsewhere keeps a mark of it. A command that was started without the address, from
cron or another shell, would otherwise begin an empty store, and know of no hold, no role and no appetite. So
would one that does not find the file: an empty store is begun once, before anything is assessed.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from pipelines.errors import HomeError
from risk_register.database.damage import ADVICE, find_address, find_damage_at

VARIABLE = "PLIMSOLL_GOVERNANCE_URL"
FILE = "governance.sqlite"
MARK = "governance.json"
LIES_IN = "lies_in"
PORT = 5432
SQLITE = "sqlite"
DECIDED = ("lake/assessment", "published/current")
"""What lies in a home only after its decisions were opened."""


def find_store(home: Path, named: str | None) -> str:
    """The address of the governance store of a home; `named` is what the environment says.

    Raises:
        HomeError: the decisions of this home lie in another one, or are lost.
    """
    marked = read_mark(home)
    if named is None:
        if marked is None:
            if (lost := tell_lost(home, named)) is not None:
                raise HomeError(lost)
            return f"sqlite:///{home / FILE}"
        raise HomeError(
            f"The decisions of {home} lie in {marked}, and {VARIABLE} is not set. Set it to that database, "
            "for whoever runs this command: nothing was read or changed."
        )
    place = describe_place(named)
    if marked is not None and place is not None and place != marked:
        raise HomeError(
            f"The decisions of {home} lie in {marked}; {VARIABLE} names {place}. If the database was moved, "
            f"correct {home / MARK}; nothing was read or changed."
        )
    if marked is None and not named.startswith(SQLITE) and (home / FILE).exists():
        raise HomeError(
            f"The decisions of {home} lie in {home / FILE}, and {VARIABLE} names another database. "
            "`plimsoll upgrade --move` takes them there; or unset the variable."
        )
    return named


def tell_lost(home: Path, named: str | None) -> str | None:
    """What to say of a home whose decisions lay in its own file, which is gone or empty; else None."""
    file = home / FILE
    if named is not None or (home / MARK).exists() or (file.exists() and file.stat().st_size):
        return None
    if not any((home / sign).exists() for sign in DECIDED):
        return None
    return (
        f"{file} is missing: appetites, accounts, holds, reviews, incidents and the audit trail lay in "
        f"it. Put it back: `tar -xf BACKUP -C {home} {FILE}` takes it out of a backup. Where there is none, "
        "`plimsoll upgrade --anew` begins without them. Nothing was changed."
    )


def tell_damaged(home: Path, named: str | None) -> str | None:
    """What to say of a home in whose own file the decisions lie and are damaged; else None."""
    file = home / FILE
    if named is not None or not file.exists():
        return None
    try:
        wrong = find_damage_at(find_address(file))
    except sqlite3.OperationalError:  # who may not read it, or meets a writer, says nothing of its bytes
        return None
    return None if wrong is None else f"{file} is not whole: {wrong}. {ADVICE}"


def mark_place(home: Path, named: str | None) -> None:
    """Keep where the decisions of a home lie, once, where that is outside of it.

    Raises:
        HomeError: they lie in another place than the one named.
    """
    if named is None or named.startswith(SQLITE) or read_mark(home) is not None:
        return
    find_store(home, named)
    renew_mark(home, named)


def renew_mark(home: Path, named: str | None) -> None:
    """Mark the place that is named, whatever was marked before: a restored home decides where it is told."""
    place = None if named is None or named.startswith(SQLITE) else describe_place(named)
    if place is not None:
        aside = home / f".{MARK}"
        aside.write_text(json.dumps({LIES_IN: place}) + "\n")
        aside.replace(home / MARK)


def read_mark(home: Path) -> str | None:
    """Where the decisions lie, if not in the home.

    Raises:
        HomeError: the mark is damaged.
    """
    path = home / MARK
    if not path.exists():
        return None
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))[LIES_IN])
    except (ValueError, KeyError, TypeError):
        raise HomeError(
            f'{path} is damaged. It holds {{"{LIES_IN}": "postgresql://<host>:<port>/<database>"}}.'
        ) from None


def describe_place(address: str) -> str | None:
    """Host, port and database of an address, without who comes and by which password; None if it has none."""
    try:
        parts = urlsplit(address)
        port = parts.port or PORT
    except ValueError:
        return None
    if parts.scheme == SQLITE:
        return address
    host = parts.hostname or next(iter(parse_qs(parts.query).get("host", [])), "localhost")
    return f"postgresql://{host}:{port}{parts.path}"
