"""Rows of a database: a watermark kept with the rows, each row once, and no secret in what is said."""

import datetime as dt
import decimal
import threading
from zoneinfo import ZoneInfo

import orjson
import pytest
import sqlalchemy as sa
from filelock import FileLock

from pipelines.errors import DefinitionError, SourceError
from pipelines.ingest.account import write_watermark
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.fetching import query as queries
from pipelines.ingest.fetching.watermark import Watermark, read_value, write_value
from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake

TODAY = dt.date(2026, 9, 1)
QUERY = "select * from chat where id >= :watermark order by id"
BY_TIME = "select * from chat where at >= :watermark order by at"


def make_mapping(**changes):
    content = {
        "deployment": {"id": "one"},
        "format": "sql",
        "query": {"query": QUERY, "watermark": "id", "start": 0} | changes,
        "records": [
            {
                "kind": "message",
                "fields": {
                    "thread": "thread", "user": "person", "message_id": "id", "role": "who", "text": "body",
                    "sent_at": "at",
                },
            }
        ],
    }  # fmt: skip
    return parse_mapping(content, name="a test")


class Database:
    def __init__(self, folder):
        self.address = f"sqlite:///{folder / 'chat.sqlite'}"
        self.engine = sa.create_engine(self.address, poolclass=sa.NullPool)
        self.run("create table chat (id integer, thread text, person text, who text, body text, at text)")

    def run(self, statement, **values):
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement), values)

    def add(self, number, **changes):
        row = {"thread": "t", "person": "u", "who": "user", "body": f"words {number}",
               "at": f"2026-08-03T12:{int(number) % 60:02d}:00Z"} | changes  # fmt: skip
        self.run("insert into chat values (:id, :thread, :person, :who, :body, :at)", id=number, **row)


@pytest.fixture
def database(tmp_path):
    return Database(tmp_path)


@pytest.fixture
def fetch(place, database):
    def run(mapping=None, address=None):
        return ingest_folder(
            place.home,
            address or database.address,
            mapping or make_mapping(),
            received_on=dt.date(2026, 9, 1),
        )

    return run


def texts(place):
    return sorted(row["text"] for row in place.rows("staging.message"))


def test_rows_are_taken_once_and_later_ones_are_added(place, database, fetch):
    for number in (1, 2):
        database.add(number)
    assert fetch().files[0].records.message_count == 2
    before = place.rows("staging.message")
    assert fetch().files == ()
    assert place.rows("staging.message") == before
    database.add(3)
    assert fetch().files[0].records.message_count == 1
    assert texts(place) == ["words 1", "words 2", "words 3"]
    assert {row["copy_count"] for row in place.rows("staging.message")} == {1}


def test_a_row_with_the_same_watermark_that_comes_later_is_not_lost(place, database, fetch):
    database.add(7)
    fetch()
    database.add(7, body="at the same moment", thread="other")
    fetch()
    database.add(7, body="and a third", thread="third")
    fetch()
    assert texts(place) == ["and a third", "at the same moment", "words 7"]
    assert fetch().files == ()


def test_a_large_table_comes_in_chunks_that_cut_no_value_in_two(place, database, fetch, monkeypatch):
    monkeypatch.setattr(queries, "CHUNK", 2)
    for number in (1, 2, 2, 2, 3, 4, 5):
        database.add(number, thread=f"t{number}", body=f"words {database.engine.url} {number}")
        database.run("update chat set body = 'n' || rowid where id = :id", id=number)
    assert [one.records.message_count for one in fetch().files] == [4, 2, 1]
    assert fetch().files == ()


def test_a_run_that_dies_before_the_commit_fetches_the_same_rows_again(place, database, fetch, monkeypatch):
    database.add(1)

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(lakes, "make_current", die)
        with pytest.raises(KeyboardInterrupt):
            fetch()
    assert Lake(place.home.lake).names() == []
    fetch()
    assert texts(place) == ["words 1"]
    assert [row["value"] for row in place.rows("ledger.watermark")] == ["number:1"]


def test_a_row_that_cannot_be_read_is_counted_with_its_reason(place, database, fetch):
    database.add(1, who="narrator")
    database.add(2)
    assert dict(fetch().rejected) == {"unknown_role": 1}
    (row,) = place.rows("ledger.rejected")
    assert (row["position"], row["field"]) == (1, "who")


def test_rows_out_of_order_are_refused_with_what_to_write(database, fetch):
    database.add(1)
    database.add(2)
    with pytest.raises(SourceError, match="order by id"):
        fetch(make_mapping(query=QUERY + " desc"))


def berlin(hour, minute, *, fold):
    """A time of the night in which the clocks of Berlin go back from three to two."""
    return dt.datetime(2026, 10, 25, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"), fold=fold)


NIGHT = (berlin(2, 55, fold=0), berlin(2, 0, fold=1), berlin(2, 40, fold=1))


@pytest.fixture
def fetch_times(place, database, tmp_path, monkeypatch):
    """Fetches rows with these times, each of the session's zone, as PostgreSQL's driver gives them."""

    def run(*times, since=None):
        rows = [{"said_at": time, "body": f"words {number}"} for number, time in enumerate(times)]
        monkeypatch.setattr(queries, "_rows", lambda *_: iter(rows))
        rule = make_mapping(watermark="said_at", start="2026-01-01").query
        key = Pseudonymiser(load_key(place.home.keys))
        return queries.fetch(database.engine, rule, since, tmp_path / "rows.jsonl", pseudonymiser=key)

    return run


def test_the_hour_that_comes_twice_when_clocks_go_back_is_in_order(fetch_times):
    taken = fetch_times(*NIGHT)
    assert taken.row_count == len(NIGHT)
    kept = read_value(write_value(taken.watermark.value))
    assert kept == dt.datetime(2026, 10, 25, 1, 40, tzinfo=dt.UTC)


def test_rows_out_of_order_in_the_hour_that_comes_twice_are_refused(fetch_times):
    with pytest.raises(SourceError, match="order by said_at"):
        fetch_times(berlin(2, 10, fold=1), berlin(2, 50, fold=0))


def test_a_row_is_known_again_whatever_offset_its_time_was_kept_with(fetch_times):
    taken = fetch_times(*NIGHT[-1:])
    kept = read_value("time:2026-10-25T03:40:00+02:00")  # the same moment
    assert fetch_times(NIGHT[-1], since=Watermark(kept, taken.watermark.seen)).row_count == 0


@pytest.mark.parametrize(
    ("query", "problem"),
    [("select * from chat", "must use :watermark"), ("select * from chat where id > :watermark", ">=")],
)
def test_a_query_that_would_lose_rows_is_refused(query, problem):
    with pytest.raises(DefinitionError, match=problem):
        make_mapping(query=query)


@pytest.mark.parametrize(
    "address",
    [
        "postgresql+psycopg://reader:s3cr%40t@127.0.0.1:1/chat",
        "nodialect://reader:s3cr%40t@host/chat",
        "not an address s3cr%40t://",
        "sqlite:///no/such/folder/s3cr%40t.sqlite",
    ],
)
def test_no_message_shows_the_password(fetch, address):
    with pytest.raises(SourceError) as caught:
        fetch(address=address)
    assert "s3cr" not in str(caught.value) or address.startswith("sqlite")
    assert "@t" not in str(caught.value).replace("s3cr@t.sqlite", "")
    assert caught.value.__cause__ is None


def test_what_a_database_says_of_a_row_is_not_repeated(database, fetch):
    database.add(1, body="private words")
    with pytest.raises(SourceError, match="OperationalError SQLITE_ERROR") as caught:
        fetch(make_mapping(query=QUERY.replace("*", "no_such_column")))
    assert "no_such_column" not in str(caught.value)


def test_the_address_may_lie_in_an_environment_variable(place, database, fetch, monkeypatch):
    database.add(1)
    monkeypatch.setenv("CHAT_DATABASE", database.address)
    fetch(address="env:CHAT_DATABASE")
    database.add(2)
    fetch(make_mapping(address_variable="CHAT_DATABASE"), address=".")
    assert texts(place) == ["words 1", "words 2"]
    monkeypatch.delenv("CHAT_DATABASE")
    with pytest.raises(SourceError, match="CHAT_DATABASE"):
        fetch(address="env:CHAT_DATABASE")


def test_numbers_of_a_database_are_numbers_of_a_log():
    assert queries._plain(decimal.Decimal("7.0")) == 7
    assert queries._plain(decimal.Decimal("7.5")) == 7.5
    assert queries._plain(b"\x00") is None


def test_two_columns_of_one_name_are_refused_by_name(database, fetch):
    database.add(1)
    query = "select chat.*, 'x' as person from chat where id >= :watermark order by id"
    with pytest.raises(SourceError, match="two columns of the name person"):
        fetch(make_mapping(query=query))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (decimal.Decimal("Infinity"), None),
        (decimal.Decimal(10) ** 30, str(10**30)),
        (2**63, 2**63),
        (2**70, str(2**70)),
        ([2**70, {"a": "\ud800"}], [str(2**70), {"a": "?"}]),
    ],
)
def test_a_value_that_json_has_no_place_for_does_not_hold_up_the_others(value, written):
    line = orjson.loads(queries._write_line({"id": 1, "value": value}))
    assert line == {"id": 1, "value": written}


def make_right():
    """The mapping set right: another word means the user, too."""
    mapping = make_mapping()
    role = {"field": "who", "values": {"user": "user", "narrator": "user"}}
    content = mapping.model_dump(mode="json", exclude_none=True)
    content["records"][0]["fields"]["role"] = role
    return parse_mapping(content, name="a test")


def test_rows_that_a_wrong_mapping_rejected_are_taken_with_the_right_one(place, database, fetch, monkeypatch):
    monkeypatch.setattr(queries, "CHUNK", 2)
    for number in range(1, 6):
        database.add(number, who="narrator" if number in (2, 5) else "user")
    assert dict(fetch().rejected) == {"unknown_role": 2}
    fetch(make_right())
    rows = place.rows("staging.message")
    assert (len(rows), {row["copy_count"] for row in rows}) == (5, {1})
    assert place.rows("ledger.rejected") == []
    assert sum(row["record_count"] for row in place.rows("ledger.delivery")) == 5
    assert fetch(make_right()).files == ()


def test_another_mapping_asks_for_nothing_anew_where_no_row_was_rejected(place, database, fetch):
    database.add(1)
    fetch()
    assert fetch(make_right()).files == ()


def test_a_limit_that_known_rows_fill_is_said_with_the_remedy(place, database, fetch):
    mapping = make_mapping(query=f"{QUERY} limit 2")
    for number in (1, 2, 2, 3):
        database.add(number)
        database.run("update chat set body = 'n' || rowid where id = :id", id=number)
    database.run("update chat set thread = 't' || rowid")
    fetch(mapping)
    fetch(mapping)
    with pytest.raises(SourceError, match="limit of 2 is filled by rows that were taken before"):
        fetch(mapping)
    assert len(texts(place)) == 3


def test_a_limit_that_is_not_reached_is_no_fault(database, fetch):
    mapping = make_mapping(query=f"{QUERY} limit 2")
    database.add(1)
    fetch(mapping)
    assert fetch(mapping).files == ()


def test_nobody_waits_for_a_database_with_the_lock_of_the_lake(place, database, fetch, monkeypatch):
    database.add(1)
    asked = []

    def ask(*args, **named):
        with FileLock(place.home.lake / "writer.lock", timeout=0):  # raises if somebody holds it
            asked.append(args[2])
        return real(*args, **named)

    real = queries.fetch
    monkeypatch.setattr(queries, "fetch", ask)
    assert (fetch().files[0].records.message_count, asked) == (1, [None])


def test_rows_fetched_while_somebody_else_took_some_in_are_asked_for_again(
    place, database, fetch, monkeypatch
):
    database.add(1)
    fetch()
    (held,) = place.rows("ledger.watermark")
    for number in (2, 3):
        database.add(number)
    asked = []

    def ask(*args, **named):
        asked.append(args[2].value)
        fetched = real(*args, **named)
        if len(asked) == 1:
            with lakes.write(place.home.lake, by="somebody else") as commit:
                write_watermark(commit, make_mapping(), held["query_id"], Watermark(3))
        return fetched

    real = queries.fetch
    monkeypatch.setattr(queries, "fetch", ask)
    fetch()
    assert asked == [1, 3]
    assert texts(place) == ["words 1", "words 3"]  # the other one took row 2


def test_a_database_that_falls_silent_is_named_with_what_to_do(database, fetch, monkeypatch):
    go_on = threading.Event()

    def hang(*_):
        go_on.wait(30)
        yield {}

    monkeypatch.setattr(queries, "_rows", hang)
    monkeypatch.setattr(queries, "SILENCE_SECONDS", 0.1)
    with pytest.raises(SourceError, match=r"chat\.sqlite: no row came for 0 s; .* an index on id .* goes on"):
        fetch()
    go_on.set()


def test_a_start_that_no_row_of_its_kind_can_reach_is_refused_with_both_kinds(database, fetch):
    database.add(1_785_758_400)  # seconds since 1970, which SQLite holds to be before every text
    with pytest.raises(SourceError, match=r"id gives a number, query[.]start is a text.* such as 0"):
        fetch(make_mapping(start="2026-01-01T00:00:00+00:00"))
    with pytest.raises(SourceError, match=r"id gives a number, query[.]start is a time"):
        fetch(make_mapping(start=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    assert len(fetch().files) == 1


def test_a_start_of_another_kind_is_refused_where_rows_come_all_the_same(database, fetch):
    database.add(1)
    mapping = make_mapping(query=BY_TIME, watermark="at")
    with pytest.raises(
        SourceError, match=r'at gives a text, query[.]start is a number.* such as "2026-01-01"'
    ):
        fetch(mapping)


def test_a_column_that_becomes_one_of_another_kind_is_refused(database, fetch):
    database.add(1)
    fetch()
    database.run("update chat set id = 'a text'")
    with pytest.raises(SourceError, match=r"id gives a text, it was read up to a number.* change the query"):
        fetch()


@pytest.mark.parametrize("start", ["2030-01-01", dt.date(2030, 1, 1), 10**12])
def test_a_query_that_gives_nothing_from_its_start_on_says_so(database, fetch, start):
    column, query = ("id", QUERY) if isinstance(start, int) else ("at", BY_TIME)
    mapping = make_mapping(query=query, watermark=column, start=start)
    assert "gives no row from its start on" in fetch(mapping).note
    database.add(1)  # before the start
    assert f"the form of the column {column}" in fetch(mapping).note


def test_a_query_that_gave_rows_and_has_no_new_ones_is_no_matter(database, fetch):
    database.add(1)
    assert fetch().note is None
    assert fetch().note is None


@pytest.mark.parametrize("start", [0, 1785758400.25])
def test_a_number_with_a_fraction_is_a_watermark_too(place, database, fetch, start):
    database.run("drop table chat")
    database.run("create table chat (id integer, thread text, person text, who text, body text, at real)")
    mapping = make_mapping(query=BY_TIME, watermark="at", start=start)
    database.add(1, at=1785758400.25)
    database.add(2, at=1785758401.5)
    assert fetch(mapping).files[0].records.message_count == 2
    assert [row["value"] for row in place.rows("ledger.watermark")] == ["float:1785758401.5"]
    database.add(3, at=1785758401.5)
    database.add(4, at=1785758402)
    assert fetch(mapping).files[0].records.message_count == 2
    assert fetch(mapping).files == ()
    assert texts(place) == ["words 1", "words 2", "words 3", "words 4"]
