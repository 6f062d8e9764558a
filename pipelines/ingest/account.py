"""What the ledger is told of a delivery: the deployment, the file, and every rejected record."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import StateError
from pipelines.ingest.delivery import Delivered, KnownDelivery
from pipelines.ingest.fetching.mark import add_mark
from pipelines.ingest.fetching.watermark import Watermark, read_value, write_value
from pipelines.ingest.mapping import DeploymentRule, Mapping
from pipelines.ingest.pseudonymise import Pseudonymiser
from pipelines.lake.lake import Commit, Lake
from pipelines.schemas import ledger


def write_account(
    commit: Commit, files: list[Delivered], mapping: Mapping, pseudonymiser: Pseudonymiser
) -> None:
    """Write the ledger's rows of these files."""
    rule = mapping.deployment
    _replace_rows(commit, ledger.DEPLOYMENT, rule.id, [rule.id], [
        {"deployment_id": rule.id, "title": rule.title or rule.id, "zone": rule.zone,
         "silence_hours": rule.silence_hours, "maximum_hours": rule.maximum_hours},
    ])  # fmt: skip
    _replace_rows(commit, ledger.DELIVERY, rule.id, [one.delivery_id for one in files],
                  [_delivery(one, mapping) for one in files])  # fmt: skip
    _write_rejected(commit, files, rule.id, pseudonymiser)


def write_marks(commit: Commit, files: Iterable[Delivered], deployment_id: str) -> None:
    """Keep from which objects known files were fetched, so that the next ingest need not."""
    rows = commit.so_far.read(ledger.DELIVERY.full_name)
    held = {
        row["delivery_id"]: row
        for row in ([] if rows is None else rows.to_pylist())
        if row["deployment_id"] == deployment_id
    }
    told: dict[str, dict[str, object]] = {}
    for one in files:
        row = told.get(one.delivery_id, held[one.delivery_id])
        marks = tuple((row.get("marks") or "").split())
        if one.mark not in marks:
            told[one.delivery_id] = row | {"marks": " ".join(add_mark(marks, one.mark))}
    if told:
        _replace_rows(commit, ledger.DELIVERY, deployment_id, list(told), list(told.values()))


def _write_rejected(
    commit: Commit, files: list[Delivered], deployment_id: str, pseudonymiser: Pseudonymiser
) -> None:
    rejected = [
        {"deployment_id": deployment_id, "day": one.received_on, "delivery_id": one.delivery_id,
         "file_name": one.name, "position": item.position, "reason": item.reason.value, "field": item.field,
         "record_hash": item.record_hash or pseudonymiser.fingerprint(item.raw)}
        for one in files for item in one.records.rejected
    ]  # fmt: skip
    days = {one.received_on for one in files if one.records.rejected or one.before}
    held = commit.so_far.read(ledger.REJECTED.full_name, days=days, deployment_id=deployment_id)
    schema = ledger.REJECTED.arrow_schema
    rows = pa.Table.from_pylist(rejected, schema=schema)
    if held is not None:
        mine = pa.array([one.delivery_id for one in files], pa.string())
        others = held.filter(pc.invert(pc.is_in(held["delivery_id"], value_set=mine)))
        rows = pa.concat_tables([others.select(schema.names).cast(schema), rows])
    rows = rows.sort_by([(name, "ascending") for name in ("day", "file_name", "delivery_id", "position")])
    commit.replace_days(ledger.REJECTED.full_name, rows, [(deployment_id, day) for day in days])


def _delivery(one: Delivered, mapping: Mapping) -> dict[str, object]:
    none = KnownDelivery(one.received_on, mapping.hash, one.byte_count)
    before = one.before if one.before and one.only is not None else none
    return {
        "delivery_id": one.delivery_id,
        "deployment_id": mapping.deployment.id,
        "file_name": one.name,
        "received_on": one.received_on,
        "byte_count": one.byte_count,
        "record_count": before.record_count or one.records.record_count,
        "message_count": before.message_count + one.records.message_count,
        "event_count": before.event_count + one.records.event_count,
        "rejected_count": len(one.records.rejected),
        "mapping_hash": mapping.hash,
        "format": mapping.format,
        **(one.before or none).span.cover(one.span)._asdict(),
        "marks": " ".join(add_mark((one.before or none).marks, one.mark)) or None,
    }


def _replace_rows(
    commit: Commit, table: ledger.Table, deployment_id: str, ids: list[str], rows: list[dict[str, object]]
) -> None:
    """Replace the rows of one deployment that have these ids; another's may have the same."""
    fresh = pa.Table.from_pylist(rows, schema=table.arrow_schema)
    held = commit.so_far.read(table.full_name)
    if held is not None:
        named = pc.is_in(held[table.key[-1]], value_set=pa.array(ids, pa.string()))
        mine = pc.and_(named, pc.equal(held["deployment_id"], deployment_id))
        known = pa.schema([one for one in fresh.schema if one.name in held.schema.names])
        others = held.filter(pc.invert(mine)).select(known.names).cast(known)
        # Of columns that an earlier version did not know, nothing is known.
        fresh = pa.concat_tables([others, fresh], promote_options="default").select(fresh.schema.names)
    commit.replace_all(table.full_name, fresh.sort_by([(name, "ascending") for name in table.key]))


def check_rule(lake: Lake, rule: DeploymentRule) -> None:
    """Refuse another way of cutting time than the one a deployment is held with.

    Raises:
        StateError: the deployment is known with another zone or episode rule.
    """
    held = lake.read(ledger.DEPLOYMENT.full_name)
    for row in [] if held is None else held.to_pylist():
        asked = (rule.zone, rule.silence_hours, rule.maximum_hours)
        known = (row["zone"], row["silence_hours"], row["maximum_hours"])
        if row["deployment_id"] == rule.id and asked != known:
            raise StateError(
                f"Deployment {rule.id} is held with zone {row['zone']}, silence {row['silence_hours']} h, "
                f"maximum {row['maximum_hours']} h; the mapping says {asked[0]}, {asked[1]} h, "
                f"{asked[2]} h. "
                "Changing how time is cut would move past days. "
                "Use the held values, or another deployment id."
            )


@dataclass(frozen=True)
class Reached:
    """How far a query has been read for a deployment; without a watermark it is asked from its start.

    `is_outdated`: rows were rejected with another mapping than this one. They lie before the watermark, so
    all are asked for anew.
    """

    watermark: Watermark | None
    is_outdated: bool


def find_reached(lake: Lake, mapping: Mapping, query_id: str) -> Reached:
    """Where the next rows of a query begin."""
    is_outdated = any(
        row["rejected_count"] > 0 and row["mapping_hash"] != mapping.hash
        for row in _deliveries_of(lake, mapping, query_id)
    )
    return Reached(None if is_outdated else _read_watermark(lake, mapping, query_id), is_outdated)


def _read_watermark(lake: Lake, mapping: Mapping, query_id: str) -> Watermark | None:
    held = lake.read(ledger.WATERMARK.full_name)
    for row in [] if held is None else held.to_pylist():
        if (row["deployment_id"], row["query_id"]) == (mapping.deployment.id, query_id):
            return Watermark(read_value(row["value"]), frozenset(row["seen_hashes"].split()))
    return None


def forget_query(commit: Commit, mapping: Mapping, query_id: str) -> None:
    """Take a query's deliveries out of the account: its rows are fetched anew and counted again."""
    ids = [row["delivery_id"] for row in _deliveries_of(commit.so_far, mapping, query_id)]
    _replace_rows(commit, ledger.DELIVERY, mapping.deployment.id, ids, [])
    held = commit.so_far.read(ledger.REJECTED.full_name, deployment_id=mapping.deployment.id)
    if held is not None:
        is_mine = pc.is_in(held["delivery_id"], value_set=pa.array(ids, pa.string()))
        days = {(mapping.deployment.id, day) for day in held.filter(is_mine)["day"].to_pylist()}
        left = held.filter(pc.invert(is_mine)).select(ledger.REJECTED.arrow_schema.names)
        commit.replace_days(ledger.REJECTED.full_name, left, sorted(days))


def _deliveries_of(lake: Lake, mapping: Mapping, query_id: str) -> list[dict[str, Any]]:
    held = lake.read(ledger.DELIVERY.full_name)
    return [
        row
        for row in ([] if held is None else held.to_pylist())
        if row["deployment_id"] == mapping.deployment.id and row["file_name"].startswith(name_chunk(query_id))
    ]


def name_chunk(query_id: str) -> str:
    """What the names of a query's deliveries begin with."""
    return f"query-{query_id}-to-"


def write_watermark(commit: Commit, mapping: Mapping, query_id: str, watermark: Watermark) -> None:
    """Keep how far it has been read now."""
    row: dict[str, object] = {
        "deployment_id": mapping.deployment.id,
        "query_id": query_id,
        "value": write_value(watermark.value),
        "seen_hashes": " ".join(sorted(watermark.seen)),
    }
    _replace_rows(commit, ledger.WATERMARK, mapping.deployment.id, [query_id], [row])
