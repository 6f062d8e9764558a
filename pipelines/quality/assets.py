"""The Dagster skin of quality: one asset, and one check a suite that shows what was missed.

A check never stops a run: detection, which reads `ledger.quality`, holds the days that a `stop` rule failed,
and only a run that goes on to its end publishes that they are held, which tells people.
"""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence

import dagster as dg
import pyarrow as pa

from pipelines.asked import read_days
from pipelines.decisions_version import require_current_decisions
from pipelines.expiry import Expired, find_expired
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake
from pipelines.quality.check import keep_verdicts
from pipelines.quality.suite import Severity
from pipelines.quality.suites import ROW_SUITES, SUITES
from pipelines.schemas.ledger import QUALITY
from pipelines.settings import POOL, Home

LOG = logging.getLogger("plimsoll.quality")
KEY = dg.AssetKey(["ledger", "quality"])


def build(home: Home, days: dg.PartitionsDefinition) -> dg.AssetsDefinition:
    """The asset that checks the days of a run."""

    @dg.asset(
        key=KEY,
        group_name="ledger",
        deps=[["staging", suite.name] for suite in ROW_SUITES],
        partitions_def=days,
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=[dg.AssetCheckSpec(f"{suite.name}_suite", asset=KEY) for suite in SUITES],
        pool=POOL,
    )
    def quality(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        require_current_decisions(home)
        rows = judge_days(home, read_days(context.run.tags, context.partition_keys))
        results = [_judge(suite.name, rows) for suite in SUITES]
        yield dg.MaterializeResult(asset_key=KEY, check_results=results)

    return quality


def judge_days(home: Home, days: Sequence[dt.date]) -> pa.Table:
    """Replace the verdicts of these days in one generation; returns them (schema QUALITY)."""
    with lakes.write(home.lake, by="quality") as commit:
        partitions = _partitions(commit.lake, days)
        rows = keep_verdicts(commit, {day for _, day in partitions}, partitions)
    missed = [row["severity"] for row in rows.select(["severity", "is_met"]).to_pylist() if not row["is_met"]]
    LOG.info(
        "  quality: %d rules on days, %d missed (see Data health), %d of these hold their day",
        rows.num_rows,
        len(missed),
        missed.count("stop"),
    )
    return rows


def _partitions(lake: Lake, days: Sequence[dt.date]) -> set[tuple[str, dt.date]]:
    held = set(lake.partitions("staging.message")) | set(lake.partitions(QUALITY.full_name))
    asked = {(deployment, day) for deployment, day in held if day in set(days)}
    closed = asked & find_expired(lake, *Expired)
    if closed:
        LOG.warning("  quality: %d days keep their verdict, for their text has expired", len(closed))
    return asked - closed


def _judge(suite: str, rows: pa.Table) -> dg.AssetCheckResult:
    of_suite = [row for row in rows.to_pylist() if row["suite"] == suite]
    missed = [row for row in of_suite if not row["is_met"]]
    stopped = {(row["deployment_id"], row["day"]) for row in missed if row["severity"] == Severity.STOP}
    return dg.AssetCheckResult(
        check_name=f"{suite}_suite",
        asset_key=KEY,
        passed=not missed,
        severity=dg.AssetCheckSeverity.ERROR if stopped else dg.AssetCheckSeverity.WARN,
        metadata={
            "days_held": dg.MetadataValue.json(sorted(f"{deployment} {day}" for deployment, day in stopped)),
            "rules_missed": dg.MetadataValue.json(sorted({row["rule"] for row in missed})),
        },
    )
