"""OpenTelemetry traces and events in OTLP JSON with the GenAI semantic conventions.

A span of a model call is one call; so is an event with the details of an inference. Other spans (agents,
tools, databases) repeat it or say nothing, and are passed over. Messages are read from
`gen_ai.input.messages` and `gen_ai.output.messages` (conventions 1.37 and later) and from the numbered
attributes of earlier instrumentations (`gen_ai.prompt.0.content`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from pipelines.ingest.content import Said, check_roles, name_prompt, read_messages, read_text
from pipelines.ingest.field import RecordError, to_identifier, to_microseconds
from pipelines.ingest.source import Reason
from pipelines.ingest.transcript import Call

SUPPORTED = (
    "OTLP JSON (resourceSpans or resourceLogs) with gen_ai.input.messages and gen_ai.output.messages, "
    "or with gen_ai.prompt.N.content and gen_ai.completion.N.content"
)
OPERATIONS = frozenset({"chat", "text_completion", "generate_content", "completion"})
DETAILS = "gen_ai.client.inference.operation.details"
NUMBERED = re.compile(r"gen_ai\.(prompt|completion)\.(\d+)\.(role|content)")
THREADS = ("gen_ai.conversation.id", "session.id", "thread.id")
USERS = ("user.id", "enduser.id", "enduser.pseudo.id")

Row = dict[str, Any]


def extract(record: Row, zone: ZoneInfo) -> Iterator[Call | RecordError]:
    """The model calls of one export of spans or log records."""
    if not {"resourceSpans", "resourceLogs"} & set(record):
        raise RecordError(Reason.UNKNOWN_RECORD)
    for span in _walk(record, "resourceSpans", "scopeSpans", "spans"):
        attributes = _decode(span.get("attributes"))
        if attributes.get("gen_ai.operation.name", "chat" if _is_older(attributes) else "") in OPERATIONS:
            yield _read(attributes, span, zone)
    for event in _walk(record, "resourceLogs", "scopeLogs", "logRecords"):
        if event.get("eventName") == DETAILS:
            yield _read(_decode(event.get("attributes")), event, zone)


def _walk(record: Row, *levels: str) -> Iterator[Row]:
    if not levels:
        yield record
        return
    inner = record.get(levels[0])
    for one in inner if isinstance(inner, list) else []:
        if isinstance(one, dict):
            yield from _walk(one, *levels[1:])


def _read(attributes: Row, holder: Row, zone: ZoneInfo) -> Call | RecordError:
    messages, answer = _messages(attributes)
    if not messages and not answer:
        # The default of most instrumentations: content is recorded only when someone switches it on.
        return RecordError(Reason.MISSING_FIELD, "gen_ai.input.messages")
    start = "startTimeUnixNano" if "startTimeUnixNano" in holder else "timeUnixNano"
    thread = next((attributes[key] for key in THREADS if attributes.get(key)), holder.get("traceId"))
    user = next((attributes[key] for key in USERS if attributes.get(key)), None)
    prompts = [read_text(_parse(attributes.get("gen_ai.system_instructions")))]
    prompts += [one.text for one in messages if one.role == "system"]
    ended = holder.get("endTimeUnixNano")
    try:
        check_roles(messages, "gen_ai.input.messages")
        check_roles(answer, "gen_ai.output.messages")
        return Call(
            thread=to_identifier(thread, "traceId"),
            messages=messages,
            answer=answer[:1],  # several are choices of which the user sees one
            user=None if user is None else to_identifier(user, "user.id"),
            began_at=to_microseconds(holder.get(start), start, zone),
            ended_at=to_microseconds(ended, "endTimeUnixNano", zone) if ended else None,
            slices={
                "model": attributes.get("gen_ai.response.model") or attributes.get("gen_ai.request.model"),
                "model_requested": attributes.get("gen_ai.request.model"),
                "model_served": attributes.get("gen_ai.response.model"),
                "provider_fingerprint": attributes.get("gen_ai.openai.response.system_fingerprint")
                or attributes.get("openai.response.system_fingerprint"),
                "prompt_version": attributes.get("gen_ai.prompt.name") or name_prompt(prompts),
            },
            call_id=f"{holder.get('traceId')}:{holder['spanId']}" if holder.get("spanId") else None,
        )
    except RecordError as error:
        return error


def _messages(attributes: Row) -> tuple[tuple[Said, ...], tuple[Said, ...]]:
    if _is_older(attributes):
        numbered: dict[str, dict[int, Row]] = {"prompt": {}, "completion": {}}
        for key, value in attributes.items():
            if match := NUMBERED.fullmatch(key):
                side, place, part = match.groups()
                entry = {"role": "assistant"} if side == "completion" else {}
                numbered[side].setdefault(int(place), entry)[part] = _parse(value)
        sides = [[entries[place] for place in sorted(entries)] for entries in numbered.values()]
        return read_messages(sides[0]), read_messages(sides[1])
    found = (_parse(attributes.get(f"gen_ai.{side}.messages")) for side in ("input", "output"))
    messages, answer = (read_messages(one) for one in found)
    return messages, tuple(one for one in answer if one.is_message)


def _is_older(attributes: Row) -> bool:
    return any(NUMBERED.fullmatch(key) for key in attributes)


def _parse(value: object) -> object:
    """Structured content comes as JSON in a text or as structure; a text that is no JSON is itself."""
    if isinstance(value, str) and value.startswith(("[", "{")):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def _decode(attributes: object) -> Row:
    pairs = attributes if isinstance(attributes, list) else []
    return {
        str(one["key"]): _decode_value(one.get("value"))
        for one in pairs
        if isinstance(one, dict) and "key" in one
    }


def _decode_value(value: object) -> Any:
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("arrayValue"), dict):
        return [_decode_value(one) for one in value["arrayValue"].get("values") or []]
    if isinstance(value.get("kvlistValue"), dict):
        return _decode(value["kvlistValue"].get("values"))
    return next(
        (value[key] for key in ("stringValue", "intValue", "doubleValue", "boolValue") if key in value), None
    )
