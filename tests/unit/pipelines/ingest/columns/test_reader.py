"""Plain records as columns: the same records, values and reasons as the reading of single records gives."""

import datetime as dt
import gzip
import json

import numpy as np
import pyarrow as pa
import pytest

from pipelines.ingest.columns import block as blocks
from pipelines.ingest.columns.reader import PlainReader
from pipelines.ingest.files.nesting import DEEPEST
from pipelines.ingest.mapping import MESSAGE_FIELDS, parse_mapping
from pipelines.ingest.raw import MESSAGE_SCHEMA, read_columns
from pipelines.ingest.source import Records
from pipelines.ingest.sources import make_source, mapped

TODAY = dt.date(2026, 9, 1)
FIELDS = {
    "thread": "session.id", "user": "session.user", "message_id": "id", "turn": "seq",
    "text": "body", "sent_at": "at",
    "role": {"field": "from", "values": {"human": "user", "bot": "assistant"}},
    "language": "lang", "region": "region", "age_band": "age", "model": "model", "model_served": "served",
    "is_test_traffic": "test",
}  # fmt: skip
GOOD = {
    "event": "message", "session": {"id": "s", "user": "u"}, "id": "1", "seq": 3,
    "body": "words", "from": "human", "at": "2026-08-03T12:00:00Z", "lang": "en-GB", "region": "GB",
    "age": "25-34", "model": "m", "test": False,
}  # fmt: skip
ODD = [
    None,
    "",
    " ",
    "\t\n",
    "\u00a0",
    "\u3000",
    "\x1f",
    7,
    0,
    -0,
    -7,
    1.5,
    1e3,
    True,
    False,
    [],
    {},
    ["a"],
    {"a": 1},
    2**53,
    2**63,
    2**64,
    -(2**63),
]
TIMES = [
    "2026-08-03T12:00:00.123456Z", "2026-08-03T12:00:00.5Z", "2026-08-03 12:00:00+02:00",
    "2026-08-03T12:00:00",
    "2026-08-03", "2026-02-30T12:00:00Z", "2026-08-03T24:00:00Z", "2026-08-03T23:59:60Z", "20260803T120000Z",
    "2026-08-03T12:00:00+0200", "2026-08-03T12:00:00-99:00", "2026-08-03T12:00Z", "1969-12-31T23:59:59Z",
    "2100-01-01T00:00:00Z", "2026-09-03T00:00:00Z", "2026-09-03T00:00:00.000001Z", "yesterday", "1785751200",
    1785751200, 1785751200000, 1785751200000000, 1785751200000000001, 1785751200.5, "2026-10-25T02:30:00",
]  # fmt: skip
TEXTS = [
    "\u0000",
    "a\u0000b",
    "\u2028",
    "\u3000",
    "\t\n",
    'quote " and \\ back',
    "emoji \U0001f600",
    "a, nan, b",
    ",}",
    "é",
]
SEEMING = [
    "5", "5.0", "-7", "-0", "007", "1e3", "1E-5", "1.", "true", "false", "True", "null", "[7]", "{}",
    "1.2E+11", "1,2E+11", "12e+4", "NULL", "\\N", "None",
    "[phone] ok", "18-24", "2026-08-03", "9223372036854775808", "99999999999999999999",
    "-9999999999999999999", "5 mg",
]  # fmt: skip
"""Texts that could have been written as something else: a value and its text are the same to the engine."""
LINES = [
    b"", b"   ", b"\r", b"not json",
    b"[1]", b"7", b"null", b'"text"', b'{"a": 1,}', b'{"a": NaN}', b'{"a": 1e999}',
    b"{} trailing",
    b'{"event": "message"}', b"\xff\xfe", b'{"event": "message", "body": "\xff"}', b'{"a": "\\ud800"}',
    b' {"event": "message"} \r', b'{"event": "other"}\r\r',
    b"{", b'{"event": "other"}', b'{"event": 7}', b'{"event": null}',
]  # fmt: skip


def source(zone="Europe/Berlin", **changes):
    rules = [
        {"kind": "notice", "when": {"field": "event", "equals": "notice"},
         "fields": {"thread": "session.id", "detail": "kind", "occurred_at": "at"}},
        {"kind": "message", "when": {"field": "event", "equals": "message"}, "fields": FIELDS | changes},
    ]  # fmt: skip
    return make_source(
        parse_mapping({"deployment": {"id": "one", "zone": zone}, "records": rules}, name="a test")
    )


def rows(records: Records) -> list[tuple]:
    table = read_columns(records)
    return sorted(zip(*[table[one.name].to_pylist() for one in MESSAGE_SCHEMA], strict=True), key=repr)


def compare(path, *, zone="Europe/Berlin"):
    one = source(zone)
    whole, parts = one.read(path, received_on=TODAY), Records()
    found, rejected, plain_count = [], [], 0
    for part in one.read_parts(path, received_on=TODAY):
        found += rows(part)
        rejected += [(item.position, item.reason, item.field, item.raw) for item in part.rejected]
        plain_count += 0 if part.plain is None else part.plain.num_rows
        parts.absorb(part, lambda raw: "")
    assert sorted(found, key=repr) == rows(whole)
    assert sorted(rejected) == sorted(
        (one.position, one.reason, one.field, one.raw) for one in whole.rejected
    )
    assert (parts.record_count, parts.message_count, parts.event_count) == (
        whole.record_count,
        whole.message_count,
        whole.event_count,
    )
    return plain_count


def write(path, records):
    path.write_bytes(
        b"".join((r if isinstance(r, bytes) else json.dumps(r).encode()) + b"\n" for r in records)
    )
    return path


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_every_odd_value_in_every_field_is_read_the_same(tmp_path, zone):
    records = [GOOD]
    for name in GOOD:
        records += [GOOD | {name: value} for value in (*ODD, *SEEMING)]
        records.append({key: value for key, value in GOOD.items() if key != name})
    records += [GOOD | {"session": {"id": value}} for value in (*ODD, *SEEMING, 99999999999999999999)]
    records += [GOOD | {"at": value} for value in TIMES]
    records += [GOOD | {"body": value} for value in TEXTS]
    records += [GOOD | {"lang": value} for value in ("English", "pt_BR", "x" * 70, "a@b.org", "1987-05-12")]
    records += [GOOD | {"region": value} for value in ("52.5200,13.4050", "US-CA", "Hauptstraße 5")]
    records += [GOOD | {"test": value} for value in ("true", "1", "maybe", 1)]
    assert compare(write(tmp_path / "a.jsonl", records), zone=zone) > 30


EMPTY = ["", " ", "\u00a0", "\t\n"]
OPTIONAL = {
    "user": ("session", lambda value: {"id": "s", "user": value}),
    **{name: (key, lambda value: value) for name, key in (
        ("message_id", "id"), ("turn", "seq"), ("language", "lang"), ("region", "region"),
        ("age_band", "age"), ("model", "model"), ("model_served", "served"), ("is_test_traffic", "test"),
    )},
}  # fmt: skip


@pytest.mark.parametrize("empty", EMPTY)
@pytest.mark.parametrize("name", OPTIONAL)
def test_an_empty_text_in_an_optional_field_is_no_value_in_either_reading(tmp_path, name, empty):
    key, make = OPTIONAL[name]
    path = write(tmp_path / "a.jsonl", [GOOD | {key: make(empty)}])
    compare(path)
    found = source().read(path, received_on=TODAY)
    assert found.rejected == []
    assert found.messages[name] == [None]


def test_an_empty_label_is_read_as_a_column(tmp_path):
    assert compare(write(tmp_path / "a.jsonl", [GOOD | {"lang": "", "model": " ", "test": ""}])) == 1


def test_every_odd_line_is_rejected_for_the_same_reason_at_the_same_place(tmp_path):
    records = [line for odd in LINES for line in (odd, GOOD)]
    assert compare(write(tmp_path / "a.jsonl", records)) == len(LINES)


def test_lines_are_numbered_on_from_block_to_block(tmp_path, monkeypatch):
    monkeypatch.setattr(blocks, "SIZE", 700)
    records = [GOOD | {"id": str(number)} for number in range(40)]
    records[7:7] = [b"", b"broken", b""]
    records[31:31] = [b"\xff"]
    assert compare(write(tmp_path / "a.jsonl", records)) == 40
    path = tmp_path / "b.jsonl.gz"
    path.write_bytes(gzip.compress((tmp_path / "a.jsonl").read_bytes()))
    assert compare(path) == 40


@pytest.mark.parametrize("length", [99, 100, 101, 102, 103, 400, 2000])
def test_a_line_that_is_too_long_is_one_rejection_and_its_neighbours_are_read(tmp_path, monkeypatch, length):
    for name in ("pipelines.ingest.files.lines.LONGEST_LINE", "pipelines.ingest.columns.block.LONGEST_LINE"):
        monkeypatch.setattr(name, 300 if length > 300 else 100_000)
    monkeypatch.setattr(blocks, "SIZE", 500)
    records = [GOOD, GOOD | {"body": "x" * length}, GOOD | {"id": "2"}]
    compare(write(tmp_path / "a.jsonl", records))


def test_a_byte_order_mark_is_no_part_of_the_first_record(tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(GOOD).encode())
    assert compare(path) == 1


def test_the_files_of_an_ingest_share_one_reader_and_no_records(tmp_path, monkeypatch):
    made = []
    monkeypatch.setattr(mapped, "PlainReader", lambda plan: made.append(plan) or PlainReader(plan))
    one, texts = source(), []
    for name in ("first", "second", "third"):
        path = write(tmp_path / f"{name}.jsonl", [GOOD | {"body": name}])
        texts += [part.plain["text"].to_pylist() for part in one.read_parts(path, received_on=TODAY)]
    assert texts == [["first"], ["second"], ["third"]]
    assert len(made) == 1


def test_a_block_of_more_lines_than_the_engine_hands_over_at_once_is_read_whole():
    count = 1_100_000
    many = blocks.Block(1, pa.array(["{}"] * count, pa.large_string()))
    plain, is_plain = source()._reader.read(many, np.zeros(count, dtype=bool), latest=0)
    assert (plain.num_rows, len(is_plain), is_plain.any()) == (0, count, False)


def test_a_mapping_that_has_no_plan_is_read_record_by_record(tmp_path):
    rule = {"kind": "message", "when": {"field": "n", "equals": 1}, "fields": FIELDS}
    one = make_source(parse_mapping({"deployment": {"id": "one"}, "records": [rule]}, name="a test"))
    (part,) = one.read_parts(write(tmp_path / "a.jsonl", [GOOD | {"n": 1}]), received_on=TODAY)
    assert part.plain is None
    assert part.message_count == 1


def test_every_field_of_a_message_has_a_column():
    assert {one.name for one in MESSAGE_SCHEMA} == set(MESSAGE_FIELDS) - {"is_test_traffic"}


def test_what_the_engine_cannot_tell_apart_is_read_one_by_one(tmp_path):
    assert compare(write(tmp_path / "a.jsonl", [GOOD | {"body": "true"}, GOOD | {"body": "[7]"}])) == 0
    assert compare(write(tmp_path / "a.jsonl", [GOOD | {"body": "7 mg"}, GOOD | {"body": "7"}])) == 1


@pytest.mark.parametrize(
    ("name", "path"),
    [("model_served", "SERVED"), ("model", "session"), ("language", "id.lang"), ("use", "a\0")],
)
def test_paths_that_cannot_stand_beside_each_other_are_read_one_by_one(tmp_path, name, path):
    one = source(**{"model_requested": "served", name: path})
    [part] = one.read_parts(write(tmp_path / "a.jsonl", [GOOD]), received_on=TODAY)
    assert part.plain is None
    assert part.record_count == 1


def test_a_condition_that_could_be_a_number_is_read_one_by_one(tmp_path):
    rule = {"kind": "message", "when": {"field": "event", "equals": "7"}, "fields": FIELDS}
    one = make_source(
        parse_mapping({"deployment": {"id": "one", "zone": "UTC"}, "records": [rule]}, name="a")
    )
    [part] = one.read_parts(
        write(tmp_path / "a.jsonl", [GOOD | {"event": 7}, GOOD | {"event": "7"}]), received_on=TODAY
    )
    assert (part.plain, part.message_count, len(part.rejected)) == (None, 1, 1)


def test_flattened_names_are_read_the_same_and_as_columns(tmp_path):
    other = {key: value for key, value in GOOD.items() if key != "session"}
    nested = (None, {}, "s", [], {"id": None}, {"id": "n"}, {"ID": "k"})
    flat = ("f", None, 5, "", {"x": 1}, 1.5, True)
    mixed = [other | {"session": a, "session.id": b} for a in nested for b in flat]
    mixed += [
        other | {"session.user": b, "session": a | {"id": "s"}} for a in ({}, {"user": "n"}) for b in flat
    ]
    assert compare(write(tmp_path / "a.jsonl", mixed)) > 20
    plain = [other | {"session.id": "s", "session.user": "u"}] * 3
    assert compare(write(tmp_path / "b.jsonl", plain)) == 3


def test_a_path_of_many_parts_is_left_to_the_other_reading(tmp_path):
    deep = source(user="a.b.c.d.e")
    assert deep.plan is None
    assert source(user="a.b.c.d").plan is not None


def with_more(value: str) -> bytes:
    """A sound line with a field that no rule reads."""
    return json.dumps(GOOD).encode()[:-1] + f', "more": {value}}}'.encode()


@pytest.mark.parametrize(
    ("value", "is_taken"),
    [
        ("1" * 309, True),
        ("1" * 310, False),
        ("-" + "1" * 310, False),
        (" " + "9" * 260 + "e99", False),
        ("1" * 199 + "e99", True),
        ("0." + "1" * 400, True),
        ("[" * (DEEPEST - 1) + "]" * (DEEPEST - 1), True),  # the record itself is the first level
        ("[" * DEEPEST + "]" * DEEPEST, False),
        ('{"a":' * DEEPEST + "1" + "}" * DEEPEST, False),
        ("[" * 1100 + "]" * 1100, False),
        (json.dumps("[" * 1100), True),
    ],
)
def test_what_one_of_the_readings_cannot_hold_is_rejected_by_both(tmp_path, value, is_taken):
    path = tmp_path / "a.jsonl"
    path.write_bytes(with_more(value) + b"\n")
    compare(path)
    assert source().read(path, received_on=TODAY).message_count == is_taken


@pytest.mark.parametrize("name", list(GOOD))
@pytest.mark.parametrize("depth", [490, 990])
def test_a_value_that_is_nested_deeply_keeps_no_other_record_out(tmp_path, name, depth):
    deep = "[" * depth + "]" * depth
    line = json.dumps(GOOD | {name: "@"}).replace('"@"', deep).encode()
    assert compare(write(tmp_path / "a.jsonl", [GOOD, line, GOOD])) == 2
