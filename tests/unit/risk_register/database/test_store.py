"""The store writes alone, whole and with a trace; several processes that write at once lose nothing."""

from __future__ import annotations

import datetime as dt
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import NullPool, create_engine, func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from risk_register.database import audit
from risk_register.database.model import AuditEntry, Base, Deployment
from risk_register.database.store import Store
from risk_register.database.turn import take_turn
from risk_register.database.version import MIGRATIONS, find_head
from risk_register.deployment import appetites
from risk_register.errors import StoreError, StoreReadOnlyError
from risk_register.register import register

WRITER = """
import datetime as dt, sys
from risk_register.deployment import appetites
from risk_register.database.store import Store
url, name, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
store = Store(url)
for number in range(count):
    appetites.propose(
        store, deployment_id="demo", indicator_id="refusal_rate", side="above", watch=0.1, breach=0.2,
        reason=f"{name} {number}", effective_from=dt.date(2026, 12, 1), actor=name,
        at=dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC),
    )
"""
UPGRADER = "import sys; from risk_register.database.store import Store; Store(sys.argv[1]).upgrade()"


def run_at_once(programs: list[list[str]]) -> None:
    """Start fresh interpreters side by side and wait for all; each must succeed."""
    running = [
        subprocess.Popen([sys.executable, "-W", "error", "-c", *program], stderr=subprocess.PIPE, text=True)
        for program in programs
    ]
    endings = [(process.communicate(timeout=120)[1], process.returncode) for process in running]
    assert [code for _, code in endings] == [0] * len(programs), [errors for errors, _ in endings]


def write_at_once(url: str, *, writers: int, each: int) -> None:
    run_at_once([[WRITER, url, f"writer_{number}", str(each)] for number in range(writers)])


def test_several_processes_that_write_at_once_lose_nothing(store_path: Path) -> None:
    url = f"sqlite:///{store_path}"
    before = audit.verify_chain(Store(url)).entry_count
    write_at_once(url, writers=4, each=15)
    store = Store(url)
    decisions = appetites.list_decisions(store, "demo")
    expected = {f"writer_{writer} {number}" for writer in range(4) for number in range(15)}
    assert {decision.reason for decision in decisions} == expected
    assert len(decisions) == 60
    check = audit.verify_chain(store)
    assert (check.is_intact, check.entry_count) == (True, before + 60)


def test_processes_that_start_on_an_empty_store_at_once_set_it_up_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite'}"
    run_at_once([[UPGRADER, url] for _ in range(3)])
    assert Store(url).version() == find_head()


def test_a_start_on_an_empty_store_waits_for_the_one_that_sets_it_up(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    has_begun = threading.Event()

    def hold() -> None:
        with take_turn(path, wait_seconds=30), closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            other.execute("CREATE TABLE begun (number INTEGER)")
            has_begun.set()
            time.sleep(0.5)
            other.execute("ROLLBACK")

    holder = threading.Thread(target=hold)
    holder.start()
    assert has_begun.wait(timeout=30)
    store = Store(f"sqlite:///{path}")
    store.upgrade()
    holder.join()
    assert store.version() == find_head()


def test_a_reader_does_not_wait_for_a_writer_and_sees_only_what_is_done(
    store: Store, at: dt.datetime
) -> None:
    with store.write(actor="command_line", at=at) as write:
        write.session.add(Deployment(deployment_id="second", title="Second", created_at=at))
        write.record("deployment_registered", subject="second")
        assert [found.deployment_id for found in register.list_deployments(store)] == ["demo"]
    assert [found.deployment_id for found in register.list_deployments(store)] == ["demo", "second"]


def test_a_store_that_another_program_keeps_locked_says_what_to_do(
    store_path: Path, at: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("risk_register.database.store.BUSY_SECONDS", 0.1)
    store = Store(f"sqlite:///{store_path}")
    with closing(sqlite3.connect(store_path, isolation_level=None)) as other:
        other.execute("begin immediate")
        with (
            pytest.raises(StoreError, match=r"locked by another program for 0\.1 s\. Let it end, then try"),
            store.write(actor="somebody", at=at),
        ):
            pass


def test_a_write_that_fails_leaves_neither_record_nor_trace(store: Store, at: dt.datetime) -> None:
    entries = audit.list_entries(store)

    def fail() -> None:
        with store.write(actor="command_line", at=at) as write:
            write.session.add(Deployment(deployment_id="second", title="Second", created_at=at))
            write.record("deployment_registered", subject="second")
            raise KeyError("killed")

    with pytest.raises(KeyError):
        fail()
    assert [found.deployment_id for found in register.list_deployments(store)] == ["demo"]
    assert audit.list_entries(store) == entries


def test_a_change_without_an_audit_entry_is_refused(store: Store, at: dt.datetime) -> None:
    with (
        pytest.raises(StoreError, match="without an audit entry"),
        store.write(actor="command_line", at=at) as write,
    ):
        write.session.add(Deployment(deployment_id="second", title="Second", created_at=at))
    assert [found.deployment_id for found in register.list_deployments(store)] == ["demo"]


def test_a_write_that_changes_nothing_needs_no_trace(store: Store, at: dt.datetime) -> None:
    with store.write(actor="command_line", at=at) as write:
        assert write.session.get(Deployment, "demo") is not None
    assert audit.verify_chain(store).is_intact


def test_what_is_changed_while_reading_is_thrown_away(store: Store) -> None:
    with store.read() as session:
        session.get_one(Deployment, "demo").title = "Changed"
        session.flush()
    assert [found.title for found in register.list_deployments(store)] == ["Demo"]


@pytest.mark.parametrize("actor", ["", " "])
def test_a_write_needs_an_actor(store: Store, at: dt.datetime, actor: str) -> None:
    with pytest.raises(StoreError, match="actor"), store.write(actor=actor, at=at):
        pass


def test_a_disk_without_room_for_what_lies_beside_the_file_is_told_to_who_reads_too(store: Store) -> None:
    full = sqlite3.OperationalError("disk I/O error")
    full.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
    with pytest.raises(StoreError, match=r"disk I/O error\. Its disk is full or failing"), store.read():
        raise DBAPIError("select 1", None, full)


def test_a_moment_without_a_zone_is_refused(store: Store, at: dt.datetime) -> None:
    with pytest.raises(StoreError, match="zone"), store.write(actor="a", at=at.replace(tzinfo=None)):
        pass


def test_moments_come_back_in_utc(store: Store, at: dt.datetime) -> None:
    paris = dt.timezone(dt.timedelta(hours=1))
    register.ensure_deployment(
        store, deployment_id="second", title="Second", actor="a", at=at.astimezone(paris)
    )
    entry = audit.list_entries(store, deployment_id="second")[0]
    assert entry.at == at
    assert entry.at.tzinfo is dt.UTC


def test_an_upgrade_of_a_current_store_starts_no_alembic(store_path: Path) -> None:
    program = (
        "import sys, time\nfrom risk_register.database.store import Store\nstore = Store(sys.argv[1])\n"
        "store.upgrade()\nassert 'alembic' not in sys.modules\n"
    )
    run_at_once([[program, f"sqlite:///{store_path}"]])


def test_a_store_that_was_not_set_up_says_what_to_run(tmp_path: Path) -> None:
    store = Store(f"sqlite:///{tmp_path / 'empty.sqlite'}")
    with pytest.raises(StoreError, match="plimsoll upgrade"):
        register.list_deployments(store)


def test_a_store_of_another_version_is_not_touched(store_path: Path) -> None:
    engine = create_engine(f"sqlite:///{store_path}", poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    engine.dispose()
    with pytest.raises(StoreError, match="at version 9999"):
        register.list_deployments(Store(f"sqlite:///{store_path}"))
    with pytest.raises(StoreError, match="Run the newer code"):
        Store(f"sqlite:///{store_path}").upgrade()


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "new.sqlite"
    Store(f"sqlite:///{path}").upgrade()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_store_in_memory_is_refused(url: str) -> None:
    with pytest.raises(StoreError, match="needs a file"):
        Store(url)


def test_an_address_that_is_none_is_refused() -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        Store("governance.sqlite")


def test_a_directory_that_does_not_exist_is_an_error_for_people(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="unable to open"):
        Store(f"sqlite:///{tmp_path / 'missing' / 'governance.sqlite'}").upgrade()


def test_the_migrations_give_the_tables_that_the_code_declares(store_path: Path) -> None:
    engine = create_engine(f"sqlite:///{store_path}", poolclass=NullPool)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    engine.dispose()
    assert differences == []


def test_the_head_by_file_name_is_the_head_that_alembic_sees() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [find_head()]


@pytest.mark.full
def test_postgresql_keeps_the_same_promises(postgres_url: str, at: dt.datetime) -> None:
    store = Store(postgres_url)
    store.upgrade()
    register.ensure_deployment(store, deployment_id="demo", title="Demo", actor="command_line", at=at)
    assert len(register.list_risks(store, "demo")) == 18
    write_at_once(postgres_url, writers=4, each=15)
    assert len(appetites.list_decisions(store, "demo")) == 60
    with store.read() as session:
        assert session.scalar(select(func.max(AuditEntry.sequence))) == 61
        differences = compare_metadata(MigrationContext.configure(session.connection()), Base.metadata)
    assert differences == []
    assert audit.verify_chain(store).is_intact
    assert audit.list_entries(store, limit=1)[0].at == at
    store.close()


@pytest.mark.full
def test_postgresql_says_whether_it_takes_writing(postgres_url: str) -> None:
    store = Store(postgres_url)
    store.upgrade()
    store.check_writable()
    store.close()
    mark = "&" if "?" in postgres_url else "?"
    standby = Store(f"{postgres_url}{mark}options=-c%20default_transaction_read_only%3Don")
    standby.check()
    with pytest.raises(StoreReadOnlyError, match="is read-only"):
        standby.check_writable()
    standby.close()


FIRST_VERSION = """
import sys
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine
from risk_register.database.version import MIGRATIONS
engine = create_engine(sys.argv[1])
with engine.begin() as connection:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")
    connection.exec_driver_sql(
        "insert into deployment (deployment_id, title, created_at) values ('old', 'Old', '2026-11-01 09:00')"
    )
engine.dispose()
"""


def test_what_the_database_says_of_a_row_is_not_repeated(store: Store, at: dt.datetime) -> None:
    words = "I wrote this into a form"
    with pytest.raises(StoreError, match="refused") as raised, store.write(actor="x", at=at) as write:
        write.session.execute(text("insert into nothing (words) values (:words)"), {"words": words})
    assert words not in "".join(traceback.format_exception(raised.value))
    with pytest.raises(StatementError) as kept, store.write(actor="x", at=at) as write:
        write.session.execute(text("select :missing, :words"), {"words": words})
    assert words not in str(kept.value)


def test_of_an_error_of_several_lines_the_first_alone_is_told(store: Store, at: dt.datetime) -> None:
    said = Exception("not null violated\nDETAIL: Failing row contains (I wrote this).")
    with pytest.raises(StoreError, match="not null violated") as raised, store.write(actor="x", at=at):
        raise IntegrityError("insert", {}, said)
    assert "I wrote this" not in "".join(traceback.format_exception(raised.value))


def check_upgrade_from_the_first_version(url: str, at: dt.datetime) -> None:
    run_at_once([[FIRST_VERSION, url]])
    store = Store(url)
    assert store.version() == "0001"
    with pytest.raises(StoreError, match="plimsoll upgrade"):
        register.list_deployments(store)
    store.upgrade()
    assert store.version() == find_head()
    assert [found.deployment_id for found in register.list_deployments(store)] == ["old"]
    register.ensure_deployment(store, deployment_id="old", title="Old", actor="command_line", at=at)
    assert audit.verify_chain(store).is_intact
    store.close()


def test_a_store_of_the_first_version_is_upgraded_with_its_data(tmp_path: Path, at: dt.datetime) -> None:
    check_upgrade_from_the_first_version(f"sqlite:///{tmp_path / 'old.sqlite'}", at)


@pytest.mark.full
def test_a_postgresql_store_of_the_first_version_is_upgraded_with_its_data(
    postgres_url: str, at: dt.datetime
) -> None:
    check_upgrade_from_the_first_version(postgres_url, at)


@pytest.mark.full
@pytest.mark.parametrize(
    "statement", ["delete from audit_entry", "update audit_entry set actor = 'x'", "truncate audit_entry"]
)
def test_postgresql_itself_refuses_to_change_what_was_written(
    postgres_url: str, at: dt.datetime, statement: str
) -> None:
    store = Store(postgres_url)
    store.upgrade()
    register.ensure_deployment(store, deployment_id="demo", title="Demo", actor="command_line", at=at)
    engine = create_engine(postgres_url)
    with pytest.raises(DBAPIError, match="is never changed or deleted"), engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()
    assert audit.verify_chain(store).entry_count == 1
    store.close()
