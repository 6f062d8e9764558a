"""The governance store: one transactional database, SQLite by default, PostgreSQL by URL.

Writers are serialised (BEGIN IMMEDIATE, or an advisory lock), and what they write and its audit entry are one
transaction: nothing is written without a trace. The rules of risks, checklists and accounts are not here.
"""

from __future__ import annotations

import datetime as dt
import weakref
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

from sqlalchemy import Connection, Engine, event, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from risk_register.database import chain
from risk_register.database.damage import ADVICE, is_damage
from risk_register.database.engine import (
    BEGIN,
    LOCK_NOT_AVAILABLE,
    POSTGRESQL,
    SQLITE,
    make_engine,
    snapshot,
    takes_writing,
)
from risk_register.database.model import AuditEntry, AuditHead
from risk_register.database.turn import NoTurnError, take_turn
from risk_register.database.version import apply_migrations, find_head, list_versions, read_version
from risk_register.database.wiping import wipe
from risk_register.errors import StoreError, StoreReadOnlyError, StoreVersionError

BUSY_SECONDS = 30  # how long a writer waits for the one before it to finish
ADVISORY_LOCK = 0x504C494D  # "PLIM": one number for all writers of a PostgreSQL store
NOT_WRITTEN = "SQLITE_IOERR"
"""How the name of an error begins that a full disk gives to who reads, too: SQLite keeps an index beside."""
BUSY = "SQLITE_BUSY"
HEAD = 1  # the one row of audit_head


class Write:
    """A write in progress: the session to change records with, and the audit that goes with it."""

    def __init__(self, session: Session, *, actor: str, at: dt.datetime) -> None:
        self.session = session
        self.actor = actor
        self.at = at
        self.entry_count = 0

    def record(
        self, action: str, *, subject: str, deployment_id: str | None = None, **details: object
    ) -> None:
        """Append an audit entry; ids and decisions only, never text of a conversation."""
        self.session.flush()
        last = self.session.scalars(select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(1)).first()
        sequence = last.sequence + 1 if last else 1
        previous_hash = last.hash if last else chain.FIRST_HASH
        written = chain.write_details(details)
        entry_hash = chain.link(
            previous_hash,
            sequence=sequence,
            at=self.at,
            actor=self.actor,
            action=action,
            deployment_id=deployment_id,
            subject=subject,
            details=written,
        )
        self.session.add(
            AuditEntry(
                sequence=sequence,
                at=self.at,
                actor=self.actor,
                action=action,
                deployment_id=deployment_id,
                subject=subject,
                details=written,
                previous_hash=previous_hash,
                hash=entry_hash,
            )
        )
        head = self.session.get(AuditHead, HEAD)
        if head is None:
            self.session.add(AuditHead(head_id=HEAD, sequence=sequence, hash=entry_hash))
        else:
            head.sequence, head.hash = sequence, entry_hash
        self.session.flush()
        self.entry_count += 1

    def say_last_change(self, subject: str, *, deployment_id: str | None) -> str:
        """Who changed something last, and when: the words for whoever decided on an older version."""
        query = select(AuditEntry).filter_by(subject=subject, deployment_id=deployment_id)
        last = self.session.scalars(query.order_by(AuditEntry.sequence.desc()).limit(1)).first()
        if last is None:
            return "changed"
        return f"changed by {last.actor} at {last.at.strftime('%Y-%m-%d %H:%M')} UTC"


class Store:
    """The governance store at one address."""

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url, wait_seconds=BUSY_SECONDS)
        self._is_current = False
        weakref.finalize(self, self._engine.dispose)  # connections to a server outlive nobody who used them

    def upgrade(self) -> None:
        """Bring the tables to the version of the code; milliseconds when they are already there.

        Raises:
            StoreError: the tables come from newer code than this, or the database refuses.
        """
        with _explained(self._engine):
            version = self.version()
            self._check_known(version)
            if version != find_head():
                # SQLite does not wait where it is to keep a file in another way that somebody writes to.
                with _turn(self._engine):
                    _migrate(self._engine)
        self._is_current = True

    def open(self) -> None:
        """Make the tables of an empty database; those of another version stay as they are.

        Raises:
            StoreError: the tables are not at the version of the code, or the database refuses.
        """
        if self.version() is None:
            self.upgrade()
        self._check_current()

    def check(self) -> None:
        """Ask the database itself, whatever was known of it before.

        Raises:
            StoreError: it does not answer; a StoreVersionError if it is not at the version of the code.
        """
        version = self.version()
        self._check_known(version)
        if version != find_head():
            raise StoreVersionError(
                f"The governance store {_name(self._engine)} is at version {version or 'none'}; the code "
                f"needs {find_head()}. Take a backup, then run `plimsoll upgrade`."
            )

    def check_writable(self) -> None:
        """Ask whether it takes writing, without any.

        Raises:
            StoreError: as `check` says; a StoreReadOnlyError if it can be read and not written.
        """
        self.check()
        with _explained(self._engine), self._engine.connect() as connection:
            if not takes_writing(connection):
                raise StoreReadOnlyError(f"The governance store {_name(self._engine)} is read-only.")

    def version(self) -> str | None:
        """The version of the tables; None for an empty database.

        Raises:
            StoreError: the database refuses.
        """
        with _explained(self._engine), self._engine.connect() as connection:
            return read_version(connection)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session that sees one state of the store; what it changes is thrown away."""
        self._check_current()
        with (
            _explained(self._engine),
            self._engine.connect() as connection,
            Session(snapshot(connection), expire_on_commit=False) as session,
        ):
            yield session

    @contextmanager
    def write(self, *, actor: str, at: dt.datetime) -> Iterator[Write]:
        """The only way to change anything: alone, and with at least one audit entry.

        Raises:
            StoreError: something changed and nothing was recorded, or the writer before held on for 30 s.
        """
        if at.tzinfo is None:
            raise StoreError(f"{at.isoformat()} has no zone; pass an aware moment in UTC.")
        if not actor.strip():
            raise StoreError("A write needs an actor: the name of an account, or of the command that acts.")
        self._check_current()
        with _explained(self._engine), _turn(self._engine), self._engine.connect() as connection:
            locked = connection.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
            with locked.begin(), Session(locked, expire_on_commit=False) as session:
                _lock(locked)
                flushed: list[str] = []
                event.listen(session, "after_flush", lambda *_: flushed.append("changed"))
                write = Write(session, actor=actor, at=at)
                yield write
                session.flush()
                if flushed and not write.entry_count:
                    raise StoreError("A change without an audit entry was refused; nothing was written.")

    def wipe(self) -> tuple[str, ...]:
        """Take what was deleted out of the bytes of the store's files, too; returns where it may lie yet.

        Raises:
            StoreError: somebody reads an older state just now, so it cannot go yet.
        """
        with _explained(self._engine), _turn(self._engine):
            return wipe(self._engine, wait_seconds=BUSY_SECONDS)

    def close(self) -> None:
        """Let go of open connections."""
        self._engine.dispose()

    def _check_current(self) -> None:
        if not self._is_current:
            self.check()
            self._is_current = True

    def _check_known(self, version: str | None) -> None:
        if version is not None and version not in list_versions():
            raise StoreVersionError(
                f"The governance store {_name(self._engine)} is at version {version}, unknown to this "
                f"code (its newest is {find_head()}). Run the newer code that wrote it."
            )


def open_store(url: str) -> Store:
    """The store at an address; an empty database gets its tables.

    Raises:
        StoreError: it cannot be reached, or is not at the version of the code. That of older code
            is upgraded by a person, who takes a backup first.
    """
    store = Store(url)
    store.open()
    return store


def _turn(engine: Engine) -> AbstractContextManager[None]:
    """The turn of a SQLite store; PostgreSQL keeps a fair queue of its own."""
    if engine.dialect.name != SQLITE or not engine.url.database:
        return nullcontext()
    return take_turn(Path(engine.url.database), wait_seconds=BUSY_SECONDS)


def _lock(connection: Connection) -> None:
    """SQLite took its lock with BEGIN IMMEDIATE; PostgreSQL takes one that ends with the transaction."""
    if connection.dialect.name == POSTGRESQL:
        connection.exec_driver_sql(f"set local lock_timeout = {int(BUSY_SECONDS * 1000)}")
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})


def _migrate(engine: Engine) -> None:
    if engine.dialect.name == SQLITE and engine.url.database:
        # Hashes of passwords and names of people lie in it: for the owner's eyes alone.
        Path(engine.url.database).chmod(0o600)
        # Kept in the file from now on: readers do not wait for the writer. Not possible inside a transaction.
        raw = engine.raw_connection()
        raw.cursor().execute("PRAGMA journal_mode=WAL")
        raw.close()
    with engine.connect() as connection:
        locked = connection.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})
        with locked.begin():
            _lock(locked)
            apply_migrations(locked)


@contextmanager
def _explained(engine: Engine) -> Iterator[None]:
    try:
        yield
    except NoTurnError as error:
        raise StoreError(f"The governance store {_name(engine)} refused: {error}") from error
    except PoolTimeoutError:
        raise StoreError(
            f"The governance store {_name(engine)} refused: all connections of this process wait for it."
        ) from None
    except DBAPIError as error:
        # The first line alone: the others repeat rows and parameters, which may hold what people wrote.
        said = f"{error.orig}".partition("\n")[0]
        if getattr(error.orig, "sqlstate", None) == LOCK_NOT_AVAILABLE:
            said = f"no turn to write came within {BUSY_SECONDS:g} s"
        if getattr(error.orig, "sqlite_errorname", None) == BUSY:
            said += f" by another program for {BUSY_SECONDS:g} s. Let it end, then try again"
        if is_damage(error.orig):
            said += f". {ADVICE}"
        if (getattr(error.orig, "sqlite_errorname", None) or "").startswith(NOT_WRITTEN):
            said += ". Its disk is full or failing. Make room, or look at the disk, then do the same again"
        raise StoreError(f"The governance store {_name(engine)} refused: {said}") from None


def _name(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=True)
