"""Which fields of a sample may be a field of a message, and which of several is meant.

Names give hints; where several fit, the values decide: what names a message differs within a thread, and what
says when it was sent does, too. Nothing here shows a value.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipelines.ingest.field import DIGITS, find
from pipelines.ingest.proposal.doubt import path_of, read_time, values_at

DEEPEST = 16
"""Levels of a record below which no field is looked for."""
VALUES_KEPT = 200
MOST_VERSIONS = 0.05
"""Share of the records that may have the name of another message of their thread and speaker. An export that
corrects itself has a few; a field that names something else has most. By the owner of ingest, 2026-11-30."""

SAID_ONCE = ("text", "sent_at")
"""Of a message, not of its thread: both differ within one."""
WORD_BREAK = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[ -]+")
"""Where a word begins in createdAt, Created At and created-at."""
NAMED_AS_ID = re.compile(r"(id|uuid|key|hash)$", re.I)

NAMES: dict[str, str] = {
    "thread": r"(^|[._])(session|conversation|thread|chat|dialog\w*)(s?[._]?(id|uuid|key))?$",
    "user": r"(^|[._])(user|member|customer|client|person)([._]?(id|uuid|key|hash))?$",
    "message_id": r"(^|[._])(message|msg|utterance)[._]?(id|uuid)$|^id$",
    "turn": r"(^|[._])(seq|sequence|turn|turn_index|index|position|message_index|order)$",
    "role": r"(^|[._])(role|from|sender|author|speaker|actor)([._]?(type|role))?$",
    "text": r"(^|[._])(text|body|content|message|utterance|prompt|value)$",
    "sent_at": r"(^|[._])(at|ts|time|timestamp|sent_at|created_at|created|date|datetime|occurred_at)$",
    "language": r"(^|[._])(lang|language|locale)$",
    "region": r"(^|[._])(region|country|state|jurisdiction)([._]?code)?$",
    "age_band": r"(^|[._])(age_?band|age_?group|age_?range)$",
    "gender": r"(^|[._])(gender|sex)$",
    "model": r"(^|[._])(model|model_(name|id|version)|engine)$",
    "model_requested": r"(^|[._])(model_requested|requested_model|request_model)$",
    "model_served": r"(^|[._])(model_served|served_model|response_model)$",
    "provider_fingerprint": r"(^|[._])(system_fingerprint|provider_fingerprint)$",
    "prompt_version": r"(^|[._])(prompt|prompt_?version|system_prompt_version)$",
    "policy_version": r"(^|[._])(policy|policy_?version|safety_policy)$",
    "is_test_traffic": r"(^|[._])(is_?test(_?traffic|_?user)?|test_?traffic|synthetic)$",
    "use": r"(^|[._])(use|use_?case|purpose)$",
    "surface": r"(^|[._])(app|surface|channel|platform|client_app)$",
    "detail": r"(^|[._])(stage|status|kind|state|name|detail|notice)$",
}


@dataclass
class Column:
    """What a sample holds under one path."""

    values: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)

    def add(self, value: object) -> None:
        """Count a value; of the different ones only so many are kept."""
        self.types[type(value).__name__] += 1
        if len(self.values) < VALUES_KEPT:
            self.values[str(value)[:64]] += 1


Columns = Mapping[str, Column]
Suits = Callable[[Column], bool]


def gather(records: Iterable[Mapping[str, Any]]) -> dict[str, Column]:
    """The columns of a sample by path; a value that says nothing is none."""
    columns: dict[str, Column] = defaultdict(Column)
    for record in records:
        for path, found in _flatten(record):
            columns[path].add(found)
    return columns


def _flatten(record: Mapping[str, Any], prefix: str = "") -> Iterable[tuple[str, object]]:
    for name, value in record.items():
        path = f"{prefix}{name}"
        if isinstance(value, Mapping) and path.count(".") < DEEPEST:
            yield from _flatten(value, f"{path}.")
        elif value is not None and not isinstance(value, list | Mapping) and str(value).strip():
            yield path, value


def list_fitting(columns: Columns, name: str, suits: Suits = lambda column: True) -> list[str]:
    """The paths whose name fits, the likeliest first: the fullest column, then the shortest path."""
    pattern = re.compile(NAMES[name], re.I)
    fitting = [
        path
        for path, column in columns.items()
        if pattern.search(WORD_BREAK.sub("_", path)) and suits(column)
    ]
    return sorted(fitting, key=lambda path: (-columns[path].types.total(), path.count("."), path))


def pick(columns: Columns, name: str, suits: Suits = lambda column: True) -> str | None:
    """The likeliest path."""
    return next(iter(list_fitting(columns, name, suits)), None)


@dataclass(frozen=True)
class Choice:
    """The field that was taken, and others that look like it and are there in most records."""

    path: str | None
    others: tuple[str, ...]


def choose(
    columns: Columns,
    name: str,
    records: Sequence[Mapping[str, Any]],
    *,
    thread: str | None = None,
    suits: Suits = lambda column: True,
) -> Choice:
    """The field that is meant by name and values.

    Args:
        columns: the sample's.
        name: thread, user, role, text or sent_at.
        records: the sample.
        thread: where the thread lies; what is said of a message differs within one.
        suits: what a column must be like.
    """
    fitting = list_fitting(columns, name, suits)
    if name == "user":
        fitting.sort(key=lambda path: (len(columns[path].values) == 1, NAMED_AS_ID.search(path) is None))
    if name in SAID_ONCE and thread is not None:
        fitting.sort(key=lambda path: not _differs(path, thread, records))
    if name == "sent_at":
        fitting.sort(key=lambda path: not _reads_as_time(path, records))
    usual = [path for path in fitting[1:] if 2 * columns[path].types.total() > len(records)]
    return Choice(next(iter(fitting), None), tuple(usual))


def _differs(path: str, thread: str, records: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a field has different values in most of the threads that have several."""
    values: dict[str, list[str]] = defaultdict(list)
    for record in records:
        values[_tell(record, thread)].append(_tell(record, path))
    several = [of for of in values.values() if len(of) > 1]
    return 2 * sum(len(set(of)) > 1 for of in several) > len(several)


def _reads_as_time(path: str, records: Sequence[Mapping[str, Any]]) -> bool:
    found = values_at(records, path)
    return 2 * sum(read_time(value) is not None for value in found) > len(found)


def find_name(
    columns: Columns, name: str, fields: Mapping[str, Any], records: Sequence[Mapping[str, Any]]
) -> tuple[str | None, list[str]]:
    """The field that names one message of a thread and speaker, if one does; and what speaks against it.

    Args:
        columns: the sample's.
        name: message_id or turn.
        fields: where thread, role, text and time lie.
        records: the sample.
    """
    doubts = []
    for path in list_fitting(columns, name, is_whole if name == "turn" else lambda column: True):
        count = _count_versions(path, fields, records)
        if count <= MOST_VERSIONS * len(records):
            if count:
                doubts.append(
                    f"{path}: {count} of {len(records)} records have the {name} of another message of their "
                    "thread and role. They would be read as versions of one message, of which one counts."
                )
            return path, doubts
        doubts.append(
            f"{path} is not taken for {name}: {count} of {len(records)} records have the same as another "
            "message of their thread and role, and would count as versions of that one."
        )
    return None, doubts


def _count_versions(path: str, fields: Mapping[str, Any], records: Sequence[Mapping[str, Any]]) -> int:
    """Records with the name of an earlier one that says something else; one that came again says the same."""
    first: dict[tuple[str, ...], tuple[str, ...]] = {}
    count = 0
    for record in records:
        name = _tell(record, path)
        if name != "None":
            key = (name, *(_tell(record, fields[one]) for one in ("thread", "role")))
            said = tuple(_tell(record, fields[one]) for one in ("text", "sent_at"))
            count += first.setdefault(key, said) != said
    return count


def _tell(record: Mapping[str, Any], rule: Any) -> str:
    return str(find(record, tuple(path_of(rule).split("."))))


def is_whole(column: Column) -> bool:
    """Whether all values are whole numbers."""
    return bool(column.values) and all(DIGITS.fullmatch(value) for value in column.values)
