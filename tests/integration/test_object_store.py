"""Logs in a bucket of an S3 server are read as they lie there; what cannot be read is told."""

import datetime as dt
import gzip
import json
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest
from moto.server import ThreadedMotoServer

from pipelines.errors import SourceError
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.fetching.waiting import find_waiting
from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.removal.withdrawal import withdraw
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake
from pipelines.privacy.erasure import erase
from pipelines.privacy.request import Request, Surroundings
from pipelines.settings import Home, HomeKind, make_home
from pipelines.tombstones import SubjectKind
from risk_register.database.store import Store

DAY = dt.date(2026, 9, 1)
NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
FIELDS = {"thread": "t", "user": "u", "role": "r", "text": "x", "sent_at": "at", "turn": "n"}
MAPPING = {"deployment": {"id": "one"}, "records": [{"kind": "message", "fields": FIELDS}]}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[fsspec.AbstractFileSystem]:
    """An empty bucket `logs`; where the server is and who asks, the library finds by itself."""
    for name, value in {
        "AWS_ENDPOINT_URL": server, "AWS_ACCESS_KEY_ID": "operator", "AWS_SECRET_ACCESS_KEY": "not-a-secret",
        "AWS_DEFAULT_REGION": "us-east-1", "AWS_CONFIG_FILE": "/nowhere",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    system = fsspec.filesystem("s3", skip_instance_cache=True)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    system.mkdir("logs")
    yield system
    system.rm("logs", recursive=True)
    fsspec.get_filesystem_class("s3").clear_instance_cache()


@pytest.fixture
def home(tmp_path) -> Home:
    return make_home(Home(tmp_path / "home"), HomeKind.REAL)


def say(number: int) -> bytes:
    record = {
        "t": f"t-{number // 4}",
        "u": f"u-{number // 8}",
        "r": "user",
        "x": f"text {number}",
        "n": number,
    }
    return (
        json.dumps(record | {"at": f"2026-08-03T12:{number // 60:02d}:{number % 60:02d}Z"}).encode() + b"\n"
    )


def take(home: Home, address: str) -> list[tuple[str, int, bool]]:
    summary = ingest_folder(home, address, parse_mapping(MAPPING, name="a test"), received_on=DAY)
    return [(one.name, one.records.message_count, one.is_known) for one in summary.files]


def test_a_bucket_is_read_like_a_folder_and_again_changes_nothing(bucket, home):
    bucket.pipe("logs/2026/08/a.jsonl", b"".join(map(say, range(40))))
    bucket.pipe("logs/2026/08/b.jsonl.gz", gzip.compress(b"".join(map(say, range(40, 60)))))
    bucket.pipe("logs/2026/readme.txt", b"no log")
    assert take(home, "s3://logs/2026") == [("08/a.jsonl", 40, False), ("08/b.jsonl.gz", 20, False)]
    rows = Lake(home.lake).read("staging.message", columns=["text"])
    assert sorted(rows["text"].to_pylist()) == sorted(f"text {number}" for number in range(60))
    assert [is_known for *_, is_known in take(home, "s3://logs/2026")] == [True, True]
    bucket.pipe("logs/2026/09/c.jsonl", say(60))
    assert take(home, "s3://logs/2026")[-1] == ("09/c.jsonl", 1, False)


def fetch_counted(home: Home, monkeypatch, **changes: str) -> list[str]:
    """What an ingest of the bucket fetches."""
    fetched: list[str] = []
    copy = shutil.copyfileobj
    mapping = parse_mapping(
        MAPPING | {"records": [{"kind": "message", "fields": FIELDS | changes}]}, name="a"
    )
    with monkeypatch.context() as patch:
        patch.setattr(
            "pipelines.ingest.fetching.waiting.shutil.copyfileobj",
            lambda source, out, size: (fetched.append(Path(out.name).name), copy(source, out, size)),
        )
        fsspec.get_filesystem_class("s3").clear_instance_cache()
        ingest_folder(home, "s3://logs", mapping, received_on=DAY)
    return fetched


def test_an_object_that_is_known_is_not_fetched_again_until_it_changes(bucket, home, monkeypatch):
    bucket.pipe("logs/a.jsonl", say(0))
    bucket.pipe("logs/b.jsonl", say(1))
    bucket.pipe("logs/copy_of_b.jsonl", say(1))
    assert len(fetch_counted(home, monkeypatch)) == 3
    assert fetch_counted(home, monkeypatch) == []
    bucket.pipe("logs/a.jsonl", say(2))  # of the same size
    bucket.pipe("logs/c.jsonl", say(3))
    assert fetch_counted(home, monkeypatch) == ["a.jsonl", "c.jsonl"]
    assert fetch_counted(home, monkeypatch) == []
    assert Lake(home.lake).read("staging.message").num_rows == 4


def test_an_object_with_rejected_records_is_fetched_for_another_mapping(bucket, home, monkeypatch):
    bucket.pipe("logs/a.jsonl", say(0))
    bucket.pipe("logs/b.jsonl", say(1).replace(b'"x"', b'"y"'))
    assert len(fetch_counted(home, monkeypatch)) == 2
    assert fetch_counted(home, monkeypatch) == []
    assert fetch_counted(home, monkeypatch, text="y") == ["b.jsonl"]
    assert fetch_counted(home, monkeypatch, text="y") == []
    assert Lake(home.lake).read("staging.message").num_rows == 2


def test_who_was_erased_does_not_come_back_from_an_object_that_is_known_or_fetched_again(
    bucket, home, monkeypatch
):
    bucket.pipe("logs/a.jsonl", say(0) + say(8) + (say(1) + say(9)).replace(b'"x"', b'"y"'))
    fetch_counted(home, monkeypatch)
    pseudonym = Pseudonymiser(load_key(home.keys)).identify("user", "one", "u-0")
    person = Request("one", SubjectKind.USER, pseudonym, frozenset({"u-0"}))
    store = Store(home.governance_url)
    store.upgrade()
    around = Surroundings(withdraw, lambda: None, lambda _: 0)
    erase(home, store, person, around=around, actor="a test", at=NOW)
    assert Lake(home.lake).read("staging.message")["text"].to_pylist() == ["text 8"]
    assert fetch_counted(home, monkeypatch) == []
    assert fetch_counted(home, monkeypatch, text="y") == ["a.jsonl"]
    bucket.pipe("logs/a.jsonl", say(0) + say(8) + say(10))
    assert fetch_counted(home, monkeypatch) == ["a.jsonl"]
    rows = Lake(home.lake).read("staging.message")
    assert sorted(rows["text"].to_pylist()) == ["text 10", "text 8", "text 9"]


def test_a_lake_of_before_learns_what_its_objects_are(bucket, home, monkeypatch):
    bucket.pipe("logs/a.jsonl", say(0))
    fetch_counted(home, monkeypatch)
    with lakes.write(home.lake, by="a test") as commit:
        rows = commit.lake.read("ledger.delivery")
        commit.replace_all("ledger.delivery", rows.drop_columns(["marks"]))
    assert fetch_counted(home, monkeypatch) == ["a.jsonl"]
    assert fetch_counted(home, monkeypatch) == []


@pytest.mark.parametrize(
    ("address", "kind"),
    [("s3://nowhere/logs", "FileNotFoundError"), ("s3://logs/none", "no readable file")],
)
def test_what_is_not_there_is_told(bucket, home, address, kind):
    with pytest.raises(SourceError, match=kind):
        take(home, address)


def test_a_server_that_does_not_answer_is_told_without_the_secret(bucket, home, monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setattr("s3fs.S3FileSystem.retries", 1)
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    with pytest.raises(SourceError, match=r"s3://logs/a: cannot be read \(EndpointConnectionError\)") as told:
        take(home, "s3://logs/a")
    assert "not-a-secret" not in str(told.value)


def test_who_gives_no_credentials_is_told(bucket, home, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    fsspec.get_filesystem_class("s3").clear_instance_cache()
    with pytest.raises(SourceError, match=r"cannot be read \(NoCredentialsError\)"):
        take(home, "s3://logs/a")


def test_a_file_that_goes_while_it_is_fetched_is_told_and_what_came_before_stays(bucket, home, monkeypatch):
    monkeypatch.setattr("pipelines.ingest.deliver.BYTES_AT_ONCE", 1)
    bucket.pipe("logs/a.jsonl", say(0))
    bucket.pipe("logs/b.jsonl", say(1))
    found = find_waiting

    def find_and_lose(source, **options):
        waiting = found(source, **options)
        bucket.rm("logs/b.jsonl")
        return waiting

    monkeypatch.setattr("pipelines.ingest.deliver.find_waiting", find_and_lose)
    with pytest.raises(SourceError, match=r"b\.jsonl cannot be fetched"):
        take(home, "s3://logs")
    assert Lake(home.lake).read("staging.message").num_rows == 1
