"""JSON lines read through a declarative mapping.

The mapping is compiled once into paths and converters; every line is then one pass. Nothing here knows
pseudonyms, redaction or tables.
"""

from __future__ import annotations

import datetime as dt
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from pipelines.ingest.lines import read_lines
from pipelines.ingest.mapping import (
    EVENT_FIELDS,
    HANDOFF_STAGES,
    MESSAGE_FIELDS,
    NOTICE_KINDS,
    ROLES,
    Mapping,
    RecordRule,
)
from pipelines.ingest.source import Reason, Records, Rejection

FUTURE_TOLERANCE = dt.timedelta(hours=48)
"""A record may be dated up to this long after its day of delivery began: zones and clocks differ."""

SLICE_VALUE = re.compile(r"[\w .+:/()-]{1,64}")
SLICES = frozenset({"language", "region", "age_band", "gender", "model", "prompt_version", "use", "surface"})
MILLISECONDS_FROM, MICROSECONDS_FROM = 10**11, 10**14
"""Epoch numbers below 10^11 are seconds (until the year 5138), below 10^14 milliseconds."""
LAST_TIME = 4_102_444_800_000_000
"""Microseconds until the year 2100; a time outside 1970-2100 is not a time."""


class _RejectedError(Exception):
    def __init__(self, reason: Reason, field: str | None = None) -> None:
        super().__init__(reason)
        self.reason, self.field = reason, field


@dataclass(frozen=True)
class _Field:
    name: str
    path: tuple[str, ...]
    is_required: bool
    convert: Callable[[object], object]


@dataclass(frozen=True)
class _Rule:
    kind: str
    when_path: tuple[str, ...] | None
    when_value: object
    fields: tuple[_Field, ...]


class MappedSource:
    """Reads JSON lines as a mapping says."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        zone = ZoneInfo(mapping.deployment.zone)
        self._rules = tuple(_compile(rule, zone) for rule in mapping.records)

    def read(self, path: Path, *, received_on: dt.date, only: Iterable[int] | None = None) -> Records:
        """The records of one file; see `Source.read`."""
        records = Records()
        latest = _microseconds(dt.datetime.combine(received_on, dt.time(), dt.UTC) + FUTURE_TOLERANCE)
        wanted = None if only is None else set(only)
        try:
            for position, line in read_lines(path):
                if (wanted is not None and position not in wanted) or (line is not None and not line.strip()):
                    continue
                records.record_count += 1
                try:
                    self._read_line(line, latest=latest, position=position, records=records)
                except _RejectedError as error:
                    records.rejected.append(Rejection(position, error.reason, error.field, line or b""))
        except (OSError, EOFError, zlib.error):
            records.rejected.append(Rejection(0, Reason.BROKEN_ARCHIVE, None, b""))
        return records

    def _read_line(self, line: bytes | None, *, latest: int, position: int, records: Records) -> None:
        if line is None:
            raise _RejectedError(Reason.LINE_TOO_LONG)
        try:
            record = orjson.loads(line)
        except orjson.JSONDecodeError:
            raise _RejectedError(Reason.MALFORMED_LINE) from None
        if not isinstance(record, dict):
            raise _RejectedError(Reason.MALFORMED_LINE)
        rule = self._match(record)
        row: dict[str, object] = {}
        for column in rule.fields:
            value = _find(record, column.path)
            if value is None:
                if column.is_required:
                    raise _RejectedError(Reason.MISSING_FIELD, ".".join(column.path))
                row[column.name] = None
            else:
                row[column.name] = column.convert(value)
        moment = row["sent_at" if rule.kind == "message" else "occurred_at"]
        if isinstance(moment, int) and moment > latest:
            raise _RejectedError(Reason.FUTURE_DATE, _time_path(rule))
        if rule.kind == "message":
            _append(records.messages, row, MESSAGE_FIELDS, extra={})
        else:
            _append(records.events, row, EVENT_FIELDS, extra={"kind": rule.kind})

    def _match(self, record: dict[str, object]) -> _Rule:
        for rule in self._rules:
            if rule.when_path is None or _find(record, rule.when_path) == rule.when_value:
                return rule
        missing = [rule for rule in self._rules if rule.when_path and _find(record, rule.when_path) is None]
        if missing and missing[0].when_path:
            raise _RejectedError(Reason.MISSING_FIELD, ".".join(missing[0].when_path))
        raise _RejectedError(Reason.UNKNOWN_RECORD)


def _compile(rule: RecordRule, zone: ZoneInfo) -> _Rule:
    allowed = MESSAGE_FIELDS if rule.kind == "message" else EVENT_FIELDS
    fields = []
    for name, is_required in allowed.items():
        if name in rule.fields:
            described = rule.fields[name]
            convert = _converter(name, described.values, path=described.field, kind=rule.kind, zone=zone)
            fields.append(_Field(name, tuple(described.field.split(".")), is_required, convert))
    when = rule.when
    return _Rule(
        rule.kind,
        tuple(when.field.split(".")) if when else None,
        when.equals if when else None,
        tuple(fields),
    )


def _converter(
    name: str, values: dict[str, str] | None, *, path: str, kind: str, zone: ZoneInfo
) -> Callable[[object], object]:
    details = HANDOFF_STAGES if kind == "handoff" else NOTICE_KINDS
    converters: dict[str, Callable[[object], object]] = {
        "sent_at": lambda value: _to_microseconds(value, path, zone),
        "occurred_at": lambda value: _to_microseconds(value, path, zone),
        "text": lambda value: _to_text(value, path),
        "turn": lambda value: _to_integer(value, path),
        "role": lambda value: _one_of(value, values, allowed=ROLES, reason=Reason.UNKNOWN_ROLE, path=path),
        "detail": lambda value: _one_of(
            value, values, allowed=details, reason=Reason.UNKNOWN_DETAIL, path=path
        ),
        **{slice_: lambda value: _to_slice(value, values, name) for slice_ in SLICES},
    }
    return converters.get(name, lambda value: _to_identifier(value, path))


def _find(record: object, path: tuple[str, ...]) -> object:
    for part in path:
        if not isinstance(record, dict):
            return None
        record = record.get(part)
    return record


def _one_of(
    value: object, values: dict[str, str] | None, *, allowed: tuple[str, ...], reason: Reason, path: str
) -> str:
    meant = (values or {}).get(str(value), None if values else str(value))
    if meant not in allowed:
        raise _RejectedError(reason, path)
    return meant


def _to_text(value: object, path: str) -> str:
    if not isinstance(value, str):
        raise _RejectedError(Reason.WRONG_TYPE, path)
    if not value.strip():
        raise _RejectedError(Reason.EMPTY_BODY, path)
    return value


def _to_identifier(value: object, path: str) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise _RejectedError(Reason.WRONG_TYPE, path)
    return str(value)


def _to_integer(value: object, path: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _RejectedError(Reason.WRONG_TYPE, path)
    return value


def _to_slice(value: object, values: dict[str, str] | None, name: str) -> str:
    # A slice is a short label. Anything else could carry a name or a contact detail past redaction.
    text = str(value).strip()
    text = (values or {}).get(text, text)
    if SLICE_VALUE.fullmatch(text) is None:
        return "unrecognised"
    return text.replace("_", "-").split("-")[0].lower() if name == "language" else text


def _to_microseconds(value: object, path: str, zone: ZoneInfo) -> int:
    if isinstance(value, int | float) and not isinstance(value, bool):
        scale = 1 if value >= MICROSECONDS_FROM else 1_000 if value >= MILLISECONDS_FROM else 1_000_000
        since = round(value * scale)
    elif isinstance(value, str):
        try:
            moment = dt.datetime.fromisoformat(value)
        except ValueError:
            raise _RejectedError(Reason.BAD_TIME, path) from None
        since = _microseconds(moment if moment.tzinfo else moment.replace(tzinfo=zone))
    else:
        raise _RejectedError(Reason.BAD_TIME, path)
    if not 0 <= since < LAST_TIME:
        raise _RejectedError(Reason.BAD_TIME, path)
    return since


def _microseconds(moment: dt.datetime) -> int:
    since = moment - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _time_path(rule: _Rule) -> str:
    return next(".".join(f.path) for f in rule.fields if f.name in ("sent_at", "occurred_at"))


def _append(
    columns: dict[str, list[object]],
    row: dict[str, object],
    names: Iterable[str],
    *,
    extra: dict[str, object],
) -> None:
    for name in names:
        columns.setdefault(name, []).append(row.get(name))
    for name, value in extra.items():
        columns.setdefault(name, []).append(value)
