"""The published file: whole or not at all, the same from the same lake, and never with a hole in it."""

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from pipelines import lake as lakes
from pipelines.errors import StateError
from pipelines.pointer import current_file
from pipelines.publish.build import publish
from pipelines.schemas import LAKE_TABLES, PUBLISHED_TABLES
from pipelines.schemas.assessment import OBSERVATION
from pipelines.settings import Home, HomeKind, make_home
from risk_register.deployments import ensure_deployment
from risk_register.store import Store

AT = dt.datetime(2026, 8, 12, 9, tzinfo=dt.UTC)
LINEAGE = [{"target": "indicator.refusal_rate", "origin": "fact.message"}]


def fill(name: str, **more: Any) -> pa.Table:
    """One row of a lake table; what is not said is blank."""
    table = LAKE_TABLES[name]
    blank = {
        field.name: None
        if field.nullable
        else ""
        if pa.types.is_string(field.type)
        else AT.date()
        if pa.types.is_date(field.type)
        else False
        if pa.types.is_boolean(field.type)
        else 0
        for field in table.arrow_schema
    }
    return pa.Table.from_pylist([blank | {"deployment_id": "harbor"} | more], schema=table.arrow_schema)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A governance store that knows one deployment, made once."""
    path = tmp_path_factory.mktemp("register") / "governance.sqlite"
    store = Store(f"sqlite:///{path}")
    store.upgrade()
    ensure_deployment(store, deployment_id="harbor", title="Harbor", actor="plimsoll", at=AT)
    return path


@pytest.fixture
def home(tmp_path: Path, register: Path) -> Home:
    home = make_home(Home(tmp_path / "home"), HomeKind.DEMO)
    shutil.copy(register, home.path / "governance.sqlite")
    return home


@pytest.fixture
def assessed(home: Home) -> Home:
    """A home with one observation, the standing of its indicator."""
    assess(home, indicator_id="refusal_rate", is_latest=True, status="within", value=0.1)
    return home


def assess(home: Home, **more: Any) -> None:
    with lakes.write(home.lake, by="a test") as commit:
        commit.replace_all(OBSERVATION.full_name, fill(OBSERVATION.full_name, **more))


def read(path: Path, table: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("set timezone = 'UTC'")
        return connection.table(f"published.{table}").fetchall()


def test_before_anything_is_assessed_nothing_is_published(home):
    with pytest.raises(StateError, match="Nothing has been assessed yet"):
        publish(home, at=AT, lineage=LINEAGE)
    with pytest.raises(StateError, match="nothing is published yet"):
        current_file(home.published)


def test_the_file_holds_every_declared_table_and_is_current(assessed):
    path = publish(assessed, at=AT, lineage=LINEAGE)
    assert current_file(assessed.published) == path
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.sql("select table_name from information_schema.tables").fetchall()
    assert {name for (name,) in found} == PUBLISHED_TABLES.keys()
    assert len(read(path, "observation")) == 1
    assert len(read(path, "risk")) == 18
    assert len(read(path, "dictionary")) == sum(len(table.columns) for table in PUBLISHED_TABLES.values())
    assert read(path, "lineage") == [("indicator.refusal_rate", "fact.message")]


def test_the_same_lake_at_the_same_time_gives_the_same_content(assessed):
    first = publish(assessed, at=AT, lineage=LINEAGE)
    before = {name: read(first, name) for name in PUBLISHED_TABLES}
    second = publish(assessed, at=AT, lineage=LINEAGE)
    assert first == second
    assert {name: read(second, name) for name in PUBLISHED_TABLES} == before
    assert before["observation"] != []


def test_another_generation_is_another_file_and_the_old_one_is_left_as_it_was(assessed):
    first = publish(assessed, at=AT, lineage=LINEAGE)
    content = first.read_bytes()
    assess(assessed, indicator_id="refusal_rate", is_latest=True, status="breach", value=0.9)
    second = publish(assessed, at=AT, lineage=LINEAGE)
    assert first != second
    assert first.read_bytes() == content
    assert current_file(assessed.published) == second


def test_a_null_where_none_may_be_publishes_nothing(assessed):
    before = publish(assessed, at=AT, lineage=LINEAGE)
    with pytest.raises(StateError, match=r"published\.lineage would hold nulls .*: origin"):
        publish(assessed, at=AT, lineage=[{"target": "indicator.refusal_rate"}])
    assert current_file(assessed.published) == before
    assert read(before, "lineage") == [("indicator.refusal_rate", "fact.message")]
    assert list(assessed.published.glob("*.aside*")) == []


def test_what_a_killed_writer_left_aside_is_cleared_away(assessed):
    (assessed.published / "published-00000001.4711.aside").touch()
    (assessed.published / "published-00000001.4711.aside.wal").touch()
    publish(assessed, at=AT, lineage=LINEAGE)
    assert list(assessed.published.glob("*.aside*")) == []


def test_only_three_old_files_stay(assessed):
    for number in range(5):
        assess(assessed, indicator_id="refusal_rate", is_latest=True, status="within", value=number / 10)
        publish(assessed, at=AT, lineage=LINEAGE)
    assert len(list(assessed.published.glob("published-*.duckdb"))) == 3
    assert list(assessed.published.glob("*.aside")) == []


def test_a_risk_shows_the_worst_standing_of_its_indicators(home):
    assess(home, indicator_id="missed_escalation_rate", is_latest=True, status="breach", value=0.9)
    path = publish(home, at=AT, lineage=LINEAGE)
    columns = [column.name for column in PUBLISHED_TABLES["risk"].columns]
    risks = [dict(zip(columns, row, strict=True)) for row in read(path, "risk")]
    linked = [risk for risk in risks if "missed_escalation_rate" in risk["indicator_ids"].split(",")]
    assert linked != []
    assert {risk["worst_status"] for risk in linked} == {"breach"}
    others = [risk for risk in risks if risk not in linked]
    assert {risk["worst_status"] for risk in others} == {"insufficient_data"}
