"""What a home holds, as counts: the document of `plimsoll status`. No text, no pseudonym."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.errors import StateError
from pipelines.lake.lake import Lake
from pipelines.pointer import find_current
from pipelines.privacy.limits import are_agreed, load_limits
from pipelines.settings import REPOSITORY, Home
from pipelines.soundness import describe_data
from pipelines.stale import stale_partitions

SQL = REPOSITORY / "sql" / "status"
READ = (
    "staging.message",
    "staging.conversation",
    "staging.event",
    "ledger.rejected",
    "ledger.quality",
    "ledger.delivery",
)


def describe_home(
    home: Home, *, deployment_id: str | None = None, at: dt.datetime | None = None
) -> dict[str, Any]:
    """Everything `status --json` reports; `at` is now, unless it says otherwise.

    Raises:
        StateError: the deployment is not held.
    """
    lake = Lake(home.lake)
    held = lake.read("ledger.deployment")
    rows = [] if held is None else held.to_pylist()
    if deployment_id is not None:
        known = [row["deployment_id"] for row in rows]
        rows = [row for row in rows if row["deployment_id"] == deployment_id]
        if not rows:
            raise StateError(
                f"There is no deployment {deployment_id}. Held are: {', '.join(known) or 'none'}."
            )
    published = find_current(home.published)
    stale = Counter(name for name, _ in stale_partitions(home)) if rows else Counter()
    with DuckDBEngine() as engine:
        engine.attach(lake, READ, is_checked=False)
        deployments = {row["deployment_id"]: _describe(engine, row, stale) for row in rows}
    zones = {row["deployment_id"]: row["zone"] for row in rows}
    for name, data in describe_data(lake, zones, at=at or dt.datetime.now(dt.UTC)).items():
        deployments[name]["data"] = data
    return {
        "home": str(home.path),
        "kind": str(home.kind),
        "generation": lake.generation.number,
        "published": published.name if published else None,
        "retention": _describe_retention(home),
        "deployments": deployments,
    }


def _describe_retention(home: Home) -> dict[str, Any]:
    limits = load_limits(home.definitions)
    return {"is_agreed": are_agreed(home.definitions)} | limits.model_dump()


def _describe(engine: DuckDBEngine, row: dict[str, Any], stale: Counter[str]) -> dict[str, Any]:
    name = {"deployment_id": row["deployment_id"]}

    def counts(query: str) -> dict[str, int]:
        found = engine.query((SQL / f"{query}.sql").read_text(encoding="utf-8"), name)
        return {str(one["value"]): int(one["row_count"]) for one in found.to_pylist()}

    totals = engine.query((SQL / "total.sql").read_text(encoding="utf-8"), name).to_pylist()[0]
    rejected = counts("rejected_by_reason")
    test_count = rejected.pop("test_traffic", 0)
    rejected_days: dict[str, Counter[str]] = {}
    for key, count in counts("rejected_by_day").items():
        day, reason = key.split(" ")
        if reason != "test_traffic":
            rejected_days.setdefault(day, Counter())[reason] += count
    return {
        "title": row["title"],
        "zone": row["zone"],
        "accepted_messages": totals["message_count"],
        "messages_by_date": counts("message_by_date"),
        "messages_by_partition_day": counts("message_by_partition"),
        "messages_by_role": counts("message_by_role"),
        "conversations": totals["conversation_count"],
        "conversations_by_start_day": counts("conversation_by_day"),
        "threads": totals["thread_count"],
        "users": totals["user_count"],
        "messages_without_user": totals["nobody_count"],
        "longest_thread_days": totals["longest_thread_days"],
        "notices_by_kind": counts("notice_by_kind"),
        "handoffs_by_stage": counts("handoff_by_stage"),
        "rejected": rejected,
        "test_traffic": test_count,
        "rejected_by_day": {day: dict(reasons) for day, reasons in rejected_days.items()},
        "duplicates": {"exact": totals["exact_copy_count"], "conflicting": totals["conflicting_copy_count"]},
        "late_records": totals["late_count"],
        "redacted_details": totals["redacted_count"],
        "waiting_events": totals["waiting_count"],
        "deliveries": totals["delivery_count"],
        "delivered_records": totals["record_count"],
        "first_day": str(totals["first_day"]) if totals["first_day"] else None,
        "last_day": str(totals["last_day"]) if totals["last_day"] else None,
        "last_received_on": str(totals["last_received_on"]) if totals["last_received_on"] else None,
        "held_days": sorted(counts("held_day")),
        "stale_day_count": stale[row["deployment_id"]],
    }
