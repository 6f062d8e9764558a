"""Every record that was delivered is in one count: accepted, or rejected; also where a file breaks off."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.ingest.mapping import parse_mapping

HEAD = b"is,thread,user,role,text,sent_at\n"
ROW = b"message,t,u,user,hello,2026-08-03T09:00:00Z\n"


def counts(place):
    """(delivered, accepted, rejected) of every file."""
    return [
        (row["record_count"], row["message_count"], row["rejected_count"])
        for row in place.rows("ledger.delivery")
    ]


def deliver(place, mapping, name, content):
    folder = place.inbox / "x"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return place.again(folder, mapping=mapping)


def plain():
    """A mapping whose records are read as columns."""
    rule = {
        "kind": "message",
        "fields": {name: name for name in ("thread", "user", "role", "text", "sent_at")},
    }
    return parse_mapping({"deployment": {"id": "one"}, "records": [rule]}, name="a test")


def cut_parquet(place):
    target = place.inbox / "whole.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"thread": ["t"]}), target)
    content = target.read_bytes()[:-9]
    target.unlink()
    return content


def test_a_file_in_another_encoding_is_one_delivered_and_rejected_record(place, mapping):
    deliver(place, mapping(), "a.csv", HEAD + ROW.replace(b"hello", b"m\xfcde"))
    assert counts(place) == [(1, 0, 1)]


def test_a_parquet_file_that_was_cut_is_one_delivered_and_rejected_record(place, mapping):
    deliver(place, mapping(), "a.parquet", cut_parquet(place))
    assert counts(place) == [(1, 0, 1)]


@pytest.mark.parametrize("is_plain", [True, False])
def test_what_a_cut_archive_lost_is_one_record_beside_those_that_were_read(place, mapping, is_plain):
    lines = b"".join(json.dumps(place.say(hour, f"no {hour}")).encode() + b"\n" for hour in range(5))
    deliver(place, plain() if is_plain else mapping(), "a.jsonl.gz", gzip.compress(lines)[:-4])
    assert counts(place) == [(6, 5, 1)]


@pytest.mark.parametrize("content", [b'{"body": 1}\n{"body": 2}\n', b"\xff\xfe{", b'[{"body": "m\xfcde"}]'])
def test_a_file_that_no_call_was_found_in_is_one_delivered_and_rejected_record(place, content):
    calls = parse_mapping({"deployment": {"id": "one"}, "format": "sharegpt"}, name="a test")
    folder = place.inbox / "x"
    folder.mkdir(parents=True)
    (folder / "a.json").write_bytes(content)
    place.again(folder, mapping=calls)
    assert counts(place) == [(1, 0, 1)]
