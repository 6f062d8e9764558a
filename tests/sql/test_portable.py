"""Facts and indicators stay in the subset of SQL that Spark answers alike, as far as the text shows it."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlglot
from sqlglot import ErrorLevel, expressions

from pipelines.indicators.compute import SQL

FILES = sorted([*(SQL / "fact").glob("*.sql"), *(SQL / "indicators").glob("*.sql")])

# Each gives the same value and type on both engines; a function is added here after it was compared.
ALLOWED = {
    *("Count", "Max", "Min", "RowNumber", "Coalesce", "Case", "If", "Cast", "Left", "And", "Or"),
    *("Extract", "DateDiff", "TimestampTrunc", "DateTrunc", "Substring", "Lower"),
}
# Where two engines differ although both have the operator.
FORBIDDEN = (expressions.Div, expressions.IntDiv, expressions.Mod, expressions.RegexpLike, expressions.ILike)


def list_strays(sql: str) -> list[str]:
    tree = sqlglot.parse_one(sql, read="duckdb")
    functions = {type(one).__name__ for one in tree.find_all(expressions.Func)} - ALLOWED
    operators = {type(one).__name__ for one in tree.find_all(*FORBIDDEN)}
    hours = {f"DateDiff {one.text('unit')}" for one in tree.find_all(expressions.DateDiff)} - {
        "DateDiff SECOND"
    }
    # A sum of a column is the same everywhere; a sum of a flag is not.
    sums = {"Sum" for one in tree.find_all(expressions.Sum) if not isinstance(one.this, expressions.Column)}
    return sorted((functions - {"Sum"}) | operators | hours | sums)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_keeps_to_the_portable_subset_and_renders_for_spark(path: Path):
    sql = path.read_text(encoding="utf-8")
    assert list_strays(sql) == []
    (rendered,) = sqlglot.transpile(sql, read="duckdb", write="spark", unsupported_level=ErrorLevel.RAISE)
    again = sqlglot.parse_one(rendered, read="spark")
    assert again.named_selects == sqlglot.parse_one(sql, read="duckdb").named_selects


@pytest.mark.parametrize(
    ("expression", "stray"),
    [
        ("hash(a)", "hash"),
        ("a / b", "Div"),
        ("quantile_cont(a, 0.5)", "PercentileCont"),
        ("date_diff('hour', a, b)", "DateDiff HOUR"),
        ("regexp_replace(a, 'x', 'y')", "RegexpReplace"),
        ("greatest(a, b)", "Greatest"),
        ("sum(a > 1)", "Sum"),
        ("dayofweek(a)", "DayOfWeek"),
    ],
)
def test_a_trap_is_seen(expression: str, stray: str):
    strays = list_strays(f"select {expression} as value from fact.event")  # noqa: S608
    assert strays != []
    assert stray.lower() in " ".join(strays).lower() or "Anonymous" in strays


def test_there_are_files_to_look_at():
    assert {path.parent.name for path in FILES} == {"fact", "indicators"}
    assert len(FILES) > 30
