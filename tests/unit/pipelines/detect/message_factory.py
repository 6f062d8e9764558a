"""Messages for detectors to read: a case states what matters."""

import datetime as dt
from typing import Any

import pyarrow as pa


def make_messages(*rows: dict[str, Any]) -> pa.Table:
    """Messages of one conversation, the user's and the assistant's in turn unless a row says otherwise."""
    day = dt.date(2026, 3, 1)
    filled = [
        {
            "deployment_id": "d",
            "day": day,
            "conversation_id": "c",
            "message_id": f"m{place}",
            "turn": place,
            "role": "user" if place % 2 == 0 else "assistant",
            "language": "en",
            "region": "unknown",
        }
        | row
        for place, row in enumerate(rows)
    ]
    return pa.Table.from_pylist(filled)
