"""No part of a password is ever shown, however wrongly an address is written."""

import datetime as dt

import fsspec
import pytest

from pipelines.errors import SourceError
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.fetching import waiting
from pipelines.ingest.fetching.database import name_database, open_database
from pipelines.ingest.fetching.location import show_address
from pipelines.ingest.mapping import parse_mapping
from pipelines.lake.lake import Lake

SHOWN = [
    ("postgresql+psycopg://reader:S3cret@dbhost:5432/chat", "postgresql+psycopg://dbhost/chat"),
    ("postgresql://reader@dbhost/chat?password=S3cret", "postgresql://dbhost/chat"),
    ("mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BPWD%3DS3cret", "mssql+pyodbc:///"),
    ("mysql://reader:S3%40cret@[::1]:3306/chat", "mysql://[::1]/chat"),
    ("sqlite:////srv/chat.sqlite", "sqlite:////srv/chat.sqlite"),
    ("s3://bucket/logs/day=2026-08-03", "s3://bucket/logs/day=2026-08-03"),
    ("s3://KEY:S3cret@bucket/logs", "s3://bucket/logs"),
    ("https://store.example/S3cret/a.jsonl?sig=S3cret", "https://store.example/..."),
    ("mssql://dbhost/chat;password=S3cret", "mssql://dbhost/..."),
]
UNCERTAIN = [
    "postgresql+psycopg://reader:S3cr/et@dbhost/chat",
    "postgresql://reader:S3c@ret@dbhost/chat",
    "postgresql://reader:S3c@r/et@dbhost/chat",
    "postgresql://reader:S3c?ret@dbhost/chat",
    "postgresql://reader:S3c#ret@dbhost/chat",
    "postgresql://reader:S3cret/chat",
    "postgresql://reader:S3c@ret?x@dbhost/chat",
    "s3://KEY:S3/CRET@bucket/logs",
    "reader:S3cret@dbhost/chat",
    "reader:S3cret@dbhost://chat",
]


@pytest.mark.parametrize(("address", "shown"), SHOWN)
def test_scheme_host_and_name_are_shown_where_they_are_certain(address, shown):
    assert show_address(address) == shown


@pytest.mark.parametrize("address", UNCERTAIN)
def test_what_may_be_a_part_of_a_password_is_not_shown(address):
    assert show_address(address) in ("the address", address.partition("://")[0] + "://...")


@pytest.mark.parametrize(
    ("password", "shown"),
    [
        ("S3cret", "postgresql+psycopg://dbhost/chat"),
        ("S3cr/et", "postgresql+psycopg://..."),
        ("S3c@ret", "postgresql+psycopg://..."),
        ("S3c@r/et", "postgresql+psycopg://..."),
        ("S3c@ret?x", "postgresql+psycopg://..."),
    ],
)
def test_a_database_is_named_without_its_password(password, shown):
    engine = open_database(f"postgresql+psycopg://reader:{password}@dbhost/chat")
    assert name_database(engine) == shown


def test_an_address_with_a_wrong_port_is_said_to_be_wrong():
    with pytest.raises(SourceError, match="address of the database is not one") as told:
        open_database("postgresql+psycopg://reader:S3cret@127.0.0.1:abc/chat")
    assert "S3cret" not in str(told.value)


@pytest.mark.parametrize(
    "address",
    [
        *(address for address, _ in SHOWN if "S3" in address and "https" not in address),
        *(address for address in UNCERTAIN if "://" in address),
        "memory://KEY:S3cret@bucket",
    ],
)
def test_an_ingest_of_files_says_nothing_of_a_password(place, mapping, address):
    with pytest.raises(SourceError) as told:
        ingest_folder(place.home, address, mapping(), received_on=None)
    said = str(told.value)
    assert not [part for part in ("S3c", "S3/", "CRET", "ret", "KEY", "reader", "PWD") if part in said]


def test_a_pasted_address_in_the_place_of_a_variable_is_not_repeated(place):
    rules = parse_mapping(
        {
            "deployment": {"id": "one"},
            "format": "sql",
            "query": {"query": "select :watermark", "watermark": "id", "start": 0},
            "records": [
                {"kind": "message", "fields": {"thread": "t", "role": "r", "text": "x", "sent_at": "a"}}
            ],
        },
        name="a test",
    )
    with pytest.raises(SourceError, match="name of an environment variable") as told:
        ingest_folder(place.home, "env:postgresql://reader:S3cret@dbhost/chat", rules, received_on=None)
    assert "S3cret" not in str(told.value)


def test_no_generation_keeps_a_part_of_an_address(place, mapping):
    fsspec.filesystem("memory").store.clear()
    fsspec.filesystem("memory").pipe("/KEY:S3cret@bucket/a.jsonl", b"{}\n")
    ingest_folder(place.home, "memory://KEY:S3cret@bucket", mapping(), received_on=dt.date(2026, 9, 1))
    files = [path for path in place.home.lake.rglob("*") if path.is_file()]
    content = "".join(path.read_text(errors="replace") for path in files)
    assert "S3cret" not in content
    assert Lake(place.home.lake).generation.number


def test_the_key_of_a_signed_link_is_no_part_of_a_files_name(monkeypatch):
    class Store:
        def isfile(self, path):
            return True

        def info(self, path):
            return {"size": 1}

        def unstrip_protocol(self, path):
            return path

    monkeypatch.setattr(waiting, "url_to_fs", lambda address: (Store(), address))
    ((one,), _, _) = waiting.find_waiting("https://store.example/a.jsonl?sig=S3cret")
    assert one.name == "a.jsonl"
    _, (ignored,), _ = waiting.find_waiting("https://store.example/a.docx?sig=S3cret")
    assert ignored == "a.docx"
