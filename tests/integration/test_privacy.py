"""No contact detail is below a home, and no text past staging: searched in decoded content, with a canary."""

import datetime as dt
import gzip
import json
import shutil
import sqlite3

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.pointer import current_file
from pipelines.report.build import build_report


@pytest.fixture(scope="module")
def reported(computed, tmp_path_factory):
    """The computed home with a built report."""
    home = tmp_path_factory.mktemp("reported") / "home"
    shutil.copytree(computed, home)
    build_report(
        "monthly_safety_review",
        published=current_file(home / "published"),
        period="2026-08",
        deployment_id="replay_companion",
        out=home / "reports",
        built_at=dt.datetime(2026, 9, 2, tzinfo=dt.UTC),
    )
    return home


def test_no_planted_contact_detail_is_anywhere_below_the_home(reported, decoded_search, export):
    assert decoded_search.search(reported, export.SECRETS) == {}


def test_what_stands_in_the_place_of_a_contact_detail_is_found_in_staging(reported, decoded_search):
    kinds = ("email", "phone", "unlisted_phone", "unlisted_url", "card", "ssn", "iban", "ip")
    tokens = {f"Write to me: [{kind}]" for kind in kinds}
    found = decoded_search.search(reported, tokens)
    assert found.keys() == tokens
    assert {layer for places in found.values() for layer in decoded_search.layers(places)} == {"lake/staging"}


def test_a_canary_sentence_is_found_in_staging_and_nowhere_else(reported, decoded_search, export):
    places = decoded_search.search(reported, [export.CANARY])[export.CANARY]
    assert decoded_search.layers(places) == {"lake/staging"}
    assert {place.rpartition(":")[2] for place in places} == {"text"}


def test_an_operators_own_ids_are_not_kept(reported, decoded_search):
    assert decoded_search.search(reported, ["day2-5", "user of day2", "user of planted"]) == {}


def test_every_kind_of_file_was_opened_as_what_it_is(reported, decoded_search):
    kinds = {path.suffix for path in reported.rglob("*") if path.is_file()}
    assert {".parquet", ".duckdb", ".sqlite", ".pdf", ".xlsx", ".json"} <= kinds
    title = decoded_search.search(reported, ["Replay companion"])["Replay companion"]
    found_in = {place.partition(":")[0].rpartition(".")[2] for place in title}
    assert {"parquet", "duckdb", "sqlite", "pdf", "xlsx", "json"} <= found_in


def test_what_the_commands_print_holds_no_text(logs, mapping, command, export, tmp_path):
    shutil.copytree(logs, tmp_path / "logs")
    export.deliver(
        tmp_path / "logs", [export.CANARY, json.dumps(export.CANARY), f'{{"{export.CANARY}": 1'], on=9
    )
    home = tmp_path / "home"
    arguments = ["ingest", tmp_path / "logs", "--mapping", mapping]
    printed = command.plimsoll(*arguments, "--json", home=home)
    assert printed.document["rejected"]["malformed_line"] == 4
    described = command.plimsoll("status", home=home)
    for text in (printed.output, printed.errors, described.output, described.errors):
        assert text.lower().count("lighthouse") == 0
        assert [secret for secret in export.SECRETS if secret in text] == []


def write_parquet(folder, words):
    path = folder / "a.parquet"
    pq.write_table(pa.table({"number": [1, 2], "text": ["x", f"so {words} it is"]}), path)
    return path


def write_duckdb(folder, words):
    path = folder / "a.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema deep")
        connection.from_arrow(pa.table({"text": [f"so {words} it is"]})).create("deep.down")
    return path


def write_sqlite(folder, words):
    path = folder / "a.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("create table note (text text)")
    connection.execute("insert into note values (?)", (f"so {words} it is",))
    connection.commit()
    connection.close()
    return path


def write_gzip(folder, words):
    path = folder / "a.log.gz"
    path.write_bytes(gzip.compress(f"so {words} it is".encode()))
    return path


def write_workbook(folder, words):
    path = folder / "a.xlsx"
    book = openpyxl.Workbook()
    book.active.append([1, f"so {words} it is"])
    book.save(path)
    return path


def write_plain(folder, words):
    path = folder / "a.log"
    path.write_text(f"so {words} it is")
    return path


WRITERS = [write_parquet, write_duckdb, write_sqlite, write_gzip, write_workbook, write_plain]


@pytest.mark.parametrize("write", WRITERS, ids=lambda write: write.__name__)
@pytest.mark.parametrize(
    "words", ["the lighthouse keeper", "robin@example.org", "(202) 555-0178", "07700 900123"]
)
def test_the_search_finds_what_is_planted_in_any_kind_of_file(tmp_path, decoded_search, write, words):
    path = write(tmp_path, words)
    (places,) = decoded_search.search(tmp_path, [words, "the harbour master"]).values()
    assert {place.partition(":")[0] for place in places} == {path.name}


@pytest.mark.parametrize("spelling", ["2025550178", "202 555 0178", "+1-202.555.0178"])
def test_the_search_finds_a_number_in_another_spelling(tmp_path, decoded_search, spelling):
    write_parquet(tmp_path, spelling)
    assert decoded_search.search(tmp_path, ["(202) 555-0178"]).keys() == {"(202) 555-0178"}


def test_the_search_does_not_take_a_hash_or_a_column_of_counts_for_a_number(tmp_path, decoded_search):
    counts = pa.table({"count": [202, 555, 178], "hash": ["ab2025550178cd", "0", "1"]})
    pq.write_table(counts, tmp_path / "a.parquet")
    assert decoded_search.search(tmp_path, ["(202) 555-0178"]) == {}
