"""Which signals an indicator rests on: those that its SQL names, and those behind the columns that it reads.

Read from the SQL, never declared a second time. A column that stands for risk or harm of any kind rests on no
one signal, and neither does what the log says, such as an offer of a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from sqlglot import expressions

from pipelines.settings import REPOSITORY
from pipelines.statement import compare_signals, parse_select, read_statement

FACTS = REPOSITORY / "sql" / "fact"
FACT = "fact."
FOUND = "message_signal"
"""The rows of all signals: which of them count is said by whoever reads it."""

Columns = Mapping[str, frozenset[str]]
"""By column the signals that move it."""


def find_signals(sql: str, parameters: Mapping[str, object]) -> frozenset[str]:
    """The signals that a select over facts rests on.

    Raises:
        DefinitionError: the text is not SQL, or not exactly one select.
    """
    tree, sources = parse_select(sql), _trace_facts(sql)
    return compare_signals(tree, parameters) | frozenset(_follow(tree, sources))


def find_population(sql: str, parameters: Mapping[str, object]) -> frozenset[str]:
    """Those of them that choose the rows: without one of them nobody knows who belongs to the population."""
    tree = parse_select(sql)
    joins = [join for join in tree.args.get("joins") or () if join.side != "LEFT"]
    chosen = [part for part in (tree.args.get("where"), *joins) if part is not None]
    sources = _trace_facts(sql)
    return frozenset(
        name for part in chosen for name in (*compare_signals(part, parameters), *_follow(part, sources))
    )


@cache
def trace_columns(fact: str) -> Columns:
    """The signals behind each column of a fact, such as `conversation`."""
    sql = (FACTS / f"{fact}.sql").read_text(encoding="utf-8")
    if fact == FOUND:
        return {}
    sources = _trace_facts(sql)
    tree = parse_select(sql)
    for part in tree.find_all(expressions.CTE):
        sources[part.alias] = _read_columns(part.this, sources)
    return _read_columns(tree, sources)


def _trace_facts(sql: str) -> dict[str, Columns]:
    names = {name.removeprefix(FACT) for name in read_statement(sql).tables if name.startswith(FACT)}
    return {name: trace_columns(name) for name in names if (FACTS / f"{name}.sql").exists()}


def _read_columns(select: expressions.Expr, sources: Mapping[str, Columns]) -> Columns:
    found: dict[str, frozenset[str]] = {}
    for column in select.selects:
        if column.is_star:
            found |= sources.get(getattr(column, "table", ""), {})
        else:
            followed = frozenset(_follow(column, sources))
            found[column.alias_or_name] = compare_signals(column, {}) | followed
    return found


def _follow(tree: expressions.Expr, sources: Mapping[str, Columns]) -> Iterator[str]:
    """The signals behind the columns that an expression reads; of one that names no table, of any of them."""
    for column in tree.find_all(expressions.Column):
        for name in [column.table] if column.table else sources:
            yield from sources.get(name, {}).get(column.name, ())
