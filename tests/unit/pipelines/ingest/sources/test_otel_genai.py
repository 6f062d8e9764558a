"""OpenTelemetry GenAI: spans, events and the older numbered attributes."""

import pytest

from pipelines.ingest.files.document import read_items
from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.sources import make_source


def test_a_conversation_of_growing_spans_is_stored_once(read, evening):
    reading = read("otel_genai", "otel_spans.jsonl")
    conversation = [row[1:] for row in reading.rows("thread", "role", "text") if row[0] == "c-9"]
    assert conversation == evening


def test_model_served_user_and_prompt_version_are_kept(read):
    reading = read("otel_genai", "otel_spans.jsonl")
    found = {row[1:] for row in reading.rows("thread", "user", "model") if row[0] == "c-9"}
    assert found == {("u-5", "companion-2-2026-08")}
    versions = {row[1] for row in reading.rows("thread", "prompt_version") if row[0] == "c-9"}
    assert len(versions) == 1
    assert None not in versions


def test_a_span_without_conversation_belongs_to_its_trace(read):
    threads = {str(thread) for thread in read("otel_genai", "otel_spans.jsonl").column("thread")}
    assert threads == {"c-9", "6b8efff798038103d269b633813fc60c", "7b8efff798038103d269b633813fc60c"}


def test_an_event_with_structured_content_and_numbered_attributes_are_read(read):
    texts = read("otel_genai", "otel_spans.jsonl").column("text")
    assert texts[-4:] == [
        "Is there a way to switch the reminders off?",
        "Yes, under settings, then reminders.",
        "Good morning.",
        "Good morning. How did you sleep?",
    ]


def test_reasoning_tool_calls_and_system_instructions_are_no_messages(read):
    told = " ".join(str(text) for text in read("otel_genai", "otel_spans.jsonl").column("text"))
    assert "They mention work" not in told
    assert "four hours" not in told
    assert "calm companion" not in told


def test_a_call_recorded_without_content_is_rejected_and_a_database_span_passed_over(read):
    reading = read("otel_genai", "otel_spans.jsonl")
    assert reading.rejected == [(3, "missing_field", "gen_ai.input.messages")]
    assert reading.records.record_count == 5


def test_only_the_first_choice_was_shown(read, deliver):
    def attribute(name, text):
        return {"key": name, "value": {"stringValue": text}}

    choices = ('[{"role":"assistant","parts":[{"type":"text","content":"One"}]},'
               '{"role":"assistant","parts":[{"type":"text","content":"Two"}]}]')  # fmt: skip
    asked = '[{"role":"user","parts":[{"type":"text","content":"Hello"}]}]'
    span = {
        "traceId": "t", "startTimeUnixNano": "1789416000000000000",
        "attributes": [attribute("gen_ai.operation.name", "chat"), attribute("gen_ai.input.messages", asked),
                       attribute("gen_ai.output.messages", choices)],
    }  # fmt: skip
    reading = read("otel_genai", deliver({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}))
    assert reading.column("text") == ["Hello", "One"]


def test_another_file_is_one_rejection_that_says_what_is_supported(read):
    reading = read("otel_genai", "lmsys.jsonl")
    assert reading.rejected == [(0, "unknown_format", None)]
    assert "resourceSpans" in reading.records.notes[0]


def texts(**values):
    return [{"key": name.replace("__", "."), "value": {"stringValue": text}} for name, text in values.items()]


def event(name, span, *, second=0, body=(), **attributes):
    pairs = [{"key": key, "value": value} for key, value in dict(body).items()]
    return {
        "traceId": "t",
        "spanId": span,
        "timeUnixNano": f"178941600{second}000000000",
        "attributes": texts(event__name=name, **attributes),
        "body": {"kvlistValue": {"values": pairs}},
    }


def exported(*records):
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": list(records)}]}]}


def content(text):
    return {"content": {"stringValue": text}}


def choice(text, index=0):
    message = {"kvlistValue": {"values": [{"key": "content", "value": {"stringValue": text}}]}}
    return {"index": {"intValue": str(index)}, "message": message}


def test_events_of_a_message_each_are_put_together_by_their_span(read, deliver):
    reading = read("otel_genai", deliver(exported(
        event("gen_ai.system.message", "a", body=content("Be kind.")),
        event("gen_ai.user.message", "a", body=content("I feel low.")),
        event("gen_ai.user.message", "b", second=5, body=content("Hello.")),
        event("gen_ai.choice", "a", second=1, body=choice("Nobody saw this.", 1)),
        event("gen_ai.choice", "a", second=1, body=choice("I am here.")),
    )))  # fmt: skip
    assert reading.rows("thread", "role", "text") == [
        ("t", "user", "I feel low."), ("t", "assistant", "I am here."), ("t", "user", "Hello."),
    ]  # fmt: skip
    assert reading.rejected == []


def test_the_answer_of_events_has_the_time_of_its_own(read, deliver):
    reading = read("otel_genai", deliver(exported(
        event("gen_ai.user.message", "a", body=content("Hello.")),
        event("gen_ai.choice", "a", second=4, body=choice("Good evening.")),
    )))  # fmt: skip
    assert reading.clock == ["14 20:00:00", "14 20:00:04"]


@pytest.mark.parametrize("unset", [{}, {"timeUnixNano": "0"}])
def test_an_event_that_does_not_say_when_it_was_is_of_when_it_was_seen(read, deliver, unset):
    said = {"gen_ai__input__messages": '[{"role":"user","content":"Hello."}]'}
    records = [event("gen_ai.client.inference.operation.details", "a", **said),
               event("gen_ai.user.message", "b", body=content("Hi."), session__id="s")]  # fmt: skip
    seen = [{**one, "observedTimeUnixNano": one["timeUnixNano"]} for one in records]
    untimed = [{key: value for key, value in one.items() if key != "timeUnixNano"} | unset for one in seen]
    reading = read("otel_genai", deliver(exported(*untimed)))
    assert (reading.clock, reading.rejected) == (["14 20:00:00", "14 20:00:00"], [])


def test_a_span_that_was_not_ended_is_read(read, deliver):
    attributes = {"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "Hello."}
    span = {"traceId": "t", "spanId": "a", "startTimeUnixNano": "1789416000000000000",
            "endTimeUnixNano": "0", "attributes": texts(**attributes)}  # fmt: skip
    reading = read("otel_genai", deliver({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}))
    assert (reading.column("text"), reading.rejected) == (["Hello."], [])


def test_conversation_and_user_are_what_an_application_told_openllmetry(read, deliver):
    attributes = {"gen_ai.prompt.0.role": "user", "gen_ai.prompt.0.content": "Hello.",
                  "traceloop.association.properties.session_id": "s",
                  "traceloop.association.properties.user_id": "u"}  # fmt: skip
    span = {"traceId": "t", "startTimeUnixNano": "1789416000000000000", "attributes": texts(**attributes)}
    path = deliver({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]})
    assert read("otel_genai", path).rows("thread", "user") == [("s", "u")]
    source = make_source(parse_mapping({"deployment": {"id": "night_line", "zone": "UTC"},
                                        "format": "otel_genai"}, name="a test"))  # fmt: skip
    (item,) = read_items(path)
    assert {one.thread for one in source.attribute(path, item)} == {"s", "t"}  # as it was taken in before


def test_events_that_name_no_span_are_not_put_together(read, deliver):
    one, two = (event("gen_ai.user.message", None, body=content("Hello."), session__id=name) for name in "xy")
    assert read("otel_genai", deliver(exported(one, two))).rows("thread", "text") == [
        ("x", "Hello."), ("y", "Hello."),
    ]  # fmt: skip


def test_events_without_content_are_rejected_and_counted(read, deliver):
    reading = read("otel_genai", deliver(exported(event("gen_ai.user.message", "a"))))
    assert [reason for _, reason, _ in reading.rejected] == ["empty_body"]


def test_events_of_a_span_are_read_with_it(read, deliver):
    asked = '[{"role":"user","content":"Hello."}]'
    answered = '[{"role":"assistant","content":"Hi."}]'
    span = {"traceId": "t", "spanId": "a", "startTimeUnixNano": "1789416000000000000",
            "attributes": texts(gen_ai__system="openai"),
            "events": [
                {"name": "gen_ai.content.prompt", "attributes": texts(gen_ai__prompt=asked)},
                {"name": "gen_ai.content.completion", "attributes": texts(gen_ai__completion=answered)},
            ]}  # fmt: skip
    export = {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}
    assert read("otel_genai", deliver(export)).column("text") == ["Hello.", "Hi."]
    named = {**span, "events": [], "attributes": texts(gen_ai__operation__name="chat")}
    named["events"] = [{"name": "gen_ai.client.inference.operation.details", "attributes": texts(
        gen_ai__input__messages=asked, gen_ai__output__messages=answered)}]  # fmt: skip
    export = {"resourceSpans": [{"scopeSpans": [{"spans": [named]}]}]}
    assert read("otel_genai", deliver(export)).column("text") == ["Hello.", "Hi."]


def talk(role, text):
    return f'[{{"role":"{role}","parts":[{{"type":"text","content":"{text}"}}]}}]'


def spoken(name, *, second=0, seconds=1, trace="t", said=("I feel low.", "I am here."), **more):
    asked, answered = talk("user", said[0]), talk("assistant", said[1])
    start = 1789416000 + second
    span = {
        "traceId": trace, "spanId": name, "startTimeUnixNano": f"{start}000000000",
        "endTimeUnixNano": f"{start + seconds}000000000",
        "attributes": texts(gen_ai__input__messages=asked, gen_ai__output__messages=answered, **more),
    }  # fmt: skip
    return {"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}


def test_every_operation_that_a_model_answers_is_a_call(read, deliver):
    for name in ("chat", "text_completion", "generate_content", "completion"):
        record = spoken("a", gen_ai__operation__name=name)
        around = spoken("b", seconds=5, gen_ai__operation__name="invoke_agent", said=("Outer.", "Outer."))
        assert read("otel_genai", deliver(record, around)).column("text") == ["I feel low.", "I am here."]


def test_a_user_has_one_of_several_names(read, deliver):
    for name in ("user__id", "enduser__id", "enduser__pseudo__id"):
        record = spoken("a", gen_ai__operation__name="chat", **{name: "u-5"})
        assert set(read("otel_genai", deliver(record)).column("user")) == {"u-5"}


def test_a_conversation_that_is_named_counts_before_a_session(read, deliver):
    record = spoken("a", gen_ai__operation__name="chat", session__id="s", gen_ai__conversation__id="c")
    assert set(read("otel_genai", deliver(record)).column("thread")) == {"c"}


def test_models_their_fingerprint_and_the_prompt_by_its_name_are_kept(read, deliver):
    for fingerprint in (
        "gen_ai__openai__response__system_fingerprint",
        "openai__response__system_fingerprint",
    ):
        record = spoken("a", gen_ai__operation__name="chat", gen_ai__request__model="companion-2",
                        gen_ai__response__model="companion-2-2026-08", gen_ai__prompt__name="evening",
                        **{fingerprint: "fp_1"})  # fmt: skip
        reading = read("otel_genai", deliver(record))
        columns = ("model", "model_requested", "model_served", "provider_fingerprint", "prompt_version")
        assert set(reading.rows(*columns)) == {
            ("companion-2-2026-08", "companion-2", "companion-2-2026-08", "fp_1", "evening")
        }


def test_numbered_attributes_are_read_by_their_number(read, deliver):
    record = spoken("a")
    numbered = {"gen_ai.completion.0.content": "Third."}
    for place, (role, text) in ((10, ("user", "Second.")), (2, ("user", "First."))):
        numbered |= {f"gen_ai.prompt.{place}.role": role, f"gen_ai.prompt.{place}.content": text}
    record["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"] = texts(**numbered)
    assert read("otel_genai", deliver(record)).rows("turn", "text") == [
        (0, "First."), (1, "Second."), (2, "Third."),
    ]  # fmt: skip


def test_an_agent_or_a_span_without_an_operation_is_read_where_its_trace_has_no_call(read, deliver):
    agent = spoken("a", gen_ai__operation__name="invoke_agent", gen_ai__conversation__id="c-1")
    nameless = spoken("b", trace="u", gen_ai__conversation__id="c-2", said=("Hello.", "Hi."))
    reading = read("otel_genai", deliver(agent, nameless))
    assert sorted(reading.rows("thread", "text")) == [
        ("c-1", "I am here."), ("c-1", "I feel low."), ("c-2", "Hello."), ("c-2", "Hi."),
    ]  # fmt: skip
    assert reading.records.record_count == 2


def test_agents_around_one_another_or_around_calls_of_other_records_are_read_once_and_counted(read, deliver):
    inner = spoken("b", second=1, gen_ai__operation__name="invoke_agent", said=("Find help.", "Found."))
    outer = spoken("a", seconds=5, gen_ai__operation__name="invoke_agent")
    chat = spoken("c", trace="u", second=9, gen_ai__operation__name="chat", said=("Hello.", "Hi."))
    around = spoken("d", trace="u", second=8, seconds=4, gen_ai__operation__name="invoke_agent",
                    said=("Answer this: Hello.", "Hi."))  # fmt: skip
    reading = read("otel_genai", deliver(inner, outer, chat, around))
    assert reading.column("text") == ["I feel low.", "I am here.", "Hello.", "Hi."]
    assert (reading.records.record_count, reading.rejected) == (2, [])
    (note,) = reading.records.notes
    assert note.startswith("2 spans of agents")


def test_messages_of_an_agent_that_nobody_reads_are_rejected_and_not_left_out(read, deliver):
    record = spoken("a", gen_ai__operation__name="invoke_agent")
    attributes = record["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]
    attributes[:1] = texts(gen_ai__input__messages=talk("patient", "I feel low."))
    reading = read("otel_genai", deliver(record))
    assert reading.rejected == [(1, "unknown_role", "gen_ai.input.messages.0.role")]


def test_an_agent_that_gives_back_several_messages_is_read_to_its_last(read, deliver):
    record = spoken("a", gen_ai__operation__name="invoke_agent")
    attributes = record["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["attributes"]
    several = ('[{"role":"assistant","content":"I look it up."},{"role":"tool","content":"4"},'
               '{"role":"assistant","content":"Rest."}]')  # fmt: skip
    attributes[1:2] = texts(gen_ai__output__messages=several)
    assert read("otel_genai", deliver(record)).column("text") == ["I feel low.", "I look it up.", "Rest."]


def test_records_without_any_call_are_counted(read, deliver):
    reading = read("otel_genai", deliver({"resourceSpans": []}, spoken("a")))
    assert reading.records.notes == ["1 records hold no call of a model"]
