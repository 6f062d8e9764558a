"""The Dagster skin of report: the monthly report of every deployment, unless it has been issued."""

import datetime as dt

import dagster as dg

from pipelines.report.build import REPORTS
from pipelines.report.deployments import build_reports
from pipelines.settings import POOL, Home


def build(home: Home) -> dg.AssetsDefinition:
    """The asset that builds every report of a month, for every deployment with data in it."""

    @dg.asset(
        key=["report", "monthly"],
        group_name="report",
        deps=[["published", "file"]],
        partitions_def=dg.MonthlyPartitionsDefinition(start_date="2015-01-01", end_offset=1),
        pool=POOL,
    )
    def monthly(context: dg.AssetExecutionContext) -> None:
        period, at = context.partition_key[:7], dt.datetime.now(dt.UTC)
        done = build_reports(home, REPORTS, period=period, at=at)
        for text in done.issued:
            context.log.info(text)
        for text in done.silent:
            context.log.warning(text)
        done.check()

    return monthly
