"""The gate on rows: the engine counts what fails each rule, in one pass a table, day by day.

Only counts come back: no value of a row leaves the engine.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.quality.suite import Checker, RowSuite, check_columns
from pipelines.quality.verdict import Verdict
from pipelines.settings import REPOSITORY

SQL = REPOSITORY / "sql" / "quality"


def check_rows(engine: DuckDBEngine, suite: RowSuite) -> Iterator[Verdict]:
    """A verdict for every day and rule of a suite; its staging table must be on the engine."""
    counted = engine.query((SQL / f"{suite.name}.sql").read_text(encoding="utf-8"), dict(suite.parameters))
    check_columns(suite.name, (rule.id for rule in suite.rules), counted.column_names)
    for row in counted.to_pylist():
        total = row["row_count"]
        for rule in suite.rules:
            failing = row[rule.id]
            yield Verdict(
                deployment_id=row["deployment_id"],
                day=row["day"],
                suite=suite.name,
                rule=rule.id,
                severity=rule.severity.value,
                checked_by=Checker.ENGINE.value,
                failing_count=failing,
                row_count=total,
                observed=failing / total,
                allowed=rule.allowed,
                is_met=failing <= rule.tolerance * total,
            )
