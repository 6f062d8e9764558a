"""A recorded call of a provider's interface: a request, its response, and what the recorder wrote beside.

Where session, user and time lie is the recorder's choice; the usual names are looked for. What request
and response say is the business of the provider's source.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from pipelines.ingest.field import RecordError, to_identifier, to_microseconds
from pipelines.ingest.reason import Reason

THREADS = ("thread_id", "conversation_id", "session_id", "chat_id", "thread", "conversation", "session")
USERS = ("user_id", "user", "safety_identifier")
STARTS = ("started_at", "timestamp", "created_at", "sent_at", "time", "ts")
ENDS = ("ended_at", "completed_at", "finished_at")
SLICES = ("prompt_version", "policy_version", "language", "region", "age_band", "gender", "use", "surface")
LINE_END = re.compile(r"\r\n|\n|\r")
"""Of server-sent events; a text may hold other signs that end a line elsewhere."""
STREAM = re.compile(r"\s*(?:data|event|id|retry)?:")
"""How server-sent events begin: with a field, or with a comment that keeps the line open."""
BODIES = ("body", "params", "result")
"""Where a recorder of HTTP, or a batch, holds what was sent or came back."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Exchange:
    """One call. `events` are the parts of a streamed response, else empty."""

    record: Row
    request: Row
    response: Row
    events: tuple[Row, ...]

    @property
    def thread(self) -> str | None:
        """The conversation, if the record names it."""
        return self._identify(THREADS)

    @property
    def user(self) -> str | None:
        """The user, if the record names one."""
        return self._identify(USERS)

    @property
    def slices(self) -> dict[str, object]:
        """What the recorder says of the message's slices."""
        found = {name: self._look_up((name,)) for name in SLICES}
        return {name: value for name, value in found.items() if isinstance(value, str)}

    def began_at(self, zone: ZoneInfo) -> int | None:
        """When the recorder says it began."""
        return read_time(self.record, STARTS, zone)

    def ended_at(self, zone: ZoneInfo) -> int | None:
        """When the recorder says it ended."""
        return read_time(self.record, ENDS, zone)

    @property
    def failure(self) -> Row | None:
        """The response that a stream amounts to which holds an error and nothing else."""
        errors = (one for one in self.events if one.get("type") == "error" or one.get("error"))
        return next(({"error": one.get("error")} for one in errors), None)

    def _look_up(self, names: tuple[str, ...]) -> object:
        beside = (self.record, self.record.get("metadata"), self.request)
        for rows in (beside, (self.request.get("metadata"),), (self.response.get("metadata"),)):
            for name in names:
                for row in rows:
                    if isinstance(row, dict) and row.get(name) not in (None, ""):
                        return row[name]
        return None

    def _identify(self, names: tuple[str, ...]) -> str | None:
        found = self._look_up(names)
        found = found.get("id") if isinstance(found, dict) else found
        return None if found is None else to_identifier(found, names[0])


def read_time(row: Row, names: tuple[str, ...], zone: ZoneInfo, *, within: str = "") -> int | None:
    """The time that an object says under the first of these names, in microseconds since 1970.

    Raises:
        RecordError: it is none; its field is the name, after what leads to the object.
    """
    found = next((name for name in names if row.get(name) not in (None, "")), None)
    return None if found is None else to_microseconds(row[found], f"{within}{found}", zone)


def read_exchange(record: Row) -> Exchange:
    """A record's request and response, unpacked.

    Raises:
        RecordError: `unknown_record`: there is no request, or a response that is no structure.
    """
    request = _unpack(record.get("request", record.get("input")))
    if not isinstance(request, dict):
        raise RecordError(Reason.UNKNOWN_RECORD, "request")
    given = record.get("response", record.get("output"))
    response = _unpack(given)
    if response is None and given is not None and not (isinstance(given, str) and not given.strip()):
        raise RecordError(Reason.UNKNOWN_RECORD, "response")  # an answer that is there and not read
    if isinstance(response, list):
        return Exchange(record, request, {}, tuple(response))
    return Exchange(record, request, response or {}, ())


def _unpack(value: object) -> Row | list[Row] | None:
    """What was sent or came back, as an object, or as the events of a stream; None if it is neither."""
    if isinstance(value, str):
        if STREAM.match(value):
            return _read_events(value)
        try:
            return _unpack(orjson.loads(value))
        except orjson.JSONDecodeError:
            return None
    if isinstance(value, list):
        return _read_list(value)
    if not isinstance(value, dict):
        return None
    bodies = (_unpack(value[name]) for name in BODIES if isinstance(value.get(name), dict | str))
    return next((body for body in bodies if body is not None), value)


def _read_list(values: list[object]) -> list[Row] | None:
    """The events of a stream that was recorded as its lines, as its pieces, or as what they hold."""
    events: list[Row] = []
    for one in values:
        found = one if isinstance(one, dict) else _unpack(one)
        if found is None and isinstance(one, str) and one.strip() not in ("", "[DONE]"):
            return None
        events += [found] if isinstance(found, dict) else found or []
    return events


def _read_events(stream: str) -> list[Row]:
    """The data of server-sent events; what a broken stream holds up to its end."""
    events = []
    for line in LINE_END.split(stream):
        data = line.removeprefix("data:").strip() if line.startswith("data:") else ""
        try:
            event = orjson.loads(data) if data.startswith("{") else None
        except orjson.JSONDecodeError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events
