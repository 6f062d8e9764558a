"""Takes what was deleted out of the bytes of the governance store's files, too.

A database marks a deleted row and keeps its bytes until it needs the room. What lies in the log and the
archives of a PostgreSQL goes by its operator's own rules; nothing here reaches it.
"""

from __future__ import annotations

import time

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from risk_register.database.engine import LOCK_NOT_AVAILABLE
from risk_register.database.tables.every import METADATA
from risk_register.errors import StoreError

LOOK_EVERY = 0.1
"""Seconds between two looks at whether older states are still being read."""
STATISTICS = "pg_catalog.pg_statistic"
LOG = "deleted rows in the write-ahead log of the governance database, and in its archives and standbys"
OLD_STATISTICS = "values in old statistics of the governance database, which its owner has to vacuum"
IS_SEEN = text(
    "select pg_snapshot_xmin(pg_current_snapshot()) < cast(:now as xid8) or exists ("
    " select from pg_stat_activity where pid <> pg_backend_pid()"
    " and age(backend_xmin) > age(cast(cast(:now as xid8) as xid)))"
)
"""Whether a transaction or a snapshot older than `now` is left, in any database of the server: to rewrite a
table takes a snapshot as well, and it keeps what the oldest transaction of the server may see.
"""
NOW = text("select cast(pg_current_xact_id() as text)")
FILE = text("select pg_relation_filenode(cast(:name as regclass))")


def wipe(engine: Engine, *, wait_seconds: float) -> tuple[str, ...]:
    """Rewrite the files of the store without what was deleted; returns where it may lie all the same.

    Raises:
        StoreError: somebody reads an older state just now, or the tables are another role's.
    """
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            left: tuple[str, ...] | None = _wipe_sqlite(connection)
        else:
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            left = _wipe_postgresql(alone, wait_seconds)
    if left is None:
        name = engine.url.render_as_string(hide_password=True)
        raise StoreError(
            f"The governance store {name} is being read; what was deleted lies in its files as long as "
            "an open transaction may see it. Run it again."
        )
    return left


def _wipe_sqlite(connection: Connection) -> tuple[str, ...] | None:
    raw = connection.connection.cursor()
    raw.execute("VACUUM")
    is_busy = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return None if is_busy else ()


def _wipe_postgresql(connection: Connection, wait_seconds: float) -> tuple[str, ...] | None:
    if not _wait_for_readers(connection, wait_seconds):
        return None
    connection.exec_driver_sql(f"set lock_timeout = {int(wait_seconds * 1000)}")
    quote = connection.dialect.identifier_preparer.format_table
    try:
        for table in METADATA.sorted_tables:
            if not _rewrite(connection, quote(table)):
                raise StoreError(
                    f"The table {table.name} of the governance store belongs to another role, so it was not "
                    "rewritten. Let its owner run vacuum (full, analyze), then run this again."
                )
        # Statistics quote values of columns. Those of the tables above are new; the old ones are dead rows,
        # which whoever came since the tables were begun may see still.
        if not _wait_for_readers(connection, wait_seconds):
            return None
        is_rewritten = _rewrite(connection, STATISTICS)
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            return None
        raise
    return (LOG,) if is_rewritten else (LOG, OLD_STATISTICS)


def _wait_for_readers(connection: Connection, wait_seconds: float) -> bool:
    """Whether nobody sees what was deleted before now: a rewritten table keeps what somebody may see."""
    now = connection.execute(NOW).scalar_one()
    until = time.monotonic() + wait_seconds
    while connection.execute(IS_SEEN, {"now": now}).scalar_one():
        if time.monotonic() > until:
            return False
        time.sleep(LOOK_EVERY)
    return True


def _rewrite(connection: Connection, name: str) -> bool:
    """Whether it has a new file: PostgreSQL only warns where a role may not."""
    before = connection.execute(FILE, {"name": name}).scalar_one()
    connection.exec_driver_sql(f"vacuum (full, analyze) {name}")
    return bool(connection.execute(FILE, {"name": name}).scalar_one() != before)
