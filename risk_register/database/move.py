"""Takes all decisions from one store into another, empty one: from the first days' file to a PostgreSQL.

Row by row within one transaction, the audit with its chain. While it lasts nobody writes to either.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, insert, select

from risk_register.database.audit import verify_chain
from risk_register.database.store import Store
from risk_register.database.tables.every import METADATA
from risk_register.errors import NotAllowedError, StoreError

ROWS_AT_ONCE = 1000
SUBJECT = "governance_store"


def move(source: Store, target: Store, *, actor: str, at: dt.datetime) -> int:
    """Copy every row and return how many; the source is not changed.

    Raises:
        NotAllowedError: there are decisions in the target already.
        StoreError: the chain of the source does not hold, or one of the two cannot be reached.
    """
    before = verify_chain(source)
    if not before.is_intact:
        raise StoreError(f"The audit chain of the store does not hold, so it is not moved: {before.problem}")
    count = 0
    with source.write(actor=actor, at=at) as held, target.write(actor=actor, at=at) as write:
        for table in METADATA.sorted_tables:
            if write.session.scalar(select(func.count()).select_from(table)):
                raise NotAllowedError(
                    f"The new store holds decisions already (table {table.name}). Nothing was moved: name an "
                    "empty database."
                )
            rows = held.session.execute(select(table).execution_options(yield_per=ROWS_AT_ONCE)).mappings()
            for part in rows.partitions():
                write.session.execute(insert(table), [dict(row) for row in part])
                count += len(part)
        write.record("store_moved", subject=SUBJECT, row_count=count)
    after = verify_chain(target, expected_head=before.head)
    if not after.is_intact:
        raise StoreError(
            f"The audit chain did not arrive whole, so do not use the new store: {after.problem}"
        )
    return count
