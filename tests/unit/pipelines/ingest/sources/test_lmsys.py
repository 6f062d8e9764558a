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
