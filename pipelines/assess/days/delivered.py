"""What was delivered on each day, put on an engine for the queries that ask about deliveries."""

from __future__ import annotations

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.settings import REPOSITORY

SQL = REPOSITORY / "sql" / "assessment" / "delivered.sql"


def show_delivered(engine: DuckDBEngine) -> None:
    """Make `unit.delivered`; `ledger.delivery` and `ledger.rejected` must be on the engine."""
    engine.register("unit.delivered", engine.query(SQL.read_text(encoding="utf-8")))
