"""WildChat: whole conversations with a model, country, language and times, as its schema is published.

The hashed address stands for the user. Moderation scores go with the message they were given for. The hash
is one of the content: people who said the same have the same, so the first turn's number tells them apart.
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
    'WildChat conversations: {"conversation_hash": ..., "timestamp": ..., '
    '"conversation": [{"role": "user", "content": ...}, ...]}'
)

Row = dict[str, Any]


def extract(record: Row, zone: ZoneInfo) -> Iterator[Call]:
    """The conversation of a record; a message without a time has that of the next one that has."""
    turns = record.get("conversation")
    if not isinstance(turns, list) or "conversation_hash" not in record:
        raise RecordError(Reason.UNKNOWN_RECORD, "conversation")
    if not all(isinstance(turn, dict) for turn in turns):
        raise RecordError(Reason.WRONG_TYPE, "conversation")
    moment = record.get("timestamp")
    latest = None if moment is None else to_microseconds(moment, "timestamp", zone)
    said: list[Said] = []
    for place, turn in reversed(list(enumerate(turns))):
        if turn.get("timestamp") is not None:
            latest = to_microseconds(turn["timestamp"], f"conversation.{place}.timestamp", zone)
        said.append(_read(turn, f"conversation.{place}", latest, read_scores(record, place)))
    said.reverse()
    thread = to_identifier(record["conversation_hash"], "conversation_hash")
    number = turns[0].get("turn_identifier") if turns else None
    address = _first(turns, "hashed_ip") or record.get("hashed_ip")
    yield Call(
        thread=thread if number is None else f"{thread}:{to_identifier(number, 'turn_identifier')}",
        messages=tuple(said),
        user=None if address is None else to_identifier(address, "hashed_ip"),
        began_at=said[0].sent_at if said else None,
        slices={
            "model": record.get("model"),
            "language": record.get("language"),
            "region": _first(turns, "country") or record.get("country"),
            "prompt_version": name_prompt([one.text for one in said if one.role == "system"]),
        },
    )


def _read(turn: Row, path: str, sent_at: int | None, scores: tuple[Score, ...]) -> Said:
    role = ROLES.get(str(turn.get("role")).lower())
    if role is None:
        raise RecordError(Reason.UNKNOWN_ROLE, f"{path}.role")
    if not isinstance(turn.get("content"), str):
        raise RecordError(Reason.WRONG_TYPE, f"{path}.content")
    return Said(role, turn["content"], sent_at, scores)


def _first(turns: list[Row], name: str) -> object:
    return next((turn[name] for turn in turns if turn.get(name) is not None), None)
