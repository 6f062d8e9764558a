"""Files wherever fsspec reaches, and packed ones: read as if they lay here unpacked."""

import datetime as dt
import gzip
import json

import fsspec
import pyarrow as pa
import pytest

from pipelines.errors import SourceError
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.fetching.waiting import find_waiting
from pipelines.ingest.files.rewriting import write_without


def lines(*records):
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


@pytest.fixture
def bucket():
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system
    system.store.clear()


def pack(content):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(content)
    return sink.getvalue().to_pybytes()


def take(place, mapping, address):
    return ingest_folder(place.home, address, mapping(), received_on=place_day())


def place_day():
    return dt.date(2026, 9, 1)


def test_a_bucket_is_read_like_a_folder(place, mapping, bucket):
    bucket.pipe("/logs/2026/a.jsonl", lines(place.say(0, "one")))
    bucket.pipe("/logs/2026/b.jsonl.gz", gzip.compress(lines(place.say(1, "two"))))
    bucket.pipe("/logs/readme.txt", b"no log")
    bucket.pipe("/logs/mapping.yaml", b"deployment: {}")
    summary = take(place, mapping, "memory://logs")
    assert sorted(one.name for one in summary.files) == ["2026/a.jsonl", "2026/b.jsonl.gz"]
    assert summary.ignored == ("readme.txt",)
    assert sorted(row["text"] for row in place.rows("staging.message")) == ["one", "two"]
    assert all(one.is_known for one in take(place, mapping, "memory://logs").files)


def test_one_file_of_a_bucket_is_read_alone(place, mapping, bucket):
    bucket.pipe("/logs/a.jsonl", lines(place.say(0)))
    bucket.pipe("/logs/b.jsonl", lines(place.say(1)))
    summary = take(place, mapping, "memory://logs/a.jsonl")
    assert [(one.name, one.records.message_count) for one in summary.files] == [("a.jsonl", 1)]


@pytest.mark.parametrize(
    ("address", "package"),
    [("sftp://robin:a-secret@b/x", "paramiko"), ("gs://b", "gcsfs"), ("az://b", "adlfs")],
)
def test_a_missing_package_is_one_clear_message(address, package):
    with pytest.raises(SourceError, match=f"Install {package} beside Plimsoll") as told:
        find_waiting(address)
    assert "a-secret" not in str(told.value)


def test_an_unknown_kind_of_address_is_refused_with_those_that_are_known():
    with pytest.raises(SourceError, match=r"Known are .*az, .*gs, .*s3"):
        find_waiting("carrierpigeon://loft")


def test_an_empty_bucket_says_what_was_looked_for(place, mapping, bucket):
    with pytest.raises(SourceError, match="no readable file"):
        take(place, mapping, "memory://nothing")


def test_zstd_is_read_as_it_is_and_a_broken_one_is_said(place, mapping):
    content = lines(*[place.say(number / 60, f"words {number}") for number in range(50)])
    place.inbox.mkdir()
    (place.inbox / "a.jsonl.zst").write_bytes(pack(content))
    more = lines(*[place.say(1 + number / 60, f"more {number}") for number in range(5)])
    (place.inbox / "b.jsonl.zst").write_bytes(pack(content) + pack(more) + pack(content)[:-20])
    summary = take(place, mapping, place.inbox)
    whole, broken = summary.files
    assert whole.records.message_count == 50
    assert [item.reason.value for item in broken.records.rejected] == ["broken_archive"]
    assert broken.records.message_count == 55  # what was packed whole before it ends
    assert len(place.rows("staging.message")) == 55


@pytest.mark.parametrize("packed", [False, True])
def test_a_file_is_written_again_in_the_packing_it_came_in(tmp_path, packed):
    content = b'{"a": 1}\n{"a": 2}\n{"a": 3}\n'
    path, target, again = tmp_path / "a.jsonl.zst", tmp_path / "b.jsonl.zst", tmp_path / "c.jsonl.zst"
    path.write_bytes(pack(content) if packed else content)
    assert write_without(path, {2}, target)
    assert write_without(path, {2}, again)
    found = target.read_bytes()
    assert found == again.read_bytes()
    if packed:
        found = pa.input_stream(str(target), compression="zstd").read()
    assert found == b'{"a": 1}\n\n{"a": 3}\n'


def test_links_that_are_not_read_are_named(place, mapping, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "a.jsonl").write_bytes(lines(place.say(0, "one")))
    (elsewhere / "b.jsonl").write_bytes(lines(place.say(1, "two")))
    place.inbox.mkdir()
    (place.inbox / "month").symlink_to(elsewhere)
    (place.inbox / "self").symlink_to(place.inbox)
    (place.inbox / "gone.jsonl").symlink_to(tmp_path / "nowhere.jsonl")
    (place.inbox / "a.jsonl").symlink_to(elsewhere / "a.jsonl")
    (place.inbox / "notes.txt").write_text("x")
    summary = take(place, mapping, place.inbox)
    assert [one.name for one in summary.files] == ["a.jsonl"]
    folder = "a link to a folder, which is not followed; ingest that folder itself"
    assert summary.ignored == (
        "gone.jsonl (a link that leads nowhere)", f"month ({folder})", f"self ({folder})", "notes.txt"
    )  # fmt: skip
    assert len(take(place, mapping, place.inbox / "month").files) == 2
