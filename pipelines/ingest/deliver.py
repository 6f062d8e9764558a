"""Takes a delivered folder in: every file once, every record accepted or rejected, one generation.

A file is known by its SHA-256. Delivered again it changes nothing; delivered again with another mapping,
only the lines that were rejected are read again.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from pipelines import lake as lakes
from pipelines.errors import SourceError, StateError
from pipelines.ingest.delivery import (
    READABLE,
    Delivered,
    KnownDelivery,
    describe,
    find_files,
    known_deliveries,
    read_delivery,
)
from pipelines.ingest.fold import EMPTY, Staged, fold
from pipelines.ingest.mapping import DeploymentRule, Mapping
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.redact import Redactor, crisis_lines
from pipelines.ingest.refusal import refuse_erased
from pipelines.ingest.sources import make_source
from pipelines.ingest.stage import DELIVERED_EVENT, DELIVERED_MESSAGE, Stager, fill_columns
from pipelines.ingest.window import find_days
from pipelines.lake import Commit, Lake
from pipelines.partition import find_changed
from pipelines.schemas import ledger
from pipelines.settings import Home
from pipelines.tombstones import FILE, load_tombstones
from risk_register.content import load_crisis_resources

BYTES_AT_ONCE = 128 * 1024 * 1024
"""Files are folded together up to this size, at ten times the memory; more become several generations."""
UNPACKED = 8
"""A gzip file of logs holds about this many times its size."""
TEXT_ROW_GROUP = 2048
"""Rows. One conversation is then read in milliseconds (6 ms instead of 32 ms of 10 million messages)."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Summary:
    """What an ingest did."""

    deployment_id: str
    files: tuple[Delivered, ...]
    ignored: tuple[str, ...]
    generation: int

    @property
    def rejected(self) -> Counter[str]:
        """Rejected records by reason."""
        return Counter(item.reason.value for one in self.files for item in one.records.rejected)


def ingest_folder(
    home: Home,
    folder: Path,
    mapping: Mapping,
    *,
    received_on: dt.date,
    progress: Progress = lambda _: None,
    redactor: Redactor | None = None,
) -> Summary:
    """Read every readable file below `folder` and commit ledger and staging.

    Args:
        redactor: what takes contact details out, else the one that knows the register's crisis lines.

    Raises:
        SourceError: there is no readable file.
        StateError: the deployment is known with another zone or episode rule.
    """
    found, ignored = find_files(folder)
    if not found:
        raise SourceError(
            f"{folder}: no readable file. Looked for {', '.join(READABLE)}"
            + (f"; found only {', '.join(ignored[:5])}." if ignored else "; it is empty.")
        )
    source = make_source(mapping)
    stager = Stager(
        mapping.deployment.id,
        mapping.deployment.zone,
        Pseudonymiser(load_key(home.keys)),
        redactor or Redactor(crisis_lines(load_crisis_resources())),
    )
    done: list[Delivered] = []
    for batch in _batches(found):
        with lakes.write(home.lake, by=f"ingest of {folder.name}") as commit:
            _check_rule(commit.lake, mapping.deployment)
            known = known_deliveries(commit.lake, mapping.deployment.id)
            tombstones = load_tombstones(home.keys / FILE)
            read = []
            for path in batch:
                read.append(
                    read_delivery(
                        path, folder, source, mapping=mapping, deliveries=known, received_on=received_on
                    )
                )
                refuse_erased(
                    read[-1].records,
                    deployment_id=mapping.deployment.id,
                    pseudonymiser=stager.pseudonymiser,
                    tombstones=tombstones,
                )
                known.setdefault(read[-1].delivery_id, KnownDelivery(read[-1].received_on, mapping.hash))
                progress(describe(read[-1]))
            _commit(commit, [one for one in read if not one.is_known], mapping, stager)
            done += [replace(one, records=one.records.without_content()) for one in read]
    return Summary(mapping.deployment.id, tuple(done), tuple(ignored), Lake(home.lake).generation.number)


def _batches(files: list[Path]) -> Iterable[list[Path]]:
    batch: list[Path] = []
    size = 0
    for path in files:
        expected = path.stat().st_size * (UNPACKED if path.name.lower().endswith(".gz") else 1)
        if batch and size + expected > BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(path)
        size += expected
    yield batch


def _commit(commit: Commit, files: list[Delivered], mapping: Mapping, stager: Stager) -> None:
    if not files:
        return
    _commit_ledger(commit, files, mapping, stager)
    messages = [stager.stage_messages(one.records, one.received_on) for one in files]
    scores = [stager.stage_scores(one.records, rows) for one, rows in zip(files, messages, strict=True)]
    events = [stager.stage_events(one.records, one.received_on) for one in files]
    message = pa.concat_tables([DELIVERED_MESSAGE.empty_table(), *messages])
    event = pa.concat_tables([DELIVERED_EVENT.empty_table(), *events])
    if message.num_rows + event.num_rows == 0:
        return
    days = find_days(commit.lake, rule=mapping.deployment, messages=message, events=event)
    held = _held(commit.lake, mapping.deployment.id, days)
    staged = fold(held, message, event, scores=pa.concat_tables(scores), rule=mapping.deployment)
    # Most days around a delivery stay as they are, and what is not written again is not computed again.
    for name, before, after, size in (
        ("staging.message", held.message, staged.message, TEXT_ROW_GROUP),
        ("staging.conversation", held.conversation, staged.conversation, None),
        ("staging.event", held.event, staged.event, None),
        ("staging.score", held.score, staged.score, None),
    ):
        commit.replace_days(name, after, find_changed(before, after), row_group_size=size)


def _held(lake: Lake, deployment_id: str, days: set[dt.date]) -> Staged:
    def read(name: str, empty: pa.Table) -> pa.Table:
        rows = lake.read(name, days=days, deployment_id=deployment_id)
        return empty if rows is None else fill_columns(rows, empty.schema)

    return Staged(
        read("staging.message", EMPTY.message),
        read("staging.conversation", EMPTY.conversation),
        read("staging.event", EMPTY.event),
        read("staging.score", EMPTY.score),
    )


def _commit_ledger(commit: Commit, files: list[Delivered], mapping: Mapping, stager: Stager) -> None:
    deployment_id = mapping.deployment.id
    rule = mapping.deployment
    _replace_rows(commit, ledger.DEPLOYMENT, deployment_id, [deployment_id], [
        {"deployment_id": rule.id, "title": rule.title or rule.id, "zone": rule.zone,
         "silence_hours": rule.silence_hours, "maximum_hours": rule.maximum_hours},
    ])  # fmt: skip
    _replace_rows(commit, ledger.DELIVERY, deployment_id, [one.delivery_id for one in files],
                  [_delivery(one, mapping) for one in files])  # fmt: skip
    rejected = [
        {"deployment_id": deployment_id, "day": one.received_on, "delivery_id": one.delivery_id,
         "file_name": one.name, "position": item.position, "reason": item.reason.value, "field": item.field,
         "record_hash": stager.pseudonymiser.fingerprint(item.raw)}
        for one in files for item in one.records.rejected
    ]  # fmt: skip
    days = {one.received_on for one in files if one.records.rejected or one.before}
    held = commit.lake.read(ledger.REJECTED.full_name, days=days, deployment_id=deployment_id)
    schema = ledger.REJECTED.arrow_schema
    rows = pa.Table.from_pylist(rejected, schema=schema)
    if held is not None:
        mine = pa.array([one.delivery_id for one in files], pa.string())
        others = held.filter(pc.invert(pc.is_in(held["delivery_id"], value_set=mine)))
        rows = pa.concat_tables([others.select(schema.names).cast(schema), rows])
    rows = rows.sort_by([(name, "ascending") for name in ("day", "file_name", "delivery_id", "position")])
    commit.replace_days(ledger.REJECTED.full_name, rows, [(deployment_id, day) for day in days])


def _delivery(one: Delivered, mapping: Mapping) -> dict[str, object]:
    before = one.before or KnownDelivery(one.received_on, mapping.hash)
    return {
        "delivery_id": one.delivery_id,
        "deployment_id": mapping.deployment.id,
        "file_name": one.name,
        "received_on": one.received_on,
        "byte_count": one.path.stat().st_size,
        "record_count": before.record_count or one.records.record_count,
        "message_count": before.message_count + one.records.message_count,
        "event_count": before.event_count + one.records.event_count,
        "rejected_count": len(one.records.rejected),
        "mapping_hash": mapping.hash,
    }


def _replace_rows(
    commit: Commit, table: ledger.Table, deployment_id: str, ids: list[str], rows: list[dict[str, object]]
) -> None:
    """Replace the rows of one deployment that have these ids; another's may have the same."""
    fresh = pa.Table.from_pylist(rows, schema=table.arrow_schema)
    held = commit.lake.read(table.full_name)
    if held is not None:
        named = pc.is_in(held[table.key[-1]], value_set=pa.array(ids, pa.string()))
        mine = pc.and_(named, pc.equal(held["deployment_id"], deployment_id))
        others = held.filter(pc.invert(mine))
        fresh = pa.concat_tables([others.select(fresh.schema.names).cast(fresh.schema), fresh])
    commit.replace_all(table.full_name, fresh.sort_by([(name, "ascending") for name in table.key]))


def _check_rule(lake: Lake, rule: DeploymentRule) -> None:
    held = lake.read(ledger.DEPLOYMENT.full_name)
    for row in [] if held is None else held.to_pylist():
        asked = (rule.zone, rule.silence_hours, rule.maximum_hours)
        if row["deployment_id"] == rule.id and asked != (
            row["zone"],
            row["silence_hours"],
            row["maximum_hours"],
        ):
            raise StateError(
                f"Deployment {rule.id} is held with zone {row['zone']}, silence {row['silence_hours']} h, "
                f"maximum {row['maximum_hours']} h; the mapping says {asked[0]}, {asked[1]} h, "
                f"{asked[2]} h. "
                "Changing how time is cut would move past days. "
                "Use the held values, or another deployment id."
            )
