"""Langfuse exports: which observations count, in which of its shapes."""

from pathlib import Path

import orjson
import pytest

from pipelines.ingest.field import RecordError
from pipelines.ingest.files.document import Item
from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.sources import make_source


def generation(name, *, asked, answered, at, **more):
    row = {"id": name, "traceId": "tr-9", "type": "GENERATION", "startTime": at, "endTime": at}
    return {**row, "input": asked, "output": answered, **more}


def said(role, text):
    return {"role": role, "content": text}


def test_a_conversation_of_growing_calls_is_stored_once_in_order(read, evening):
    reading = read("langfuse", "langfuse_trace.json")
    assert reading.rows("role", "text") == evening
    assert reading.column("turn") == [0, 1, 2, 3]
    assert reading.rejected == []
    assert reading.records.is_transcript


def test_times_model_thread_and_user_come_from_the_call_that_said_it(read):
    reading = read("langfuse", "langfuse_trace.json")
    assert reading.clock == ["14 20:00:00", "14 20:00:03", "14 20:01:00", "14 20:01:04"]
    assert reading.column("model") == [
        "companion-2",
        "companion-2",
        "companion-2-2026-08",
        "companion-2-2026-08",
    ]
    assert set(reading.rows("thread", "user")) == {("s-77", "u-5")}


def test_a_system_prompt_names_the_prompt_version_and_is_no_message(read):
    reading = read("langfuse", "langfuse_trace.json")
    versions = set(reading.column("prompt_version"))
    assert len(versions) == 1
    assert str(versions.pop()).startswith("prompt-")
    assert "system" not in reading.column("role")


def test_a_named_prompt_keeps_its_name_and_version(read, deliver):
    call = generation("g", asked=[said("user", "Hello")], answered="Hi", at="2026-09-14T20:00:00Z",
                      promptName="evening", promptVersion=4)  # fmt: skip
    assert read("langfuse", deliver(call)).column("prompt_version") == ["evening 4", "evening 4"]


def test_observations_one_a_record_are_read_in_camel_and_in_snake_case(read, deliver):
    camel = generation(
        "a", asked=[said("user", "Hello")], answered="Hi", at="2026-09-14T20:00:00Z", sessionId="s"
    )
    snake = {
        "trace_id": "tr-8",
        "session_id": "t",
        "type": "GENERATION",
        "start_time": "2026-09-14 20:05:00",
        "input": "Good evening",
        "output": "Good evening to you",
        "provided_model_name": "companion-2",
    }
    span = {
        "id": "x",
        "traceId": "tr-9",
        "type": "SPAN",
        "startTime": "2026-09-14T20:00:00Z",
        "input": "a",
        "output": "b",
    }
    reading = read("langfuse", deliver(camel, span, snake))
    assert reading.rows("thread", "text") == [
        ("s", "Hello"), ("s", "Hi"), ("t", "Good evening"), ("t", "Good evening to you"),
    ]  # fmt: skip
    assert dict(reading.rows("thread", "model")) == {"t": "companion-2", "s": None}
    assert reading.rejected == []


def test_a_time_of_the_storage_export_is_of_utc_whatever_the_zone_of_the_deployment(read, deliver):
    times = {"start_time": "2026-09-14 20:05:00.000000", "end_time": "2026-09-14 20:05:03.000000"}
    call = {"trace_id": "t", "type": "GENERATION", **times, "input": "Hello", "output": "Hi"}
    trace = {"id": "t", "timestamp": "2026-09-14 20:05:00.000000", "input": "Hello", "output": "Hi"}
    assert read("langfuse", deliver(call)).clock == ["14 20:05:00", "14 20:05:03"]
    assert read("langfuse", deliver(trace)).clock == ["14 20:05:00", "14 20:05:00"]


def test_the_model_that_a_page_of_observations_names_is_the_one_asked_for(read, deliver):
    call = {"traceId": "t", "type": "GENERATION", "startTime": "2026-09-14T20:00:00Z", "input": "Hello",
            "output": "Hi", "providedModelName": "companion-2"}  # fmt: skip
    reading = read("langfuse", deliver({"data": [call], "meta": {"cursor": None}}))
    assert set(reading.rows("model", "model_requested")) == {("companion-2", "companion-2")}


def test_what_a_tool_was_asked_and_gave_back_is_nobodys_message(read, deliver):
    talk = {"input": [said("user", "Find a line.")], "output": [said("assistant", "116 123")]}
    for kind in ("TOOL", "RETRIEVER", "EVENT"):
        step = {"id": "x", "traceId": "tr-9", "type": kind, "startTime": "2026-09-14T20:00:00Z", **talk}
        trace = {"id": "tr-9", "timestamp": "2026-09-14T20:00:00Z", "observations": [step]}
        assert read("langfuse", deliver(step)).records.message_count == 0
        assert read("langfuse", deliver(trace)).records.message_count == 0
    agent = {"id": "x", "traceId": "tr-9", "type": "AGENT", "startTime": "2026-09-14T20:00:00Z", **talk}
    assert read("langfuse", deliver(agent)).column("text") == ["Find a line.", "116 123"]


def test_the_model_that_was_asked_for_and_the_one_that_answered_are_told_apart(read, deliver):
    served = {"model": "companion-2-2026-08", "choices": [{"message": said("assistant", "Hi")}]}
    call = generation("g", asked=[said("user", "Hello")], answered=served, at="2026-09-14T20:00:00Z",
                      model="companion-2")  # fmt: skip
    reading = read("langfuse", deliver(call))
    assert set(reading.rows("model", "model_requested", "model_served")) == {
        ("companion-2-2026-08", "companion-2", "companion-2-2026-08")
    }


def test_an_empty_user_is_nobody_and_the_message_is_kept(read, deliver):
    call = generation("g", asked=[said("user", "Hello")], answered="Hi", at="2026-09-14T20:00:00Z", userId="")
    assert read("langfuse", deliver(call)).rows("user", "text") == [(None, "Hello"), (None, "Hi")]


def test_instructions_in_the_configuration_of_a_call_name_the_prompt_version(read, deliver):
    versions = []
    for words in ("Be kind.", "Be brief."):
        asked = {"config": {"system_instruction": words}, "contents": [said("user", "Hello")]}
        call = generation("g", asked=asked, answered="Hi", at="2026-09-14T20:00:00Z")
        versions.append(read("langfuse", deliver(call)).column("prompt_version")[0])
    assert str(versions[0]).startswith("prompt-")
    assert versions[0] != versions[1]


def test_a_trace_whose_calls_show_no_user_is_read_from_its_own_input_and_output(read, deliver):
    opaque = generation("g", asked="system: be kind\nuser: Hello", answered="Hi", at="2026-09-14T20:00:01Z")
    trace = {
        "id": "tr-9",
        "timestamp": "2026-09-14T20:00:00Z",
        "input": "Hello",
        "output": "Hi",
        "observations": [opaque],
    }
    assert read("langfuse", deliver(trace)).rows("role", "text") == [("user", "Hello"), ("assistant", "Hi")]


def test_a_page_of_the_interface_is_its_traces(read, deliver):
    traces = [
        {"id": name, "timestamp": "2026-09-14T20:00:00Z", "input": "Hello", "output": "Hi"}
        for name in ("t1", "t2")
    ]
    page = {"data": traces, "meta": {"page": 1}}
    assert sorted(read("langfuse", deliver(page)).column("thread")) == ["t1", "t1", "t2", "t2"]


def test_a_trace_without_any_text_is_rejected_with_its_place(read, deliver):
    full = {
        "id": "t",
        "timestamp": "2026-09-14T20:00:00Z",
        "input": "Hello",
        "output": "Hi",
        "observations": [],
    }
    silent = {**full, "id": "s", "input": None, "output": None}
    reading = read("langfuse", deliver(full, silent))
    assert reading.rejected == [(2, "empty_body", "observations.input")]
    assert reading.records.message_count == 2


def test_a_call_with_a_broken_time_is_rejected_and_the_others_stay(read, deliver):
    moments = ("2026-09-14T20:00:00Z", "teatime", "2026-09-17T23:59:00Z", "2026-09-16T23:59:00Z")
    calls = [
        generation(at, asked=[said("user", f"Hello at {at}")], answered="Hi", at=at, sessionId=at)
        for at in moments
    ]
    reading = read("langfuse", deliver(*calls))
    assert reading.rejected == [(2, "bad_time", "startTime"), (3, "future_date", None)]
    assert reading.records.message_count == 4


def test_another_file_is_one_rejection_that_says_what_is_supported(read, deliver):
    reading = read("langfuse", deliver({"secret": "words"}, {"secret": "words"}))
    assert reading.rejected == [(0, "unknown_format", None)]
    assert reading.records.notes == [
        "supported are " + reading.records.notes[0].removeprefix("supported are ")
    ]
    assert "words" not in reading.records.notes[0]


def test_messages_in_a_cell_of_csv_are_read(read, tmp_path):
    cell = orjson.dumps([said("user", "Hello")]).decode().replace('"', '""')
    path = tmp_path / "observations.csv"
    path.write_text(
        f'id,traceId,type,startTime,input,output\n1,t,GENERATION,2026-09-14T20:00:00Z,"{cell}",Hi\n'
    )
    assert read("langfuse", path).rows("role", "text") == [("user", "Hello"), ("assistant", "Hi")]


def test_words_of_a_role_that_nobody_knows_are_rejected_and_not_left_out(read, deliver):
    asked = [said("assistant", "Good evening."), said("patient", "I feel low tonight.")]
    call = generation("g", asked=asked, answered="I am here.", at="2026-09-14T20:00:00Z")
    reading = read("langfuse", deliver(call))
    assert reading.rejected == [(1, "unknown_role", "input.1.role")]
    assert reading.records.message_count == 0


def test_the_name_of_a_tool_that_was_called_may_stand_as_a_role(read, deliver):
    asked = [
        said("user", "Is it raining?"),
        {"role": "assistant", "content": "", "tool_calls": [{"name": "get_weather"}]},
        said("get_weather", "Rain until nine."),
    ]
    call = generation("g", asked=asked, answered="Yes, until nine.", at="2026-09-14T20:00:00Z")
    assert read("langfuse", deliver(call)).column("text") == ["Is it raining?", "Yes, until nine."]


def test_classes_of_langchain_are_roles(read, deliver):
    asked = [{"type": "SystemMessage", "content": "Be kind."}, {"type": "HumanMessage", "content": "Hello"},
             {"type": "AIMessageChunk", "content": "Hi"},
             {"type": "human", "content": "I feel low"}]  # fmt: skip
    call = generation("g", asked=asked, answered="I am here.", at="2026-09-14T20:00:00Z")
    assert read("langfuse", deliver(call)).column("text") == ["Hello", "Hi", "I feel low", "I am here."]


def test_a_number_on_a_scale_is_an_answer_and_a_text_in_quotes_is_unpacked(read, deliver):
    call = generation("g", asked="3", answered='"Thank you.\\nThree is noted."', at="2026-09-14T20:00:00Z")
    assert read("langfuse", deliver(call)).column("text") == ["3", "Thank you.\nThree is noted."]


def test_of_several_choices_the_first_was_shown(read, deliver):
    choices = [{"index": 1, "message": said("assistant", "Two")},
               {"index": 0, "message": said("assistant", "One")}]  # fmt: skip
    call = generation("g", asked=[said("user", "Hello")], answered={"choices": choices},
                      at="2026-09-14T20:00:00Z")  # fmt: skip
    assert read("langfuse", deliver(call)).column("text") == ["Hello", "One"]


def test_an_input_that_nobody_reads_is_rejected_and_its_answer_does_not_stand_alone(read, deliver):
    moment = "2026-09-14T20:00:00Z"
    unread = [generation(f"g{place}", asked=asked, answered="I am here.", at=moment, traceId=f"t{place}")
              for place, asked in enumerate([{"question": "I feel low."}, "User: I feel low."])]  # fmt: skip
    whole = {"id": "t5", "timestamp": moment, "observations": unread[:1]}
    told = {**whole, "id": "t6", "input": "I feel low.", "output": "I am here."}
    silent = generation("g9", asked=None, answered="Good evening.", at=moment, traceId="t9")
    reading = read("langfuse", deliver(*unread, whole, told, silent))
    assert reading.rejected == [(place, "wrong_type", "input") for place in (1, 2, 3)]
    assert set(reading.rows("thread", "text")) == {
        ("t6", "I feel low."), ("t6", "I am here."), ("t9", "Good evening."),
    }  # fmt: skip


def test_observations_without_a_session_belong_to_their_trace(read, deliver):
    calls = [generation(f"g{minute}", asked=[said("user", f"Question {minute}")], answered="Yes.",
                        at=f"2026-09-14T20:0{minute}:00Z") for minute in (1, 2)]  # fmt: skip
    assert set(read("langfuse", deliver(*calls)).column("thread")) == {"tr-9"}


QUESTIONS = ("I feel low.", "It is worse at night.", "It is worse at night.")


def whole_states(given):
    """Traces of a graph: each gives back all that was said so far, and is given that, the new, or nothing."""
    said_so_far = []
    for minute, text in enumerate(QUESTIONS):
        new = [{"type": "human", "content": text}]
        asked = {"all": {"messages": said_so_far + new}, "new": {"messages": new}, "nothing": None}[given]
        said_so_far = [*said_so_far, *new, {"type": "ai", "content": f"Answer {minute}."}]
        yield {"id": f"t{minute}", "sessionId": "s", "timestamp": f"2026-09-14T20:{minute}5:00Z",
               "input": asked, "output": {"messages": said_so_far},
               "observations": []}  # fmt: skip


@pytest.mark.parametrize("given", ["all", "new", "nothing"])
def test_an_output_that_is_the_whole_state_adds_only_what_is_new_in_it(read, deliver, given):
    told = read("langfuse", deliver(*whole_states(given))).rows("turn", "role", "text")
    assert told == [
        (0, "user", "I feel low."), (1, "assistant", "Answer 0."),
        (2, "user", "It is worse at night."), (3, "assistant", "Answer 1."),
        (4, "user", "It is worse at night."), (5, "assistant", "Answer 2."),
    ]  # fmt: skip


def test_an_output_that_holds_words_of_the_assistant_from_the_input_says_them_once(read, deliver):
    asked = [said("assistant", "Hello."), said("user", "I feel low."), said("assistant", "I look it up.")]
    whole = [*asked, said("assistant", "I am here."), said("user", "From another program."),
             said("assistant", "Rest.")]  # fmt: skip
    moment = "2026-09-14T20:00:00Z"
    call = generation("g", asked=asked, answered=whole, at=moment)
    greeted = generation("h", asked=asked[:2], answered="Hello.", at=moment, traceId="tr-8")
    reading = read("langfuse", deliver(call, greeted))
    texts = [[text for thread, text in reading.rows("thread", "text") if thread == name]
             for name in ("tr-9", "tr-8")]  # fmt: skip
    assert texts == [["Hello.", "I feel low.", "I look it up.", "I am here.", "Rest."],
                     ["Hello.", "I feel low.", "Hello."]]  # fmt: skip


def written_twice(value):
    """As integrations of OpenTelemetry write it: JSON as a text, and that text as JSON."""
    return orjson.dumps(orjson.dumps(value).decode()).decode()


STRUCTURES = [
    ([said("system", "Be kind."), said("user", "I feel low.")], [said("assistant", "I am here.")]),
    ({"message": "I feel low.", "session_id": "s"}, {"content": "I am here.", "event": "RunResponse"}),
    ({"prompt": "I feel low.", "system": "Be kind."}, {"content": [{"type": "text", "text": "I am here."}]}),
    ({"model": "m", "contents": "I feel low."},
     {"candidates": [{"content": {"role": "model", "parts": [{"text": "I am here."}]}}]}),
    ({"input": "I feel low."}, {"input": "I feel low.", "output": "I am here."}),
    ("I feel low.", {"messages": [{"lc": 1, "type": "constructor", "id": ["langchain_core", "AIMessage"],
                                   "kwargs": {"content": "I am here."}}]}),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "answered"), STRUCTURES)
def test_a_structure_that_was_written_as_json_twice_is_opened_and_never_anyones_words(
    read, deliver, asked, answered
):
    trace = {"id": "t", "timestamp": "2026-09-14T20:00:00Z", "observations": ["o-1", "o-2"]}
    trace |= {"input": written_twice(asked), "output": written_twice(answered)}
    for record in (trace, {"data": [trace], "meta": {"page": 1}}):
        reading = read("langfuse", deliver(record))
        assert reading.rows("role", "text") == [("user", "I feel low."), ("assistant", "I am here.")]
        assert reading.rejected == []


def test_a_structure_that_nobody_reads_is_rejected_however_often_it_was_written(read, deliver):
    for asked in ({"args": ["I feel low."]}, "{'role': 'user', 'text': 'I feel low.'}", "user: I feel low."):
        trace = {"id": "t", "timestamp": "2026-09-14T20:00:00Z", "input": written_twice(asked),
                 "output": "I am here."}  # fmt: skip
        reading = read("langfuse", deliver(trace))
        assert (reading.rejected, reading.records.message_count) == ([(1, "wrong_type", "input")], 0)


def test_an_answer_that_nobody_reads_is_rejected_and_what_the_person_said_is_kept(read, deliver):
    trace = {"id": "t", "timestamp": "2026-09-14T20:00:00Z", "input": "I feel low.",
             "output": written_twice({"response": {"comment": "I am here."}})}  # fmt: skip
    reading = read("langfuse", deliver(trace))
    assert reading.rows("role", "text") == [("user", "I feel low.")]
    assert reading.rejected == [(1, "wrong_type", "output")]
    assert reading.records.record_count == 2
    alone = read("langfuse", deliver({**trace, "input": None}))
    assert (alone.rejected, alone.records.record_count) == ([(1, "wrong_type", "output")], 1)
    nothing = [{**trace, "id": f"n{place}", "output": output}
               for place, output in enumerate((None, "", "null", "None", "[]", '" "'))]  # fmt: skip
    assert read("langfuse", deliver(*nothing)).rejected == []


def test_structures_beside_an_answer_that_is_read_are_between_programs(read, deliver):
    moment = "2026-09-14T20:00:00Z"
    judged = generation("g1", asked=[said("user", "I feel low.")], answered={"risk": "low"}, at=moment)
    answered = generation("g2", asked=[said("user", "I feel low.")], answered="I am here.", at=moment)
    trace = {"id": "t", "timestamp": moment, "observations": [judged, answered]}
    reading = read("langfuse", deliver(trace))
    assert (reading.column("text"), reading.rejected) == (["I feel low.", "I am here."], [])


def test_a_word_that_json_knows_stays_a_word_when_it_was_written_twice(read, deliver):
    trace = {"id": "t", "timestamp": "2026-09-14T20:00:00Z", "input": '"3"', "output": '"null"'}
    assert read("langfuse", deliver(trace)).column("text") == ["3", "null"]


def observation(kind, name, *, asked=None, answered="I am here.", second=0, **more):
    row = generation(
        name,
        asked=asked or [said("user", "I feel low.")],
        answered=answered,
        at=f"2026-09-14T20:00:0{second}Z",
        type=kind,
    )
    return {**row, "endTime": "2026-09-14T20:00:09Z", **more}


@pytest.mark.parametrize("kind", ["AGENT", "CHAIN", "SPAN"])
def test_an_agent_is_read_where_its_trace_has_no_generation_alone_and_within_its_trace(read, deliver, kind):
    outer, inner = observation(kind, "a"), observation("SPAN", "b", asked="Find help.", second=1)
    trace = {"id": "tr-9", "timestamp": "2026-09-14T20:00:00Z", "observations": [inner, outer]}
    for records in ((inner, outer), (trace,)):
        reading = read("langfuse", deliver(*records))
        assert reading.column("text") == ["I feel low.", "I am here."]
        assert (reading.records.record_count, reading.rejected) == (1, [])
        assert reading.records.notes[0].startswith("1 spans of agents")


def test_an_agent_whose_trace_has_a_generation_elsewhere_in_the_file_says_nothing_new(read, deliver):
    agent = observation("AGENT", "a", asked="Help this person: I feel low.", answered={"risk": "low"})
    call = observation("GENERATION", "g", second=1)
    reading = read("langfuse", deliver(agent, call))
    assert (reading.column("text"), reading.rejected) == (["I feel low.", "I am here."], [])


def test_agents_that_nobody_reads_are_rejected_once_a_trace(read, deliver):
    unread = [
        observation("SPAN", f"{place}", asked={"args": ["I feel low."]}, second=place) for place in (1, 2)
    ]
    half = observation("CHAIN", "h", asked="nightly", answered=None, traceId="tr-8")
    silent = observation("SPAN", "s", answered=None, traceId="tr-7") | {"input": None}
    tools = observation("SPAN", "w", asked=[said("system", "Be kind.")], answered=[said("tool", "4")])
    reading = read("langfuse", deliver(*unread, half, silent, tools | {"traceId": "tr-6"}))
    assert reading.rejected == [(1, "wrong_type", "input"), (3, "missing_field", "output")]
    assert (reading.records.message_count, reading.records.record_count) == (0, 2)
    assert reading.records.notes == ["2 records hold no call of a model"]


def test_an_agent_that_failed_keeps_what_the_person_said(read, deliver):
    reading = read("langfuse", deliver(observation("AGENT", "a", answered=None)))
    assert (reading.column("text"), reading.rejected) == (["I feel low."], [])


def test_a_span_that_nobody_reads_is_about_whoever_its_record_names():
    mapping = parse_mapping({"deployment": {"id": "night_line"}, "format": "langfuse"}, name="a test")
    unread = observation("SPAN", "a", asked={"args": ["I feel low."]}, userId="u-5")
    (told,) = make_source(mapping).attribute(Path("a.jsonl"), Item(1, unread))
    assert isinstance(told, RecordError)
