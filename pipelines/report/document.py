"""What a report consists of, before anything is drawn: words, tables and marks.

A document becomes JSON, and the PDF and the workbook are drawn from that JSON alone, so that the three
cannot disagree. How a value looks is `display.py`; where values come from is `sections/`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipelines.shown_text import DIRECTION

SCHEMA = 1
TURNING = re.compile(f"[{DIRECTION}]")


class Mark(StrEnum):
    """Why a cell has no number; each is drawn differently and none of them is zero."""

    HIDDEN = "hidden"  # a small cell, or one from which a small cell could be worked out
    UNKNOWN = "unknown"  # looked for, but there is not enough to say
    NOT_MEASURED = "not_measured"  # nothing in the published file for this period
    NOT_SET = "not_set"  # nobody has given it a value yet
    NONE = "none"  # there is nothing to say here


class Kind(StrEnum):
    """What a column holds, and so how its cells are drawn and typed."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    RATIO = "ratio"
    SHARE = "share"
    MEASURE = "measure"  # in the unit of the row's indicator: the row says which under `kind`
    DATE = "date"
    STATUS = "status"
    VARIATION = "variation"
    FLAG = "flag"


Cell = str | int | float | bool | dt.date | Mark | None
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column of a report's table; `width` is in characters of the workbook."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: int = 16


@dataclass(frozen=True)
class Table:
    """A table with its title, a note on how to read it, and the sentence that replaces it when empty."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    empty: str = "Nothing to report."


@dataclass(frozen=True)
class Document:
    """A whole report: `head` identifies it, `summary` is prose built from numbers, `tables` hold the rest."""

    head: Mapping[str, Any]
    summary: tuple[str, ...]
    tally: Mapping[str, int]
    tables: tuple[Table, ...]
    notes: Mapping[str, tuple[str, ...]]
    suppression: Mapping[str, Any]
    sign_off: tuple[Mapping[str, str], ...]

    def to_json(self) -> bytes:
        """Canonical JSON, sorted keys and one newline at the end: the same document, the same bytes."""
        tree = {
            "schema": SCHEMA,
            "report": dict(self.head),
            "summary": list(self.summary),
            "tally": dict(self.tally),
            "tables": [_table_tree(table) for table in self.tables],
            "notes": {key: list(lines) for key, lines in self.notes.items()},
            "suppression": {**self.suppression, "hidden_cells": count_hidden(self.tables)},
            "sign_off": [dict(line) for line in self.sign_off],
        }
        text = json.dumps(
            _cleaned(tree), sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False, default=_encode
        )
        return (text + "\n").encode()


def count_hidden(tables: tuple[Table, ...]) -> dict[str, int]:
    """How many cells of each table are hidden, and of all; tables without one are left out."""
    counts = {
        table.id: sum(row.get(column.key) is Mark.HIDDEN for row in table.rows for column in table.columns)
        for table in tables
    }
    return {"all": sum(counts.values()), **{name: count for name, count in counts.items() if count}}


def clean_text(text: str) -> str:
    """Text on one line, with control and direction-changing characters written out as `[U+202E]`.

    A title typed by a person, or a name taken from a log, could otherwise reorder the line it stands in.
    """
    return "".join(_clean_character(character) for character in text).strip()


def _clean_character(character: str) -> str:
    if character in "\n\r\t\u2028\u2029":
        return " "
    if TURNING.match(character) or unicodedata.category(character) in {"Cc", "Cs", "Cn", "Co"}:
        return f"[U+{ord(character):04X}]"
    return character


def _table_tree(table: Table) -> dict[str, Any]:
    return {
        "id": table.id,
        "title": table.title,
        "note": table.note,
        "empty": table.empty,
        "columns": [
            {"key": c.key, "title": c.title, "kind": c.kind, "width": c.width} for c in table.columns
        ],
        "rows": [{c.key: _cell_tree(row.get(c.key)) for c in table.columns} for row in table.rows],
    }


def _cell_tree(cell: Cell) -> Any:
    if cell is None:
        return {"mark": Mark.NONE}
    if isinstance(cell, Mark):
        return {"mark": cell}
    return cell


def _cleaned(tree: Any) -> Any:
    """The same tree with every text in it cleaned, wherever it came from."""
    if isinstance(tree, str):
        return clean_text(tree)
    if isinstance(tree, Mapping):
        return {key: _cleaned(value) for key, value in tree.items()}
    return [_cleaned(value) for value in tree] if isinstance(tree, list | tuple) else tree


def _encode(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a report")
