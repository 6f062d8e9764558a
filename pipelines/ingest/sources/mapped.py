"""JSON lines, CSV and Parquet read through a declarative mapping.

The mapping is compiled once into paths and converters; every record is then one pass. Nothing here knows
pseudonyms, redaction or tables, and a mapping never becomes a text that a database would run.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Set
from functools import cached_property
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from pipelines.ingest.columns.block import Block, read_blocks
from pipelines.ingest.columns.compiled_rule import (
    CompiledRule,
    compile_rule,
    flatten_rule,
    match_rule,
    tell,
)
from pipelines.ingest.columns.forgiven import find_odd
from pipelines.ingest.columns.plain_plan import PlainField, Plan, make_plan
from pipelines.ingest.columns.reader import PlainReader
from pipelines.ingest.field import NO_VALUE, RecordError, find, latest_time, read_day
from pipelines.ingest.files.ahead import read_ahead
from pipelines.ingest.files.document import Item, is_csv, is_lines, read_items, read_line
from pipelines.ingest.files.lines import UNREADABLE
from pipelines.ingest.mapping import EVENT_FIELDS, MESSAGE_FIELDS, TEST_TRAFFIC, Mapping
from pipelines.ingest.reason import Reason
from pipelines.ingest.source import Person, Records, Rejection

TIMES = ("sent_at", "occurred_at")
PEOPLE = ("user", "thread")


class MappedSource:
    """Reads records as a mapping says."""

    def __init__(self, mapping: Mapping) -> None:
        zone = ZoneInfo(mapping.deployment.zone)
        self._rules = tuple(compile_rule(rule, zone) for rule in mapping.records)
        # A column of CSV has no type and may hold a dot in its name, which elsewhere leads into a structure.
        self._csv_rules = tuple(flatten_rule(rule) for rule in self._rules)
        self.plan = _plan(self._rules, zone)
        self._optional = _find_optional(self._rules)

    def read_parts(
        self, path: Path, *, received_on: dt.date, only: Iterable[int] | None = None
    ) -> Iterator[Records]:
        """The same in parts; plain records of JSON lines as columns, see `columns.reader`."""
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
                records.given = self._find_given(records, has_test_marks=reader.has_test_marks)
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
            line = line.removesuffix(b"\n").removesuffix(b"\r")
            for item in read_line(block.first + int(place), line, is_too_long=int(place) in block.too_long):
                self._take(item, self._rules, latest=latest, records=records)

    def date(self, path: Path, item: Item) -> Iterator[int]:
        """When a record says that it was sent; see `Source.date`."""
        try:
            rule = match_rule(item.record, self._csv_rules if is_csv(path) else self._rules)
            for column in rule.fields:
                value = read_day(tell(item.record, column)) if column.name in TIMES else None
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
                value = find(item.record, column.path) if column.name in PEOPLE else None
                try:
                    if isinstance(value, str):  # earlier versions took in every text as an id
                        ids |= {column.name: value} if value else {}
                    elif value is not None:
                        ids[column.name] = str(column.convert(value))
                except RecordError as error:
                    yield error
            if ids:
                yield Person(**ids)

    def find_stranded(self, path: Path, gone: Set[int]) -> set[int]:
        """None: every record names its own thread; see `Source.find_stranded`."""
        return set()

    def read(self, path: Path, *, received_on: dt.date, only: Iterable[int] | None = None) -> Records:
        """The records of one file; see `Source.read`."""
        records = Records()
        rules = self._csv_rules if is_csv(path) else self._rules
        latest = latest_time(received_on)
        for item in read_items(path, only=only):
            self._take(item, rules, latest=latest, records=records)
        records.given = self._find_given(records, has_test_marks=False)
        said = {".".join(one.path) for rule in rules for one in rule.fields if one.name == "text"}
        records.notes += [_say_nulls(*one, said) for one in sorted(records.nulls.items())]
        return records

    def _find_given(self, records: Records, *, has_test_marks: bool) -> dict[str, bool]:
        """Whether any accepted message has a value of an optional field, by the paths of the mapping."""
        given = {}
        for name, path in self._optional.items():
            is_given = any(value is not None for value in records.messages.get(name, ()))
            if name == TEST_TRAFFIC:
                is_given |= has_test_marks
                is_given |= any(one.reason is Reason.TEST_TRAFFIC for one in records.rejected)
            elif records.plain is not None:
                is_given |= records.plain[name].null_count < records.plain.num_rows
            given[path] = is_given
        return given

    @staticmethod
    def _take(item: Item, rules: tuple[CompiledRule, ...], *, latest: int, records: Records) -> None:
        records.notes += [item.note] if item.note else []
        records.record_count += 1  # at position 0, too: what is rejected was delivered
        try:
            if item.reason is not None:
                raise RecordError(item.reason)
            _read(item.record, rules, latest=latest, records=records)
        except RecordError as error:
            records.rejected.append(Rejection(item.position, error.reason, error.field, item.raw))


def _read(record: dict[str, Any], rules: tuple[CompiledRule, ...], *, latest: int, records: Records) -> None:
    rule = match_rule(record, rules)
    row: dict[str, object] = {}
    for column in rule.fields:
        value = tell(record, column)
        if (
            column.nulls
            and (value is None or (column.name == "text" and value in NO_VALUE))
            and find(record, column.path) in NO_VALUE
        ):
            records.nulls[".".join(column.path)] += 1
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


def _find_optional(rules: tuple[CompiledRule, ...]) -> dict[str, str]:
    """The optional fields of a message that rules name, with the paths where they may lie."""
    paths: dict[str, list[str]] = {}
    for rule in rules:
        for one in rule.fields:
            if rule.kind == "message" and not one.is_required:
                paths.setdefault(one.name, []).append(".".join(one.path))
    return {name: " or ".join(dict.fromkeys(several)) for name, several in paths.items()}


def _say_nulls(path: str, count: int, said: set[str]) -> str:
    if path in said:
        return f"{path}: {count} texts are only NULL, None or the like; \\N is missing, the others were said"
    return f"{path}: {count} values are NULL, \\N or the like and read as missing"


def _holds_plain_lines(path: Path) -> bool:
    try:
        return is_lines(path)
    except UNREADABLE:
        return False  # the other reading says what is wrong


def _plan(rules: tuple[CompiledRule, ...], zone: ZoneInfo) -> Plan | None:
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


def _time_path(rule: CompiledRule) -> str:
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
