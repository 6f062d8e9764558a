"""Every record that was delivered is in one count: accepted, or rejected; also where a file breaks off."""

import gzip
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.ingest.delivery import describe
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


def test_every_line_that_an_open_quote_took_is_counted_and_said(place):
    rows = [f"t,u,user,number {one},2026-08-03T09:00:{one:02d}Z\n" for one in range(40)]
    rows[10] = 't,u,user,"number 10,2026-08-03T09:00:10Z\n'
    content = "thread,user,role,text,sent_at\n" + "".join(rows)
    (one,) = deliver(place, plain(), "a.csv", content.encode()).files
    assert counts(place) == [(40, 10, 30)]
    told = describe(one)
    assert "lines 12 to 41 were not read: a quote in line 12 is not closed" in told
    assert "not one row of CSV" in told
    assert "JSON" not in told


def test_rows_after_a_quote_inside_a_value_are_read(place):
    rows = [f"t,u,user,number {one},2026-08-03T09:00:{one:02d}Z\n" for one in range(9)]
    rows[3] = 't,u,user,"she said "no" to me",2026-08-03T09:00:03Z\n'
    rows[5] = 't,u,user,"two\nlines",2026-08-03T09:00:05Z\n\n'
    rows[7] = 't,u,"two\nlines"\n'
    content = "thread,user,role,text,sent_at\n" + "".join(rows)
    (one,) = deliver(place, plain(), "a.csv", content.encode()).files
    assert counts(place) == [(10, 7, 3)]
    assert "lines 11 to 12 were not read" in describe(one)


def test_a_csv_whose_names_cannot_be_read_is_one_record(place):
    (one,) = deliver(place, plain(), "a.csv", b'thread,user,role,"text,sent_at\n' + ROW * 3).files
    assert counts(place) == [(1, 0, 1)]
    assert "whole file; not one row of CSV" in describe(one)
    assert "the names of the columns are no CSV" in describe(one)


def test_a_line_of_json_in_another_encoding_is_said_to_be_so(place, mapping):
    summary = place.deliver(place.say(0), '{"text": "m\xfcde"}'.encode("latin-1"), b"{", mapping=mapping())
    assert dict(summary.rejected) == {"not_utf8": 1, "malformed_line": 1}


@pytest.mark.parametrize("suffix", ["", ".csv"])
@pytest.mark.parametrize(
    ("moment", "count"),
    [
        (0, 0), ("0", 0), (202611200900, 0), ("202611200900", 0), ("1999-12-31T23:59:59Z", 0),
        (946_684_799, 0), (946_684_800, 1), ("2000-01-01T00:00:00Z", 1),
    ],
)  # fmt: skip
def test_a_time_before_the_year_2000_is_an_error_of_the_export(place, mapping, moment, count, suffix):
    if suffix:
        row = f"message,t,u,user,hello,{moment}\n".encode()
        summary = deliver(place, mapping(), "a.csv", HEAD + row)
    else:
        summary = place.deliver(place.say(0, sent_at=moment), mapping=plain())
    assert dict(summary.rejected) == ({} if count else {"bad_time": 1})
    assert len(place.rows("staging.message")) == count
