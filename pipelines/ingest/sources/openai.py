"""Recorded calls of the OpenAI interface: chat completions and responses, streamed or whole.

One record a call: `{"request": {...}, "response": {...} or the stream as text, ...}`. The first choice is
what the user saw. A call that failed or was filtered keeps what the user said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.ingest.calls.content import Said, check_roles, name_prompt, read_messages
from pipelines.ingest.calls.exchange import Exchange, read_exchange
from pipelines.ingest.calls.transcript import Call
from pipelines.ingest.field import RecordError, to_microseconds
from pipelines.ingest.reason import Reason

SUPPORTED = "one object a call with request and response of /v1/chat/completions or /v1/responses"

DELTAS = frozenset(
    {
        "response.output_text.delta",
        "response.refusal.delta",
        "response.audio.transcript.delta",
        "response.audio_transcript.delta",
        "response.output_audio_transcript.delta",
    }
)
"""Events that hold a piece of what the user sees or hears."""

Row = dict[str, Any]


def extract(record: Row, zone: ZoneInfo) -> Iterator[Call]:
    """The call of a record."""
    exchange = read_exchange(record)
    request = exchange.request
    is_chat = request.get("messages") is not None
    asked = request["messages"] if is_chat else request.get("input")
    if not isinstance(asked, list | str):
        raise RecordError(Reason.UNKNOWN_RECORD, "request.messages")
    messages = (Said("user", asked),) if isinstance(asked, str) else read_messages(asked)
    check_roles(messages, "request.messages")
    response = _join(exchange) if exchange.events else exchange.response
    if response and not {"choices", "output", "error"} & set(response):
        raise RecordError(Reason.UNKNOWN_RECORD, "response")
    created = response.get("created") or response.get("created_at")
    created_at = to_microseconds(created, "response.created", zone) if created else None
    began_at = exchange.began_at(zone) or created_at
    prompts = [str(request.get("instructions") or "")]
    prompts += [said.text for said in messages if said.role == "system"]
    before = request.get("previous_response_id") or response.get("previous_response_id")
    yield Call(
        thread=exchange.thread,
        messages=messages,
        answer=_answer(response),
        user=exchange.user,
        began_at=began_at,
        ended_at=exchange.ended_at(zone) or began_at,
        slices={
            "prompt_version": name_prompt(prompts),
            **exchange.slices,
            "model": response.get("model") or request.get("model"),
            "model_requested": request.get("model"),
            "model_served": response.get("model"),
            "provider_fingerprint": response.get("system_fingerprint"),
        },
        call_id=str(response["id"]) if response.get("id") else None,
        can_follow=not is_chat,
        follows=str(before) if before else None,
    )


def _answer(response: Row) -> tuple[Said, ...]:
    choices = response.get("choices")
    if isinstance(choices, list):
        first = min(
            (one for one in choices if isinstance(one, dict)),
            key=lambda one: one.get("index") or 0,
            default={},
        )
        return read_messages(first.get("message"))
    return read_messages(response.get("output"))


def _join(exchange: Exchange) -> Row:
    """The response that a stream amounts to."""
    whole: Row = {}
    parts: dict[int, list[str]] = defaultdict(list)
    sounds: dict[int, Row] = {}
    for event in exchange.events:
        if isinstance(event.get("response"), dict):  # of a response: the last event holds all of it
            whole = event["response"]
        if event.get("type") in DELTAS:
            parts[0].append(str(event.get("delta") or ""))
        for key in ("id", "model", "created", "system_fingerprint"):
            if event.get(key):
                whole.setdefault(key, event[key])
        for choice in event.get("choices") or []:
            delta, index = choice.get("delta") or {}, choice.get("index") or 0
            sound = delta.get("audio") or {}
            parts[index].append(delta.get("content") or delta.get("refusal") or sound.get("transcript") or "")
            if sound:
                sounds.setdefault(index, {}).update({"id": sound["id"]} if sound.get("id") else {})
    if not parts and not whole:
        return exchange.failure or {"stream": "unknown"}
    if not whole.get("output"):
        whole["choices"] = [
            {"index": index, "message": {"role": "assistant", **_say(sounds.get(index), "".join(texts))}}
            for index, texts in parts.items()
        ]
    return whole


def _say(sound: Row | None, text: str) -> Row:
    return {"content": text} if sound is None else {"content": None, "audio": {**sound, "transcript": text}}
