"""Langfuse: traces with their observations, as its interface, API and storage export write them.

A session, else a trace, is a thread. Generations are the calls; the trace's own input and output count
where no generation shows what the user said, and then those of agents, chains and spans. Tools say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from pipelines.ingest.calls.content import (
    Said,
    check_roles,
    drop_repeated,
    name_prompt,
    read_messages,
    read_text,
)
from pipelines.ingest.calls.transcript import Call
from pipelines.ingest.field import RecordError, to_identifier, to_microseconds
from pipelines.ingest.reason import Reason

SUPPORTED = (
    "Langfuse traces with their observations (exported from the interface or the API), traces alone, "
    "or observations one a record (API, CSV, storage export)"
)
OPAQUE = re.compile(r"\s*(?:(?:system|developer|user|human|assistant|ai)\s*:|None$|\[?\{')", re.I)
"""Texts that are no one's words: a whole prompt written as one text, or a structure as Python prints it."""
ANSWERS = frozenset({"content", "parts", "text", "tool_calls"})
"""Where a message has its words; as an output it may name no role."""
AROUND = frozenset({"AGENT", "CHAIN", "SPAN"})
"""Types of observations that may hold a whole talk; a tool, a retriever or an event holds none."""
ZONE = ZoneInfo("UTC")
"""Of times without an offset, which the storage export writes: Langfuse keeps all of them in UTC."""
NOTHING: tuple[object, ...] = (None, "", "None", [], {})
"""Sides of a call that nobody said anything in."""

Row = dict[str, Any]


def extract(record: Row, zone: ZoneInfo) -> Iterator[Call | RecordError]:
    """The model calls of a trace, of a page of traces, or of an observation."""
    if isinstance(record.get("data"), list):
        for one in record["data"]:
            if isinstance(one, dict):
                yield from extract(one, zone)
        return
    trace = record["trace"] if isinstance(record.get("trace"), dict) else record
    observations = record.get("observations", trace.get("observations"))
    if isinstance(observations, list):
        yield from _read_trace(trace, [one for one in observations if isinstance(one, dict)])
    elif _get(record, "traceId") and "type" in record:
        trace = {**record, "id": _get(record, "traceId")}
        if record["type"] == "GENERATION":
            yield _read_alone(record, trace, is_trace=False)
        elif record["type"] in AROUND and (around := _read_around(record, trace)):
            yield around
    elif "id" in record and "timestamp" in record and {"input", "output"} & set(record):
        yield _read_alone(record, record, is_trace=True)
    else:
        raise RecordError(Reason.UNKNOWN_RECORD)


def read_side(value: object, *, is_answer: bool) -> tuple[Said, ...]:
    """The messages of an input or an output: a list of them, or the request or response of a provider."""
    decoded = _decode(value)
    if isinstance(decoded, list):
        flat = [one for entry in decoded for one in (entry if isinstance(entry, list) else [entry])]
        return read_messages(flat)
    if isinstance(decoded, dict):
        return _open(decoded, is_answer=is_answer)
    if not isinstance(value, str) or decoded is None:
        return ()
    # A number or a word that JSON knows, such as an answer of 3 on a scale, is said all the same.
    text = decoded if isinstance(decoded, str) else value
    is_said = bool(text.strip()) and not OPAQUE.match(text)
    return (Said("assistant" if is_answer else "user", text),) if is_said else ()


def _decode(value: object) -> object:
    """What a text holds that was written as JSON; many integrations write it twice."""
    if not isinstance(value, str):
        return value
    try:
        parsed = orjson.loads(value)
    except orjson.JSONDecodeError:
        return value
    if not isinstance(parsed, str):
        return parsed
    inner = _decode(parsed)
    return inner if isinstance(inner, str | list | dict) else parsed


def _open(value: Row, *, is_answer: bool) -> tuple[Said, ...]:
    for key, is_inner in (("choices", "message"), ("candidates", "content")):
        if isinstance(value.get(key), list):
            offered = sorted((one for one in value[key] if isinstance(one, dict)), key=_number)
            return read_messages([one.get(is_inner) for one in offered[:1]])  # nobody saw the others
    for key in ("messages", "contents", "output", "input", "prompt", "message"):
        inner = value.get(key)
        if isinstance(inner, list):
            return (*_system(value), *read_side(inner, is_answer=is_answer))
        if isinstance(inner, str) and (key == "output") == is_answer:
            return (*_system(value), *read_side(inner, is_answer=is_answer))
    for key in ("message", "content", "new_message"):
        if isinstance(value.get(key), dict):
            return read_messages(value[key])
    if is_answer and ANSWERS & set(value):
        return read_messages({"role": "assistant", **value})
    return read_messages(value) if "role" in value else ()


def _number(choice: Row) -> int:
    index = choice.get("index")
    return index if isinstance(index, int) else 0


def _system(value: Row) -> tuple[Said, ...]:
    config = value.get("config")
    texts = [read_text(value.get(key)) for key in ("system", "instructions")]
    texts.append(read_text(config.get("system_instruction")) if isinstance(config, dict) else "")
    return tuple(Said("system", text) for text in texts if text)


def _read_trace(trace: Row, observations: list[Row]) -> Iterator[Call | RecordError]:
    generations = [one for one in observations if one.get("type") == "GENERATION"]
    calls = [_read_one(one, trace, is_trace=False) for one in generations]
    if not _has_user(calls):
        whole = _read_one(trace, trace, is_trace=True)
        if isinstance(whole, RecordError) or whole.said:
            calls = [whole]
        if not _has_user(calls):
            around = [_read_around(one, trace) for one in observations if one.get("type") in AROUND]
            speaking = [one for one in around if one is not None and one.said]
            if speaking:
                calls = [*speaking]
            elif any(map(_is_unread, (*generations, trace))):
                calls = [RecordError(Reason.WRONG_TYPE, "input")]
    if any(_has_role(call, "assistant") for call in calls):  # other structures are between programs
        calls = [replace(one, unread=None) if isinstance(one, Call) else one for one in calls]
    spoken = [call for call in calls if isinstance(call, RecordError) or call.said or call.unread]
    yield from spoken or [RecordError(Reason.EMPTY_BODY, "observations.input")]


def _has_user(calls: list[Call | RecordError]) -> bool:
    return any(_has_role(call, "user") for call in calls)


def _has_role(call: Call | RecordError, role: str) -> bool:
    return isinstance(call, Call) and any(said.role == role for said in call.said)


def _is_unread(row: Row) -> bool:
    """Whether an input says something in a shape that nobody reads: its answer must not stand alone."""
    return _holds_something(row.get("input")) and not read_side(row["input"], is_answer=False)


def _holds_something(value: object) -> bool:
    held = _decode(value)
    return (held.strip() if isinstance(held, str) else held) not in NOTHING


def _read_around(row: Row, trace: Row) -> Call | None:
    """An agent, a chain or a span that stands around calls; nothing, if no words are in it."""
    held = {side: row.get(side) for side in ("input", "output") if _holds_something(row.get(side))}
    if not held:
        return None
    found = _read_alone(row, trace, is_trace=False)
    if isinstance(found, Call) and len(held) == 1 and isinstance(_decode(*held.values()), str):
        # Any step of a program takes or gives a text; that it is somebody's, only an answer to it tells.
        found = RecordError(Reason.MISSING_FIELD, "output" if "input" in held else "input")
    if isinstance(found, RecordError):
        found = Call(None, (), unread=found, trace=_name_trace(trace))
    return replace(found, is_stand_in=True) if found.said or found.unread else None


def _name_trace(trace: Row) -> str | None:
    return None if _get(trace, "id") in (None, "") else str(_get(trace, "id"))


def _read_alone(row: Row, trace: Row, *, is_trace: bool) -> Call | RecordError:
    if _is_unread(row):
        return RecordError(Reason.WRONG_TYPE, "input")
    return _read_one(row, trace, is_trace=is_trace)


def _read_one(row: Row, trace: Row, *, is_trace: bool) -> Call | RecordError:
    start = "timestamp" if is_trace else "startTime"
    output = row.get("output")
    try:
        thread = _get(trace, "sessionId") or _get(trace, "id")
        user, ended = _get(trace, "userId"), _get(row, "endTime")
        messages = read_side(row.get("input"), is_answer=False)
        answer = read_side(output, is_answer=True)
        check_roles(messages, "input")
        check_roles(answer, "output")
        is_unread = not answer and _holds_something(output)
        requested = _get(row, "model") or _get(row, "providedModelName")
        if not messages and any(one.role == "user" for one in answer):  # a state alone: no answer to a call
            messages, answer = answer, ()
        return Call(
            thread=to_identifier(thread, "sessionId"),
            messages=messages,
            answer=drop_repeated(messages, answer),
            user=None if user in (None, "") else to_identifier(user, "userId"),
            began_at=to_microseconds(_get(row, start), start, ZONE),
            ended_at=to_microseconds(ended, "endTime", ZONE) if ended else None,
            slices={"model_requested": requested, "model_served": _served(output),
                    "model": _served(output) or requested,
                    "prompt_version": _prompt(row, messages)},
            call_id=None if _get(row, "id") in (None, "") else str(_get(row, "id")),
            unread=RecordError(Reason.WRONG_TYPE, "output") if is_unread else None,
            trace=_name_trace(trace),
        )  # fmt: skip
    except RecordError as error:
        return error


def _served(output: object) -> object:
    output = _decode(output)
    found = (output.get("model") or output.get("model_version")) if isinstance(output, dict) else None
    return found if isinstance(found, str) else None


def _prompt(row: Row, messages: tuple[Said, ...]) -> str | None:
    if name := _get(row, "promptName"):
        return f"{name} {_get(row, 'promptVersion') or ''}".strip()
    return name_prompt([one.text for one in messages if one.role == "system"])


def _get(row: Row, name: str) -> Any:
    # The storage export writes snake case where interface and API write camel case.
    found = row.get(name)
    snake = re.sub(r"[A-Z]", lambda match: f"_{match.group().lower()}", name)
    return row.get(snake) if found is None else found
