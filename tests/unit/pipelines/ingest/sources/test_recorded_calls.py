"""How recorders write a call, whichever provider's it is: bodies, batches, and streams in many forms."""

import json

import pytest

AT = "2026-09-14T20:00:00Z"
ASKED = {"model": "companion-2", "messages": [{"role": "user", "content": "Hello"}]}
ANSWER = {"id": "c", "model": "companion-2", "choices": [
    {"index": 0, "message": {"role": "assistant", "content": "Good evening"}}
]}  # fmt: skip
PIECES = [
    {"choices": [{"index": 0, "delta": {"content": "Good "}}]},
    {"choices": [{"index": 0, "delta": {"content": "evening"}}]},
]
STREAM = "".join(f"data: {json.dumps(piece)}\n\n" for piece in PIECES) + "data: [DONE]\n\n"
BATCH = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions"}


def record(response, request=ASKED, **more):
    return {"request": request, "response": response, "timestamp": AT, "session_id": "s", **more}


@pytest.mark.parametrize(
    "streamed",
    [STREAM, STREAM.split("\n"), [json.dumps(one) for one in PIECES], PIECES,
     ": the line is kept open\n\n" + STREAM, {"status": 200, "body": STREAM},
     ["id: 1", *STREAM.split("\n")], json.dumps(STREAM)],
)  # fmt: skip
def test_a_stream_is_read_however_it_was_written_down(read, deliver, streamed):
    reading = read("openai", deliver(record(streamed)))
    assert reading.rows("role", "text") == [("user", "Hello"), ("assistant", "Good evening")]
    assert reading.rejected == []


@pytest.mark.parametrize("answer", [["Good evening"], json.dumps("Good evening"), 5, [STREAM, "Good"]])
def test_an_answer_that_nobody_reads_is_rejected_however_it_was_written_down(read, deliver, answer):
    reading = read("openai", deliver(record(ANSWER), record(answer)))
    assert reading.rejected == [(2, "unknown_record", "response")]


@pytest.mark.parametrize("nothing", [None, "", " ", [], {}, "data: [DONE]\n\n", ["data: [DONE]", ""]])
def test_a_call_without_an_answer_keeps_what_the_user_said(read, deliver, nothing):
    assert read("openai", deliver(record(nothing))).column("text") == ["Hello"]


@pytest.mark.parametrize("failed", [{"error": {"code": "server_error"}}, {"type": "error", "code": "x"}])
@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_stream_that_is_an_error_keeps_what_the_user_said(read, deliver, provider, failed):
    reading = read(provider, deliver(record(f"event: error\ndata: {json.dumps(failed)}\n\n")))
    assert (reading.column("text"), reading.rejected) == (["Hello"], [])


def test_a_body_of_text_is_the_request_or_the_response(read, deliver):
    sent = {"method": "POST", "body": json.dumps(ASKED)}
    reading = read("openai", deliver(record({"status": 200, "body": json.dumps(ANSWER)}, sent)))
    assert reading.column("text") == ["Hello", "Good evening"]


@pytest.mark.parametrize("wrap", [json.dumps, lambda asked: {**BATCH, "body": asked}])
def test_thread_and_user_are_read_from_a_request_in_whatever_it_is_wrapped(read, deliver, wrap):
    asked = {**ASKED, "metadata": {"session_id": "t", "user_id": "u"}}
    reading = read("openai", deliver({"request": wrap(asked), "response": ANSWER, "timestamp": AT}))
    assert set(reading.rows("thread", "user")) == {("t", "u")}


def test_thread_and_user_are_read_from_a_response_in_whatever_it_is_wrapped(read, deliver):
    answer = {**ANSWER, "metadata": {"session_id": "t", "user_id": "u"}}
    for wrapped in (answer, json.dumps(answer), {"status_code": 200, "body": answer}):
        reading = read("openai", deliver({"request": ASKED, "response": wrapped, "timestamp": AT}))
        assert set(reading.rows("thread", "user")) == {("t", "u")}


@pytest.mark.parametrize(
    ("result", "texts"),
    [({"type": "succeeded", "message": {"content": [{"type": "text", "text": "Good evening"}]}},
      ["Hello", "Good evening"]),
     ({"type": "errored", "error": {"type": "error"}}, ["Hello"])],
)  # fmt: skip
def test_a_pair_of_a_batch_of_messages_is_a_call(read, deliver, result, texts):
    asked = {"custom_id": "a", "params": {**ASKED, "metadata": {"user_id": "u"}}}
    reading = read("anthropic", deliver(record({"custom_id": "a", "result": result}, asked)))
    assert reading.column("text") == texts
    assert set(reading.column("user")) == {"u"}


def test_what_a_table_of_both_interfaces_holds_as_null_is_not_there(read, deliver):
    chat = {
        "request": {**ASKED, "input": None},
        "response": {**ANSWER, "created": 1789416000, "output": None},
    }
    said = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi"}]}
    response = {"id": "r", "choices": None, "created": None, "created_at": 1789416060, "output": [said]}
    asked = {"messages": None, "input": "And you?", "previous_response_id": None}
    reading = read("openai", deliver(chat, {"request": asked, "response": response}))
    assert reading.column("text") == ["Hello", "Good evening", "And you?", "Hi"]
    assert reading.clock == ["14 20:00:00", "14 20:00:00", "14 20:01:00", "14 20:01:00"]
    assert reading.rejected == []


def test_an_observation_of_both_spellings_is_read_by_the_one_that_holds_something(read, deliver):
    row = {"traceId": None, "trace_id": "t", "type": "GENERATION", "startTime": None, "start_time": AT,
           "sessionId": None, "session_id": "s", "input": "Hello", "output": "Hi"}  # fmt: skip
    assert read("langfuse", deliver(row)).rows("thread", "text") == [("s", "Hello"), ("s", "Hi")]
