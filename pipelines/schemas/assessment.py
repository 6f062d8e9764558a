"""Assessment: what the numbers mean. The same tables as published, before they carry a generation."""

from pipelines.schemas import published
from pipelines.schemas.table import Table


def _before_publishing(table: Table) -> Table:
    columns = tuple(column for column in table.columns if column.name != "generation")
    return Table("assessment", table.name, table.meaning, table.key, columns, is_partitioned=False)


OBSERVATION = _before_publishing(published.OBSERVATION)
APPETITE = _before_publishing(published.APPETITE)
DRIFT = _before_publishing(published.DRIFT)
CHANGE = _before_publishing(published.CHANGE)
DATA_QUALITY = _before_publishing(published.DATA_QUALITY)
READINESS = _before_publishing(published.READINESS)
DEPLOYMENT = _before_publishing(published.DEPLOYMENT)

TABLES = (OBSERVATION, APPETITE, DRIFT, CHANGE, DATA_QUALITY, READINESS, DEPLOYMENT)
