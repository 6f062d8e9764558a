"""The Dagster skin of assess: one asset a run, over all days that the lake holds."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from pipelines.assess.assessing import assess_all
from pipelines.schemas import assessment as schemas
from pipelines.settings import POOL, Home

TOLD = dg.AssetCheckSpec(
    "people_are_told",
    asset=schemas.ALARM.full_name.split("."),
    description="Whether the people of every deployment could be called for its alarms and grave findings.",
)


def build(home: Home, counted: list[dg.AssetKey]) -> dg.AssetsDefinition:
    """The asset that judges what was counted; `counted` are the assets it reads."""

    @dg.multi_asset(
        name="assess",
        specs=[
            dg.AssetSpec(
                table.full_name.split("."), group_name="assessment", deps=counted, description=table.meaning
            )
            for table in schemas.TABLES
        ],
        check_specs=[TOLD],
        pool=POOL,
    )
    def assess() -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        untold = assess_all(home, at=dt.datetime.now(dt.UTC))
        yield from (dg.MaterializeResult(asset_key=table.full_name.split(".")) for table in schemas.TABLES)
        yield dg.AssetCheckResult(
            passed=not untold,
            asset_key=TOLD.asset_key,
            check_name=TOLD.name,
            description=" ".join(untold) or None,
        )

    return assess
