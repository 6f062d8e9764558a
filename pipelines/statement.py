"""What a file of SQL says about itself: the tables it reads, its parameters, its columns, its header.

Read from the SQL, never declared a second time. Nothing here runs SQL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import sqlglot
from sqlglot import expressions
from sqlglot.errors import SqlglotError

from pipelines.errors import DefinitionError

HEADER = re.compile(r"\A-- \S.*(\n-- .*)*\n-- Grain: \S.*(\n-- .*)*\n-- Missing: \S")


@dataclass(frozen=True)
class Statement:
    """One select, as far as its definition must agree with it."""

    tables: frozenset[str]
    parameters: frozenset[str]
    columns: tuple[str, ...]
    has_header: bool


def dependencies(sql: str) -> frozenset[str]:
    """The `layer.table` names that a select reads; its own common table expressions are not among them."""
    return read_statement(sql).tables


@cache
def parse_select(sql: str) -> expressions.Query:
    """One select as a tree, which every reader shares and none changes.

    Raises:
        DefinitionError: the text is not SQL, or not exactly one select.
    """
    try:
        trees = sqlglot.parse(sql, read="duckdb")
    except SqlglotError as error:
        raise DefinitionError(f"the SQL cannot be read: {error}") from error
    if len(trees) != 1 or not isinstance(trees[0], expressions.Query):
        raise DefinitionError("the SQL file must hold exactly one select.")
    return trees[0]


@cache
def read_statement(sql: str) -> Statement:
    """What one select reads, takes and returns.

    Raises:
        DefinitionError: the text is not SQL, or not exactly one select.
    """
    tree = parse_select(sql)
    own = {expression.alias for expression in tree.find_all(expressions.CTE)}
    tables = frozenset(
        f"{table.db}.{table.name}" if table.db else table.name
        for table in tree.find_all(expressions.Table)
        if table.db or table.name not in own
    )
    return Statement(
        tables=tables,
        parameters=frozenset(parameter.name for parameter in tree.find_all(expressions.Placeholder)),
        columns=tuple(tree.named_selects),
        has_header=HEADER.match(sql) is not None,
    )


def list_signals(sql: str, parameters: Mapping[str, object]) -> frozenset[str]:
    """The signals that a select compares `signal_id` with, in its text or by a parameter."""
    return compare_signals(parse_select(sql), parameters)


def compare_signals(tree: expressions.Expr, parameters: Mapping[str, object]) -> frozenset[str]:
    """The same of a part of a select."""
    found = set()
    for comparison in tree.find_all(expressions.EQ, expressions.NEQ, expressions.In):
        sides = list(comparison.iter_expressions())
        if any(isinstance(side, expressions.Column) and side.name == "signal_id" for side in sides):
            found |= {side.name for side in sides if isinstance(side, expressions.Literal) and side.is_string}
            found |= {
                str(parameters[side.name])
                for side in sides
                if isinstance(side, expressions.Placeholder) and side.name in parameters
            }
    return frozenset(found)
