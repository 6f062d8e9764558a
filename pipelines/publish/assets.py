"""The Dagster skin of publish: one asset a run."""

import datetime as dt
import logging
from pathlib import Path

import dagster as dg

from pipelines.lock import locked
from pipelines.publish.build import publish
from pipelines.schemas import PUBLISHED_TABLES
from pipelines.schemas import assessment as schemas
from pipelines.settings import POOL, Home

LOG = logging.getLogger("plimsoll.publish")
KEY = dg.AssetKey(["published", "file"])


def build(home: Home, lineage: list[dict[str, str]]) -> dg.AssetsDefinition:
    """The asset that builds the published file; `lineage` is written into it."""

    @dg.asset(
        key=KEY,
        group_name="published",
        deps=[table.full_name.split(".") for table in schemas.TABLES],
        description=f"The read-only file with {', '.join(sorted(PUBLISHED_TABLES))}.",
        pool=POOL,
    )
    def published() -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata={"file": publish_home(home, lineage).name})

    return published


def publish_home(home: Home, lineage: list[dict[str, str]]) -> Path:
    """Publish what was assessed last; returns the published file."""
    with locked(home.lake, by="publish"):
        path = publish(home, at=dt.datetime.now(dt.UTC), lineage=lineage)
    LOG.info("  publish: %s", path.name)
    return path
