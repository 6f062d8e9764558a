"""JSON lines, CSV and Parquet read through a declarative mapping.

The mapping is compiled once into paths and converters; every record is then one pass. Nothing here knows
pseudonyms, redaction or tables, and a mapping never becomes a text that a database would run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from pipelines.ingest.ahead import read_ahead
from pipelines.ingest.block import Block, read_blocks
from pipelines.ingest.columnar import PlainReader
from pipelines.ingest.document import Item, is_csv, is_lines, read_items, read_line
from pipelines.ingest.field import (
    SLICES,
    RecordError,
    find,
    latest_time,
    to_identifier,
    to_integer,
    to_microseconds,
    to_slice,
    to_text,
    to_truth,
)
from pipelines.ingest.forgiven import find_odd
from pipelines.ingest.lines import UNREADABLE
from pipelines.ingest.mapping import (
    EVENT_FIELDS,
    HANDOFF_STAGES,
    MESSAGE_FIELDS,
    NOTICE_KINDS,
    ROLES,
    Mapping,
    RecordRule,
)
from pipelines.ingest.plain_plan import PlainField, Plan, make_plan
from pipelines.ingest.reason import Reason
from pipelines.ingest.source import Person, Records, Rejection

TEST_TRAFFIC = "is_test_traffic"

TIMES = ("sent_at", "occurred_at")
PEOPLE = ("user", "thread")


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
    """Reads records as a mapping says."""

    def __init__(self, mapping: Mapping) -> None:
        zone = ZoneInfo(mapping.deployment.zone)
        self._rules = tuple(_compile(rule, zone) for rule in mapping.records)
        # A column of CSV has no type and may hold a dot in its name, which elsewhere leads into a structure.
        self._csv_rules = tuple(_flatten(rule) for rule in self._rules)
        self.plan = _plan(self._rules, zone)

    def read_parts(
        self, path: Path, *, received_on: dt.date, only: Iterable[int] | None = None
    ) -> Iterator[Records]:
        """The same in parts; plain records of JSON lines as columns, see `columnar`."""
        is_plain_file = self.plan is not None and only is None and _holds_plain_lines(path)
        reader = self._reader if is_plain_file else None
        if reader is None:
            yield self.read(path, received_on=received_on, only=only)
            return
        blocks = read_ahead((block, find_odd(block)) for block in read_blocks(path))
        latest = latest_time(received_on)
        read = ((block, reader.read(block, is_odd, latest=latest)) for block, is_odd in blocks)
        try:
            for block, (plain, is_plain) in read_ahead(read):
                records = Records(plain=plain, record_count=plain.num_rows)
                self._read_left(block, is_plain, records, latest=latest)
                yield records
        except UNREADABLE:
            yield Records(rejected=[Rejection(0, Reason.BROKEN_ARCHIVE, None, b"")], record_count=1)

    @cached_property
    def _reader(self) -> PlainReader | None:
        """One for all files: to put it together takes longer than to read a small one."""
        return None if self.plan is None else PlainReader(self.plan)

    def _read_left(self, block: Block, is_plain: np.ndarray, records: Records, *, latest: int) -> None:
        """One by one, the records of a block that are not plain."""
        for place in np.flatnonzero(~is_plain):
            line = block.not_text.get(int(place)) or block.lines[int(place)].as_py().encode()
            for item in read_line(block.first + int(place), line, is_too_long=int(place) in block.too_long):
                self._take(item, self._rules, latest=latest, records=records)

    def date(self, path: Path, item: Item) -> Iterator[int]:
        """When a record says that it was sent; see `Source.date`."""
        try:
            rule = _match(item.record, self._csv_rules if is_csv(path) else self._rules)
            for column in rule.fields:
                value = _tell(item.record, column) if column.name in TIMES else None
                moment = None if value is None else column.convert(value)
                if isinstance(moment, int):
                    yield moment
        except RecordError:
            return

    def attribute(self, path: Path, item: Item) -> Iterator[Person | RecordError]:
        """Whom a record is about by any of the rules; see `Source.attribute`."""
        for rule in self._csv_rules if is_csv(path) else self._rules:
            ids: dict[str, str] = {}
            for column in rule.fields:
                value = _tell(item.record, column) if column.name in PEOPLE else None
                try:
                    if value is not None:
                        ids[column.name] = str(column.convert(value))
                except RecordError as error:
                    yield error
            if ids:
                yield Person(**ids)

    def read(self, path: Path, *, received_on: dt.date, only: Iterable[int] | None = None) -> Records:
        """The records of one file; see `Source.read`."""
        records = Records()
        rules = self._csv_rules if is_csv(path) else self._rules
        latest = latest_time(received_on)
        for item in read_items(path, only=only):
            self._take(item, rules, latest=latest, records=records)
        return records

    @staticmethod
    def _take(item: Item, rules: tuple[_Rule, ...], *, latest: int, records: Records) -> None:
        records.notes += [item.note] if item.note else []
        records.record_count += 1  # at position 0, too: what is rejected was delivered
        try:
            if item.reason is not None:
                raise RecordError(item.reason)
            _read(item.record, rules, latest=latest, records=records)
        except RecordError as error:
            records.rejected.append(Rejection(item.position, error.reason, error.field, item.raw))


def _read(record: dict[str, Any], rules: tuple[_Rule, ...], *, latest: int, records: Records) -> None:
    rule = _match(record, rules)
    row: dict[str, object] = {}
    for column in rule.fields:
        value = _tell(record, column)
        if value is None:
            if column.is_required:
                raise RecordError(Reason.MISSING_FIELD, ".".join(column.path))
            row[column.name] = None
        else:
            row[column.name] = column.convert(value)
            if column.name == TEST_TRAFFIC and row[column.name]:
                raise RecordError(Reason.TEST_TRAFFIC, ".".join(column.path))
    moment = row["sent_at" if rule.kind == "message" else "occurred_at"]
    if isinstance(moment, int) and moment > latest:
        raise RecordError(Reason.FUTURE_DATE, _time_path(rule))
    if rule.kind == "message":
        row["model"] = row.get("model") or row.get("model_served") or row.get("model_requested")
        _append(records.messages, row, MESSAGE_FIELDS, extra={})
    else:
        _append(records.events, row, EVENT_FIELDS, extra={"kind": rule.kind})


def _tell(record: dict[str, Any], column: _Field) -> object:
    """What a record holds for a field; an empty text says nothing, but for a message it is what was said."""
    value = find(record, column.path)
    is_empty = isinstance(value, str) and column.name != "text" and (not value or value.isspace())
    return None if is_empty else value


def _match(record: dict[str, Any], rules: tuple[_Rule, ...]) -> _Rule:
    for rule in rules:
        if rule.when_path is None or find(record, rule.when_path) == rule.when_value:
            return rule
    missing = [rule for rule in rules if rule.when_path and find(record, rule.when_path) is None]
    if missing and missing[0].when_path:
        raise RecordError(Reason.MISSING_FIELD, ".".join(missing[0].when_path))
    raise RecordError(Reason.UNKNOWN_RECORD)


def _holds_plain_lines(path: Path) -> bool:
    try:
        return is_lines(path)
    except UNREADABLE:
        return False  # the other reading says what is wrong


def _plan(rules: tuple[_Rule, ...], zone: ZoneInfo) -> Plan | None:
    """How plain messages are read as columns: those of the first rule for messages that can be."""
    before: list[tuple[tuple[str, ...], str]] = []
    for rule in rules:
        when = None if rule.when_path is None else (rule.when_path, rule.when_value)
        if when is not None and not isinstance(when[1], str):
            return None
        if rule.kind == "message":
            fields = tuple(
                PlainField(one.name, one.path, one.is_required, one.convert) for one in rule.fields
            )
            return make_plan(when=when, before=tuple(before), fields=fields, zone=zone)  # type: ignore[arg-type]
        if when is None:
            return None
        before.append(when)  # type: ignore[arg-type]
    return None


def _flatten(rule: _Rule) -> _Rule:
    fields = tuple(replace(one, path=(".".join(one.path),)) for one in rule.fields)
    when = None if rule.when_path is None else (".".join(rule.when_path),)
    value = str(rule.when_value).lower() if isinstance(rule.when_value, bool) else str(rule.when_value)
    return _Rule(rule.kind, when, value, fields)


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
        "sent_at": lambda value: to_microseconds(value, path, zone),
        "occurred_at": lambda value: to_microseconds(value, path, zone),
        "text": lambda value: to_text(value, path),
        TEST_TRAFFIC: lambda value: to_truth(value, values, path),
        "turn": lambda value: to_integer(value, path),
        "role": lambda value: _one_of(value, values, allowed=ROLES, reason=Reason.UNKNOWN_ROLE, path=path),
        "detail": lambda value: _one_of(
            value, values, allowed=details, reason=Reason.UNKNOWN_DETAIL, path=path
        ),
        **{slice_: lambda value: to_slice(value, name, values, path=path) for slice_ in SLICES},
    }
    return converters.get(name, lambda value: to_identifier(value, path))


def _one_of(
    value: object, values: dict[str, str] | None, *, allowed: tuple[str, ...], reason: Reason, path: str
) -> str:
    meant = (values or {}).get(str(value), None if values else str(value))
    if meant not in allowed:
        raise RecordError(reason, path)
    return meant


def _time_path(rule: _Rule) -> str:
    return next(".".join(f.path) for f in rule.fields if f.name in TIMES)


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
