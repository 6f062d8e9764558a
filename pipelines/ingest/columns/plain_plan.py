"""How plain records of a mapping are read as columns: which paths are looked at, and where that is certain.

A path that the engine would read otherwise than the reading of single records does gives no plan.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

TEXT = "VARCHAR"
UNTYPED = r"true|false|[\[{](?s:.*)|-?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?"
"""A value that the engine gives as the same text whether it was written as a text or as something else."""
DEEPEST = 4
"""Parts of a path; each more doubles the ways in which a flattened log may write it."""

Convert = Callable[[object], object]
Condition = tuple[tuple[str, ...], str]


class PlainField(NamedTuple):
    """A field of a message: its name, where it lies, whether it must be there, and how a value is read."""

    name: str
    path: tuple[str, ...]
    is_required: bool
    convert: Convert


@dataclass(frozen=True)
class Plan:
    """How plain messages of one mapping are read.

    Attributes:
        when: path and value of the condition, None where every record is a message.
        before: conditions of earlier rules, none of which may apply.
        structure: what is looked at, as `json_transform` takes it.
        fields: the fields of a message.
    """

    when: Condition | None
    before: tuple[Condition, ...]
    structure: str
    fields: tuple[PlainField, ...]
    zone: ZoneInfo


def make_plan(
    *,
    when: Condition | None,
    before: tuple[Condition, ...],
    fields: tuple[PlainField, ...],
    zone: ZoneInfo,
) -> Plan | None:
    """The plan for a rule, or None where the engine would read something else than a path does."""
    if when is not None and re.fullmatch(UNTYPED, when[1]):
        return None
    paths = [*(path for path, _ in (*before, *([when] if when else []))), *(one.path for one in fields)]
    structure: dict[str, Any] = {}
    if max(map(len, paths)) > DEEPEST or not all(
        _place(structure, keys) for path in paths for keys in spell(path)
    ):
        return None
    return Plan(when, before, json.dumps(structure, ensure_ascii=False), fields, zone)


def spell(path: tuple[str, ...]) -> list[tuple[str, ...]]:
    """The keys that a path may stand for, nested before flattened, as `field.find` looks for them."""
    if not path:
        return [()]
    return [
        (".".join(path[:count]), *rest) for count in range(1, len(path) + 1) for rest in spell(path[count:])
    ]


def _place(structure: dict[str, Any], path: tuple[str, ...]) -> bool:
    """Add a path; False where it cannot stand beside the others, or would lead into a list."""
    *outer, last = path
    for part in (*outer, last):
        is_twin = any(part != name and part.casefold() == name.casefold() for name in structure)
        if part == "" or "\0" in part or part.isdigit() or is_twin:
            return False
        if part is last:
            break
        inner = structure.setdefault(part, {})
        if not isinstance(inner, dict):
            return False
        structure = inner
    return structure.setdefault(last, TEXT) == TEXT
