"""Rows of a database as deliveries: a query with a watermark, on any address that SQLAlchemy knows.

Rows are written down as JSON lines, a chunk a delivery, and read as any other file. The watermark is
committed together with the rows, so a run that dies in between fetches the same rows again. Values of rows
stand in no message of ours.
"""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from pipelines.errors import SourceError
from pipelines.ingest.fetching.database import name_database
from pipelines.ingest.fetching.patience import read_patiently
from pipelines.ingest.mapping import QueryRule
from pipelines.ingest.pseudonymise import Pseudonymiser

CHUNK = 100_000
"""Rows of one delivery: what a run that dies has to fetch again at most."""
ROWS_AT_ONCE = 1_000
SILENCE_SECONDS = 300.0
"""How long no row may come: to sort a table without an index takes minutes before the first, and until then
whatever is asked in the same hour waits.
"""
LONGEST_NUMBER = 63
"""Bits of a number that JSON's readers take as whole."""

LIMIT = re.compile(r"\b(?:limit|fetch\s+(?:first|next)|top)\s*\(?\s*(\d+)", re.IGNORECASE)
"""Of a query, in the words of the usual databases."""

Value = int | str | dt.datetime | dt.date


@dataclass(frozen=True)
class Watermark:
    """How far a query has been read: the greatest value seen, and keyed hashes of the rows at it.

    Rows at the very value are asked for again, for others with the same value may have come since; those
    that were taken are known by their hash.
    """

    value: Value
    seen: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Fetched:
    """A chunk of rows in a file. `watermark` is None when there was nothing new."""

    path: Path
    row_count: int
    watermark: Watermark | None
    is_last: bool


@dataclass
class _Chunk:
    watermark: Watermark
    seen: set[str] = field(default_factory=set)
    value: Value | None = None
    row_count: int = 0


def fetch(
    engine: sa.Engine, rule: QueryRule, since: Watermark | None, target: Path, *, pseudonymiser: Pseudonymiser
) -> Fetched:
    """Write the next rows to a file.

    Raises:
        SourceError: the database refuses or says nothing, or the rows do not come in the order of the
            watermark.
    """
    begin = since or Watermark(rule.start)
    chunk = _Chunk(begin)
    is_last, row_count = True, 0
    with target.open("wb") as out:
        for row in read_patiently(
            _rows(engine, rule, begin.value),
            at_once=ROWS_AT_ONCE,
            silence_seconds=SILENCE_SECONDS,
            told=_say_silent(engine, rule),
        ):
            row_count += 1
            value = _watermark_of(row, rule, engine)
            line = _write_line(row)
            mark = pseudonymiser.fingerprint(line)
            if _is_same(value, begin.value) and mark in begin.seen:
                continue
            if chunk.row_count >= CHUNK and not _is_same(value, chunk.value):
                is_last = False
                break
            if chunk.value is not None and _is_before(value, chunk.value):
                raise SourceError(
                    f"{name_database(engine)}: rows do not come in the order of {rule.watermark}; "
                    f"end the query with 'order by {rule.watermark}'; a text must come in the order of its "
                    'letters\' codes, which is collate "C" on PostgreSQL.'
                )
            if not _is_same(value, chunk.value):
                chunk.value, chunk.seen = value, set()
            chunk.seen.add(mark)
            chunk.row_count += 1
            out.write(line + b"\n")
    if chunk.value is None:
        _check_limit(engine, rule, row_count)
        return Fetched(target, 0, None, True)
    kept = begin.seen if _is_same(chunk.value, begin.value) else frozenset()
    return Fetched(target, chunk.row_count, Watermark(chunk.value, kept | chunk.seen), is_last)


def _say_silent(engine: sa.Engine, rule: QueryRule) -> str:
    return (
        f"{name_database(engine)}: no row came for {SILENCE_SECONDS:.0f} s; the database hangs, its table is "
        f"locked, or it sorts all rows before the first, which an index on {rule.watermark} spares it. What "
        "was taken in before stays; the next ingest goes on. Try the query with the database's own client."
    )


def _check_limit(engine: sa.Engine, rule: QueryRule, row_count: int) -> None:
    """Refuse a limit that only known rows fit into: no later row would ever come."""
    found = LIMIT.search(rule.query)
    if found is None or row_count < int(found[1]):
        return
    raise SourceError(
        f"{name_database(engine)}: the query's limit of {found[1]} is filled by rows that were taken before, "
        f"all with the same {rule.watermark}; no later row will ever come. Leave the limit out (rows are "
        "fetched in chunks without it), or make it larger than the number of rows that share a value."
    )


def _rows(engine: sa.Engine, rule: QueryRule, since: Value) -> Generator[dict[str, Any]]:
    settings: dict[str, Any] = {"stream_results": True, "yield_per": ROWS_AT_ONCE}
    if engine.dialect.name == "postgresql":
        settings["postgresql_readonly"] = True
    try:
        with engine.connect() as connection:
            result = connection.execution_options(**settings).execute(
                sa.text(rule.query), {"watermark": since}
            )
            names = list(result.keys())
            if twins := sorted({name for name in names if names.count(name) > 1}):
                raise SourceError(
                    f"{name_database(engine)}: the query gives two columns of the name {', '.join(twins)}; "
                    "write each column down and give it its own, as in 'chat.id as chat_id'."
                )
            for row in result:
                yield dict(zip(names, row, strict=True))
    except DBAPIError as error:
        # The driver's own words may quote a row or an address; its class and code do not.
        code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None)
        told = type(error.orig).__name__ + (f" {code}" if code else "")
        raise SourceError(
            f"{name_database(engine)}: the database refused ({told}). Try the query with its own client."
        ) from None
    except SQLAlchemyError as error:
        raise SourceError(f"{name_database(engine)}: the query failed ({type(error).__name__}).") from None


def _watermark_of(row: dict[str, Any], rule: QueryRule, engine: sa.Engine) -> Value:
    value = row.get(rule.watermark)
    if isinstance(value, decimal.Decimal) and value == value.to_integral_value():
        value = int(value)
    if not isinstance(value, int | str | dt.date) or isinstance(value, bool):
        raise SourceError(
            f"{name_database(engine)}: the query must give the column {rule.watermark} in every row, "
            "as a whole number, a time or a text that sorts by time."
        )
    return _tell_apart(value)


def _tell_apart(value: Value) -> Value:
    """A time of a zone as one of UTC: within a zone Python compares the clocks on the wall, on which an hour
    comes twice in the night in which they go back.
    """
    if isinstance(value, dt.datetime) and value.tzinfo is not None:
        return value.astimezone(dt.UTC)
    return value


def _is_same(value: Value, other: Value | None) -> bool:
    return other is not None and write_value(value) == write_value(other)


def _is_before(value: Value, other: Value) -> bool:
    try:
        return value < other  # type: ignore[operator]
    except TypeError:
        return False  # a day beside a time: the database's own order stands


def write_value(value: Value) -> str:
    """A watermark as a text that `read_value` reads."""
    if isinstance(value, dt.date):
        return f"{'time' if isinstance(value, dt.datetime) else 'date'}:{value.isoformat()}"
    return f"{'number' if isinstance(value, int) else 'text'}:{value}"


def read_value(text: str) -> Value:
    """The watermark that `write_value` wrote."""
    kind, _, value = text.partition(":")
    readers = {"time": dt.datetime.fromisoformat, "date": dt.date.fromisoformat, "number": int, "text": str}
    read: Value = readers[kind](value)  # type: ignore[operator]
    return _tell_apart(read)


def _write_line(row: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(row, default=_plain, option=orjson.OPT_NON_STR_KEYS)
    except TypeError:  # a value that JSON has no place for must not hold up all other rows
        return orjson.dumps(_tame(row), default=_plain, option=orjson.OPT_NON_STR_KEYS)


def _tame(value: object) -> object:
    """The value with numbers beyond 64 bits as texts, and without what is no letter."""
    if isinstance(value, dict):
        return {_tame(name): _tame(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_tame(inner) for inner in value]
    if isinstance(value, int) and value.bit_length() > LONGEST_NUMBER:
        return str(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _plain(value: object) -> object:
    if isinstance(value, decimal.Decimal):
        if not value.is_finite():
            return None  # no number: a field that must hold one is missing
        is_whole = value == value.to_integral_value()
        if is_whole and abs(value) >= 2**LONGEST_NUMBER:
            return str(int(value))
        return int(value) if is_whole else float(value)
    if isinstance(value, bytes | memoryview):
        return None  # no field of ours is binary
    return str(value)
