"""The declarative mapping over JSON lines, CSV and Parquet: one meaning, three containers."""

import csv
import datetime as dt
import decimal
import uuid

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.ingest.field import RecordError, to_identifier
from pipelines.ingest.files.document import read_items
from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.source import Person
from pipelines.ingest.sources import make_source

MESSAGE = {
    "kind": "message", "when": {"field": "kind", "equals": "message"},
    "fields": {
        "thread": "session", "user": "user.id", "turn": "no", "text": "words", "sent_at": "at",
        "role": {"field": "who", "values": {"human": "user", "bot": "assistant"}},
    },
}  # fmt: skip
HANDOFF = {
    "kind": "handoff", "when": {"field": "kind", "equals": "handoff"},
    "fields": {"thread": "session", "user": "user.id", "detail": "stage", "occurred_at": "at"},
}  # fmt: skip
RULES = [MESSAGE, HANDOFF]
LINE = {"kind": "message", "session": "s-1", "user": {"id": "u-5"}, "no": 0, "who": "human", "words": "Hello",
        "at": "2026-09-14T20:00:00Z"}  # fmt: skip


def test_csv_is_read_by_column_names_with_texts_as_numbers_and_times(read, evening):
    reading = read("mapped", "mapped.csv", records=RULES)
    assert reading.rows("turn", "role", "user") == [(0, "user", "u-5"), (1, "assistant", "u-5")]
    assert reading.clock == ["14 20:00:00", "14 20:00:03"]  # a time without a zone is the deployment's
    assert reading.column("text")[0] == evening[0][1]
    assert str(reading.column("text")[1]).count("\n") == 1
    assert reading.records.events["detail"] == ["offered"]


def test_rejected_rows_of_csv_have_their_number_and_reason(read):
    assert read("mapped", "mapped.csv", records=RULES).rejected == [
        (4, "wrong_type", "no"), (5, "bad_time", "at"), (6, "malformed_line", None),
    ]  # fmt: skip


def test_parquet_and_json_lines_of_the_same_rows_give_the_same_messages(read, deliver, tmp_path):
    rows = [LINE, {**LINE, "no": 1, "who": "bot", "words": "Hi"}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    lines, table = (
        read("mapped", path, records=RULES) for path in (deliver(*rows), tmp_path / "rows.parquet")
    )
    assert lines.records.messages == table.records.messages
    assert lines.records.message_count == 2


def test_the_model_that_answered_counts_before_the_one_that_was_asked_for(read, deliver):
    fields = MESSAGE["fields"] | {name: name for name in ("model_requested", "model_served")}
    models = ({}, {"model_requested": "a"}, {"model_requested": "a", "model_served": "b"})
    path = deliver(*({**LINE, "no": place} | given for place, given in enumerate(models)))
    assert read("mapped", path, records=[MESSAGE | {"fields": fields}]).column("model") == [None, "a", "b"]


@pytest.mark.parametrize("is_plain", [True, False])
def test_a_record_belongs_to_the_first_rule_that_applies_however_it_is_read(deliver, is_plain):
    anything = {key: value for key, value in MESSAGE.items() if key != "when"}
    content = {"deployment": {"id": "one", "zone": "UTC"}, "format": "mapped", "records": [HANDOFF, anything]}
    offer = {**LINE, "kind": "handoff", "stage": "offered", "no": 1}
    path = deliver({**LINE, "words": "Hello"}, offer)
    source = make_source(parse_mapping(content, name="a test"))
    parts = list(source.read_parts(path, received_on=dt.date(2026, 9, 15), only=None if is_plain else [1, 2]))
    assert (source.plan is not None, any(part.plain is not None for part in parts)) == (True, is_plain)
    assert (sum(part.message_count for part in parts), sum(part.event_count for part in parts)) == (1, 1)


def test_whether_a_field_is_given_is_asked_of_messages_alone(read, deliver, tmp_path):
    elsewhere = {**HANDOFF, "fields": {**HANDOFF["fields"], "user": "person.id"}}
    rows = [LINE, {**LINE, "no": None}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    for path in (deliver(*rows), tmp_path / "rows.parquet"):
        assert read("mapped", path, records=[MESSAGE, elsewhere]).records.given == {
            "user.id": True,
            "no": True,
        }


def test_typed_times_of_parquet_are_read(read, tmp_path):
    rows = [{**LINE, "at": dt.datetime(2026, 9, 14, 20, 0, tzinfo=dt.UTC)}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    assert read("mapped", tmp_path / "rows.parquet", records=RULES).clock == ["14 20:00:00"]


def test_a_json_file_may_hold_an_array_or_lines(read, tmp_path):
    import orjson

    array, lines = tmp_path / "array.json", tmp_path / "lines.json"
    array.write_bytes(orjson.dumps([LINE, 7, {**LINE, "no": 1}], option=orjson.OPT_INDENT_2))
    lines.write_bytes(b"\n".join(orjson.dumps(one) for one in (LINE, 7, {**LINE, "no": 1})))
    readings = [read("mapped", path, records=RULES) for path in (array, lines)]
    assert [one.column("turn") for one in readings] == [[0, 1], [0, 1]]
    assert [one.rejected for one in readings] == [[(2, "malformed_line", None)]] * 2


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"words": "  "}, (1, "empty_body", "words")),
        ({"words": 7}, (1, "wrong_type", "words")),
        ({"who": "narrator"}, (1, "unknown_role", "who")),
        ({"at": "teatime"}, (1, "bad_time", "at")),
        ({"at": "2026-09-14"}, (1, "bad_time", "at")),
        ({"at": "20260914"}, (1, "bad_time", "at")),
        ({"at": "2026-W38-1"}, (1, "bad_time", "at")),
        ({"at": "2026-09-17T00:00:01Z"}, (1, "future_date", "at")),
        ({"session": None}, (1, "missing_field", "session")),
        ({"session": " "}, (1, "missing_field", "session")),
        ({"who": ""}, (1, "missing_field", "who")),
        ({"at": ""}, (1, "missing_field", "at")),
        ({"words": ""}, (1, "empty_body", "words")),
        ({"kind": "advert"}, (1, "unknown_record", None)),
    ],
)
def test_a_faulty_record_has_its_reason_and_field(read, deliver, change, expected):
    reading = read("mapped", deliver({**LINE, **change}), records=RULES)
    assert reading.rejected == [expected]
    assert reading.records.message_count == 0


@pytest.mark.parametrize("empty", ["", " ", "\u00a0"])
def test_an_empty_text_in_an_optional_field_is_no_value_in_any_container(read, deliver, tmp_path, empty):
    names = {"id": "message_id", "lang": "language", "model": "model", "no": "turn"}
    rule = {**MESSAGE, "fields": {**MESSAGE["fields"], "user": "user_id",
                                  **{name: path for path, name in names.items()}}}  # fmt: skip
    row = {name: value for name, value in LINE.items() if name != "user"}
    row |= dict.fromkeys(("user_id", *names), empty)
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "rows.parquet")
    with (tmp_path / "rows.csv").open("w", newline="", encoding="utf-8") as stream:
        table = csv.DictWriter(stream, row)
        table.writeheader()
        table.writerow(row)
    for path in (deliver(row), tmp_path / "rows.parquet", tmp_path / "rows.csv"):
        reading = read("mapped", path, records=[rule])
        assert reading.rejected == []
        found = {name: reading.records.messages[name] for name in ("user", *names.values())}
        assert found == {name: [None] for name in found}


@pytest.mark.parametrize("time", ["2026-09-14T20", "2026-09-14 20:00", "20260914T2000", "1789416000"])
def test_a_short_text_with_a_time_of_day_is_a_time(read, deliver, time):
    assert read("mapped", deliver({**LINE, "at": time}), records=RULES).rejected == []


def test_a_day_alone_still_tells_when_a_record_is_too_old_to_keep(deliver):
    rule = {"deployment": {"id": "one"}, "records": RULES}
    source = make_source(parse_mapping(rule, name="a test"))
    path = deliver({**LINE, "at": "2026-09-14"}, {**LINE, "at": "2026-9-14"})
    first, second = read_items(path)
    assert list(source.date(path, first)) == [1_789_344_000_000_000]
    assert list(source.date(path, second)) == []


def test_the_last_allowed_moment_is_accepted(read, deliver):
    at_the_limit = {**LINE, "at": "2026-09-17T00:00:00Z"}
    assert read("mapped", deliver(at_the_limit), records=RULES).rejected == []


def test_a_path_never_becomes_more_than_a_path(read, deliver):
    hostile = {**MESSAGE, "fields": {**MESSAGE["fields"], "user": "x'); drop table message; --"}}
    reading = read("mapped", deliver(LINE), records=[hostile])
    assert reading.column("user") == [None]


def test_a_broken_parquet_file_is_one_rejection(read, tmp_path):
    path = tmp_path / "rows.parquet"
    path.write_bytes(b"PAR1 and nothing behind it")
    assert read("mapped", path, records=RULES).rejected == [(0, "broken_archive", None)]


def test_a_row_of_csv_in_another_encoding_is_rejected_alone(read, tmp_path):
    path = tmp_path / "rows.csv"
    rows = ["m,s-1,u,0,human,Hello,1789416000", 'm,s-1,u,1,human,"schön\nund, gut",1789416001',
            "m,s-1,u,2,human,schön,1789416002", "m,s-1,u,3,human,Hi,1789416003"]  # fmt: skip
    path.write_bytes("\n".join(("kind,session,user.id,no,who,words,at", *rows)).encode("latin-1"))
    reading = read("mapped", path, records=[{**MESSAGE, "when": {"field": "kind", "equals": "m"}}])
    assert reading.rejected == [(2, "not_utf8", None), (3, "not_utf8", None)]
    assert reading.column("text") == ["Hello", "Hi"]
    assert reading.records.record_count == 4


def test_names_of_columns_in_another_encoding_are_one_rejection(read, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes("kind,wörter\nmessage,schon\n".encode("latin-1"))
    assert read("mapped", path, records=RULES).rejected == [(0, "not_utf8", None)]


def test_whole_numbers_and_uuids_of_a_table_are_the_ids_that_a_text_would_be(read, tmp_path):
    name = uuid.UUID("6f0d3f5e-0f0a-4c6b-9d54-1a6f6a2c7b10")
    columns = {
        **{key: pa.array([LINE[key]] * 2) for key in ("kind", "who", "words")},
        "session": pa.array([name.bytes] * 2, pa.uuid()),
        "user": pa.array([{"id": 12.0}, {"id": None}]),
        "no": pa.array([decimal.Decimal(0), decimal.Decimal(1)], pa.decimal128(38, 0)),
        "at": pa.array([decimal.Decimal(1789416000)] * 2, pa.decimal128(18, 0)),
    }
    pq.write_table(pa.table(columns), tmp_path / "rows.parquet")
    reading = read("mapped", tmp_path / "rows.parquet", records=RULES)
    assert reading.rows("thread", "user", "turn") == [(str(name), "12", 0), (str(name), None, 1)]
    assert reading.clock == ["14 20:00:00"] * 2


@pytest.mark.parametrize("number", [12.5, float("nan"), float("inf"), 2.0**60, decimal.Decimal("NaN")])
def test_what_is_no_whole_number_is_no_id(number):
    with pytest.raises(RecordError):
        to_identifier(number, "user")


def test_a_value_that_cannot_be_told_rejects_its_row_alone(read, tmp_path):
    words = pa.array([b"Hello", b"\xff", b"Hi"], pa.binary())
    columns = {
        **{key: pa.array([LINE[key]] * 3) for key in ("kind", "session", "who")},
        "words": pa.StringArray.from_buffers(3, words.buffers()[1], words.buffers()[2]),
        "at": pa.array([2**63 - 1, 0, 1789416000000000], pa.timestamp("us", "UTC")),
        "unmapped": pa.array([0, 0, 2**31 - 1], pa.date32()),
    }
    pq.write_table(pa.table(columns), tmp_path / "rows.parquet")
    reading = read("mapped", tmp_path / "rows.parquet", records=RULES)
    assert reading.rejected == [(1, "bad_time", "at"), (2, "wrong_type", "words")]
    assert reading.column("text") == ["Hi"]


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_csv_of_other_delimiters_is_read(read, tmp_path, delimiter):
    lines = [["kind", "session", "who", '"words, said"', "at"],
             ["message", "s-1", "human", '"Well, so; and | so"', "1789416000"]]  # fmt: skip
    path = tmp_path / "rows.csv"
    path.write_text("\ufeff" + "\r\n".join(delimiter.join(line) for line in lines))
    rule = {**MESSAGE, "fields": {**MESSAGE["fields"], "text": "words, said"}}
    assert read("mapped", path, records=[rule]).rows("thread", "text") == [("s-1", "Well, so; and | so")]


def test_csv_with_two_columns_of_one_name_is_refused(read, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("kind,session,who,words,at,session\nmessage,s-1,human,Hello,1789416000,s-2\n")
    assert read("mapped", path, records=RULES).rejected == [(0, "repeated_column", None)]
    path.write_text("kind,session,who,words,at,,\nmessage,s-1,human,Hello,1789416000,,\n")
    assert read("mapped", path, records=RULES).column("thread") == ["s-1"]


@pytest.mark.parametrize("first", [b"\n", b'{"kind": "mess\n'])
def test_a_json_file_of_lines_may_begin_badly(read, tmp_path, first):
    import orjson

    path = tmp_path / "lines.json"
    path.write_bytes(first + orjson.dumps(LINE) + b"\n" + orjson.dumps({**LINE, "no": 1}) + b"\n")
    assert read("mapped", path, records=RULES).column("turn") == [0, 1]


@pytest.mark.parametrize("number", ["1.23457E+11", "1,23457E+11", "4.5e15", "12E+4"])
def test_a_long_number_that_a_spreadsheet_shortened_is_no_id(number):
    with pytest.raises(RecordError):
        to_identifier(number, "user")


@pytest.mark.parametrize("name", ["12e4", "1e5", "E+11", "1.2.3E+1", "a1.2E+11", "1.5"])
def test_an_id_that_only_looks_like_one_is_an_id(name):
    assert to_identifier(name, "user") == name


TABLE_RULE = {
    "kind": "message",
    "fields": {"thread": "session", "user": "user", "message_id": "id", "turn": "no", "role": "who",
               "text": "words", "sent_at": "at", "language": "lang",
               "gender": {"field": "gender", "values": {"None": "not_said"}}},
}  # fmt: skip


def tabulate(path, *rows: str):
    names = "session,user,id,no,who,words,at,lang,gender"
    path.write_text("\n".join((names, *rows)) + "\n")
    return path


@pytest.mark.parametrize("word", [r"\N", "NULL", "null", "NaN", "nan", "None", "N/A", "undefined"])
def test_a_word_for_no_value_is_nobody_and_no_label_in_csv(read, tmp_path, word):
    path = tabulate(tmp_path / "rows.csv", f"s,{word},{word},{word},user,Hello,1789416000,{word},female")
    reading = read("mapped", path, records=[TABLE_RULE])
    names = ("user", "message_id", "turn", "language", "gender")
    assert [reading.records.messages[name][0] for name in names] == [None] * 4 + ["female"]
    assert [note.split(":")[0] for note in reading.records.notes] == ["id", "lang", "no", "user"]
    assert "user: 1 values are NULL" in reading.records.notes[3]


def test_a_conversation_of_no_name_is_none_and_what_the_mapping_names_is_a_value(read, tmp_path):
    path = tabulate(
        tmp_path / "rows.csv",
        "NULL,u,1,0,user,Hello,1789416000,en,female",
        "s,u,2,0,user,Hello,NULL,en,female",
        "s,u,3,0,user,Hello,1789416000,en,None",
    )
    reading = read("mapped", path, records=[TABLE_RULE])
    assert reading.rejected == [(1, "missing_field", "session"), (2, "missing_field", "at")]
    assert reading.column("gender") == ["not_said"]
    assert [note.split(":")[0] for note in reading.records.notes] == ["at", "session"]


def test_a_word_for_no_value_may_be_what_was_said(read, tmp_path):
    said = ("NULL", "None", "nan", r"\N")
    path = tabulate(
        tmp_path / "rows.csv",
        *(f"s,u,{number},{number},user,{word},1789416000,en,male" for number, word in enumerate(said)),
    )
    reading = read("mapped", path, records=[TABLE_RULE])
    assert reading.column("text") == ["NULL", "None", "nan"]
    assert reading.rejected == [(4, "missing_field", "words")]
    assert reading.records.notes == [
        r"words: 4 texts are only NULL, None or the like; \N is missing, the others were said"
    ]


def test_a_word_for_no_value_is_a_text_where_the_format_has_a_null(read, deliver):
    reading = read("mapped", deliver({**LINE, "user": {"id": "NULL"}}), records=RULES)
    assert reading.column("user") == ["NULL"]


def test_whoever_an_earlier_version_took_for_a_person_is_still_found_in_a_file(tmp_path):
    rule = {"deployment": {"id": "one"}, "records": [TABLE_RULE]}
    source = make_source(parse_mapping(rule, name="a test"))
    path = tabulate(tmp_path / "rows.csv", "1.2E+11,NULL,1,0,user,Hello,1789416000,en,female")
    (item,) = read_items(path)
    assert list(source.attribute(path, item)) == [Person(user="NULL", thread="1.2E+11")]
