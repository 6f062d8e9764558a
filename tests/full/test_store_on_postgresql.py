"""What a PostgreSQL store promises to those who read and write at once, whatever the server's defaults."""

import contextlib
import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from dashboards import store_answer
from dashboards.app import create_app
from risk_register.account import accounts
from risk_register.database import audit
from risk_register.database.model import Account
from risk_register.database.store import Store
from risk_register.errors import StoreError

pytestmark = pytest.mark.full

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    store = Store(postgres_url)
    store.upgrade()
    accounts.create_account(store, name="first", actor="command_line", at=AT)
    yield store
    store.close()


def test_a_reader_sees_one_state_while_others_write(store: Store) -> None:
    count = sa.select(sa.func.count()).select_from(Account)
    with store.read() as session:
        assert session.scalar(count) == 1
        accounts.create_account(store, name="second", actor="command_line", at=AT)
        assert session.scalar(count) == 1
    with store.read() as session:
        assert session.scalar(count) == 2


def test_a_chain_that_grows_while_it_is_checked_is_no_broken_one(store: Store) -> None:
    is_over = threading.Event()

    def write() -> None:
        while not is_over.is_set():
            audit.record_access(
                store, action="exported", subject="x", deployment_id="demo", reason="r", actor="first", at=AT
            )

    writer = threading.Thread(target=write)
    writer.start()
    try:
        found = [audit.verify_chain(store) for _ in range(60)]
    finally:
        is_over.set()
        writer.join()
    assert [one.problem for one in found if not one.is_intact] == []
    assert found[-1].entry_count > found[0].entry_count


@pytest.mark.parametrize("default", ["read committed", "repeatable read", "serializable"])
def test_two_who_write_at_once_lose_nothing_under_any_default_of_the_server(
    store: Store, postgres_url: str, default: str
) -> None:
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with engine.connect() as connection:
        name = sa.make_url(postgres_url).database
        connection.exec_driver_sql(
            f"alter database {name} set default_transaction_isolation to '{default}'"  # our own words
        )
    engine.dispose()
    stores = [Store(postgres_url) for _ in range(3)]

    def write(place: int) -> None:
        for number in range(10):
            accounts.create_account(
                stores[place], name=f"person_{place}_{number}", actor="command_line", at=AT
            )

    writers = [threading.Thread(target=write, args=(place,)) for place in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    for one in stores:
        one.close()
    assert len(accounts.list_accounts(store)) == 31
    assert audit.verify_chain(store).entry_count == 31


def test_a_writer_that_never_ends_holds_nobody_up_for_good(
    store: Store, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("risk_register.database.store.BUSY_SECONDS", 0.3)
    other = Store(postgres_url)
    with store.write(actor="first", at=AT), pytest.raises(StoreError, match=r"no turn .* within 0\.3 s"):
        accounts.create_account(other, name="second", actor="command_line", at=AT)
    accounts.create_account(other, name="second", actor="command_line", at=AT)
    other.close()


def test_a_connection_that_the_server_ended_is_made_anew(store: Store, postgres_url: str) -> None:
    accounts.list_accounts(store)
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    ending = sa.text(
        "select count(pg_terminate_backend(pid)) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid()"
    )
    with engine.connect() as connection:
        assert connection.execute(ending).scalar_one() > 0
    engine.dispose()
    assert len(accounts.list_accounts(store)) == 1


def test_a_watcher_is_told_of_a_database_that_is_shut_or_frozen_and_of_its_return(
    store: Store, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_answer, "WAIT_SECONDS", 0.5)
    monkeypatch.setattr(store_answer, "KEEP_SECONDS", 0.0)
    app = create_app(published=tmp_path, governance_url=postgres_url, secret=b"a secret of the tests, long")
    watcher = app.server.test_client()
    database = sa.make_url(postgres_url).database
    other = sa.make_url(postgres_url).set(database="postgres")
    engine = sa.create_engine(other, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)

    def shut(allowed: str) -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"alter database {database} with allow_connections {allowed}")
            connection.execute(
                sa.text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name"),
                {"name": database},
            )

    def ask() -> int:
        return watcher.get("/ready").status_code

    assert ask() == 200
    shut("false")
    assert ask() == 503
    shut("true")
    assert ask() == 200
    frozen = sa.create_engine(postgres_url, poolclass=sa.NullPool)
    with frozen.begin() as connection:
        connection.exec_driver_sql("lock table alembic_version in access exclusive mode")
        assert [ask(), ask()] == [503, 503]
    monkeypatch.setattr(store_answer, "WAIT_SECONDS", 10.0)
    assert ask() == 200
    engine.dispose()


def test_who_finds_every_connection_taken_is_told_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = store._engine.pool
    monkeypatch.setattr(pool, "_timeout", 0.1)
    monkeypatch.setattr(pool, "_max_overflow", 0)
    with contextlib.ExitStack() as taken:
        for _ in range(5):
            taken.enter_context(store.read())
        with pytest.raises(StoreError, match="all connections of this process wait"):
            accounts.list_accounts(store)
    assert len(accounts.list_accounts(store)) == 1
