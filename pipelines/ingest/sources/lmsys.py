"""LMSYS-Chat-1M: whole conversations with a model and a language, as its schema is published.

The format names neither user nor time: messages are dated by the day of delivery, and no user is known.
Moderation scores go with the message they were given for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.ingest.calls.content import ROLES, Said, name_prompt
from pipelines.ingest.calls.moderation import Score, read_scores
from pipelines.ingest.calls.transcript import Call
from pipelines.ingest.field import RecordError, to_identifier, to_microseconds
from pipelines.ingest.reason import Reason

SUPPORTED = (
    'LMSYS conversations: {"conversation_id": ..., "model": ..., '
    '"conversation": [{"role": "user", "content": ...}, ...]}'
)


def extract(record: dict[str, Any], zone: ZoneInfo) -> Iterator[Call]:
    """The conversation of a record; `tstamp`, which the sibling sets of the same makers have, dates it."""
    turns = record.get("conversation")
    if not isinstance(turns, list) or "conversation_id" not in record:
        raise RecordError(Reason.UNKNOWN_RECORD, "conversation")
    said = tuple(
        _read(turn, f"conversation.{place}", read_scores(record, place)) for place, turn in enumerate(turns)
    )
    moment = record.get("tstamp")
    yield Call(
        thread=to_identifier(record["conversation_id"], "conversation_id"),
        messages=said,
        began_at=None if moment is None else to_microseconds(moment, "tstamp", zone),
        slices={
            "model": record.get("model"),
            "language": record.get("language"),
            "prompt_version": name_prompt([one.text for one in said if one.role == "system"]),
        },
    )


def _read(turn: object, path: str, scores: tuple[Score, ...]) -> Said:
    if not isinstance(turn, dict) or not isinstance(turn.get("content"), str):
        raise RecordError(Reason.WRONG_TYPE, f"{path}.content")
    role = ROLES.get(str(turn.get("role")).lower())
    if role is None:
        raise RecordError(Reason.UNKNOWN_ROLE, f"{path}.role")
    return Said(role, turn["content"], scores=scores)
