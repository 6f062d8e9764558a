"""The gate on whole days: Great Expectations on the shares of each day, as the engine counts them.

Great Expectations 1.24 cannot read DuckDB 2 through its SQL data source, so it gets a small frame of a row
a day. Its import takes seconds; that is paid when days are checked and nowhere else.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.quality.gate import SQL
from pipelines.quality.suite import BatchRule, BatchSuite, Checker, check_columns
from pipelines.quality.verdict import Verdict

if TYPE_CHECKING:
    import pandas as pd

KEY = "day_key"


def check_batch(engine: DuckDBEngine, suite: BatchSuite) -> Iterator[Verdict]:
    """A verdict for every day and rule; `staging.message` must be on the engine."""
    days = engine.query((SQL / f"{suite.name}.sql").read_text(encoding="utf-8"))
    check_columns(suite.name, (rule.column for rule in suite.rules), days.column_names)
    if days.num_rows == 0:
        return
    rows = days.to_pylist()
    frame = days.to_pandas()
    frame[KEY] = [f"{row['deployment_id']} {row['day']}" for row in rows]
    for rule, failing in _validate(suite, frame):
        for key, row in zip(frame[KEY].tolist(), rows, strict=True):
            yield Verdict(
                deployment_id=row["deployment_id"],
                day=row["day"],
                suite=suite.name,
                rule=rule.id,
                severity=rule.severity.value,
                checked_by=Checker.GREAT_EXPECTATIONS.value,
                failing_count=row["row_count"] if key in failing else 0,
                row_count=row["row_count"],
                observed=row[rule.column],
                allowed=rule.allowed,
                is_met=key not in failing,
            )


def _validate(suite: BatchSuite, frame: pd.DataFrame) -> Iterable[tuple[BatchRule, set[str]]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx

        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False}
        asset = context.data_sources.add_pandas(suite.name).add_dataframe_asset(suite.name)
        batch = asset.add_batch_definition_whole_dataframe(suite.name)
        expectations = gx.ExpectationSuite(name=suite.name)
        for rule in suite.rules:
            expectations.add_expectation(
                gx.expectations.ExpectColumnValuesToBeBetween(
                    column=rule.column,
                    min_value=rule.at_least,
                    max_value=rule.at_most,
                    strict_min=rule.is_strict,
                    strict_max=rule.is_strict,
                    meta={"rule": rule.id},
                )
            )
        context.suites.add(expectations)
        definition = context.validation_definitions.add(
            gx.ValidationDefinition(name=suite.name, data=batch, suite=expectations)
        )
        result = definition.run(
            batch_parameters={"dataframe": frame},
            result_format={"result_format": "COMPLETE", "unexpected_index_column_names": [KEY]},
        )
    rules = {rule.id: rule for rule in suite.rules}
    for outcome in result.results:
        yield rules[outcome.expectation_config.meta["rule"]], _failing_keys(outcome, suite)


def _failing_keys(outcome: Any, suite: BatchSuite) -> set[str]:
    found = {entry[KEY] for entry in outcome.result.get("unexpected_index_list") or []}
    if not outcome.success and not found:
        raise RuntimeError(
            f"Great Expectations gave no failing days for {suite.name}: {outcome.exception_info}"
        )
    return found
