"""Reads the plain records of JSON lines as columns: a mapping compiled to expressions of the engine.

Speed only. What it accepts is what the reading of single records accepts, as the same values; every line that
is not plain it leaves to that reading, which knows the reasons. Paths and values of a mapping are constants
of expressions, never text of a query.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import (
    CaseExpression,
    CoalesceOperator,
    ColumnExpression,
    ConstantExpression,
    Expression,
    FunctionExpression,
)

from pipelines.engines.duckdb import SETTINGS, cut
from pipelines.ingest.block import Block
from pipelines.ingest.field import (
    LAST_TIME,
    MICROSECONDS_FROM,
    MILLISECONDS_FROM,
    NANOSECONDS_FROM,
    RecordError,
)
from pipelines.ingest.raw import MESSAGE_SCHEMA
from pipelines.ingest.sieve import find_hints

TEXT, WHOLE = "VARCHAR", ("UBIGINT", "BIGINT")
ODD = (r",\s*[}\]]", r"[:\[,]\s*[-+]?(?:nan|inf|infinity)\s*[,}\]]", r"[0-9]e\+?[0-9]{3}")
"""What the engine's JSON reader forgives and the reading of single records does not, for the sieve."""
LOCAL_TIME = r"\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?"
TIME = LOCAL_TIME + r"(Z|[+-](0\d|1[0-4]):[0-5]\d)"
VISIBLE = "[!-~]"
IDS = ("thread", "user", "message_id")
AS_THEY_ARE = (*IDS, "text", "turn", "sent_at")
SMALLEST_JSON = "{}"

Convert = Callable[[object], object]


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
        when: place among the pointers and the value of the condition, None where every record is a message.
        before: conditions of earlier rules, none of which may apply.
        pointers: JSON pointers of all values that are looked at.
        fields: the fields, each at the place of its pointer.
    """

    when: tuple[int, str] | None
    before: tuple[tuple[int, str], ...]
    pointers: tuple[str, ...]
    fields: tuple[tuple[PlainField, int], ...]
    zone: ZoneInfo


def make_plan(
    *,
    when: tuple[tuple[str, ...], str] | None,
    before: tuple[tuple[tuple[str, ...], str], ...],
    fields: tuple[PlainField, ...],
    zone: ZoneInfo,
) -> Plan | None:
    """The plan for a rule, or None where a pointer would read something else than a path does."""
    paths = [*(path for path, _ in (*before, *([when] if when else []))), *(one.path for one in fields)]
    if any(part == "" or part.isdigit() or part == "-" for path in paths for part in path):
        return None
    pointers = list(dict.fromkeys(_point(path) for path in paths))

    def place(path: tuple[str, ...]) -> int:
        return pointers.index(_point(path))

    return Plan(
        (place(when[0]), when[1]) if when else None,
        tuple((place(path), value) for path, value in before),
        tuple(pointers),
        tuple((one, place(one.path)) for one in fields),
        zone,
    )


def _point(path: tuple[str, ...]) -> str:
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in path)


class PlainReader:
    """Reads blocks by a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._connection = duckdb.connect(":memory:", config=SETTINGS)
        self._connection.execute("set timezone = 'UTC'")
        self._connection.execute("set enable_progress_bar = false")

    def read(self, block: Block, *, latest: int) -> tuple[pa.Table, np.ndarray]:
        """Plain messages of a block, and which lines they were; all others are for the slower reading."""
        found = self._select(block)
        is_plain = found["is_plain"].to_numpy(zero_copy_only=False).copy()
        columns: dict[str, pa.Array] = {}
        for number, (one, _) in enumerate(self._plan.fields):
            value = found[f"value_{number}"].combine_chunks()
            if one.name in AS_THEY_ARE:
                columns[one.name] = value
            if one.name == "sent_at":
                moments = value.fill_null(-1).to_numpy(zero_copy_only=False)
                is_plain &= (moments >= 0) & (moments < LAST_TIME) & (moments <= latest)
            if one.name not in AS_THEY_ARE:
                columns[one.name], is_known = _convert(value, one)
                is_plain &= is_known
        return self._shape(columns, is_plain), is_plain

    def _select(self, block: Block) -> pa.Table:
        line, plan = ColumnExpression("line"), self._plan
        is_object = FunctionExpression("starts_with", line, ConstantExpression("{"))
        is_valid = FunctionExpression("json_valid", line)
        is_sound = is_object & is_valid & ~ColumnExpression("is_odd")
        sound = CaseExpression(is_sound, line).otherwise(ConstantExpression(SMALLEST_JSON))
        pointers = ConstantExpression(list(plan.pointers))
        is_odd = pa.array(find_hints(block.lines, ODD) != 0)
        read = self._connection.from_arrow(cut(pa.table({"line": block.lines, "is_odd": is_odd}))).select(
            is_sound.alias("is_sound"),
            FunctionExpression("json_type", sound, pointers).alias("types"),
            FunctionExpression("json_extract_string", sound, pointers).alias("texts"),
        )
        is_plain = ColumnExpression("is_sound") & self._applies()
        for one, place in plan.fields:
            is_plain = is_plain & _is_plain(one, _type(place), _text(place))
        values = [
            _value(one, _type(place), _text(place), plan.zone).alias(f"value_{number}")
            for number, (one, place) in enumerate(plan.fields)
        ]
        return read.select(
            CoalesceOperator(is_plain, ConstantExpression(False)).alias("is_plain"), *values
        ).to_arrow_table()

    def _applies(self) -> Expression:
        applies = ConstantExpression(True)
        if self._plan.when is not None:
            place, value = self._plan.when
            applies = _equals(place, value)
        for place, value in self._plan.before:
            applies = applies & ~CoalesceOperator(_equals(place, value), ConstantExpression(False))
        return applies

    @staticmethod
    def _shape(columns: dict[str, pa.Array], is_plain: np.ndarray) -> pa.Table:
        names = columns.keys()
        if {"model", "model_served", "model_requested"} & names:
            columns["model"] = pc.coalesce(
                *[columns[name] for name in ("model", "model_served", "model_requested") if name in names]
            )
        columns.pop("is_test_traffic", None)
        count = len(is_plain)
        arrays = [
            columns[one.name].cast(one.type) if one.name in columns else pa.nulls(count, one.type)
            for one in MESSAGE_SCHEMA
        ]
        table = pa.table(arrays, schema=MESSAGE_SCHEMA)
        return table if is_plain.all() else table.filter(pa.array(is_plain))


def _type(place: int) -> Expression:
    return FunctionExpression("list_extract", ColumnExpression("types"), ConstantExpression(place + 1))


def _text(place: int) -> Expression:
    return FunctionExpression("list_extract", ColumnExpression("texts"), ConstantExpression(place + 1))


def _equals(place: int, value: str) -> Expression:
    return (_type(place) == ConstantExpression(TEXT)) & (_text(place) == ConstantExpression(value))


def _matches(text: Expression, pattern: str) -> Expression:
    return FunctionExpression("regexp_full_match", text, ConstantExpression(pattern))


def _is_plain(one: PlainField, kind: Expression, text: Expression) -> Expression:
    """Whether a value is of the usual kind; anything else is for the slower reading to judge."""
    is_text = kind == ConstantExpression(TEXT)
    is_whole = kind.isin(*[ConstantExpression(name) for name in WHOLE])
    is_absent = CoalesceOperator(kind, ConstantExpression("NULL")) == ConstantExpression("NULL")
    if one.name == "text":
        is_good = is_text & FunctionExpression("regexp_matches", text, ConstantExpression(VISIBLE))
    elif one.name == "turn":
        is_good = is_whole & _matches(text, r"-?\d{1,18}")
    elif one.name == "sent_at":
        is_good = is_text | is_whole
    elif one.name == "is_test_traffic":
        is_good = is_text | (kind == ConstantExpression("BOOLEAN"))
    elif one.name in IDS:
        is_good = (is_text & (text != ConstantExpression(""))) | (is_whole & _matches(text, r"0|-?[1-9]\d*"))
    else:
        is_good = is_text | (is_whole & _matches(text, r"0|-?[1-9]\d*"))
    return is_good if one.is_required else is_absent | is_good


def _value(one: PlainField, kind: Expression, text: Expression, zone: ZoneInfo) -> Expression:
    if one.name == "turn":
        return _integer(text)
    if one.name != "sent_at":
        # JSON null is the text null to the engine.
        return CaseExpression(kind != ConstantExpression("NULL"), text)
    number = _integer(text)
    scaled = (
        CaseExpression(number >= ConstantExpression(NANOSECONDS_FROM), number // ConstantExpression(1_000))
        .when(number >= ConstantExpression(MICROSECONDS_FROM), number)
        .when(number >= ConstantExpression(MILLISECONDS_FROM), number * ConstantExpression(1_000))
        .otherwise(number * ConstantExpression(1_000_000))
    )
    patterns = TIME if zone.key != "UTC" else f"{TIME}|{LOCAL_TIME}"
    moment = FunctionExpression("epoch_us", text.try_cast("TIMESTAMPTZ"))
    is_text = kind == ConstantExpression(TEXT)
    written = CaseExpression(_matches(text, patterns), moment)
    return CaseExpression(is_text, written).otherwise(scaled)


def _integer(text: Expression) -> Expression:
    is_whole = _matches(text, r"-?\d{1,18}")
    return CaseExpression(is_whole, text).cast("BIGINT")


def _convert(values: pa.Array, one: PlainField) -> tuple[pa.Array, np.ndarray]:
    """Values of a field that has few: each different one is read once, by the reading of single records."""
    encoded = values.dictionary_encode()
    read: list[object] = []
    is_known: list[bool] = []
    for value in encoded.dictionary.to_pylist():
        try:
            read.append(one.convert(value))
            is_known.append(True)
        except RecordError:
            read.append(None)
            is_known.append(False)
    places = encoded.indices
    if one.name == "is_test_traffic":  # left out and counted by the slower reading
        is_known = [known and not value for known, value in zip(is_known, read, strict=True)]
        read = [None] * len(read)
    kept = pa.array(read, pa.string()).take(places)
    known = pa.array([*is_known, True], pa.bool_()).take(places.fill_null(len(is_known)))
    return kept, known.to_numpy(zero_copy_only=False)
