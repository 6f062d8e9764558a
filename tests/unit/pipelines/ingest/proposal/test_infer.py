"""A proposed mapping: from JSON lines and CSV, with a word where a known format needs none."""

import datetime as dt
import decimal
import re
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import DefinitionError, SourceError
from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.proposal.doubt import path_of
from pipelines.ingest.proposal.infer import infer_mapping
from pipelines.ingest.sources import make_source

LINE = {"session": {"id": "s-1"}, "role": "human", "text": "Good evening.", "sent_at": "2026-09-14T20:00:00Z"}
CALL = {
    "session_id": "s-1",
    "request": {"model": "companion-2", "messages": [{"role": "user", "content": "Good evening."}]},
    "response": {"choices": [{"message": {"role": "assistant", "content": "Good evening."}}]},
}


def write(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder


def test_json_lines_get_a_mapping_by_names_and_values(tmp_path: Path):
    proposal = infer_mapping(write(tmp_path, "a.jsonl", orjson.dumps(LINE)))
    fields = proposal.mapping["records"][0]["fields"]
    assert (fields["thread"], fields["text"], fields["sent_at"]) == ("session.id", "text", "sent_at")
    assert fields["role"] == {"field": "role", "values": {"human": "user"}}


def test_csv_gets_a_mapping_of_its_columns(tmp_path: Path):
    table = b"conversation_id,sender,message,timestamp\ns-1,user,Good evening.,2026-09-14T20:00:00Z\n"
    fields = infer_mapping(write(tmp_path, "a.csv", table)).mapping["records"][0]["fields"]
    assert (fields["thread"], fields["text"]) == ("conversation_id", "message")


@pytest.mark.parametrize("spell", [
    lambda name: name,
    lambda name: name.replace("_", " ").title(),
    lambda name: name.replace("_", "-"),
    lambda name: name.title().replace("_", ""),
    lambda name: name[0] + name.title().replace("_", "")[1:],
])  # fmt: skip
def test_fields_are_known_however_their_words_are_joined(tmp_path: Path, spell):
    names = {"thread": "session_id", "user": "user_id", "role": "sender_type", "text": "message_text",
             "sent_at": "created_at", "turn": "message_index", "model": "model_version"}  # fmt: skip
    said = {"session_id": "s", "user_id": "u", "sender_type": "user", "message_text": "Hello.",
            "created_at": "2026-09-14T20:00:00Z", "message_index": 1, "model_version": "m"}  # fmt: skip
    line = orjson.dumps({spell(name): value for name, value in said.items()})
    fields = infer_mapping(write(tmp_path, "a.jsonl", line)).mapping["records"][0]["fields"]
    assert {name: path_of(rule) for name, rule in fields.items()} == {
        name: spell(path) for name, path in names.items()
    }


def test_a_known_format_is_named(tmp_path: Path):
    notes = infer_mapping(write(tmp_path, "a.jsonl", orjson.dumps(CALL))).notes
    assert any("--format openai --deployment ID" in note for note in notes)


def test_records_of_no_known_format_name_none(tmp_path: Path):
    notes = infer_mapping(write(tmp_path, "a.jsonl", orjson.dumps(LINE))).notes
    assert not any("--format" in note for note in notes)


@pytest.mark.parametrize(("field", "is_said"), [("other", True), ("message_id", False), ("turn", False)])
def test_a_log_that_names_no_message_is_told_that_a_corrected_one_counts_twice(
    tmp_path: Path, field, is_said
):
    lines = b"\n".join(orjson.dumps(LINE | {field: number}) for number in range(3))
    notes = infer_mapping(write(tmp_path, "a.jsonl", lines)).notes
    assert any("counts twice" in note for note in notes) is is_said


def test_a_free_text_is_never_shown(tmp_path: Path):
    proposal = infer_mapping(write(tmp_path, "a.jsonl", orjson.dumps(LINE)))
    assert "Good evening" not in str(proposal)


def test_a_folder_without_records_is_refused(tmp_path: Path):
    with pytest.raises(SourceError, match="no record found"):
        infer_mapping(write(tmp_path, "a.jsonl", b"not json\n"))


ROW = b"thread_id^role^text^sent_at\n1^user^Hello.^2026-09-14T20:00:00Z\n"
LATIN = '{"text": "M\u00fcde."}'.encode("latin-1")
PRETTY = orjson.dumps([LINE], option=orjson.OPT_INDENT_2)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.jsonl", b"", "empty, no record"),
        ("a.csv", b"thread_id,role,text,sent_at\n", "empty, no record"),
        ("a.csv", ROW, "one column alone; those of CSV are set apart by commas, semicolons, tabs or bars"),
        ("a.json", orjson.dumps([[LINE], [LINE]]), r"malformed_line \(record 1, 2; not one JSON object\)"),
        ("a.jsonl", b"[1]\n", r"malformed_line \(line 1; not one JSON object\)"),
        ("a.jsonl", PRETTY, r"line 1, 2, 3 \.\.\.; not one JSON object; .* a name that ends in \.json\)"),
        ("a.jsonl", LATIN, r"not_utf8 \(line 1; in another encoding; deliver it as UTF-8\)"),
        ("a.csv", '"text"'.encode("utf-16"), r"not_utf8 \(whole file; in another encoding"),
        ("a.csv", b'text,role\n"a,user\nb,user\n', "a quote in line 2 is not closed"),
        ("a.jsonl.gz", b"\x1f\x8b\x08", r"broken_archive \(whole file; it ends early"),
    ],
)
def test_why_nothing_of_a_sample_is_read_is_said_with_file_line_and_what_is_allowed(
    tmp_path: Path, name, content, reason
):
    with pytest.raises(
        SourceError, match=rf"no record found that can be read\.\n  {re.escape(name)}: .*{reason}"
    ):
        infer_mapping(write(tmp_path, name, content))


def test_a_sample_without_a_file_that_is_read_says_what_is_looked_for(tmp_path: Path):
    with pytest.raises(SourceError, match=r"found a\.xlsx\. Looked for \.jsonl, .*\.parquet"):
        infer_mapping(write(tmp_path, "a.xlsx", b"PK"))


def test_what_of_a_sample_is_not_read_is_said_beside_the_proposal(tmp_path: Path):
    write(tmp_path, "b.jsonl", LATIN)
    proposal = infer_mapping(write(tmp_path, "a.jsonl", orjson.dumps(LINE) + b"\nnot json\n"))
    assert proposal.mapping["records"][0]["kind"] == "message"
    assert [note for note in proposal.notes if note.startswith("Not read")] == [
        "Not read: a.jsonl: 1 rejected as malformed_line (line 2; not one JSON object)",
        "Not read: b.jsonl: 1 rejected as not_utf8 (line 1; in another encoding; deliver it as UTF-8)",
    ]


def test_of_many_files_that_are_not_read_the_first_are_named(tmp_path: Path):
    for number in range(7):
        write(tmp_path, f"{number}.jsonl", b"not json\n")
    with pytest.raises(SourceError, match=r"(?s)0\.jsonl.*4\.jsonl.*\n  and 2 more files$"):
        infer_mapping(tmp_path)


def test_lists_that_may_hold_the_messages_are_named(tmp_path: Path):
    notes = notes_of(tmp_path, *({"thread_id": one, "messages": [LINE]} for one in "abc"))
    assert "messages: lists, which a mapping does not look into" in notes


def notes_of(folder: Path, *records: dict, name: str = "a.jsonl") -> str:
    return "\n".join(infer_mapping(write(folder, name, b"\n".join(map(orjson.dumps, records)))).notes)


def say(thread: str, user: str, *, role: str = "user") -> dict:
    return {
        "chat_id": thread,
        "user_id": user,
        "role": role,
        "text": "Hello.",
        "sent_at": "2026-09-14T20:00:00Z",
    }


def test_threads_that_are_numbered_anew_for_each_user_are_said(tmp_path: Path):
    records = [say(thread, user) for user in ("a", "b", "c") for thread in ("1", "2")]
    notes = notes_of(tmp_path, *records, say("3", "a"))
    assert "In 2 of 3 threads (chat_id) several users (user_id) write" in notes
    assert "different people would be read as one conversation" in notes


def test_a_thread_of_one_user_is_no_doubt_whoever_answers(tmp_path: Path):
    records = [say("1", "a"), say("1", "bot-7", role="assistant"), say("2", "b")]
    assert "several users" not in notes_of(tmp_path, *records)


def test_what_names_do_not_tell_is_left_open_and_the_names_there_are_are_said(tmp_path: Path):
    proposal = infer_mapping(write(tmp_path, "a.csv", b"Fall,Wer,Text,Zeit\n1,Kunde,Guten Abend.,gestern\n"))
    assert proposal.mapping["records"] == [{"kind": "message", "fields": {"text": "Text"}}]
    notes = "\n".join(proposal.notes)
    assert "no field looks like thread, role, sent_at" in notes
    assert "there are: Fall, Wer, Text, Zeit." in notes
    with pytest.raises(DefinitionError, match="role, sent_at, thread: required"):
        parse_mapping(proposal.mapping, name="the proposal")


def test_a_name_that_may_be_data_is_not_said(tmp_path: Path):
    odd = {"text": "Good evening.", "I told nobody about it, not even my sister and brother": "x"}
    assert "sister" not in notes_of(tmp_path, odd)
    rare = [{"text": "Good evening.", f"u{number}": 1} for number in range(3)]
    assert "u1" not in notes_of(tmp_path, *rare, name="b.jsonl")


def test_records_that_would_be_rejected_are_counted_by_the_field_they_lack(tmp_path: Path):
    other = {"ticket": 4, "comment": "x", "sent_at": LINE["sent_at"]}
    assert "2 of 3 lack a field that a message needs (session.id in 2)" in notes_of(
        tmp_path, LINE, other, other
    )


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("2026-09-14T20:00:00", "1 of 2 times have no offset from UTC"),
        ("14.09.2026 20:00", "1 of 2 times are neither ISO 8601"),
    ],
)
def test_a_time_that_is_open_or_cannot_be_read_is_said(tmp_path: Path, time: str, said: str):
    assert f"sent_at: {said}" in notes_of(tmp_path, LINE, LINE | {"sent_at": time})


@pytest.mark.parametrize(
    "time", ["2026-09-14T20:00:00+02:00", 1_789_416_000, 1_789_416_000_000, "1789416000"]
)
def test_a_time_that_is_certain_needs_no_word(tmp_path: Path, time):
    assert "times" not in notes_of(tmp_path, LINE | {"sent_at": time})


def test_an_environment_of_tests_is_proposed_as_test_traffic(tmp_path: Path):
    lines = [orjson.dumps(LINE | {"meta": {"env": one}}) for one in ("prod", "staging", "prod")]
    fields = infer_mapping(write(tmp_path, "a.jsonl", b"\n".join(lines))).mapping["records"][0]["fields"]
    assert fields["is_test_traffic"] == {"field": "meta.env", "values": {"staging": "true"}}


def test_an_environment_of_tests_is_proposed_for_handoffs_too(tmp_path: Path):
    handoff = {"thread": "t-1", "stage": "offered", "at": "2026-09-14T20:00:00Z"}
    lines = [orjson.dumps(handoff | {"env": one}) for one in ("prod", "staging", "prod")]
    [rule] = infer_mapping(write(tmp_path, "a.jsonl", b"\n".join(lines))).mapping["records"]
    assert rule["kind"] == "handoff"
    assert rule["fields"]["is_test_traffic"] == {"field": "env", "values": {"staging": "true"}}


def test_an_environment_without_tests_is_no_test_traffic(tmp_path: Path):
    fields = infer_mapping(write(tmp_path, "a.jsonl", orjson.dumps(LINE | {"env": "prod"}))).mapping[
        "records"
    ][0]
    assert "is_test_traffic" not in fields["fields"]


def test_what_is_proposed_for_flattened_names_is_read(tmp_path: Path):
    flat = {"session.id": "s-1", "message.role": "user", "message.text": "Good evening.",
            "sent_at": "2026-09-14T20:00:00Z"}  # fmt: skip
    folder = write(tmp_path, "a.jsonl", orjson.dumps(flat))
    source = make_source(parse_mapping(infer_mapping(folder).mapping, name="the proposal"))
    records = source.read(folder / "a.jsonl", received_on=dt.date(2026, 9, 15))
    assert (records.messages["thread"], records.messages["text"]) == (["s-1"], ["Good evening."])


def nest(depth: int) -> bytes:
    return orjson.dumps(LINE)[:-1] + b',"x":' + b'{"a":' * depth + b"1" + b"}" * (depth + 1)


def test_a_record_as_deep_as_may_be_is_looked_at_so_far(tmp_path: Path):
    fields = infer_mapping(write(tmp_path, "a.jsonl", nest(499))).mapping["records"][0]["fields"]
    assert fields["thread"] == "session.id"


def test_a_record_that_is_deeper_is_told_and_keeps_no_other_out(tmp_path: Path):
    proposal = infer_mapping(write(tmp_path, "a.jsonl", nest(990) + b"\n" + orjson.dumps(LINE)))
    assert "Looked at 1 records." in proposal.notes
    assert "more than 500 levels deep" in "\n".join(proposal.notes)


PEOPLE = ("Maria Lopez", "robin@example.org", "+44 20 7946 0123", "Maria", "robin1987")


def test_an_unknown_role_is_shown_only_if_it_repeats_and_is_a_word_of_a_program(tmp_path: Path):
    roles = ("user", *("system", "tool_call") * 2, *PEOPLE * 2, "once")
    told = str(infer_mapping(write(tmp_path, "a.jsonl", b"\n".join(
        orjson.dumps(LINE | {"role": role}) for role in roles
    ))))  # fmt: skip
    assert "rejected: system, tool_call; and 6 different values, not shown" in told
    assert not [one for one in (*PEOPLE, "once") if one in told]


def test_of_many_roles_none_is_shown(tmp_path: Path):
    names = [first + last for first in "abcde" for last in ("nna", "lbert", "sa", "ma", "ria")]
    told = notes_of(tmp_path, LINE, *[LINE | {"role": name} for name in names * 2])
    assert "rejected: 25 different values, not shown" in told
    assert "nna" not in told


@pytest.mark.parametrize("name", ["event", "type", "kind", "record_type", "record"])
def test_a_free_text_is_no_kind_of_record(tmp_path: Path, name: str):
    lines = [LINE | {name: text} for text in ("I cannot sleep", "I cannot sleep", "My sister Maria")]
    proposal = infer_mapping(write(tmp_path, "a.jsonl", b"\n".join(map(orjson.dumps, lines))))
    assert "sleep" not in str(proposal)
    assert "Maria" not in str(proposal)
    assert f"{name}: 2 different values" in str(proposal.notes)
    assert "when" not in proposal.mapping["records"][0]


def test_a_kind_that_comes_once_is_not_shown(tmp_path: Path):
    lines = [LINE | {"type": kind} for kind in ("chat.message", "chat.message", "Maria")]
    proposal = infer_mapping(write(tmp_path, "a.jsonl", b"\n".join(map(orjson.dumps, lines))))
    assert [rule["when"] for rule in proposal.mapping["records"]] == [
        {"field": "type", "equals": "chat.message"}
    ]
    assert "type: 1 values come once" in str(proposal.notes)
    assert "Maria" not in str(proposal)


def test_a_decimal_number_of_seconds_is_a_time(tmp_path: Path):
    times = pa.array([decimal.Decimal("1789416000.000")], pa.decimal128(18, 3))
    table = pa.table({"thread_id": ["s"], "role": ["user"], "text": ["Good evening."], "sent_at": times})
    pq.write_table(table, tmp_path / "a.parquet")
    assert "times" not in "\n".join(infer_mapping(tmp_path).notes)


def converse(**changes) -> list[dict]:
    """Three threads of three questions and answers; of each record the function of (thread, place)."""
    return [
        {"session_id": f"s-{thread}", "role": ("user", "assistant")[place % 2], "text": f"{thread} {place}",
         "sent_at": f"2026-09-14T20:0{place}:00Z"}
        | {name: what(thread, place) for name, what in changes.items()}
        for thread in range(3) for place in range(6)
    ]  # fmt: skip


def propose(folder: Path, records: list[dict]) -> tuple[dict, str]:
    proposal = infer_mapping(write(folder, "a.jsonl", b"\n".join(map(orjson.dumps, records))))
    return proposal.mapping["records"][0]["fields"], "\n".join(proposal.notes)


@pytest.mark.parametrize(
    ("name", "what", "count"),
    [
        ("id", lambda thread, place: f"talk {thread}", 12),
        ("order", lambda thread, place: 77, 12),
        ("turn", lambda thread, place: place // 4, 6),
    ],
)
def test_what_several_messages_of_a_thread_share_names_none(tmp_path: Path, name, what, count):
    fields, notes = propose(tmp_path, converse(**{name: what}))
    assert not {"message_id", "turn"} & fields.keys()
    assert f"{name} is not taken for {'message_id' if name == 'id' else 'turn'}: {count} of 18" in notes
    assert "No field names a message" in notes


def test_a_turn_that_a_question_shares_with_its_answer_names_both(tmp_path: Path):
    fields, notes = propose(tmp_path, converse(turn=lambda thread, place: place // 2))
    assert fields["turn"] == "turn"
    assert "not taken" not in notes


def test_the_next_field_is_taken_where_the_likelier_one_names_no_message(tmp_path: Path):
    records = converse(
        id=lambda thread, place: f"talk {thread}", message_id=lambda thread, place: f"{thread}-{place}"
    )
    assert propose(tmp_path, records)[0]["message_id"] == "message_id"


def test_a_record_that_came_twice_and_one_that_was_corrected_do_not_unname_the_others(tmp_path: Path):
    records = converse(turn=lambda thread, place: place)
    fields, notes = propose(tmp_path, [*records, *records, *records, records[0] | {"text": "corrected"}])
    assert fields["turn"] == "turn"
    assert "turn: 1 of 55 records have the turn of another message" in notes


def test_a_word_is_no_turn(tmp_path: Path):
    assert "turn" not in propose(tmp_path, converse(position=lambda thread, place: f"place {place}"))[0]


def test_words_for_no_value_and_ids_of_a_spreadsheet_are_said_with_their_number(tmp_path: Path):
    rows = ["conversation_id,user_id,role,text,sent_at,lang"]
    rows += [f"1.23457E+11,NULL,user,None,2026-09-14T20:0{place}:00Z,None" for place in range(3)]
    rows += ["c-2,u-2,user,Good evening.,2026-09-14T20:00:00Z,en"]
    notes = "\n".join(infer_mapping(write(tmp_path, "a.csv", "\n".join(rows).encode())).notes)
    assert "conversation_id: 3 of 4 ids are numbers that a spreadsheet shortened" in notes
    assert "user_id: 3 of 4 are NULL" in notes
    assert "lang: 3 of 4 are NULL" in notes
    assert "text: 3" not in notes


def test_ids_and_labels_that_are_some_need_no_word(tmp_path: Path):
    notes = notes_of(tmp_path, LINE | {"user": "u-1", "message_id": "12e4"})
    assert "NULL" not in notes
    assert "spreadsheet" not in notes


@pytest.mark.parametrize(
    ("own", "of_session"), [("timestamp", "created_at"), ("created", "at"), ("ts", "date")]
)
def test_the_time_that_differs_within_a_thread_is_taken_and_the_other_is_said(
    tmp_path: Path, own, of_session
):
    records = [
        {name: value for name, value in one.items() if name != "sent_at"}
        | {of_session: f"2026-09-0{1 + int(one['session_id'][-1])}T08:00:00Z", own: one["sent_at"]}
        for one in converse()
    ]
    fields, notes = propose(tmp_path, records)
    assert fields["sent_at"] == own
    assert f"sent_at is read from {own}; {of_session} looks like it, too" in notes


def test_a_day_and_a_time_of_day_apart_are_said_to_be_no_time(tmp_path: Path):
    records = [
        {name: value for name, value in one.items() if name != "sent_at"}
        | {"date": one["sent_at"][:10], "time": one["sent_at"][11:19]}
        for one in converse()
    ]
    notes = propose(tmp_path, records)[1]
    assert "18 of 18 times are neither ISO 8601 with a time of day" in notes
    assert "let the export join them" in notes


def test_a_day_alone_is_said_to_be_no_time(tmp_path: Path):
    assert "1 of 1 times are neither ISO 8601" in notes_of(tmp_path, LINE | {"sent_at": "2026-09-14"})


def test_a_time_that_can_be_read_is_taken_before_one_that_cannot(tmp_path: Path):
    fields, _ = propose(tmp_path, converse(at=lambda thread, place: f"14.09.2026 20:0{place}"))
    assert fields["sent_at"] == "sent_at"


def test_an_id_of_a_person_is_taken_before_the_program_that_they_used(tmp_path: Path):
    fields, notes = propose(
        tmp_path, converse(client=lambda thread, place: "ios-app 3.2", member_id=lambda thread, place: thread)
    )
    assert fields["user"] == "member_id"
    assert "user is read from member_id; client looks like it, too" in notes


def test_a_user_that_is_the_same_in_every_thread_is_asked_about(tmp_path: Path):
    notes = propose(tmp_path, converse(customer=lambda thread, place: "Acme"))[1]
    assert "user is read from customer, which is the same in all 3 threads" in notes
    assert "Acme" not in notes
    assert "the same in all" not in propose(tmp_path, converse(user=lambda thread, place: thread))[1]


def test_an_empty_field_is_not_taken_for_the_text(tmp_path: Path):
    assert propose(tmp_path, converse(content=lambda thread, place: ""))[0]["text"] == "text"


def test_a_field_of_few_records_is_not_named_beside_the_one_that_is_taken(tmp_path: Path):
    records = converse()
    notes = propose(tmp_path, [*records[:-1], records[-1] | {"maria": {"text": "hello"}}])[1]
    assert "maria" not in notes
