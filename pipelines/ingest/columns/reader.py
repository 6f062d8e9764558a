"""Reads the plain records of JSON lines as columns: a mapping compiled to expressions of the engine.

Speed only. What it accepts is what the reading of single records accepts, as the same values; every line that
is not plain it leaves to that reading, which knows the reasons. Paths and values of a mapping are constants
of expressions, never text of a query.
"""

from __future__ import annotations

import re
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
from pipelines.ingest.columns.block import Block
from pipelines.ingest.columns.plain_plan import UNTYPED, Condition, PlainField, Plan, spell
from pipelines.ingest.field import (
    FIRST_TIME,
    LAST_TIME,
    MICROSECONDS_FROM,
    MILLISECONDS_FROM,
    NANOSECONDS_FROM,
    SCIENTIFIC,
    RecordError,
)
from pipelines.ingest.mapping import IDS, TEST_TRAFFIC
from pipelines.ingest.raw import MESSAGE_SCHEMA
from pipelines.settings import REPOSITORY

READ = (REPOSITORY / "sql" / "staging" / "told.sql").read_text(encoding="utf-8")
LOCAL_TIME = r"\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?"
TIME = LOCAL_TIME + r"(Z|[+-](0\d|1[0-4]):[0-5]\d)"
VISIBLE, INVISIBLE = "[!-~]", "[^!-~]*"
AS_THEY_ARE = (*IDS, "text", "turn", "sent_at")
TRUTHS = ("true", "false")
WHOLE = r"0|[1-9][0-9]{0,18}|-[1-9][0-9]{0,17}"
"""Of what is untyped a whole number, which is the same id and the same label as its text."""


class PlainReader:
    """Reads blocks by a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.has_test_marks = False  # whether any line had one: of what was left in, none is kept
        self._connection = duckdb.connect(":memory:", config=SETTINGS)
        self._connection.execute("set threads = 1")  # what comes is one piece then, and not copied into one
        self._connection.execute("set timezone = 'UTC'")
        self._connection.execute("set enable_progress_bar = false")
        self._connection.execute("set variable structure = $structure", {"structure": plan.structure})
        self._asked = self._ask()

    def read(self, block: Block, is_odd: np.ndarray, *, latest: int) -> tuple[pa.Table, np.ndarray]:
        """Plain messages of a block, and which lines they were; all others are for the slower reading.

        Args:
            block: some lines.
            is_odd: of each line what `forgiven` says.
            latest: no message is later, in microseconds since 1970.
        """
        found = self._select(block)
        is_plain = found["is_plain"].to_numpy(zero_copy_only=False) & ~is_odd
        columns: dict[str, pa.Array] = {}
        for number, one in enumerate(self._plan.fields):
            value = found[f"value_{number}"]
            if one.name in AS_THEY_ARE:
                columns[one.name] = value
            if one.name == "sent_at":
                moments = _scale(value, found["number"])
                is_plain &= (moments >= FIRST_TIME) & (moments < LAST_TIME) & (moments <= latest)
                columns[one.name] = pa.array(moments)
            if one.name not in AS_THEY_ARE:
                columns[one.name], is_known = _convert(value, one)
                self.has_test_marks |= one.name == TEST_TRAFFIC and value.null_count < len(value)
                is_plain &= is_known
        return self._shape(columns, is_plain), is_plain

    def _select(self, block: Block) -> pa.RecordBatch:
        self._show(block.lines)
        [found] = self._asked.to_arrow_table().combine_chunks().to_batches()
        return found

    def _show(self, lines: pa.LargeStringArray) -> None:
        self._connection.from_arrow(cut(pa.table({"line": lines}))).create_view("line", replace=True)

    def _ask(self) -> duckdb.DuckDBPyRelation:
        """What is asked of every block, put together once."""
        plan = self._plan
        self._show(pa.array([], pa.large_string()))
        values = [_find(one.path).alias(f"value_{number}") for number, one in enumerate(plan.fields)]
        told = self._connection.sql(READ).select(self._applies().alias("applies"), *values)
        is_plain: Expression = ColumnExpression("applies")
        read: list[Expression] = []
        for number, one in enumerate(plan.fields):
            text = ColumnExpression(f"value_{number}")
            is_plain = is_plain & _is_plain(one, text)
            read.append(_value(one, text, plan.zone).alias(f"value_{number}"))
            if one.name == "sent_at":  # shorter, a number and its text are not the same time
                read.append(_integer(text, r"\d{9,18}").alias("number"))
        is_certain = CoalesceOperator(is_plain, ConstantExpression(False))
        told.select(is_certain.alias("is_plain"), *read).create_view("plain")
        return self._connection.view("plain")

    def _applies(self) -> Expression:
        applies = ConstantExpression(True)
        if self._plan.when is not None:
            applies = _equals(self._plan.when)
        for condition in self._plan.before:
            applies = applies & ~CoalesceOperator(_equals(condition), ConstantExpression(False))
        return applies

    @staticmethod
    def _shape(columns: dict[str, pa.Array], is_plain: np.ndarray) -> pa.Table:
        names = columns.keys()
        if {"model", "model_served", "model_requested"} & names:
            columns["model"] = pc.coalesce(
                *[columns[name] for name in ("model", "model_served", "model_requested") if name in names]
            )
        columns.pop(TEST_TRAFFIC, None)
        count = len(is_plain)
        arrays = [
            columns[one.name].cast(one.type) if one.name in columns else pa.nulls(count, one.type)
            for one in MESSAGE_SCHEMA
        ]
        table = pa.table(arrays, schema=MESSAGE_SCHEMA)
        return table if is_plain.all() else table.filter(pa.array(is_plain))


def _find(path: tuple[str, ...]) -> Expression:
    spelt = [_extract(keys) for keys in spell(path)]
    return spelt[0] if len(spelt) == 1 else CoalesceOperator(*spelt)


def _extract(keys: tuple[str, ...]) -> Expression:
    found = ColumnExpression("told")
    for key in keys:
        found = FunctionExpression("struct_extract", found, ConstantExpression(key))
    return found


def _equals(condition: Condition) -> Expression:
    path, value = condition
    return _find(path) == ConstantExpression(value)


def _matches(text: Expression, pattern: str) -> Expression:
    return FunctionExpression("regexp_full_match", text, ConstantExpression(pattern))


def _is_plain(one: PlainField, text: Expression) -> Expression:
    """Whether a value is of the usual kind; anything else is for the slower reading to judge."""
    if one.name == "text":
        is_visible = FunctionExpression("regexp_matches", text, ConstantExpression(VISIBLE))
        is_good = is_visible & ~_matches(text, UNTYPED)
    elif one.name == "turn":
        is_good = _matches(text, r"-?\d{1,18}")
    elif one.name in IDS:
        is_good = ~_matches(text, f"{UNTYPED}|{INVISIBLE}|{SCIENTIFIC}") | _matches(text, WHOLE)
    else:  # judged with its value
        is_good = text.isnotnull()
    return is_good if one.is_required else text.isnull() | is_good


def _value(one: PlainField, text: Expression, zone: ZoneInfo) -> Expression:
    if one.name == "turn":
        return _integer(text, r"-?\d{1,18}")
    if one.name != "sent_at":
        return text
    patterns = TIME if zone.key != "UTC" else f"{TIME}|{LOCAL_TIME}"
    moment = FunctionExpression("epoch_us", text.try_cast("TIMESTAMPTZ"))
    return CaseExpression(_matches(text, patterns), moment)


def _scale(moments: pa.Array, numbers: pa.Array) -> np.ndarray:
    """Microseconds since 1970: those of a written time, else of a number, by its size; -1 for neither."""
    number = numbers.fill_null(-1).to_numpy(zero_copy_only=False)
    scales = (
        (number < 0, number),
        (number < MILLISECONDS_FROM, number * 1_000_000),
        (number < MICROSECONDS_FROM, number * 1_000),
        (number < NANOSECONDS_FROM, number),
    )
    scaled = np.select([is_so for is_so, _ in scales], [value for _, value in scales], number // 1_000)
    is_written = moments.is_valid().to_numpy(zero_copy_only=False)
    return np.where(is_written, moments.fill_null(-1).to_numpy(zero_copy_only=False), scaled)


def _integer(text: Expression, pattern: str) -> Expression:
    return CaseExpression(_matches(text, pattern), text).cast("BIGINT")


def _convert(values: pa.Array, one: PlainField) -> tuple[pa.Array, np.ndarray]:
    """Values of a field that has few: each different one is read once, by the reading of single records."""
    encoded = values.dictionary_encode()
    read: list[object] = []
    is_known: list[bool] = []
    for value in encoded.dictionary.to_pylist():
        meant, is_good = _convert_one(value, one)
        read.append(meant)
        is_known.append(is_good)
    places = encoded.indices
    if one.name == TEST_TRAFFIC:  # left out and counted by the slower reading
        is_known = [known and not value for known, value in zip(is_known, read, strict=True)]
        read = [None] * len(read)
    kept = pa.array(read, pa.string()).take(places)
    known = pa.array([*is_known, True], pa.bool_()).take(places.fill_null(len(is_known)))
    return kept, known.to_numpy(zero_copy_only=False)


def _convert_one(text: str, one: PlainField) -> tuple[object, bool]:
    """What a value means, and whether that is certain; it may have been no text nor whole number."""
    if (not text or text.isspace()) and not one.is_required:
        return None, True
    is_flag = one.name == TEST_TRAFFIC and text in TRUTHS
    if not is_flag and re.fullmatch(UNTYPED, text) and not re.fullmatch(WHOLE, text):
        return None, False
    try:
        return one.convert(text), True
    except RecordError:
        return None, False
