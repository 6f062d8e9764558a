"""The text of a conversation for somebody who may read it; the trace is written before the reading."""

from __future__ import annotations

import datetime as dt

import pyarrow.compute as pc

from pipelines.errors import StateError
from pipelines.lake.lake import Lake
from plimsoll.commands.acting import Acting
from risk_register.database import audit

COLUMNS = ("turn", "role", "text")


def read_text(acting: Acting, conversation_id: str, *, subject: str, reason: str) -> list[dict[str, object]]:
    """The messages of a conversation, turn by turn; `subject` is how the audit names it, not by its own id.

    Raises:
        StateError: its text is no longer held.
    """
    audit.record_access(
        acting.store,
        action="conversation_read",
        subject=subject,
        deployment_id=acting.deployment_id,
        reason=reason,
        actor=acting.account,
        at=acting.at,
    )
    lake = Lake(acting.home.lake)
    days = find_days(lake, deployment_id=acting.deployment_id, conversation_id=conversation_id)
    rows = lake.read(
        "staging.message",
        days=days,
        deployment_id=acting.deployment_id,
        columns=["conversation_id", *COLUMNS],
    )
    if rows is not None:
        rows = rows.filter(pc.equal(rows["conversation_id"], conversation_id)).sort_by("turn")
    if rows is None or not any(rows["text"].to_pylist()):  # retention leaves the rows and takes the text
        raise StateError(f"The text of {conversation_id} is no longer held; pass the item on.")
    return [dict(row) for row in rows.select(COLUMNS).to_pylist()]


def find_days(lake: Lake, *, deployment_id: str, conversation_id: str) -> list[dt.date]:
    """The reporting day that holds a conversation, in a list; empty when none does."""
    columns = ["conversation_id", "day"]
    rows = lake.read("staging.conversation", deployment_id=deployment_id, columns=columns)
    if rows is None:
        return []
    days: list[dt.date] = rows.filter(pc.equal(rows["conversation_id"], conversation_id))["day"].to_pylist()
    return days
