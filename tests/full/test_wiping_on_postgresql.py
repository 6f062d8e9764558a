"""After an erasure the files of a PostgreSQL do not hold the ids either, and a reader holds that up."""

import datetime as dt
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from pipelines.privacy.decisions import forget_erased
from pipelines.settings import Home
from pipelines.tombstones import FILE, SubjectKind, add_tombstones, mark
from risk_register.database import audit, wiping
from risk_register.database.store import Store
from risk_register.database.tables.review import ReviewItem
from risk_register.errors import StoreError
from risk_register.register.register import ensure_deployment
from risk_register.review import reviews
from tests.unit.risk_register.review.factory import add_reviewers, draw_week, stratum

pytestmark = pytest.mark.full

AT = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
FILES = """
select cast(pg_read_binary_file(pg_relation_filepath(oid)) as text) from pg_class
where relkind in ('r', 'i', 't') and pg_relation_size(oid) > 0
  and (relnamespace in ('public'::regnamespace, 'pg_toast'::regnamespace) or relname = 'pg_statistic')
"""


@pytest.fixture
def engine(postgres_url: str) -> Iterator[sa.Engine]:
    engine = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    yield engine
    engine.dispose()


@pytest.fixture
def store(postgres_url: str) -> Iterator[Store]:
    store = Store(postgres_url)
    store.upgrade()
    ensure_deployment(store, deployment_id="demo", title="Demo", actor="command_line", at=AT)
    add_reviewers(store, AT, "first")
    draw_week(store, AT, stratum(0, 40))
    yield store
    store.close()


# A process of its own: in that of the tests somebody has read every module that declares a table.
WIPE = "import sys; from risk_register.database.store import Store; Store(sys.argv[1]).wipe()"
TABLE_FILES = """
select relname, pg_relation_filenode(oid) from pg_class
where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'alembic_version'
"""


def files_with(word: str, engine: sa.Engine) -> int:
    """How many files of tables and indexes, as they lie on the disk, hold a word."""
    with engine.connect() as connection:
        connection.exec_driver_sql("checkpoint")
        return sum(word.encode().hex() in content for content in connection.execute(sa.text(FILES)).scalars())


def drawn(store: Store) -> list[str]:
    with store.read() as session:
        return [item.conversation_id for item in session.scalars(sa.select(ReviewItem))]


def forget(store: Store, *ids: str) -> int:
    return reviews.forget_person(store, deployment_id="demo", ids=ids, actor="command_line", at=AT)


def test_the_bytes_of_the_files_do_not_hold_the_ids_of_who_was_erased(store: Store, engine: sa.Engine):
    first, second, *_, stays = drawn(store)
    with engine.connect() as connection:
        connection.exec_driver_sql("analyze")  # its statistics quote values
    assert forget(store, first, second) == 2
    assert all(files_with(one, engine) for one in (first, second)), "deleted rows lie in the files until then"
    [left] = store.wipe()
    assert "write-ahead log" in left
    assert [files_with(one, engine) for one in (first, second)] == [0, 0]
    assert files_with(stays, engine)
    assert stays in drawn(store)


def test_who_reads_an_older_state_holds_it_up_and_it_says_so(
    store: Store, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
):
    first, *_ = drawn(store)
    monkeypatch.setattr("risk_register.database.store.BUSY_SECONDS", 0.3)
    reader = engine.connect().execution_options(isolation_level="REPEATABLE READ")
    with reader, reader.begin():
        reader.exec_driver_sql("select 1 from pg_class limit 1").all()
        forget(store, first)
        with pytest.raises(StoreError, match="is being read"):
            store.wipe()
    store.wipe()
    assert files_with(first, engine) == 0


def test_who_came_while_tables_were_rewritten_may_still_see_old_statistics_and_is_waited_for(
    store: Store, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
):
    first, *_ = drawn(store)
    with engine.connect() as connection:
        connection.exec_driver_sql("analyze")
    forget(store, first)
    reader = engine.connect().execution_options(isolation_level="REPEATABLE READ")
    rewrite = wiping._rewrite

    def come_before(connection: sa.Connection, name: str) -> bool:
        if not reader.in_transaction():
            reader.exec_driver_sql("select 1 from pg_class limit 1").all()
        return rewrite(connection, name)

    with monkeypatch.context() as patch, reader:
        patch.setattr("risk_register.database.store.BUSY_SECONDS", 0.3)
        patch.setattr(wiping, "_rewrite", come_before)
        with pytest.raises(StoreError, match="is being read"):
            store.wipe()
    store.wipe()
    assert files_with(first, engine) == 0


def test_who_writes_in_another_database_of_the_server_holds_it_up_too(
    store: Store, engine: sa.Engine, postgres_url: str, monkeypatch: pytest.MonkeyPatch
):
    first, *_ = drawn(store)
    elsewhere = sa.create_engine(sa.make_url(postgres_url).set(database="postgres"), poolclass=sa.NullPool)
    with monkeypatch.context() as patch, elsewhere.connect() as writer:
        patch.setattr("risk_register.database.store.BUSY_SECONDS", 0.3)
        writer.exec_driver_sql("select pg_current_xact_id()")  # and no snapshot after this
        forget(store, first)
        with pytest.raises(StoreError, match="is being read"):
            store.wipe()
    store.wipe()
    assert files_with(first, engine) == 0


def test_tables_of_another_role_are_not_passed_over_in_silence(
    store: Store, engine: sa.Engine, postgres_url: str
):
    with engine.connect() as connection:
        connection.exec_driver_sql("create role visitor login")
        connection.exec_driver_sql("grant all on all tables in schema public to visitor")
    visitor = Store(sa.make_url(postgres_url).set(username="visitor").render_as_string())
    try:
        with pytest.raises(StoreError, match="belongs to another role"):
            visitor.wipe()
    finally:
        visitor.close()
        with engine.connect() as connection:
            connection.exec_driver_sql("drop owned by visitor")
            connection.exec_driver_sql("drop role visitor")


def test_every_table_is_rewritten_whatever_the_command_has_read(
    store: Store, engine: sa.Engine, postgres_url: str
):
    with engine.connect() as connection:
        before = dict(connection.execute(sa.text(TABLE_FILES)).tuples().all())
        subprocess.run([sys.executable, "-c", WIPE, postgres_url], check=True)
        after = dict(connection.execute(sa.text(TABLE_FILES)).tuples().all())
    assert "grave_finding" in before
    assert [name for name in before if before[name] == after[name]] == []


def test_a_database_that_is_put_back_alone_forgets_again_who_was_erased(
    store: Store, engine: sa.Engine, postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PLIMSOLL_GOVERNANCE_URL", postgres_url)
    home = Home(tmp_path)
    home.keys.mkdir()
    first, second, *_, stays = drawn(store)
    put_aside(store, postgres_url)
    add_tombstones(home.keys / FILE, {mark(SubjectKind.PART, "demo", one) for one in (first, second)})
    assert forget_erased(home, at=AT) == 2
    put_back(store, postgres_url)
    assert {first, second} < set(drawn(store))
    assert forget_erased(home, at=AT) == 2
    assert [files_with(one, engine) for one in (first, second)] == [0, 0]
    assert stays in drawn(store)
    assert audit.verify_chain(store).is_intact
    assert forget_erased(home, at=AT) == 0


def put_aside(store: Store, url: str) -> None:
    """A copy of the database as it is now."""
    store.close()
    name = sa.make_url(url).database
    run_outside(url, f"create database {name}_older template {name}")


def put_back(store: Store, url: str) -> None:
    """The copy in the place of the database."""
    store.close()
    name = sa.make_url(url).database
    run_outside(url, f"drop database {name} with (force)", f"alter database {name}_older rename to {name}")


def run_outside(url: str, *statements: str) -> None:
    server = sa.create_engine(
        sa.make_url(url).set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
    )
    with server.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
