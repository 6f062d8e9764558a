"""A mapping's rule compiled: where each field of a record lies, whether it says anything, and how it is read.

Which records are read, and what becomes of those that are rejected, is the source's business.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.ingest.field import (
    NEVER_SAID,
    NO_VALUE,
    SLICES,
    RecordError,
    find,
    to_identifier,
    to_integer,
    to_microseconds,
    to_slice,
    to_text,
    to_truth,
)
from pipelines.ingest.mapping import (
    EVENT_FIELDS,
    HANDOFF_STAGES,
    MESSAGE_FIELDS,
    NOTICE_KINDS,
    ROLES,
    TEST_TRAFFIC,
    RecordRule,
)
from pipelines.ingest.reason import Reason


@dataclass(frozen=True)
class CompiledField:
    """A field of ours: where it lies in a record, and what reads its value.

    Attributes:
        values: what the mapping says that its values mean.
        nulls: of CSV, which has no null of its own, the words that say that there is no value.
    """

    name: str
    path: tuple[str, ...]
    is_required: bool
    convert: Callable[[object], object]
    values: Container[str] = ()
    nulls: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CompiledRule:
    """A kind of record: when it applies, and its fields."""

    kind: str
    when_path: tuple[str, ...] | None
    when_value: object
    fields: tuple[CompiledField, ...]


def compile_rule(rule: RecordRule, zone: ZoneInfo) -> CompiledRule:
    """A rule of a mapping, ready to read with."""
    allowed = MESSAGE_FIELDS if rule.kind == "message" else EVENT_FIELDS
    fields = []
    for name, is_required in allowed.items():
        if name in rule.fields:
            described = rule.fields[name]
            convert = _converter(name, described.values, path=described.field, kind=rule.kind, zone=zone)
            path, values = tuple(described.field.split(".")), described.values or {}
            fields.append(CompiledField(name, path, is_required, convert, values))
    when = rule.when
    return CompiledRule(
        rule.kind,
        tuple(when.field.split(".")) if when else None,
        when.equals if when else None,
        tuple(fields),
    )


def flatten_rule(rule: CompiledRule) -> CompiledRule:
    """The same for CSV: every path is one name, every value a text, and some words are none."""
    fields = tuple(replace(one, path=(".".join(one.path),), nulls=_find_nulls(one)) for one in rule.fields)
    when = None if rule.when_path is None else (".".join(rule.when_path),)
    value = str(rule.when_value).lower() if isinstance(rule.when_value, bool) else str(rule.when_value)
    return CompiledRule(rule.kind, when, value, fields)


def _find_nulls(one: CompiledField) -> frozenset[str]:
    if one.name == "text":
        return frozenset({NEVER_SAID})
    return frozenset(word for word in NO_VALUE if word not in one.values)


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


def tell(record: dict[str, Any], column: CompiledField) -> object:
    """What a record holds for a field; an empty text says nothing, but for a message it is what was said."""
    value = find(record, column.path)
    if not isinstance(value, str):
        return value
    is_empty = column.name != "text" and (not value or value.isspace())
    return None if is_empty or value in column.nulls else value


def match_rule(record: dict[str, Any], rules: tuple[CompiledRule, ...]) -> CompiledRule:
    """The first rule that applies.

    Raises:
        RecordError: `missing_field` of what would tell, or `unknown_record`.
    """
    for rule in rules:
        if rule.when_path is None or find(record, rule.when_path) == rule.when_value:
            return rule
    missing = [rule for rule in rules if rule.when_path and find(record, rule.when_path) is None]
    if missing and missing[0].when_path:
        raise RecordError(Reason.MISSING_FIELD, ".".join(missing[0].when_path))
    raise RecordError(Reason.UNKNOWN_RECORD)
