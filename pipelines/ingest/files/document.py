"""Records of a delivered file as dictionaries: JSON lines, a JSON array or object, CSV, or Parquet.

What a record means is the source's business. A file's name decides how it is read; a `.json` file may hold
lines or one document.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from pipelines.ingest.files.lines import (
    LONGEST_LINE,
    UNREADABLE,
    UTF8_MARK,
    open_plain,
    plain_name,
    read_lines,
)
from pipelines.ingest.files.nesting import TOO_DEEP, is_too_deep, opens_often, write_json
from pipelines.ingest.files.parquet import is_parquet, read_parquet
from pipelines.ingest.files.rows import Row, read_rows
from pipelines.ingest.reason import Reason

LARGEST_DOCUMENT = 256 * 1024 * 1024
"""Bytes. One JSON document is read as a whole, at about ten times its size. Lines and Parquet: no limit."""


class Item(NamedTuple):
    """A record at its position (from 1; 0 is the whole file), or the reason why there is none.

    `note` says what the reason's word does not, in the terms of the file; never a text of the log.
    """

    position: int
    record: dict[str, Any]
    reason: Reason | None = None
    raw: bytes = b""
    note: str = ""
    lines: range = range(0)
    """Of the file, from 1, in which it stands, where the format has lines that a record may share. An item
    that is too long stands in the last of them."""


def is_csv(path: Path) -> bool:
    """Whether every value of the file is a text."""
    return plain_name(path).endswith(".csv")


def read_items(path: Path, *, only: Iterable[int] | None = None) -> Iterator[Item]:
    """The records of a file; `only` restricts it to some positions. A broken file ends with its reason."""
    wanted = None if only is None else frozenset(only)
    try:
        if is_csv(path):
            yield from _read_csv(path, wanted)
        elif is_parquet(path):
            yield from _read_parquet(path, wanted)
        elif is_lines(path):
            yield from _read_lines(path, wanted)
        else:
            yield from _read_document(path, wanted)
    except UnicodeDecodeError:
        yield Item(0, {}, Reason.NOT_UTF8)
    except MemoryError:
        yield Item(0, {}, Reason.FILE_TOO_LARGE)
    except UNREADABLE:
        yield Item(0, {}, Reason.BROKEN_ARCHIVE)


def _read_lines(path: Path, wanted: frozenset[int] | None) -> Iterator[Item]:
    for position, line in read_lines(path):
        if wanted is not None and position not in wanted:
            continue
        yield from read_line(position, line or b"", is_too_long=line is None)


def read_line(position: int, line: bytes, *, is_too_long: bool) -> Iterator[Item]:
    """The record of one line without its end; an empty line holds none."""
    if is_too_long:
        yield Item(position, {}, Reason.LINE_TOO_LONG, lines=range(position, position + 1))
    elif line.strip():
        yield _to_item(position, line)


def is_lines(path: Path) -> bool:
    """Whether a file holds a JSON record a line."""
    if is_csv(path) or is_parquet(path):
        return False
    return not plain_name(path).endswith(".json") or holds_lines(path)


def _to_item(position: int, raw: bytes) -> Item:
    try:
        record = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return Item(position, {}, _judge(raw), raw)
    if opens_often(raw) and is_too_deep(record):
        return Item(position, {}, Reason.MALFORMED_LINE, raw, TOO_DEEP)
    if isinstance(record, dict):
        return Item(position, record, None, raw)
    return Item(position, {}, Reason.MALFORMED_LINE, raw)


def _judge(raw: bytes) -> Reason:
    """Why a text is not JSON: Latin-1 is often the whole of it, and another export the remedy."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return Reason.NOT_UTF8
    return Reason.MALFORMED_LINE


def holds_lines(path: Path) -> bool:
    """Whether a line of a `.json` file is a JSON object of its own, and it has more than one."""
    with open_plain(path) as stream:
        head = stream.readline(LONGEST_LINE).removeprefix(UTF8_MARK)
        while head and not head.strip():
            head = stream.readline(LONGEST_LINE)
        if not head.startswith(b"{"):
            return not head.lstrip().startswith((b"[", b"{")) and bool(head)
        if _is_object(head):
            return bool(stream.read(1))
        return _is_object(stream.readline(LONGEST_LINE))  # the first may be broken; a document has none


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _read_document(path: Path, wanted: frozenset[int] | None) -> Iterator[Item]:
    with open_plain(path) as stream:
        content = stream.read(LARGEST_DOCUMENT + 1).removeprefix(UTF8_MARK)
    if len(content) > LARGEST_DOCUMENT:
        yield Item(0, {}, Reason.FILE_TOO_LARGE)
        return
    if not content.strip():
        return
    try:
        whole = orjson.loads(content)
    except orjson.JSONDecodeError:
        reason = _judge(content)
        yield Item(1 if reason is Reason.MALFORMED_LINE else 0, {}, reason, content)
        return
    records = whole if isinstance(whole, list) else [whole]
    may_be_deep = opens_often(content)
    for position, record in enumerate(records, start=1):
        if wanted is None or position in wanted:
            if may_be_deep and is_too_deep(record):
                yield Item(position, {}, Reason.MALFORMED_LINE, content, TOO_DEEP)
            elif isinstance(record, dict):
                yield Item(position, record, None)
            else:
                yield Item(position, {}, Reason.MALFORMED_LINE, write_json(record))


def _read_csv(path: Path, wanted: frozenset[int] | None) -> Iterator[Item]:
    rows = read_rows(path)
    head = next(rows)
    if head.reason is not None:
        note = "" if head.reason is Reason.NOT_UTF8 else "the names of the columns are no CSV"
        yield Item(0, {}, head.reason, note=note)
        return
    if has_twins(head.values):
        yield Item(0, {}, Reason.REPEATED_COLUMN)
        return
    position = 1
    for row in rows:
        found = _to_row(position, head.values, row)
        yield from (item for item in found if wanted is None or item.position in wanted)
        position += len(found)


def _to_row(position: int, names: list[str], row: Row) -> list[Item]:
    """The record of a row; an empty line holds none."""
    if row.reason is Reason.NOT_UTF8:
        return [Item(position, {}, row.reason, b"".join(row.raw), lines=row.lines)]
    if row.reason is not None:
        return _to_unread(position, row)
    if not row.values:
        return []
    if len(row.values) != len(names):
        return _to_unread(position, row)
    record = dict(zip(names, row.values, strict=True))
    filled = {name: value for name, value in record.items() if value}
    return [Item(position, filled, None, repr(record).encode(), lines=row.lines)]


def _to_unread(position: int, row: Row) -> list[Item]:
    """A rejection for every line that went into what is no row: most were rows, had a quote been closed."""
    note = ""
    if len(row.lines) > 1:
        note = (
            f"lines {row.lines[0]} to {row.lines[-1]} were not read: a quote in line {row.lines[0]} is not "
            "closed, or stands inside a value and is not written twice"
        )
    return [
        Item(
            position + place,
            {},
            Reason.MALFORMED_LINE if raw else Reason.LINE_TOO_LONG,
            raw,
            note if place == 0 else "",
            row.lines,
        )
        for place, raw in enumerate(row.raw)
    ]


def has_twins(names: list[str]) -> bool:
    """Whether two columns have the same name: nobody knows which of them a mapping means."""
    named = [name for name in names if name]
    return len(set(named)) < len(named)


def _read_parquet(path: Path, wanted: frozenset[int] | None) -> Iterator[Item]:
    for position, row in enumerate(read_parquet(path), start=1):
        if wanted is None or position in wanted:
            yield _to_record(position, row)


def _to_record(position: int, row: dict[str, Any]) -> Item:
    raw = repr(row).encode("utf-8", "backslashreplace")
    if len(raw) > LONGEST_LINE:
        return Item(position, {}, Reason.LINE_TOO_LONG, raw)
    return Item(position, row, None, raw)
