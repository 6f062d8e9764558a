"""How the database of the governance store is reached: its address, how long one waits, what a session sees.

SQLite by default, PostgreSQL by address. No message repeats an address: a password may stand in it.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from risk_register.errors import StoreError

BEGIN = "plimsoll_begin"
SQLITE = "sqlite"
POSTGRESQL = "postgresql"
DRIVER = "postgresql+psycopg"
LOCK_NOT_AVAILABLE = "55P03"
"""What PostgreSQL says when a lock did not come in time."""
SAME = frozenset({"postgres", POSTGRESQL, DRIVER})
"""Ways to write one and the same; the first is how many services give their address."""
ALLOWED = (
    "Allowed: sqlite:///<file>, or postgresql://<user>:<password>@<host>:5432/<database>. In a password @ is "
    "written as %40, : as %3A, / as %2F, ? as %3F, # as %23 and % as %25."
)
REACH: dict[str, str] = {
    "application_name": "plimsoll",
    "connect_timeout": "10",  # seconds; a server that takes longer is not there
    # Where the network is silent, a request waits for a minute and not for the hours of the system's default.
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
"""What libpq is told, unless the address itself says otherwise."""


def make_engine(url: str, *, wait_seconds: float) -> Engine:
    """The engine of a store; nothing is opened yet.

    Args:
        url: the address of the database.
        wait_seconds: how long a writer of SQLite waits for the one before.

    Raises:
        StoreError: it is not the address of a database that a store can lie in.
    """
    address = read_address(url)
    return _reach_file(address, wait_seconds) if address.drivername == SQLITE else _reach_server(address)


def read_address(url: str) -> URL:
    """The parts of an address.

    Raises:
        StoreError: it has none, or names a database of another kind.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreError(f"The address of the governance store cannot be read. {ALLOWED}") from None
    if address.drivername in SAME:
        if "@" in f"{address.host}{address.database}":  # what follows an @ of the password
            raise StoreError(f"The address of the governance store cannot be read. {ALLOWED}")
        return address.set(drivername=DRIVER)
    if address.drivername != SQLITE:
        raise StoreError(f"The governance store cannot lie in {address.drivername}. {ALLOWED}")
    if address.database in (None, "", ":memory:"):
        raise StoreError("A governance store needs a file: memory is forgotten. Allowed: sqlite:///<file>.")
    return address


def snapshot(connection: Connection) -> Connection:
    """The connection, so that all that is read in one transaction is one state of the store."""
    if connection.dialect.name == POSTGRESQL:
        return connection.execution_options(isolation_level="REPEATABLE READ")
    return connection


def find_reach(address: URL) -> dict[str, str]:
    """How long libpq waits where the network is silent, unless the address itself says otherwise."""
    return {name: value for name, value in REACH.items() if name not in address.query}


def takes_writing(connection: Connection) -> bool:
    """Whether a write would be taken: not by a standby, nor where the file or its folder is read-only."""
    if connection.dialect.name == POSTGRESQL:
        return connection.scalar(text("show transaction_read_only")) == "off"
    file = Path(connection.engine.url.database or "")
    return os.access(file, os.W_OK) and os.access(file.parent, os.W_OK)


def _reach_server(address: URL) -> Engine:
    # A pooler between may give every transaction another connection, which knows no prepared statement.
    reach = {"prepare_threshold": None} | find_reach(address)
    # Given, for a server may have another default, and a writer must see what the one before has written.
    return create_engine(
        address,
        isolation_level="READ COMMITTED",
        pool_pre_ping=True,
        hide_parameters=True,
        connect_args=reach,
    )


def _reach_file(address: URL, wait_seconds: float) -> Engine:
    # No pool: a connection that crosses a fork corrupts a SQLite file.
    # Parameters are what people wrote; no error of the library repeats them.
    engine = create_engine(
        address, poolclass=NullPool, connect_args={"timeout": wait_seconds}, hide_parameters=True
    )

    @event.listens_for(engine, "connect")
    def _connect(connection: object, _record: object) -> None:
        # The driver must not open transactions by itself: it would open deferred ones.
        connection.isolation_level = None  # type: ignore[attr-defined]
        connection.execute("PRAGMA foreign_keys=ON")  # type: ignore[attr-defined]
        connection.execute("PRAGMA secure_delete=ON")  # type: ignore[attr-defined]

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN"))

    return engine
