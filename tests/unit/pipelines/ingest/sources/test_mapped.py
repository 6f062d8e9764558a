"""The declarative mapping over JSON lines, CSV and Parquet: one meaning, three containers."""

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

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
        ({"at": "2026-09-17T00:00:01Z"}, (1, "future_date", "at")),
        ({"session": None}, (1, "missing_field", "session")),
        ({"kind": "advert"}, (1, "unknown_record", None)),
    ],
)
def test_a_faulty_record_has_its_reason_and_field(read, deliver, change, expected):
    reading = read("mapped", deliver({**LINE, **change}), records=RULES)
    assert reading.rejected == [expected]
    assert reading.records.message_count == 0


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


def test_csv_in_another_encoding_is_one_rejection(read, tmp_path):
    path = tmp_path / "rows.csv"
    path.write_bytes("kind,words\nmessage,schön\n".encode("latin-1"))
    assert read("mapped", path, records=RULES).rejected == [(0, "not_utf8", None)]
