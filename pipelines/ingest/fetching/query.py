"""Rows of a database as deliveries: a query with a watermark, on any address that SQLAlchemy knows.

Rows are written down as JSON lines, a chunk a delivery, and read as any other file. The watermark is
committed together with the rows, so a run that dies in between fetches the same rows again. Values of rows
stand in no message of ours.
"""

from __future__ import annotations

import decimal
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from pipelines.errors import SourceError
from pipelines.ingest.fetching.database import name_database
from pipelines.ingest.fetching.patience import read_patiently
from pipelines.ingest.fetching.watermark import (
    EXAMPLES,
    Kind,
    Value,
    Watermark,
    are_comparable,
    find_kind,
    is_before,
    take_value,
)
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
LEAST = -(2**LONGEST_NUMBER)
"""No number of SQLite is less, and no text lies before it."""

LIMIT = re.compile(r"\b(?:limit|fetch\s+(?:first|next)|top)\s*\(?\s*(\d+)", re.IGNORECASE)
"""Of a query, in the words of the usual databases."""


@dataclass(frozen=True)
class Fetched:
    """A chunk of rows in a file. `watermark` is None when there was nothing new.

    `note`: what to say where a query gives nothing from its start on.
    """

    path: Path
    row_count: int
    watermark: Watermark | None
    is_last: bool
    note: str | None = None


@dataclass
class _Chunk:
    seen: set[str] = field(default_factory=set)
    value: Value | None = None
    row_count: int = 0


def fetch(
    engine: sa.Engine, rule: QueryRule, since: Watermark | None, target: Path, *, pseudonymiser: Pseudonymiser
) -> Fetched:
    """Write the next rows to a file.

    Raises:
        SourceError: the database refuses or says nothing, the rows do not come in the order of the watermark,
            or it is of another kind than the start.
    """
    begin = since or Watermark(rule.start)
    chunk = _Chunk()
    is_last, row_count = True, 0
    with target.open("wb") as out:
        for row in _ask(engine, rule, begin.value):
            row_count += 1
            value = _watermark_of(row, rule, since, engine)
            line = _write_line(row)
            mark = pseudonymiser.fingerprint(line)
            if value == begin.value and mark in begin.seen:
                continue
            if chunk.row_count >= CHUNK and value != chunk.value:
                is_last = False
                break
            if chunk.value is not None and is_before(value, chunk.value):
                raise SourceError(
                    f"{name_database(engine)}: rows do not come in the order of {rule.watermark}; "
                    f"end the query with 'order by {rule.watermark}'; a text must come in the order of its "
                    'letters\' codes, which is collate "C" on PostgreSQL.'
                )
            if value != chunk.value:
                chunk.value, chunk.seen = value, set()
            chunk.seen.add(mark)
            chunk.row_count += 1
            out.write(line + b"\n")
    if chunk.value is None:
        _check_limit(engine, rule, row_count)
        return Fetched(target, 0, None, True, _explain_nothing(engine, rule) if since is None else None)
    kept = begin.seen if chunk.value == begin.value else frozenset()
    return Fetched(target, chunk.row_count, Watermark(chunk.value, kept | chunk.seen), is_last)


def _ask(engine: sa.Engine, rule: QueryRule, since: Value) -> Iterator[dict[str, Any]]:
    told = (
        f"{name_database(engine)}: no row came for {SILENCE_SECONDS:.0f} s; the database hangs, its table is "
        f"locked, or it sorts all rows before the first, which an index on {rule.watermark} spares it. What "
        "was taken in before stays; the next ingest goes on. Try the query with the database's own client."
    )
    return read_patiently(
        _rows(engine, rule, since), at_once=ROWS_AT_ONCE, silence_seconds=SILENCE_SECONDS, told=told
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


def _watermark_of(row: dict[str, Any], rule: QueryRule, since: Watermark | None, engine: sa.Engine) -> Value:
    value = take_value(row.get(rule.watermark))
    if value is None:
        raise SourceError(
            f"{name_database(engine)}: the query must give the column {rule.watermark} in every row, "
            "as a number, a time or a text that sorts by time."
        )
    asked = rule.start if since is None else since.value
    if not are_comparable(value, asked):
        kind, held = find_kind(value), find_kind(asked)
        remedy = (
            f"Write query.start as {EXAMPLES[kind]}"
            if since is None
            else "Where the column has another kind than before, change the query, which begins it anew"
        )
        known = "query.start is" if since is None else "it was read up to"
        raise SourceError(
            f"{name_database(engine)}: the column {rule.watermark} gives {kind}, {known} {held}, and the two "
            f"do not compare: rows would be missed. {remedy}."
        )
    return value


def _explain_nothing(engine: sa.Engine, rule: QueryRule) -> str:
    """What to look at where no row comes from the start on; refuses a start that none can reach.

    SQLite compares all kinds, and every number is before a text (https://sqlite.org/datatype3.html, section
    4). Servers refuse, or give rows, whose kind is seen.
    """
    kind = find_kind(rule.start)
    if engine.dialect.name == "sqlite" and kind is not Kind.NUMBER:
        for row in islice(_ask(engine, rule, LEAST), 1):
            _watermark_of(row, rule, None, engine)
    return (
        f"{name_database(engine)}: the query gives no row from its start on. If the table holds rows, look "
        f"whether query.start, which is {kind}, has the kind and the form of the column {rule.watermark}."
    )


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
