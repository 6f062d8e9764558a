"""A delivered folder becomes ledger and staging: each file once, each record accepted or rejected."""

import datetime as dt
import json
import os
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import SourceError, StateError
from pipelines.ingest.delivery import describe, list_absent
from pipelines.ingest.mapping import parse_mapping
from pipelines.lake.lake import Lake
from plimsoll.commands.ingesting import describe as describe_ingest
from plimsoll.commands.ingesting import say


def test_a_file_counts_once_whatever_its_name(place):
    place.deliver(place.say(0), place.say(1))
    summary = place.deliver(place.say(0), place.say(1), name="again.jsonl")
    assert [one.is_known for one in summary.files] == [True]
    assert len(place.rows("staging.message")) == 2
    assert len(place.rows("ledger.delivery")) == 1


def test_what_was_read_by_another_mapping_stays_and_is_told(place, mapping):
    place.deliver(place.say(0))
    fields = {"thread": "thread", "role": "role", "text": "text", "sent_at": "sent_at"}
    other = {"deployment": {"id": "one"}, "records": [{"kind": "message", "fields": fields}]}
    for rules, is_told in ((mapping(), False), (parse_mapping(other, name="a test"), True)):
        again = place.again(place.inbox / "1", mapping=rules)
        assert [(one.is_known, one.is_of_another_mapping) for one in again.files] == [(True, is_told)]
        assert ("taken in with another mapping" in " ".join(say(again).split())) is is_told


def test_the_same_file_may_be_given_to_two_deployments(place, mapping):
    place.deliver(place.say(0), mapping=mapping(id="first"))
    summary = place.again(place.inbox / "1", mapping=mapping(id="second"))
    assert [one.is_known for one in summary.files] == [False]
    assert {row["deployment_id"] for row in place.rows("staging.message")} == {"first", "second"}
    assert {row["deployment_id"] for row in place.rows("ledger.delivery")} == {"first", "second"}
    assert [one.is_known for one in place.again(place.inbox / "1", mapping=mapping(id="first")).files] == [
        True
    ]
    assert len(place.rows("staging.message")) == 2


def test_two_deployments_keep_their_own_rejected_records(place, mapping):
    place.deliver(place.say(0), b"half a line", mapping=mapping(id="first"))
    place.again(place.inbox / "1", mapping=mapping(id="second"))
    assert sorted(row["deployment_id"] for row in place.rows("ledger.rejected")) == ["first", "second"]


def test_a_corrected_mapping_accepts_what_was_rejected_and_nothing_twice(place, mapping):
    place.deliver(place.say(0), place.say(1, role="human"), b"half a line")
    assert {row["reason"] for row in place.rows("ledger.rejected")} == {"malformed_line", "unknown_role"}
    right = mapping()
    values = {"human": "user", "user": "user"}
    fields = right.records[0].fields | {
        "role": right.records[0].fields["role"].model_copy(update={"values": values})
    }
    rule = right.records[0].model_copy(update={"fields": fields})
    right = right.model_copy(update={"records": (rule, *right.records[1:])})
    for _ in range(2):
        place.again(place.inbox / "1", mapping=right)
        assert [row["copy_count"] for row in place.rows("staging.message")] == [1, 1]
        assert [row["reason"] for row in place.rows("ledger.rejected")] == ["malformed_line"]
    (delivery,) = place.rows("ledger.delivery")
    assert (delivery["record_count"], delivery["message_count"], delivery["rejected_count"]) == (3, 2, 1)


@pytest.mark.parametrize("turn", [2**63, 2**64 - 1, -(2**63) - 1, 1e30, 1.5, True, "seven"])
def test_a_turn_that_is_no_number_of_ours_is_rejected_and_the_others_are_taken(place, turn):
    summary = place.deliver(place.say(0, turn=turn), place.say(1, turn=2**63 - 1))
    assert dict(summary.rejected) == {"wrong_type": 1}
    assert [row["source_turn"] for row in place.rows("staging.message")] == [2**63 - 1]


def test_a_contact_detail_in_the_place_of_a_label_is_not_kept(place):
    place.deliver(
        place.say(0, region="+44 20 7946 0123", surface="robin@example.org", model="base-2026-05-13"),
        place.say(1, region="GB", surface="web app", model="gpt 4.1"),
    )
    first, second = sorted(place.rows("staging.message"), key=lambda row: row["sent_at"])
    assert (first["region"], first["surface"], first["model"]) == ("unrecognised",) * 2 + ("base-2026-05-13",)
    assert (second["region"], second["surface"], second["model"]) == ("GB", "web app", "gpt 4.1")


def test_a_folder_without_a_readable_file_says_what_it_looked_for(place):
    (place.inbox / "x").mkdir(parents=True)
    with pytest.raises(SourceError, match=r"it is empty"):
        place.again(place.inbox / "x")
    (place.inbox / "x" / "notes.docx").write_text("x")
    with pytest.raises(SourceError, match=r"\.jsonl.*notes\.docx"):
        place.again(place.inbox / "x")
    with pytest.raises(SourceError, match="no such file"):
        place.again(place.inbox / "nowhere")


@pytest.mark.parametrize("changed", [{"zone": "Europe/Berlin"}, {"silence_hours": 6}, {"maximum_hours": 24}])
def test_how_time_is_cut_cannot_change_under_what_is_held(place, mapping, changed):
    place.deliver(place.say(0))
    before = Lake(place.home.lake).generation
    with pytest.raises(StateError, match="Use the held values"):
        place.deliver(place.say(1), mapping=mapping(**changed))
    assert Lake(place.home.lake).generation == before


def test_a_file_is_dated_by_the_day_it_first_came(place):
    place.deliver(place.say(0))
    assert {row["received_on"] for row in place.rows("staging.message")} == {dt.date(2026, 9, 1)}


def test_nothing_new_makes_no_generation(place):
    place.deliver(place.say(0))
    before = Lake(place.home.lake).generation
    place.again(place.inbox / "1")
    assert Lake(place.home.lake).generation == before


def test_what_an_ingest_says_at_the_end_holds_counts_and_no_text(place):
    summary = place.deliver(place.say(0, "my own words"), place.notice(0), b"half a line", mapping=None)
    assert (summary.files[0].records.message_count, summary.files[0].records.event_count) == (1, 1)
    assert dict(summary.rejected) == {"malformed_line": 1}
    assert "my own words" not in repr(summary)
    assert "half a line" not in repr(summary)


def test_a_rejection_is_told_with_its_field_and_where_it_stands(place):
    lines = place.deliver(
        place.say(0), place.say(1, role="x"), place.say(2, thread=None), place.say(3, user=5)
    )
    told = describe(lines.files[0])
    assert "1 rejected as unknown_role (role; line 2; not one of the format, or of user, assistant" in told
    assert "1 rejected as missing_field (thread; line 3; a field that a record of this kind needs" in told


@pytest.mark.parametrize("is_plain", [True, False])
def test_a_mapped_field_that_no_record_has_is_told(place, is_plain):
    other = {} if is_plain else {"text": "7"}  # which is read one by one
    first = place.deliver(place.say(0, region="GB", **other), place.say(1, surface="", **other))
    assert list_absent(first.files) == [
        f"{name}: in none of 2 records" for name in ("turn", "model", "surface")
    ]


def test_a_field_that_one_file_of_a_delivery_has_is_there(place):
    folder = place.inbox / "x"
    folder.mkdir(parents=True)
    for name, user in (("a", "u"), ("b", None)):
        (folder / f"{name}.jsonl").write_text(json.dumps(place.say(0, name, user=user)) + "\n")
    absent = list_absent(place.again(folder).files)
    assert "turn: in none of 2 records" in absent
    assert not [one for one in absent if one.startswith("user")]
    assert list_absent(place.again(folder).files) == []


@pytest.mark.parametrize(
    ("marks", "is_told"), [((None, None), True), (("prod", None), False), (("staging", None), False)]
)
def test_a_mark_of_tests_that_no_record_has_is_told(place, marks, is_told):
    fields = {name: name for name in ("thread", "role", "text", "sent_at")}
    fields |= {"is_test_traffic": {"field": "env", "values": {"staging": True}}}
    rule = {"deployment": {"id": "one"}, "records": [{"kind": "message", "fields": fields}]}
    records = [place.say(hour, env=mark) for hour, mark in enumerate(marks)]
    done = place.deliver(*records, mapping=parse_mapping(rule, name="a test"))
    assert any(one.startswith("env: in none of") for one in list_absent(done.files)) is is_told


def test_a_table_has_records_not_lines_and_the_fields_at_fault_are_counted(place):
    table = place.deliver(
        b"is,thread,role,text,sent_at", b"message,,user,hello,1789416000", b"message,,user,hello,1789416000",
        b"message,t,,hello,1789416000", name="a.csv",
    )  # fmt: skip
    assert "3 rejected as missing_field (thread 2, role 1; record 1, 2, 3; a field" in describe(
        table.files[0]
    )


@pytest.mark.parametrize("limit", [1, 10**9])
def test_a_large_delivery_in_several_generations_holds_the_same(places, monkeypatch, limit):
    found = []
    for name, size in (("whole", 10**9), ("in parts", limit)):
        monkeypatch.setattr("pipelines.ingest.deliver.BYTES_AT_ONCE", size)
        place = places(name)
        folder = place.inbox / "all"
        folder.mkdir(parents=True)
        for number, hours in enumerate((0, 11, 22, 40)):
            (folder / f"{number}.jsonl").write_text(json.dumps(place.say(hours)) + "\n")
        place.again(folder)
        found.append(place.rows("staging.message"))
        generation = Lake(place.home.lake).generation.number
    assert found[0] == found[1]
    assert generation == (4 if limit == 1 else 1)


def test_a_file_that_cannot_be_opened_keeps_no_other_out_and_is_named(place, closed):
    place.deliver(place.say(0), name="a.jsonl")
    folder = place.inbox / "1"
    (folder / "shut.jsonl").write_text(json.dumps(place.say(1)) + "\n")
    (folder / "z.jsonl").write_text(json.dumps(place.say(2)) + "\n")
    closed("shut.jsonl")
    summary = place.again(folder)
    assert summary.unread == ("shut.jsonl (Permission denied)",)
    assert [one.name for one in summary.files] == ["a.jsonl", "z.jsonl"]
    assert len(place.rows("staging.message")) == 2


def test_a_folder_that_cannot_be_looked_into_keeps_no_other_out_and_is_named(place, closed):
    place.deliver(place.say(0), name="a.jsonl")
    folder = place.inbox / "1"
    (folder / "in" / "shut").mkdir(parents=True)
    (folder / "in" / "shut" / "b.jsonl").write_text(json.dumps(place.say(1)) + "\n")
    closed("shut")
    summary = place.again(folder)
    assert summary.unread == ("in/shut/ (a folder, Permission denied)",)
    assert [one.name for one in summary.files] == ["a.jsonl"]


def test_where_only_a_closed_folder_is_it_is_said(place, closed):
    folder = place.inbox / "1"
    (folder / "shut").mkdir(parents=True)
    closed("shut")
    with pytest.raises(
        SourceError, match=r"no file can be read: shut/ \(a folder, Permission denied\)\. Let"
    ):
        place.again(folder)


def test_where_no_file_can_be_opened_it_is_said(place, closed):
    folder = place.inbox / "1"
    folder.mkdir(parents=True)
    (folder / "shut.jsonl").write_text(json.dumps(place.say(1)) + "\n")
    closed("shut.jsonl")
    with pytest.raises(
        SourceError, match=r"no file can be read: shut\.jsonl \(Permission denied\)\. Let this"
    ):
        place.again(folder)


def test_what_cannot_be_opened_keeps_its_true_name_for_a_script(place, closed):
    name = "a\x1b[2K\u202e.jsonl"
    place.deliver(place.say(0), name="a.jsonl")
    (place.inbox / "1" / name).touch()
    closed(name)
    done = place.again(place.inbox / "1")
    assert describe_ingest(done)["files_unread"] == [f"{name} (Permission denied)"]


def test_a_file_whose_name_is_no_text_keeps_no_other_out(place):
    lines = "".join(json.dumps(one) + "\n" for one in (place.say(0), {"is": "else"}))
    place.deliver(place.say(1), name="a.jsonl")
    folder = place.inbox / "1"
    for ending in (".jsonl", ".txt"):
        Path(os.fsdecode(bytes(folder / "M") + b"\xfcller" + ending.encode())).write_text(lines)
    rows = pa.Table.from_pylist([place.say(2)])
    with pa.OSFile(bytes(folder / "M") + b"\xfcller.parquet", "wb") as out:
        pq.write_table(rows, out)
    done = place.again(folder)
    assert [one.records.message_count for one in done.files] == [1, 1, 0]
    assert orjson.loads(orjson.dumps(describe_ingest(done)))["files_ignored"] == [r"M\udcfcller.txt"]
    assert {row["file_name"] for row in place.rows("ledger.rejected")} == {r"M\udcfcller.jsonl"}
    assert all(one.is_known for one in place.again(folder).files)
