"""OpenTelemetry traces and events in OTLP JSON with the GenAI semantic conventions.

A span of a model call is one call; so is an event with the details of an inference. Other spans that hold
messages (of agents, or without an operation) stand in where their trace has no call. Messages are read from
`gen_ai.input.messages` and `gen_ai.output.messages` (conventions 1.37 and later), from events that hold a
message each (until 1.36) and from the numbered attributes of others (`gen_ai.prompt.0.content`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.ingest.calls.content import (
    Said,
    check_roles,
    drop_repeated,
    name_prompt,
    read_messages,
    read_text,
)
from pipelines.ingest.calls.otlp import (
    DETAILS,
    INPUT,
    OUTPUT,
    decode,
    gather,
    group_events,
    name_event,
    parse,
    walk,
)
from pipelines.ingest.calls.transcript import Call
from pipelines.ingest.field import RecordError, to_identifier, to_microseconds
from pipelines.ingest.reason import Reason

SUPPORTED = (
    "OTLP JSON (resourceSpans or resourceLogs) with gen_ai.input.messages and gen_ai.output.messages, "
    "with an event a message (gen_ai.user.message, gen_ai.choice), "
    "or with gen_ai.prompt.N.content and gen_ai.completion.N.content"
)
OPERATIONS = frozenset({"chat", "text_completion", "generate_content", "completion"})
NUMBERED = re.compile(r"gen_ai\.(prompt|completion)\.(\d+)\.(role|content)")
STARTS = ("startTimeUnixNano", "timeUnixNano", "observedTimeUnixNano")
"""Of a span; of a log record, which need not say when it came about, but then when it was seen."""
UNSET: tuple[object, ...] = (None, "", 0, "0")
"""A time that was not set, as exporters write it."""
TOLD = "traceloop.association.properties."
"""Before what an application told OpenLLMetry, which writes the numbered attributes, of all that it does."""
THREADS = (
    *("gen_ai.conversation.id", "session.id", "thread.id"),
    *(TOLD + name for name in ("thread_id", "conversation_id", "session_id", "chat_id")),
)
USERS = ("user.id", "enduser.id", "enduser.pseudo.id", TOLD + "user_id")

Row = dict[str, Any]


def extract(record: Row, zone: ZoneInfo) -> Iterator[Call | RecordError]:
    """The model calls of one export of spans or log records."""
    if not {"resourceSpans", "resourceLogs"} & set(record):
        raise RecordError(Reason.UNKNOWN_RECORD)
    for span in walk(record, "resourceSpans", "scopeSpans", "spans"):
        told = gather(walk(span, "events"))
        attributes = {**told, **decode(span.get("attributes"))}
        is_numbered = _is_numbered(attributes)
        is_older = is_numbered or bool({INPUT, OUTPUT} & set(told))
        if attributes.get("gen_ai.operation.name", "chat" if is_older else "") in OPERATIONS:
            yield _read(attributes, span, zone)
        elif is_numbered or {INPUT, OUTPUT} & set(attributes):
            around = _read_around(attributes, span, zone)
            if around.said or around.unread:
                yield around
    events = list(walk(record, "resourceLogs", "scopeLogs", "logRecords"))
    for event in events:
        if name_event(event) == DETAILS:
            yield _read(decode(event.get("attributes")), event, zone)
    for group in group_events(events):
        last = group[-1]
        yield _read(gather(group), {**group[0], "endTimeUnixNano": last.get(_find_start(last))}, zone)


def _read_around(attributes: Row, span: Row, zone: ZoneInfo) -> Call:
    """A span that holds messages and is no call of a model."""
    found = _read(attributes, span, zone, is_stand_in=True)
    if isinstance(found, RecordError):
        return Call(None, (), unread=found, trace=_name_trace(span), is_stand_in=True)
    return found


def _read(attributes: Row, holder: Row, zone: ZoneInfo, *, is_stand_in: bool = False) -> Call | RecordError:
    messages, answer = _messages(attributes)
    if not messages and not answer:
        # The default of most instrumentations: content is recorded only when someone switches it on.
        return RecordError(Reason.MISSING_FIELD, "gen_ai.input.messages")
    start = _find_start(holder)
    thread = next((attributes[key] for key in THREADS if attributes.get(key)), holder.get("traceId"))
    user = next((attributes[key] for key in USERS if attributes.get(key)), None)
    prompts = [read_text(parse(attributes.get("gen_ai.system_instructions")))]
    prompts += [one.text for one in messages if one.role == "system"]
    ended = holder.get("endTimeUnixNano")
    try:
        check_roles(messages, "gen_ai.input.messages")
        check_roles(answer, "gen_ai.output.messages")
        return Call(
            thread=to_identifier(thread, "traceId"),
            messages=messages,
            # Of a call, several are choices of which the user sees one.
            answer=drop_repeated(messages, answer) if is_stand_in else answer[:1],
            user=None if user is None else to_identifier(user, "user.id"),
            began_at=to_microseconds(holder.get(start), start, zone),
            ended_at=to_microseconds(ended, "endTimeUnixNano", zone) if ended not in UNSET else None,
            slices={
                "model": attributes.get("gen_ai.response.model") or attributes.get("gen_ai.request.model"),
                "model_requested": attributes.get("gen_ai.request.model"),
                "model_served": attributes.get("gen_ai.response.model"),
                "provider_fingerprint": attributes.get("gen_ai.openai.response.system_fingerprint")
                or attributes.get("openai.response.system_fingerprint"),
                "prompt_version": attributes.get("gen_ai.prompt.name") or name_prompt(prompts),
            },
            call_id=_name_call(holder) if messages and answer else None,  # one side may be half of a call
            trace=_name_trace(holder),
            is_stand_in=is_stand_in,
        )
    except RecordError as error:
        return error


def _find_start(holder: Row) -> str:
    return next((name for name in STARTS if holder.get(name) not in UNSET), "timeUnixNano")


def _name_trace(holder: Row) -> str | None:
    return str(holder.get("traceId") or "") or None


def _name_call(holder: Row) -> str | None:
    return f"{holder.get('traceId')}:{holder['spanId']}" if holder.get("spanId") else None


def _messages(attributes: Row) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    if _is_numbered(attributes):
        numbered: dict[str, dict[int, Row]] = {"prompt": {}, "completion": {}}
        for key, value in attributes.items():
            if match := NUMBERED.fullmatch(key):
                side, place, part = match.groups()
                entry = {"role": "assistant"} if side == "completion" else {}
                numbered[side].setdefault(int(place), entry)[part] = parse(value)
        sides = [[entries[place] for place in sorted(entries)] for entries in numbered.values()]
        return read_messages(sides[0]), read_messages(sides[1])
    found = (parse(attributes.get(f"gen_ai.{side}.messages")) for side in ("input", "output"))
    messages, answer = (read_messages(one) for one in found)
    return messages, tuple(one for one in answer if one.is_message)


def _is_numbered(attributes: Row) -> bool:
    return any(NUMBERED.fullmatch(key) for key in attributes)
