"""Numbers and names of new records: counted within a deployment or a record, never over the whole store.

Whoever may see one deployment would otherwise learn from their own numbers how much happens in the others.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from risk_register.database.model import Base

LARGEST_NUMBER = 0x7FFFFFFF  # what an integer column of PostgreSQL holds


def next_number(session: Session, column: InstrumentedAttribute[int], **within: object) -> int:
    """The number after the last one within a parent, such as a deployment; the first is 1."""
    newest = session.scalar(select(func.max(column)).filter_by(**within))
    return (newest or 0) + 1


def next_name(session: Session, table: type[Base], noun: str, *, deployment_id: str) -> str:
    """The id of a deployment's next record of a kind, such as `companion_incident_0007`.

    Rows of such a table are never deleted, so that their count is the last number.
    """
    count = session.scalar(select(func.count()).select_from(table).filter_by(deployment_id=deployment_id))
    return f"{deployment_id}_{noun}_{(count or 0) + 1:04d}"


def number_of(session: Session, column: InstrumentedAttribute[int], key: str) -> int:
    """A number that nobody has yet, drawn from a key: it counts nothing, and is the same in every store."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:4]) & LARGEST_NUMBER
    while session.scalar(select(column).where(column == number)) is not None:
        number = number % LARGEST_NUMBER + 1
    return number
