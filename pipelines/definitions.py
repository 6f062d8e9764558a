"""The code location: every asset of a home, grouped by layer, with its automation.

Load it with workspace.yaml, or name this module in the workspace of an instance you already have. The home
comes from PLIMSOLL_HOME; without it, it is `data` beside workspace.yaml, wherever a server was started.
"""

import dagster as dg

from pipelines.assess import assets as assess_assets
from pipelines.automation import automation
from pipelines.detect import assets as detect_assets
from pipelines.indicators import assets as indicator_assets
from pipelines.ingest import assets as ingest_assets
from pipelines.ingest.field import FIRST_DAY
from pipelines.publish import assets as publish_assets
from pipelines.quality import assets as quality_assets
from pipelines.report import assets as report_assets
from pipelines.settings import REPOSITORY, Home, HomeKind, find_home, make_home

DAYS = dg.DailyPartitionsDefinition(start_date=FIRST_DAY.isoformat(), end_offset=2)
"""Two days ahead of UTC midnight: a deployment's own day may have begun."""


def build_assets(home: Home) -> list[dg.AssetsDefinition]:
    """Every asset of a home, in the order of the flow."""
    counted = indicator_assets.build(home, DAYS)
    keys = [key for asset in counted for key in asset.keys if key.path[0] == "indicator"]
    return [
        ingest_assets.build(home),
        quality_assets.build(home, DAYS),
        detect_assets.build(home, DAYS),
        *counted,
        assess_assets.build(home, keys),
        publish_assets.build(home, indicator_assets.list_lineage(home)),
        report_assets.build(home),
    ]


def build_definitions(home: Home) -> dg.Definitions:
    """Assets, checks, jobs, schedules and sensors of a home."""
    named = automation(home, DAYS)
    return dg.Definitions(
        assets=build_assets(home),
        jobs=named.jobs,
        schedules=named.schedules,
        sensors=named.sensors,
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads; a home that is not there yet is made."""
    home = find_home(default=REPOSITORY / "data")
    return build_definitions(make_home(home, home.kind or HomeKind.REAL))
