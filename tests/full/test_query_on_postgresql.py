"""The `sql` source on a real PostgreSQL: typed columns, time as the watermark, concurrent rows, no secret."""

import datetime as dt

import pytest
import sqlalchemy as sa

from pipelines.errors import SourceError
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.fetching import query as queries
from pipelines.ingest.mapping import parse_mapping
from pipelines.lake.lake import Lake
from pipelines.settings import Home, HomeKind, make_home

pytestmark = pytest.mark.full

TODAY = dt.date(2026, 9, 1)
NOON = dt.datetime(2026, 8, 3, 12, tzinfo=dt.UTC)
TABLE = """create table chat (
    id uuid primary key default gen_random_uuid(), thread bigint, person text, who text, body text,
    said_at timestamptz, extra jsonb, turn numeric
)"""


def make_mapping(**changes):
    query = {
        "query": "select * from chat where said_at >= :watermark order by said_at",
        "watermark": "said_at",
        "start": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    }
    fields = {"thread": "thread", "user": "person", "message_id": "id", "turn": "turn", "role": "who",
              "text": "body", "sent_at": "said_at", "model": "extra.model"}  # fmt: skip
    return parse_mapping(
        {"deployment": {"id": "one"}, "format": "sql", "query": query | changes,
         "records": [{"kind": "message", "fields": fields}]},
        name="a test",
    )  # fmt: skip


@pytest.fixture
def engine(postgres_url):
    engine = sa.create_engine(postgres_url, poolclass=sa.NullPool)
    with engine.begin() as connection:
        connection.execute(sa.text(TABLE))
    return engine


def add(engine, minute: int, body: str) -> None:
    statement = """insert into chat (thread, person, who, body, said_at, extra, turn)
        values (7, 'u', 'user', :body, :at, '{"model": "m-1"}', :minute)"""
    at = NOON + dt.timedelta(minutes=minute)
    with engine.begin() as connection:
        connection.execute(sa.text(statement), {"body": body, "at": at, "minute": minute})


def texts(home: Home) -> list[str]:
    table = Lake(home.lake).read("staging.message", columns=["text"])
    return [] if table is None else sorted(table["text"].to_pylist())


def test_rows_come_once_with_their_types(engine, postgres_url, tmp_path):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    add(engine, 1, "one")
    add(engine, 2, "two")
    first = ingest_folder(home, postgres_url, make_mapping(), received_on=TODAY)
    assert dict(first.rejected) == {}
    add(engine, 2, "at the same moment")
    add(engine, 3, "three")
    ingest_folder(home, postgres_url, make_mapping(), received_on=TODAY)
    assert texts(home) == ["at the same moment", "one", "three", "two"]
    assert ingest_folder(home, postgres_url, make_mapping(), received_on=TODAY).files == ()
    rows = Lake(home.lake).read("staging.message").to_pylist()
    assert {(row["model"], row["copy_count"]) for row in rows} == {("m-1", 1)}
    assert {row["source_turn"] for row in rows} == {1, 2, 3}


def test_the_night_in_which_clocks_go_back_is_read_in_a_session_of_any_zone(engine, postgres_url, tmp_path):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    with engine.begin() as connection:
        name = sa.make_url(postgres_url).database
        connection.execute(sa.text(f"alter database {name} set timezone to 'Europe/Berlin'"))
    back = int((dt.datetime(2026, 10, 25, 1, tzinfo=dt.UTC) - NOON).total_seconds() / 60)
    for minute in (back - 5, back, back + 40):  # 02:55 in summer's time, then 02:00 and 02:40 in winter's
        add(engine, minute, f"at {minute - back}")
    took = ingest_folder(home, postgres_url, make_mapping(), received_on=dt.date(2026, 11, 1))
    assert (dict(took.rejected), texts(home)) == ({}, ["at -5", "at 0", "at 40"])
    assert ingest_folder(home, postgres_url, make_mapping(), received_on=dt.date(2026, 11, 1)).files == ()
    sent = sorted(row["sent_at"] for row in Lake(home.lake).read("staging.message").to_pylist())
    assert [f"{one:%H:%M}" for one in sent] == ["00:55", "01:00", "01:40"]


@pytest.mark.parametrize("kind", ["numeric", "double precision"])
def test_a_number_with_a_fraction_is_a_watermark(engine, postgres_url, tmp_path, kind):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    with engine.begin() as connection:
        connection.execute(sa.text(f"alter table chat alter turn type {kind}"))
    query = "select *, turn + 0.3 as place from chat where turn + 0.3 >= :watermark order by turn"
    mapping = make_mapping(query=query, watermark="place", start=0.5)
    for minute, body in ((0, "before the start"), (1, "one"), (2, "two")):
        add(engine, minute, body)
    ingest_folder(home, postgres_url, mapping, received_on=TODAY)
    add(engine, 2, "at the same moment")
    add(engine, 3, "three")
    ingest_folder(home, postgres_url, mapping, received_on=TODAY)
    assert texts(home) == ["at the same moment", "one", "three", "two"]
    assert ingest_folder(home, postgres_url, mapping, received_on=TODAY).files == ()


def test_a_table_that_somebody_locked_is_given_up_and_read_the_next_time(
    engine, postgres_url, tmp_path, monkeypatch
):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    add(engine, 1, "one")
    monkeypatch.setattr(queries, "SILENCE_SECONDS", 1.0)
    with engine.begin() as connection:
        connection.execute(sa.text("lock table chat in access exclusive mode"))
        with pytest.raises(SourceError, match="no row came for 1 s"):
            ingest_folder(home, postgres_url, make_mapping(), received_on=TODAY)
    ingest_folder(home, postgres_url, make_mapping(), received_on=TODAY)
    assert texts(home) == ["one"]


def test_nothing_is_written_to_the_database(engine, postgres_url, tmp_path):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    query = "select nextval('counter') as n, said_at from chat where said_at >= :watermark"
    with engine.begin() as connection:
        connection.execute(sa.text("create sequence counter"))
    add(engine, 1, "one")
    with pytest.raises(SourceError, match="ReadOnlySqlTransaction"):
        ingest_folder(home, postgres_url, make_mapping(query=query), received_on=TODAY)


def test_a_wrong_password_and_a_wrong_cast_show_no_secret(engine, postgres_url, tmp_path):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    add(engine, 1, "private words")
    query = "select body::int as id, said_at from chat where said_at >= :watermark"
    with pytest.raises(SourceError) as caught:
        ingest_folder(home, postgres_url, make_mapping(query=query), received_on=TODAY)
    assert "22P02" in str(caught.value)
    assert "private" not in str(caught.value)
    address = sa.make_url(postgres_url).set(username="nobody", password="s3cret-word")
    with pytest.raises(SourceError) as caught:
        ingest_folder(home, address.render_as_string(hide_password=False), make_mapping(), received_on=TODAY)
    assert "s3cret" not in str(caught.value)
