"""LMSYS conversations, by their published schema."""


def test_a_conversation_is_read_with_model_and_language(read):
    reading = read("lmsys", "lmsys.jsonl")
    assert reading.column("role") == ["user", "assistant", "user", "assistant"]
    assert set(reading.rows("thread", "user", "model", "language")) == {("l-1", None, "companion-2", "de")}
    assert reading.clock[0] == "15 10:00:00"


def test_content_that_is_no_text_is_rejected_by_place(read):
    assert read("lmsys", "lmsys.jsonl").rejected == [(2, "wrong_type", "conversation.0.content")]


def test_another_file_is_one_rejection_that_says_what_is_supported(read):
    reading = read("lmsys", "wildchat.jsonl")
    assert reading.rejected == [(0, "unknown_format", None)]
    assert "conversation_id" in reading.records.notes[0]


def test_a_conversation_is_dated_by_the_stamp_of_its_sibling_sets(read, deliver):
    turns = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi"}]
    record = {"conversation_id": "c", "tstamp": 1789416000.0, "conversation": turns}
    assert read("lmsys", deliver(record)).clock == ["14 20:00:00", "14 20:00:00"]
