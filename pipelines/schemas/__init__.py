"""One declaration a table that Python writes: columns, types, meaning, key. Knows no engine."""

from pipelines.schemas import (
    assessment,
    bridge,
    canary,
    finding,
    history,
    indicator,
    ledger,
    miss,
    published,
    staging,
)
from pipelines.schemas.table import Table

LAKE_TABLES: dict[str, Table] = {
    table.full_name: table
    for module in (ledger, staging, finding, bridge, miss, canary, history, indicator, assessment)
    for table in module.TABLES
}
PUBLISHED_TABLES: dict[str, Table] = {table.name: table for table in published.TABLES}
