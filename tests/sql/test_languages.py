"""Conversations by language: of the words of the user, and seen only where a detector read some."""

from collections.abc import Callable
from typing import Any

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.indicators.compute import SQL, build_facts

QUERY = (SQL / "aggregation" / "language_day.sql").read_text(encoding="utf-8")


def test_a_conversation_counts_once_in_the_language_of_most_of_the_users_words(
    engine: DuckDBEngine, give_sources: Callable[[dict[str, Any]], None]
) -> None:
    give_sources(
        {
            "message": [
                {"role": "user"},
                {"role": "assistant"},
                {"role": "user"},
                {"role": "user"},
                {"role": "user", "conversation_id": "conversation-1"},
            ],
            "language": [
                {"message_id": "message-0", "language": "es"},
                {"message_id": "message-1", "language": "en"},
                {"message_id": "message-2", "language": "es"},
                {"message_id": "message-3", "language": "en"},
                {"message_id": "message-4", "language": "ar"},
            ],
            "coverage": [
                {"message_id": "message-0", "state": "scored"},
                {"message_id": "message-1", "state": "scored"},
                {"message_id": "message-4", "state": "unsupported_language"},
            ],
        }
    )
    build_facts(engine)
    rows = engine.query(QUERY).to_pylist()
    assert sorted(
        (row["language"], row["is_seen"], row["conversation_count"], row["message_count"]) for row in rows
    ) == [("ar", False, 1, 1), ("es", True, 1, 3)]
