"""Recorded OpenAI calls: whole, streamed, failed, and of the responses interface."""

import pytest

from pipelines.ingest.document import read_items
from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.sources import make_source


def call(asked, answered, **more):
    choice = {"index": 0, "message": {"role": "assistant", "content": answered}}
    return {
        "session_id": "s",
        "timestamp": "2026-09-14T20:00:00Z",
        "request": {"model": "companion-2", "messages": [{"role": "user", "content": asked}]},
        "response": {"choices": [choice]},
        **more,
    }


def test_a_whole_and_a_streamed_call_make_one_conversation(read, evening):
    reading = read("openai", "openai_calls.jsonl")
    conversation = [row[1:] for row in reading.rows("thread", "role", "text") if row[0] == "s-1"]
    assert conversation == evening


def test_the_model_served_counts_before_the_one_asked_for(read):
    reading = read("openai", "openai_calls.jsonl")
    models = dict(reading.rows("thread", "model"))
    assert models["s-1"] == "companion-2-2026-08"
    assert models["s-2"] == "companion-2"


def test_a_choice_that_was_not_shown_is_no_message(read):
    assert not any(
        "not shown" in str(text).lower() for text in read("openai", "openai_calls.jsonl").column("text")
    )


def test_what_the_user_said_in_a_call_that_failed_is_kept(read):
    reading = read("openai", "openai_calls.jsonl")
    assert [row for row in reading.rows("thread", "role", "text") if row[0] == "s-2"] == [
        ("s-2", "user", "Nobody answers me today.")
    ]


def test_the_responses_interface_is_read_with_its_user_and_conversation(read):
    reading = read("openai", "openai_calls.jsonl")
    assert [row for row in reading.rows("thread", "user", "role", "text") if row[0] == "s-3"] == [
        ("s-3", "u-6", "user", "Can you remind me to drink water?"),
        ("s-3", "u-6", "assistant", "Of course. Every two hours?"),
    ]


def test_an_unknown_role_is_rejected_with_its_place_and_without_its_text(read):
    reading = read("openai", "openai_calls.jsonl")
    assert reading.rejected == [(5, "unknown_role", "request.messages.1.role")]


def test_a_stream_that_breaks_off_keeps_what_the_user_saw(read, deliver):
    chunk = 'data: {"created":1789416000,"choices":[{"index":0,"delta":{"content":"I hear "}}]}\n\n'
    broken = call("Hello", None, response=chunk + 'data: {"choices":[{"index":0,"del')
    assert read("openai", deliver(broken)).column("text") == ["Hello", "I hear "]


def test_a_refusal_is_what_the_assistant_said(read, deliver):
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": None, "refusal": "I cannot help with that."},
    }
    reading = read("openai", deliver(call("Hello", None, response={"choices": [choice]})))
    assert reading.column("text") == ["Hello", "I cannot help with that."]


def test_calls_without_an_id_are_told_apart_by_their_opening(read, deliver):
    first, second = call("Hello", "Hi"), call("Hello", "Good evening")
    later = call("Hello", "Nice to hear.", timestamp="2026-09-14T20:01:00Z")
    later["request"]["messages"] += [
        {"role": "assistant", "content": "Good evening"}, {"role": "user", "content": "I slept well."},
    ]  # fmt: skip
    calls = [
        {key: value for key, value in one.items() if key != "session_id"} for one in (first, second, later)
    ]
    reading = read("openai", deliver(*calls))
    threads = {}
    for thread, text in reading.rows("thread", "text"):
        threads.setdefault(thread, []).append(text)
    assert sorted(threads.values()) == [
        ["Hello", "Good evening", "I slept well.", "Nice to hear."], ["Hello", "Hi"],
    ]  # fmt: skip
    assert reading.records.notes == ["2 conversations have no id and are told apart by user and opening"]


def test_calls_of_another_provider_are_refused_instead_of_losing_the_answers(read):
    reading = read("openai", "anthropic_calls.jsonl")
    assert reading.rejected == [(0, "unknown_format", None)]
    assert "/v1/chat/completions" in reading.records.notes[-1]


def test_an_answer_that_is_no_structure_is_rejected_and_not_left_out(read, deliver):
    request = {"messages": [{"role": "user", "content": "Hello"}]}
    good = {"request": request, "response": None, "timestamp": "2026-09-14T20:00:00Z"}
    reading = read("openai", deliver(good, {**good, "response": "Hi there."}))
    assert reading.rejected == [(2, "unknown_record", "response")]


def test_a_refusal_is_read_from_a_stream_that_broke(read, deliver):
    stream = [{"type": "response.refusal.delta", "delta": "I cannot "},
              {"type": "response.refusal.delta", "delta": "do that."}]  # fmt: skip
    call = {"request": {"input": "Hello"}, "response": stream, "timestamp": "2026-09-14T20:00:00Z"}
    assert read("openai", deliver(call)).column("text") == ["Hello", "I cannot do that."]


def test_a_piece_of_a_stream_may_hold_any_sign(read, deliver):
    chunk = 'data: {"choices": [{"index": 0, "delta": {"content": "one\u2028two\x85"}}]}\r\n\r\n'
    call = {"request": {"messages": [{"role": "user", "content": "Hello"}]}, "response": chunk * 2,
            "timestamp": "2026-09-14T20:00:00Z"}  # fmt: skip
    assert read("openai", deliver(call)).column("text") == ["Hello", "one\u2028two\x85" * 2]


def test_an_image_without_words_is_a_message_that_is_told(read, deliver):
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    reading = read("openai", deliver(call([image], "Thank you for the picture.")))
    assert reading.rows("role", "text") == [("user", "[image]"), ("assistant", "Thank you for the picture.")]
    (note,) = (note for note in reading.records.notes if "images" in note)
    assert note.startswith("1 messages hold images")


def test_an_answer_in_sound_is_read_from_a_whole_response_and_from_a_stream(read, deliver):
    sound = {"id": "a-1", "data": "AAAA", "transcript": "I am here."}
    message = {"role": "assistant", "content": None, "audio": sound}
    pieces = [{"audio": {"id": "a-1", "transcript": "I am "}}, {"audio": {"transcript": "here."}},
              {"audio": {"data": "AAAA"}}]  # fmt: skip
    responses = [
        {"choices": [{"index": 0, "message": message}]},
        [{"choices": [{"index": 0, "delta": piece}]} for piece in pieces],
        {"output": [{"type": "message", "role": "assistant",
                     "content": [{"type": "output_audio", "transcript": "I am here."}]}]},
    ]  # fmt: skip
    for response in responses:
        reading = read("openai", deliver(call("I feel low.", None, response=response)))
        assert reading.column("text") == ["I feel low.", "I am here."]
        assert reading.records.notes == []


def test_an_answer_in_sound_without_words_is_a_message_that_is_told(read, deliver):
    response = [{"choices": [{"index": 0, "delta": {"audio": {"id": "a-1", "data": "AAAA"}}}]}]
    reading = read("openai", deliver(call("I feel low.", None, response=response)))
    assert reading.column("text") == ["I feel low.", "[audio]"]
    assert reading.records.notes[0].startswith("1 messages hold images, sound")


def sounding_calls(**more):
    """Two calls of a talk in sound: the second names the first answer by its id."""
    sounds = [{"id": f"a-{place}", "transcript": text} for place, text in enumerate(("I am here.", "Rest."))]
    answers = [{"role": "assistant", "content": None, "audio": sound} for sound in sounds]
    asked = [{"role": "user", "content": text} for text in ("I feel low.", "It is late.")]
    histories = (asked[:1], [asked[0], {"role": "assistant", "audio": {"id": "a-0"}}, asked[1]])
    return [
        {
            "timestamp": f"2026-09-14T20:0{minute}:00Z",
            "request": {"messages": history},
            "response": {"choices": [{"message": answer}]},
            **more,
        }
        for minute, (history, answer) in enumerate(zip(histories, answers, strict=True))
    ]


@pytest.mark.parametrize("session", ["s", None])
def test_an_answer_in_sound_that_a_later_call_names_by_its_id_stands_once(read, deliver, session):
    for calls in (sounding_calls(session_id=session), sounding_calls(session_id=session)[::-1]):
        reading = read("openai", deliver(*calls))
        assert reading.column("text") == ["I feel low.", "I am here.", "It is late.", "Rest."]
        assert len(set(reading.column("thread"))) == 1
    alone = read("openai", deliver(calls[0]))
    assert alone.column("text") == ["I feel low.", "[audio]", "It is late.", "Rest."]


def test_calls_that_only_others_of_their_file_name_are_about_the_same_thread(read, deliver):
    path = deliver(*sounding_calls(session_id=None))
    (thread,) = set(read("openai", path).column("thread"))
    mapping = parse_mapping({"deployment": {"id": "night_line"}, "format": "openai"}, name="a test")
    source = make_source(mapping)
    for item in read_items(path):
        assert thread in {one.thread for one in source.attribute(path, item)}
