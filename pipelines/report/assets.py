"""The Dagster skin of report: the monthly report of every deployment, unless it has been issued."""

import datetime as dt

import dagster as dg

from pipelines.lake.lake import Lake
from pipelines.pointer import current_file
from pipelines.report.build import REPORTS, build_report
from pipelines.settings import POOL, Home
from risk_register.database.store import open_store
from risk_register.errors import NotAllowedError
from risk_register.report.issuing import check_may_build


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
        published = current_file(home.published)
        store = open_store(home.governance_url)
        deployments = Lake(home.lake).read("ledger.deployment")
        for row in [] if deployments is None else deployments.to_pylist():
            for name in REPORTS:
                period = context.partition_key[:7]
                try:
                    check_may_build(store, deployment_id=row["deployment_id"], report=name, period=period)
                except NotAllowedError as error:
                    context.log.info(str(error))
                    continue
                build_report(
                    name,
                    published=published,
                    period=period,
                    deployment_id=row["deployment_id"],
                    out=home.reports,
                    built_at=dt.datetime.now(dt.UTC),
                )

    return monthly
