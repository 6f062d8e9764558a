"""OpenTelemetry GenAI: spans, events and the older numbered attributes."""


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
