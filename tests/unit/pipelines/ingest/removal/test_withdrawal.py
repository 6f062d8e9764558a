"""Records are taken out of a delivered file in the format it came in; what is left reads as before."""

import csv
import gzip
import hashlib
import json
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.ingest.files.document import read_items
from pipelines.ingest.files.lines import LONGEST_LINE
from pipelines.ingest.files.rewriting import write_without
from pipelines.ingest.pseudonymise import Pseudonymiser
from pipelines.ingest.reason import Reason
from pipelines.ingest.removal.attribution import Attribution, names_any
from pipelines.ingest.removal.refusal import Refused, refuse_erased
from pipelines.ingest.source import Records
from pipelines.tombstones import SubjectKind, Tombstones, mark

RECORDS = [{"user": name, "body": f"words of {name}"} for name in ("ada", "bea", "cem")]


def write(path: Path) -> Path:
    lines = "".join(json.dumps(one) + "\n" for one in RECORDS)
    if path.name.endswith(".parquet"):
        pq.write_table(pa.Table.from_pylist(RECORDS), path)
    elif ".csv" in path.name:
        with path.open("w", newline="") as stream:
            writer = csv.DictWriter(stream, ["user", "body"])
            writer.writeheader()
            writer.writerows(RECORDS)
    else:
        text = json.dumps(RECORDS) if path.name.startswith("array") else lines
        path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())
    return path


@pytest.mark.parametrize(
    "name", ["a.jsonl", "a.jsonl.gz", "lines.json", "array.json", "array.json.gz", "a.csv", "a.parquet"]
)
def test_the_others_read_as_before_and_the_same_bytes_come_twice(tmp_path: Path, name: str) -> None:
    path = write(tmp_path / name)
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    before = [item.record for item in read_items(path)]
    assert [one["user"] for one in before] == ["ada", "bea", "cem"]
    hashes = set()
    for folder in ("one", "two"):
        target = tmp_path / folder / name
        assert write_without(path, {2}, target)
        assert [item.record for item in read_items(target)] == [before[0], before[2]]
        hashes.add(hashlib.sha256(target.read_bytes()).hexdigest())
    assert len(hashes) == 1


def test_a_line_keeps_its_number(tmp_path: Path) -> None:
    write_without(write(tmp_path / "a.jsonl"), {1}, tmp_path / "b.jsonl")
    assert [item.position for item in read_items(tmp_path / "b.jsonl")] == [2, 3]


@pytest.mark.parametrize("name", ["array.json", "a.parquet"])
def test_of_a_file_without_any_other_record_nothing_is_left(tmp_path: Path, name: str) -> None:
    assert not write_without(write(tmp_path / name), {1, 2, 3}, tmp_path / f"left-{name}")


def test_csv_keeps_its_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("user;body\nada;one\nbea;two, and more\ncem;three\n")
    write_without(path, {1}, tmp_path / "b.csv")
    left = [item.record for item in read_items(tmp_path / "b.csv")]
    assert left == [{"user": "bea", "body": "two, and more"}, {"user": "cem", "body": "three"}]


CSV = (
    b'user,body\nada,one\nbea,"x"y\n"cem,two\nlines"z\n\r\ndan,"a\r\nb"\reva,'
    + b"x" * (LONGEST_LINE + 1)
    + b"\nfay,six\n"
)


@pytest.mark.parametrize(
    ("items", "left"),
    [
        ({1}, CSV.replace(b"ada,one\n", b"")),
        ({2}, CSV.replace(b'bea,"x"y\n', b"")),
        ({3, 4}, CSV.replace(b'"cem,two\nlines"z\n', b"")),
        ({5}, CSV.replace(b'dan,"a\r\nb"\r', b"")),
        ({6}, CSV[: CSV.index(b"eva")] + b"fay,six\n"),
        ({7}, CSV.replace(b"fay,six\n", b"")),
    ],
)
def test_of_a_csv_what_goes_is_what_its_position_says_and_the_rest_stays_byte_for_byte(
    tmp_path: Path, items: set[int], left: bytes
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(CSV)
    places = [item.position for item in read_items(path)]
    assert places == [1, 2, 3, 4, 5, 6, 7]
    write_without(path, items, tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_bytes() == left
    assert len(left) < len(CSV)


def test_a_line_that_is_too_long_goes_or_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    long = b"x" * (2 * LONGEST_LINE + 7) + b"\n"
    path.write_bytes(b"{}\n" + long + b"[]\n")
    write_without(path, {1}, tmp_path / "b.jsonl")
    assert (tmp_path / "b.jsonl").read_bytes() == b"\n" + long + b"[]\n"
    write_without(path, {2}, tmp_path / "c.jsonl")
    assert (tmp_path / "c.jsonl").read_bytes() == b"{}\n\n[]\n"


@pytest.mark.parametrize(
    ("text", "is_named"),
    [('{"id": "u-7"', True), ("u-7", True), ("u-77", False), ("xu-7", False), ("au-7-b", False), ("", False)],
)
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16", "utf-16-le", "utf-16-be"])
def test_an_id_is_found_as_a_word_of_its_own(text: str, is_named: bool, encoding: str) -> None:
    assert names_any(f"é {text}".encode(encoding), {"u-7"}) is is_named


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16-le"])
def test_an_id_with_other_letters_is_found_as_it_is_and_as_json_escapes_it(encoding: str) -> None:
    assert names_any('{"id": "jörg"'.encode(encoding), {"jörg"})
    assert names_any(json.dumps({"id": "jörg"}).encode(encoding), {"jörg"})
    assert not names_any('{"id": "jürg"'.encode(encoding), {"jörg"})


def test_records_of_the_erased_are_refused_and_counted_without_a_trace_of_where() -> None:
    keyed = Pseudonymiser(b"k" * 32)
    gone = mark(SubjectKind.USER, "one", keyed.identify("user", "one", "ada"))
    records = Records(
        messages={"user": ["ada", "bea", None], "thread": ["t", "t", "s"], "text": ["a", "b", "c"]}
    )
    refused = Refused(Tombstones(frozenset({gone})), held=frozenset())
    refuse_erased(records, refused, deployment_id="one", pseudonymiser=keyed)
    assert records.messages["text"] == ["b", "c"]
    assert [(one.position, one.reason, one.raw) for one in records.rejected] == [(0, Reason.ERASED, b"")]


def test_a_tombstone_of_one_deployment_refuses_nothing_of_another() -> None:
    keyed = Pseudonymiser(b"k" * 32)
    gone = mark(SubjectKind.USER, "one", keyed.identify("user", "one", "ada"))
    records = Records(messages={"user": ["ada"], "thread": ["t"], "text": ["a"]})
    refused = Refused(Tombstones(frozenset({gone})), held=frozenset())
    refuse_erased(records, refused, deployment_id="two", pseudonymiser=keyed)
    assert records.messages["text"] == ["a"]
    assert records.rejected == []


def test_a_deeply_nested_record_of_a_document_that_tells_nobody_is_searched_for_ids(tmp_path: Path) -> None:
    deep = "[" * 300 + "]" * 300
    path = tmp_path / "a.json"
    path.write_text(f'[{{"about": "ada", "more": {deep}}}, {{"about": "bea", "more": {deep}}}]')
    source = SimpleNamespace(attribute=lambda *_: [])
    about = Attribution(Mock(), source, Mock(), lambda *_: False, {"ada"})
    assert about.find_items(path) == {1}
