"""The Dagster skin of ingest: everything in the inbox, as one asset a staging table."""

import datetime as dt
from collections.abc import Iterator

import dagster as dg

from pipelines.errors import PlimsollError, SourceError
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import SQL, load_mapping
from pipelines.settings import POOL, Home

WRITTEN = (
    "ledger.delivery",
    "ledger.rejected",
    "ledger.deployment",
    "staging.message",
    "staging.conversation",
    "staging.event",
    "staging.score",
)


def build(home: Home) -> dg.AssetsDefinition:
    """The asset that takes in what lies in the inbox."""

    @dg.multi_asset(
        name="ingest",
        specs=[dg.AssetSpec(name.split("."), group_name=name.split(".")[0]) for name in WRITTEN],
        pool=POOL,
    )
    def ingest(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        today = dt.datetime.now(dt.UTC).date()
        problems = []
        for folder in sorted(path.parent for path in home.inbox.glob("*/mapping.yaml")):
            try:
                mapping = load_mapping(folder / "mapping.yaml")
                ingest_folder(
                    home,
                    "" if mapping.format == SQL else folder,
                    mapping,
                    received_on=today,
                    progress=context.log.info,
                )
            except SourceError as error:
                context.log.warning(str(error))
            except PlimsollError as error:  # the other folders are taken in before this one is complained of
                problems.append(str(error))
        if problems:
            raise dg.Failure("\n".join(problems))
        yield from (dg.MaterializeResult(asset_key=name.split(".")) for name in WRITTEN)

    return ingest
