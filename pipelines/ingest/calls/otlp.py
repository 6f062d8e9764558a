"""OpenTelemetry's JSON as plain values: spans, log records, their attributes, and a message an event.

Conventions up to 1.36, which many instrumentations still write unless told otherwise, hold every message in
an event of its own. Put together by span they are what later conventions write in one place. What a call
says is the business of the source.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

INPUT, OUTPUT = "gen_ai.input.messages", "gen_ai.output.messages"
DETAILS = "gen_ai.client.inference.operation.details"
MESSAGES = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}
CHOICE = "gen_ai.choice"
CONTENTS = {"gen_ai.prompt": INPUT, "gen_ai.completion": OUTPUT}
"""Attributes of events up to 1.27, each a list of messages."""

Row = dict[str, Any]


def walk(record: Row, *levels: str) -> Iterator[Row]:
    """What lies at the last of some nested lists."""
    if not levels:
        yield record
        return
    inner = record.get(levels[0])
    for one in inner if isinstance(inner, list) else []:
        if isinstance(one, dict):
            yield from walk(one, *levels[1:])


def decode(attributes: object) -> Row:
    """Attributes by name."""
    pairs = attributes if isinstance(attributes, list) else []
    return {
        str(one["key"]): decode_value(one.get("value"))
        for one in pairs
        if isinstance(one, dict) and "key" in one
    }


def decode_value(value: object) -> Any:
    """A value of an attribute or a body."""
    if not isinstance(value, dict):
        return None
    if isinstance(value.get("arrayValue"), dict):
        return [decode_value(one) for one in value["arrayValue"].get("values") or []]
    if isinstance(value.get("kvlistValue"), dict):
        return decode(value["kvlistValue"].get("values"))
    return next(
        (value[key] for key in ("stringValue", "intValue", "doubleValue", "boolValue") if key in value), None
    )


def parse(value: object) -> object:
    """Structured content comes as JSON in a text or as structure; a text that is no JSON is itself."""
    if isinstance(value, str) and value.startswith(("[", "{")):
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError:
            return value
    return value


def name_event(event: Row) -> str:
    """The name of a log record or of an event of a span; earlier versions have it among the attributes."""
    named = event.get("eventName") or event.get("name") or decode(event.get("attributes")).get("event.name")
    return str(named or "")


def group_events(events: Iterable[Row]) -> list[list[Row]]:
    """Log records that each hold a message, by the span of their call, in the order of the file."""
    groups: dict[object, list[Row]] = defaultdict(list)
    for number, event in enumerate(events):
        if name_event(event) in (*MESSAGES, CHOICE):
            # What names no span is not known to belong to anything else.
            span = (event.get("traceId"), event["spanId"]) if event.get("spanId") else number
            groups[span].append(event)
    return list(groups.values())


def gather(events: Iterable[Row]) -> Row:
    """What the events of one call say, as attributes of later conventions."""
    found: Row = {}
    sides: dict[str, list[Row]] = {INPUT: [], OUTPUT: []}
    for event in events:
        name, attributes = name_event(event), decode(event.get("attributes"))
        if name == DETAILS:
            found |= attributes
        elif name in MESSAGES or name == CHOICE:
            body = _read_body(event, attributes)
            inner = body.get("message")
            role = MESSAGES.get(name, "assistant")
            side = OUTPUT if name == CHOICE else INPUT
            said = inner if isinstance(inner, dict) else body
            sides[side].append({"role": role, "index": body.get("index"), **said})
            found |= {key: value for key, value in attributes.items() if key not in body}
        else:
            found |= {CONTENTS[key]: value for key, value in attributes.items() if key in CONTENTS}
    sides[OUTPUT].sort(key=lambda choice: int(choice.get("index") or 0))
    return found | {side: messages for side, messages in sides.items() if messages}


def _read_body(event: Row, attributes: Row) -> Row:
    body = decode_value(event.get("body"))
    if body is None:
        body = attributes.get("gen_ai.event.content", attributes)
    body = parse(body)
    return body if isinstance(body, dict) else {"content": body}
