"""What the judge is shown of a conversation: the message to label, last, after some turns before it.

How that becomes a request belongs in `rubric.py`.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyarrow as pa

TURNS_BEFORE = 6
MOST_CHARACTERS = 6_000
"""Of one message; of a longer one the beginning and the end are sent, for people disclose at the end."""

Window = list[dict[str, Any]]


class Windows:
    """The messages of conversations, to be cut into windows."""

    def __init__(self, context: pa.Table) -> None:
        rows = context.select(["conversation_id", "message_id", "turn", "role", "text"]).to_pylist()
        rows.sort(key=lambda row: (row["conversation_id"], row["turn"], row["message_id"]))
        self._messages: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._places: dict[tuple[str, str], int] = {}
        for row in rows:
            kept = self._messages[row["conversation_id"]]
            self._places[row["conversation_id"], row["message_id"]] = len(kept)
            kept.append(row)

    def of(self, conversation_id: str, message_id: str) -> Window:
        """The message, last, after the turns before it."""
        place = self._places[conversation_id, message_id]
        rows = self._messages[conversation_id][max(0, place - TURNS_BEFORE) : place + 1]
        return [
            {"role": row["role"], "text": _shorten(row["text"]), "label": row["message_id"] == message_id}
            for row in rows
        ]


def _shorten(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    half = MOST_CHARACTERS // 2
    return f"{text[:half]} [...] {text[-half:]}"
