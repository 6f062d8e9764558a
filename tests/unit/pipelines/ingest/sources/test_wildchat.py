"""WildChat conversations, by their published schema."""

import datetime as dt

import pyarrow as pa
import pyarrow.parquet as pq


def test_a_conversation_is_read_with_its_times_user_and_slices(read, evening):
    reading = read("wildchat", "wildchat.jsonl")
    assert reading.rows("role", "text") == evening
    assert reading.clock == ["14 20:00:03", "14 20:00:03", "14 20:01:04", "14 20:01:04"]
    assert set(reading.rows("thread", "user", "model", "language", "region")) == {
        ("h-1:1", "ip-1", "companion-2", "en", "Germany")
    }


def test_a_conversation_with_a_broken_time_is_rejected(read):
    assert read("wildchat", "wildchat.jsonl").rejected == [(2, "bad_time", "timestamp")]


def test_parquet_with_typed_times_is_read_as_the_same(read, tmp_path):
    moment = dt.datetime(2026, 9, 14, 20, 0, tzinfo=dt.UTC)
    turns = [
        {"role": "user", "content": "Hello", "timestamp": None},
        {"role": "assistant", "content": "Hi", "timestamp": moment},
    ]
    rows = [{"conversation_hash": "h", "model": "companion-2", "timestamp": moment, "conversation": turns}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "wild.parquet")
    reading = read("wildchat", tmp_path / "wild.parquet")
    assert reading.rows("role", "text") == [("user", "Hello"), ("assistant", "Hi")]
    assert reading.clock == ["14 20:00:00", "14 20:00:00"]


def test_another_file_is_one_rejection_that_says_what_is_supported(read):
    reading = read("wildchat", "lmsys.jsonl")
    assert reading.rejected == [(0, "unknown_format", None)]
    assert "conversation_hash" in reading.records.notes[0]


def test_scores_go_with_the_message_they_were_given_for(read, deliver):
    calm = {"flagged": False, "categories": {"self-harm": False}, "category_scores": {"self-harm": 0.01}}
    grave = {"flagged": True, "categories": {"self-harm": True}, "category_scores": {"self-harm": 0.97}}
    turns = [{"role": "user", "content": "One"}, {"role": "assistant", "content": "Two"}]
    record = {"conversation_hash": "h", "conversation": turns, "openai_moderation": [grave, calm]}
    reading = read("wildchat", deliver(record))
    assert reading.rows("text", "scores") == [
        ("One", (("openai_moderation", "self-harm", 0.97, True),)),
        ("Two", (("openai_moderation", "self-harm", 0.01, False),)),
    ]


def test_two_people_who_said_the_same_have_two_conversations(read, deliver):
    first, second = (
        {
            "conversation_hash": "h",
            "timestamp": f"2026-09-14T2{number}:00:00Z",
            "conversation": [
                {"role": "user", "content": "Hello", "hashed_ip": f"ip-{number}", "turn_identifier": number},
                {"role": "assistant", "content": "Hi", "turn_identifier": number},
            ],
        }
        for number in (1, 2)
    )
    reading = read("wildchat", deliver(first, second, first))
    assert reading.rows("thread", "user", "text") == [
        ("h:1", "ip-1", "Hello"), ("h:1", "ip-1", "Hi"), ("h:2", "ip-2", "Hello"), ("h:2", "ip-2", "Hi"),
    ]  # fmt: skip


def test_the_address_beside_the_turns_is_the_users_as_well(read, deliver):
    turns = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]
    record = {"conversation_hash": "h", "hashed_ip": "ip-1", "conversation": turns}
    assert read("wildchat", deliver(record)).rows("user", "text") == [("ip-1", "Hello"), ("ip-1", "Hi")]
