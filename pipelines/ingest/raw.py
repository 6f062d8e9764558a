"""Accepted messages as Arrow columns, still in the raw terms of the log: what staging is made from."""

from __future__ import annotations

import pyarrow as pa

from pipelines.ingest.mapping import MESSAGE_FIELDS, TEST_TRAFFIC
from pipelines.ingest.source import Records

NUMBERS = ("turn", "sent_at")
NOT_STAGED = (TEST_TRAFFIC,)
MESSAGE_SCHEMA = pa.schema(
    [
        pa.field(name, pa.int64() if name in NUMBERS else pa.string())
        for name in MESSAGE_FIELDS
        if name not in NOT_STAGED
    ]
)
"""`sent_at` in microseconds since 1970."""
NO_MESSAGES = pa.RecordBatch.from_pylist([], MESSAGE_SCHEMA)


def read_columns(records: Records) -> pa.RecordBatch:
    """All accepted messages of some records, in one piece, which is copied only where there were two."""
    listed, plain = records.messages, records.plain
    tables = [] if plain is None else [plain]
    if listed or plain is None:
        columns = {one.name: pa.array(listed.get(one.name, []), one.type) for one in MESSAGE_SCHEMA}
        tables.insert(0, pa.table(columns, schema=MESSAGE_SCHEMA))
    [rows] = pa.concat_tables(tables).combine_chunks().to_batches() or [NO_MESSAGES]
    return rows
