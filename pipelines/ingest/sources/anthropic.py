"""Recorded calls of the Anthropic messages interface, streamed or whole.

One record a call: `{"request": {...}, "response": {...} or the stream as text, ...}`. The interface names
no time, so the recorder must; a call without one is dated by the day of delivery.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.ingest.calls.content import Said, check_roles, name_prompt, read_messages, read_text
from pipelines.ingest.calls.exchange import Exchange, read_exchange
from pipelines.ingest.calls.transcript import Call
from pipelines.ingest.field import RecordError, find, to_identifier
from pipelines.ingest.reason import Reason

SUPPORTED = "one object a call with request and response of /v1/messages"

Row = dict[str, Any]


def extract(record: Row, zone: ZoneInfo) -> Iterator[Call]:
    """The call of a record."""
    exchange = read_exchange(record)
    request = exchange.request
    if not isinstance(request.get("messages"), list):
        raise RecordError(Reason.UNKNOWN_RECORD, "request.messages")
    messages = read_messages(request["messages"])
    check_roles(messages, "request.messages")
    response = _join(exchange) if exchange.events else exchange.response
    if isinstance(response.get("message"), dict):  # of a batch
        response = response["message"]
    if response and not {"content", "error"} & set(response):
        raise RecordError(Reason.UNKNOWN_RECORD, "response")
    began_at = exchange.began_at(zone)
    user = find(request, ("metadata", "user_id"))
    yield Call(
        thread=exchange.thread,
        messages=messages,
        answer=(Said("assistant", read_text(response.get("content"))),),
        user=exchange.user if user is None else to_identifier(user, "request.metadata.user_id"),
        began_at=began_at,
        ended_at=exchange.ended_at(zone) or began_at,
        slices={
            "prompt_version": name_prompt([read_text(request.get("system"))]),
            **exchange.slices,
            "model": response.get("model") or request.get("model"),
            "model_requested": request.get("model"),
            "model_served": response.get("model"),
        },
        call_id=str(response["id"]) if response.get("id") else None,
    )


def _join(exchange: Exchange) -> Row:
    """The response that a stream amounts to; what came before a break is what the user saw."""
    blocks: dict[int, list[str]] = {}
    cites: set[int] = set()
    start: Row = {}
    for event in exchange.events:
        if event.get("type") == "message_start":
            start = event
        delta = event.get("delta")
        if isinstance(delta, dict) and delta.get("type") == "text_delta":
            blocks.setdefault(event.get("index") or 0, []).append(str(delta.get("text") or ""))
        if isinstance(delta, dict) and delta.get("type") == "citations_delta":
            cites.add(event.get("index") or 0)
    if not start and not blocks:
        return exchange.failure or {"stream": "unknown"}
    texts = [
        {"type": "text", "text": "".join(block), "citations": index in cites}
        for index, block in blocks.items()
    ]
    said_by = {name: find(start, ("message", name)) for name in ("id", "model")}
    return {**said_by, "content": texts}
