"""Recorded Anthropic calls: whole, streamed, failed."""


def test_a_whole_and_a_streamed_call_make_one_conversation(read, evening):
    reading = read("anthropic", "anthropic_calls.jsonl")
    conversation = [row[1:] for row in reading.rows("thread", "role", "text") if row[0] == "s-1"]
    assert conversation == evening
    assert reading.clock[:4] == ["14 20:00:00", "14 20:00:00", "14 20:01:00", "14 20:01:04"]


def test_user_model_served_and_prompt_version_are_kept(read):
    rows = read("anthropic", "anthropic_calls.jsonl").rows("thread", "user", "model", "prompt_version")
    assert len({row for row in rows if row[0] == "s-1"}) == 1
    assert rows[0][1:3] == ("u-5", "calm-3-20260801")
    assert str(rows[0][3]).startswith("prompt-")


def test_a_call_that_failed_keeps_what_the_user_said_dated_noon_of_the_delivery(read):
    reading = read("anthropic", "anthropic_calls.jsonl")
    assert [row for row in reading.rows("thread", "text") if row[0] == "s-2"] == [
        ("s-2", "Hello, is anyone there?")
    ]
    assert reading.clock[-1] == "15 10:00:00"  # noon in Berlin
    assert "1 messages had no time and are dated noon of the day of delivery" in reading.records.notes


def test_a_record_without_a_request_is_rejected(read):
    assert read("anthropic", "anthropic_calls.jsonl").rejected == [(4, "unknown_record", "request")]


def test_calls_of_another_provider_are_refused_instead_of_losing_the_answers(read):
    rejected = read("anthropic", "openai_calls.jsonl").rejected
    assert [(position, reason) for position, reason, _ in rejected][:2] == [
        (1, "unknown_record"), (2, "unknown_record"),
    ]  # fmt: skip


CITED = [("Call ", []), ("116 123", [{"type": "char_location"}]), (" at any time.", []), ("It is free.", [])]
"""Parts of an answer, and what each cites."""


def test_a_sentence_that_cites_stays_one_whole_or_streamed(read, deliver):
    content = [{"type": "text", "text": text, "citations": cites or None} for text, cites in CITED]
    stream = [{"type": "message_start", "message": {"id": "m-2", "model": "m"}}]
    for index, (text, cites) in enumerate(CITED):
        stream.append({"type": "content_block_start", "index": index, "content_block": {"type": "text"}})
        stream += [{"type": "content_block_delta", "index": index,
                    "delta": {"type": "citations_delta", "citation": cite}} for cite in cites]  # fmt: skip
        delta = {"type": "text_delta", "text": text}
        stream.append({"type": "content_block_delta", "index": index, "delta": delta})
    request = {"model": "m", "messages": [{"role": "user", "content": "Whom can I call?"}]}
    whole = {"request": request, "response": {"id": "m-1", "content": content}, "thread_id": "a"}
    streamed = {"request": request, "response": stream, "thread_id": "b"}
    answer = "Call 116 123 at any time.\nIt is free."
    assert set(read("anthropic", deliver(whole, streamed)).column("text")) == {"Whom can I call?", answer}
