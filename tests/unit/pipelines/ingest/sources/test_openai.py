"""Recorded OpenAI calls: whole, streamed, failed, and of the responses interface."""

from pathlib import Path

import pytest

from pipelines.ingest.files.document import read_items
from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.sources import make_source

SAMPLES = Path(__file__).parent / "samples"


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


def test_what_was_asked_for_what_answered_and_the_system_behind_it_are_told_apart(read, deliver):
    answer = {"index": 0, "message": {"role": "assistant", "content": "Hi"}}
    served = {"model": "companion-2-2026-08", "system_fingerprint": "fp_1", "choices": [answer]}
    reading = read("openai", deliver(call("Hello", None, response=served)))
    assert set(reading.rows("model_requested", "model_served", "provider_fingerprint")) == {
        ("companion-2", "companion-2-2026-08", "fp_1")
    }


def test_another_system_message_is_another_prompt_version(read, deliver):
    versions = []
    for words in ("Be kind.", "Be brief."):
        asked = {"messages": [{"role": "system", "content": words}, {"role": "user", "content": "Hello"}]}
        versions.append(read("openai", deliver(call("", "Hi", request=asked))).column("prompt_version")[0])
    assert str(versions[0]).startswith("prompt-")
    assert versions[0] != versions[1]


def test_the_recorders_time_counts_before_the_providers(read, deliver):
    answer = {"index": 0, "message": {"role": "assistant", "content": "Hi"}}
    late = call("Hello", None, response={"created": 1789416090, "choices": [answer]})
    assert read("openai", deliver(late)).clock == ["14 20:00:00", "14 20:00:00"]
    alone = {key: value for key, value in late.items() if key != "timestamp"}
    assert read("openai", deliver(alone)).clock == ["14 20:01:30", "14 20:01:30"]


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


def test_calls_of_another_provider_are_refused_instead_of_losing_the_answers(read, deliver):
    answered = list(read_items(SAMPLES / "anthropic_calls.jsonl"))[:2]  # not the one that failed
    reading = read("openai", deliver(*(item.record for item in answered)))
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
    recorded = {"request": {"input": "Hello"}, "response": stream, "timestamp": "2026-09-14T20:00:00Z"}
    assert read("openai", deliver(recorded)).column("text") == ["Hello", "I cannot do that."]
    chunks = [{"choices": [{"index": 0, "delta": {"refusal": one["delta"]}}]} for one in stream]
    chat = call("Hello", None, response=chunks)
    assert read("openai", deliver(chat)).column("text") == ["Hello", "I cannot do that."]


def test_of_a_streamed_response_the_last_event_holds_what_was_said(read, deliver):
    message = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Hi."}]}
    stream = [
        {"type": "response.created", "response": {"id": "r", "model": "companion-2", "output": []}},
        {"type": "response.completed", "response": {"model": "companion-2-2026-08", "output": [message]}},
    ]
    recorded = {"request": {"input": "Hello"}, "response": stream, "timestamp": "2026-09-14T20:00:00Z"}
    assert read("openai", deliver(recorded)).rows("text", "model_served") == [
        ("Hello", "companion-2-2026-08"),
        ("Hi.", "companion-2-2026-08"),
    ]


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


@pytest.mark.parametrize("is_chain", [True, False])
def test_calls_that_only_others_of_their_file_name_are_about_the_same_thread(read, deliver, is_chain):
    path = deliver(*(CHAIN if is_chain else sounding_calls(session_id=None)))
    (thread,) = set(read("openai", path).column("thread"))
    assert all(thread in threads for threads in attribute(path))


def attribute(path):
    """The threads that each record of a file is about, as an erasure finds them."""
    mapping = parse_mapping({"deployment": {"id": "night_line"}, "format": "openai"}, name="a test")
    source = make_source(mapping)
    return [{one.thread for one in source.attribute(path, item)} for item in read_items(path)]


def followed(name, asked, *, before=None, answered=None, minute=0, **more):
    """A call of the responses interface that holds what is new alone and names the call before it."""
    message = {"type": "message", "role": "assistant",
               "content": [{"type": "output_text", "text": answered or f"Answer {name}."}]}  # fmt: skip
    return {"timestamp": f"2026-09-14T20:{minute:02}:00Z",
            "request": {"input": asked, "previous_response_id": before},
            "response": {"id": name, "output": [message]}, **more}  # fmt: skip


CHAIN = [followed("r1", "Hello."), followed("r2", "Hello.", before="r1", minute=1),
         followed("r3", "I feel low.", before="r2", minute=2)]  # fmt: skip


def test_calls_that_name_the_one_before_make_one_conversation_in_whatever_order(read, deliver):
    undated = [{key: value for key, value in one.items() if key != "timestamp"} for one in CHAIN]
    for calls in (CHAIN, CHAIN[::-1], undated[::-1], [CHAIN[0], *CHAIN]):
        reading = read("openai", deliver(*calls))
        assert sorted(reading.rows("turn", "thread", "text")) == [
            (0, "r1", "Hello."), (1, "r1", "Answer r1."), (2, "r1", "Hello."),
            (3, "r1", "Answer r2."), (4, "r1", "I feel low."), (5, "r1", "Answer r3."),
        ]  # fmt: skip
        assert not any("conversations" in note for note in reading.records.notes)


def test_a_response_that_names_the_one_before_is_enough_for_a_chain(read, deliver):
    second = followed("r2", "I feel low.", minute=1)
    second["response"]["previous_response_id"] = "r1"
    assert set(read("openai", deliver(CHAIN[0], second)).column("thread")) == {"r1"}


def test_a_message_of_a_chain_has_the_same_name_whatever_else_its_file_holds(read, deliver):
    other = [followed("x1", "Good evening."), followed("x2", "Thanks.", before="x1", minute=3)]
    names = [dict(read("openai", deliver(*calls)).rows("turn", "message_id"))
             for calls in (CHAIN, CHAIN[:2], [followed("y1", "Hi.", session_id="s"), *CHAIN])]  # fmt: skip
    both = read("openai", deliver(*CHAIN, *other)).rows("thread", "turn", "message_id")
    assert {turn: name for thread, turn, name in both if thread == "r1"} == names[0]
    assert names[1].items() <= names[0].items()
    assert names[2] == names[0]


def test_an_answer_given_anew_stands_beside_the_first_and_what_follows_it_behind_it(read, deliver):
    anew = followed("r2b", "Hello.", before="r1", minute=4)
    failed = {
        **followed("", "I feel low.", before="r2", minute=3),
        "response": {"error": {"code": "timeout"}},
    }
    last = followed("r4", "Thanks.", before="r3", minute=5)
    rows = read("openai", deliver(*CHAIN, anew, failed, last)).rows("turn", "text")
    assert sorted(rows) == [
        (0, "Hello."), (1, "Answer r1."), (2, "Hello."), (3, "Answer r2."), (3, "Answer r2b."),
        (4, "I feel low."), (5, "Answer r3."), (6, "Thanks."), (7, "Answer r4."),
    ]  # fmt: skip


def test_people_who_begin_alike_stay_apart_where_calls_name_the_one_before(read, deliver):
    calls = [followed(name, "Hi.", answered="How are you?") for name in ("a1", "b1", "c1")]
    later = followed("a2", "Low.", before="a1", minute=1)
    threads = read("openai", deliver(*calls, later)).rows("thread", "text")
    assert sorted({thread for thread, _ in threads}) == ["a1", "b1", "c1"]
    assert ("a1", "Low.") in threads


@pytest.mark.parametrize(
    ("reason", "rejected"),
    [("empty_body", {"request": {"input": [], "previous_response_id": "r1"},
                     "response": {"id": "r2", "output": []}}),
     ("future_date", {**CHAIN[1], "timestamp": "2027-09-14T20:01:00Z"})],
)  # fmt: skip
def test_what_follows_a_rejected_call_is_stored_in_the_thread_in_which_an_erasure_looks(
    read, deliver, reason, rejected
):
    for calls in ([CHAIN[0], rejected, CHAIN[2]], [CHAIN[2], rejected, CHAIN[0]]):
        path = deliver(*calls)
        reading = read("openai", path)
        assert reading.rejected == [(2, reason, None)]
        assert reading.rows("turn", "thread", "text") == [
            (0, "r1", "Hello."), (1, "r1", "Answer r1."), (2, "r1", "I feel low."), (3, "r1", "Answer r3."),
        ]  # fmt: skip
        assert all("r1" in threads and "r2" not in threads for threads in attribute(path))
        assert not any("conversations" in note for note in reading.records.notes)


def test_a_chain_whose_first_call_failed_holds_its_retry(read, deliver):
    failed = {**followed("", "Hello."), "response": {"error": {"code": "timeout"}}}
    assert {row[0] for row in read("openai", deliver(failed, *CHAIN)).rows("thread")} == {"r1"}


def test_a_conversation_that_goes_on_from_another_file_is_told(read, deliver):
    first, rest = read("openai", deliver(*CHAIN[:2])), read("openai", deliver(CHAIN[2]))
    assert set(first.column("thread")) == {"r1"}
    assert set(rest.column("thread")) == {"r2"}
    assert rest.records.notes[0].startswith("1 conversations go on from a call that is not in this file")
    second = read("openai", deliver(*CHAIN[1:]))
    assert set(second.column("thread")) == {"r1"}  # the call before is the first: nothing else could name it


def test_a_log_whose_calls_hold_the_history_keeps_the_names_of_its_threads(read, deliver):
    history = [{"role": "user", "content": "Hi."}, {"role": "assistant", "content": "Answer s1."},
               {"role": "user", "content": "Low."}]  # fmt: skip
    grown = [followed("s1", history[:1]), followed("s2", history, minute=1)]
    alone = read("openai", deliver(*grown))
    assert len(set(alone.column("thread"))) == 1
    beside = read("openai", deliver(*grown, *CHAIN)).rows("thread", "message_id")
    assert set(alone.rows("thread", "message_id")) <= set(beside)


def test_a_thread_that_the_log_names_is_kept_and_calls_that_follow_it_join_it(read, deliver):
    calls = [{**CHAIN[0], "session_id": "s"}, *CHAIN[1:]]
    assert set(read("openai", deliver(*calls)).column("thread")) == {"s"}


def test_calls_that_follow_each_other_in_a_circle_end(read, deliver):
    circle = [followed("a", "One.", before="b"), followed("b", "Two.", before="a", minute=1)]
    assert len(set(read("openai", deliver(*circle)).column("text"))) == 4
