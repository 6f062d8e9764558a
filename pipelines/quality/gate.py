"""Runs the suites over a range of days at once and splits the result by day from the failing keys.

Great Expectations 1.24 cannot read DuckDB 2 through its SQL data source, so it gets a pandas frame. Its
import takes seconds; that is paid when rules are run and nowhere else. Values of failing rows are left
out of its results: only surrogate keys come back.
"""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipelines.lake import Lake
from pipelines.quality.suite import Rule, Suite
from pipelines.quality.suites import SUITES
from pipelines.schemas.ledger import QUALITY

if TYPE_CHECKING:
    import pandas as pd


def check_days(lake: Lake, days: Iterable[dt.date]) -> pa.Table:
    """Rows of `ledger.quality` for every day, deployment and rule of the range."""
    chosen = sorted(set(days))
    rows: list[dict[str, Any]] = []
    for suite in SUITES:
        table = lake.read(
            f"staging.{suite.name}", days=chosen, columns=["deployment_id", "day", *suite.columns]
        )
        if table is None or table.num_rows == 0:
            continue
        frame = table.to_pandas()
        totals = frame.groupby(["deployment_id", "day"]).size()
        for rule, failing in _run(suite, frame):
            counts = frame[frame[suite.key].isin(failing)].groupby(["deployment_id", "day"]).size()
            for key, total in totals.items():
                rows.append(_row(suite, rule, key, total=int(total), failed=int(counts.get(key, 0))))
    return pa.Table.from_pylist(rows, schema=QUALITY.arrow_schema).sort_by(
        [(name, "ascending") for name in ("deployment_id", "day", "suite", "rule")]
    )


def _run(suite: Suite, frame: pd.DataFrame) -> Iterable[tuple[Rule, set[str]]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        asset = context.data_sources.add_pandas(suite.name).add_dataframe_asset(suite.name)
        batch = asset.add_batch_definition_whole_dataframe(suite.name)
        expectations = gx.ExpectationSuite(name=suite.name)
        for rule in suite.rules:
            expectation = getattr(gx.expectations, rule.expectation)
            expectations.add_expectation(expectation(**rule.arguments, meta={"rule": rule.id}))
        context.suites.add(expectations)
        definition = context.validation_definitions.add(
            gx.ValidationDefinition(name=suite.name, data=batch, suite=expectations)
        )
        result = definition.run(
            batch_parameters={"dataframe": frame},
            result_format={
                "result_format": "COMPLETE",
                "unexpected_index_column_names": [suite.key],
                "exclude_unexpected_values": True,
            },
        )
    rules = {rule.id: rule for rule in suite.rules}
    for outcome in result.results:
        rule = rules[outcome.expectation_config.meta["rule"]]
        yield rule, _failing_keys(outcome, suite)


def _failing_keys(outcome: Any, suite: Suite) -> set[str]:
    found: set[str] = set()
    for entry in outcome.result.get("unexpected_index_list") or []:
        keys = entry[suite.key]
        found.update(keys if isinstance(keys, list) else [keys])
    if not outcome.success and not found:
        raise RuntimeError(
            f"Great Expectations gave no failing keys for {suite.name}: {outcome.exception_info}"
        )
    return found


def _row(suite: Suite, rule: Rule, key: Any, *, total: int, failed: int) -> dict[str, Any]:
    deployment_id, day = key
    return {
        "deployment_id": deployment_id,
        "day": day,
        "suite": suite.name,
        "rule": rule.id,
        "severity": rule.severity.value,
        "failing_count": failed,
        "row_count": total,
        "is_met": failed <= rule.tolerance * total,
    }
