"""Whether the file of a SQLite store is whole, and what to do where it is not.

SQLite notices damage only in what it happens to read, so a store may answer for weeks and lack its audit.
How the store is opened to be written is `engine`.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

ADVICE = (
    "It is damaged: move it away with the files beside it that end in -wal and -shm, then put it back. "
    "`tar -xf BACKUP -C HOME governance.sqlite` takes it out of a backup."
)
DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")
"""How the names of errors begin that speak of the file's bytes."""


def is_damage(error: BaseException | None) -> bool:
    """Whether an error of the database says that its file is damaged."""
    return (getattr(error, "sqlite_errorname", None) or "").startswith(DAMAGED)


def find_damage(connection: sqlite3.Connection) -> str | None:
    """The first thing that is wrong in a database, as SQLite says it; every page is read.

    Raises:
        sqlite3.OperationalError: it cannot be read for another reason.
    """
    try:
        found = str(connection.execute("pragma integrity_check(1)").fetchone()[0])
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return str(error)
    return None if found == "ok" else " ".join(found.split())


def find_damage_at(address: str) -> str | None:
    """`find_damage` of the database at an address, such as `find_address` gives; it is closed again."""
    with closing(sqlite3.connect(address, uri=True)) as connection:
        return find_damage(connection)


def find_address(path: Path) -> str:
    """How a database is opened to be read; SQLite writes beside it, unless told that nobody changes it."""
    is_fixed = os.statvfs(path).f_flag & os.ST_RDONLY and not path.with_name(f"{path.name}-wal").exists()
    return f"file:{path}?{'immutable=1' if is_fixed else 'mode=ro'}"
