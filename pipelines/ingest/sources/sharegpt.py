"""ShareGPT: whole conversations of `from` and `value`, or of `role` and `content`, as many sets have them.

The format names no time, so messages are dated by the day of delivery unless a record says `timestamp`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.ingest.calls.content import ROLES, Said, name_prompt
from pipelines.ingest.calls.transcript import Call
from pipelines.ingest.field import RecordError, to_identifier, to_microseconds
from pipelines.ingest.reason import Reason

SUPPORTED = 'ShareGPT conversations: {"id": ..., "conversations": [{"from": "human", "value": ...}, ...]}'


def extract(record: dict[str, Any], zone: ZoneInfo) -> Iterator[Call]:
    """The conversation of a record."""
    turns = record.get("conversations")
    if not isinstance(turns, list):
        raise RecordError(Reason.UNKNOWN_RECORD, "conversations")
    said = tuple(_read(turn, f"conversations.{place}") for place, turn in enumerate(turns))
    moment = record.get("timestamp")
    name = next((key for key in ("id", "conversation_id") if record.get(key) is not None), None)
    yield Call(
        thread=None if name is None else to_identifier(record[name], name),
        messages=said,
        began_at=None if moment is None else to_microseconds(moment, "timestamp", zone),
        slices={
            "model": record.get("model"),
            "prompt_version": name_prompt([one.text for one in said if one.role == "system"]),
        },
    )


def _read(turn: object, path: str) -> Said:
    if not isinstance(turn, dict):
        raise RecordError(Reason.WRONG_TYPE, path)
    speaker, words = ("role", "content") if "role" in turn else ("from", "value")
    if not isinstance(turn.get(words), str):
        raise RecordError(Reason.WRONG_TYPE, f"{path}.{words}")
    role = ROLES.get(str(turn.get(speaker)).lower())
    if role is None:
        raise RecordError(Reason.UNKNOWN_ROLE, f"{path}.{speaker}")
    return Said(role, turn[words])
