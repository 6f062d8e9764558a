"""A database whose rows are taken in: where its address comes from, and how it is reached and named.

What is asked of it is `query.py`. The password of an address stands in no message of ours.
"""

from __future__ import annotations

import os

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from pipelines.errors import SourceError
from pipelines.ingest.fetching.location import show_address
from risk_register.database.engine import find_reach

FROM_VARIABLE = "env:"
SHOWN = "shown_address"
LIBPQ = frozenset({"psycopg", "psycopg2"})
"""Drivers that hand to libpq what they are told of reach."""


def find_address(source: str, variable: str | None) -> str:
    """The address that a source gives, or that the environment variable holds which it or the mapping names.

    Raises:
        SourceError: none is given.
    """
    name = source.removeprefix(FROM_VARIABLE) if source.startswith(FROM_VARIABLE) else variable
    if "://" in source and not source.startswith(FROM_VARIABLE):
        return source
    if not name:
        raise SourceError(
            "format sql reads a database: give its SQLAlchemy address, or env:NAME for an environment "
            "variable that holds it, or name one in the mapping (query.address_variable)."
        )
    if not name.isidentifier():
        raise SourceError(
            "What follows env: is no name of an environment variable, such as env:CHAT_DATABASE."
        )
    address = os.environ.get(name)
    if not address:
        raise SourceError(
            f"The environment variable {name} is to hold the address of the database; it is empty."
        )
    return address


def open_database(address: str) -> sa.Engine:
    """The database at an address.

    Raises:
        SourceError: it is no address, or a driver is missing; the message does not show the address.
    """
    try:
        url = sa.make_url(address)
        # Of the address as it was written: parsed, the end of a password can look like a host.
        shown = {SHOWN: show_address(address)}
        return sa.create_engine(
            url,
            poolclass=sa.NullPool,
            hide_parameters=True,
            execution_options=shown,
            connect_args=find_reach(url) if url.get_driver_name() in LIBPQ else {},
        )
    except (ArgumentError, ValueError, TypeError):  # a port that is no number; a parameter without a value
        raise SourceError(
            "The address of the database is not one that SQLAlchemy reads, such as "
            "postgresql+psycopg://reader@host/chat."
        ) from None
    except (NoSuchModuleError, ModuleNotFoundError):
        scheme = address.partition("://")[0]
        raise SourceError(
            f"{scheme}://: the driver of this database is not installed beside Plimsoll."
        ) from None


def name_database(engine: sa.Engine) -> str:
    """What may be shown of the address to people."""
    return str(engine.get_execution_options().get(SHOWN, f"{engine.url.drivername}://"))


def identify_database(engine: sa.Engine) -> str:
    """The address without user, password and parameters, for telling queries apart; not to be shown."""
    url = engine.url
    return sa.URL.create(
        url.drivername, host=url.host, port=url.port, database=url.database
    ).render_as_string()
