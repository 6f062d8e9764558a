"""Whole conversations as lists of turns: ShareGPT's `from` and `value`, or the `role` and `content` of chats.

ShareGPT names no time, so messages are dated by the day of delivery unless a record says when; a turn without
a time has that of the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.ingest.calls.content import ROLES, Said, check_roles, name_prompt, read_message
from pipelines.ingest.calls.exchange import STARTS, Exchange, read_time
from pipelines.ingest.calls.transcript import Call
from pipelines.ingest.field import RecordError, to_identifier
from pipelines.ingest.reason import Reason

SUPPORTED = (
    'whole conversations: {"id": ..., "conversations": [{"from": "human", "value": ...}, ...]} or '
    '{"id": ..., "messages": [{"role": "user", "content": ...}, ...]}'
)
LISTS = ("conversations", "messages")

Row = dict[str, Any]


def extract(record: Row, zone: ZoneInfo) -> Iterator[Call]:
    """The conversation of a record."""
    name = next((key for key in LISTS if isinstance(record.get(key), list)), None)
    if name is None:
        raise RecordError(Reason.UNKNOWN_RECORD, LISTS[0])
    beside = Exchange(record, {}, {}, ())
    said: list[Said] = []
    moment = began_at = beside.began_at(zone)
    for place, turn in enumerate(record[name]):
        one = _read(turn, f"{name}.{place}")
        moment = read_time(turn, STARTS, zone, within=f"{name}.{place}.") or moment
        said.append(replace(one, sent_at=moment))
    check_roles(tuple(said), name)
    yield Call(
        thread=beside.thread if record.get("id") is None else to_identifier(record["id"], "id"),
        messages=tuple(said),
        user=beside.user,
        began_at=began_at or next((one.sent_at for one in said if one.sent_at), None),
        slices={
            "prompt_version": name_prompt([one.text for one in said if one.role == "system"]),
            **beside.slices,
            "model": record.get("model"),
        },
    )


def _read(turn: object, path: str) -> Said:
    if not isinstance(turn, dict):
        raise RecordError(Reason.WRONG_TYPE, path)
    if "role" in turn:
        if not isinstance(turn.get("content"), str | list) and not turn.get("tool_calls"):
            raise RecordError(Reason.WRONG_TYPE, f"{path}.content")
        return read_message(turn)
    if not isinstance(turn.get("value"), str):
        raise RecordError(Reason.WRONG_TYPE, f"{path}.value")
    role = ROLES.get(str(turn.get("from")).lower())
    if role is None:
        raise RecordError(Reason.UNKNOWN_ROLE, f"{path}.from")
    return Said(role, turn["value"])
