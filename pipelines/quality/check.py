"""Runs every suite over a range of days; what the rules say is kept beside the verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict

import pyarrow as pa

from pipelines.discretion import Discretion
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.lake.lake import Commit, Lake
from pipelines.lake.partition import Partition, choose
from pipelines.quality.batch import check_batch
from pipelines.quality.gate import check_rows
from pipelines.quality.suite import Checker, RowRule
from pipelines.quality.suites import BATCH_SUITE, ROW_SUITES, SUITES
from pipelines.schemas.ledger import QUALITY, RULE


@Discretion("quality")
def check_days(lake: Lake, days: Iterable[dt.date]) -> pa.Table:
    """Rows of `ledger.quality` for every day, deployment and rule of the range."""
    with DuckDBEngine() as engine:
        engine.attach(lake, [f"staging.{suite.name}" for suite in ROW_SUITES], days=sorted(set(days)))
        return check_engine(engine)


def keep_verdicts(commit: Commit, days: Iterable[dt.date], partitions: set[Partition]) -> pa.Table:
    """Check days, and put the verdicts of these partitions in the place of the old ones; returns them."""
    rows = choose(check_days(commit.lake, days), sorted(partitions))
    commit.replace_days(QUALITY.full_name, rows, partitions)
    commit.replace_all(RULE.full_name, tabulate_rules())
    return rows


def check_engine(engine: DuckDBEngine) -> pa.Table:
    """The same for the staging tables that are on an engine."""
    verdicts = [verdict for suite in ROW_SUITES for verdict in check_rows(engine, suite)]
    verdicts += check_batch(engine, BATCH_SUITE)
    rows = pa.Table.from_pylist([asdict(one) for one in verdicts], schema=QUALITY.arrow_schema)
    return rows.sort_by([(name, "ascending") for name in ("deployment_id", "day", "suite", "rule")])


def tabulate_rules() -> pa.Table:
    """The table `ledger.rule`: every rule with what must hold, why, and what to do."""
    rows = [
        {
            "suite": suite.name,
            "rule": rule.id,
            "severity": rule.severity.value,
            "checked_by": (Checker.ENGINE if isinstance(rule, RowRule) else Checker.GREAT_EXPECTATIONS).value,
            "what": rule.what,
            "allowed": rule.allowed,
            "why": rule.why,
            "next_step": rule.next_step,
        }
        for suite in SUITES
        for rule in suite.rules
    ]
    return pa.Table.from_pylist(rows, schema=RULE.arrow_schema)
