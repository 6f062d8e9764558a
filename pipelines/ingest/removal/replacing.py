"""Writes delivered files anew without some of their items, and tells the ledger.

The ledger learns the new file's SHA-256 before the file is replaced, and keeps the old one as known: at any
moment, whichever of the two lies there is not read again. Which items go is the business of `withdrawal`, for
erased people, and of `lapsing`, for what is too old.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from pipelines.ingest.files.lines import UNREADABLE, fingerprint
from pipelines.ingest.files.rewriting import write_without
from pipelines.ingest.removal.attribution import Attribution
from pipelines.ingest.source import Records
from pipelines.ingest.span import find_span
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Commit
from pipelines.lake.partition import Partition
from pipelines.schemas import ledger
from pipelines.settings import Home
from pipelines.shown_text import tell_name

ASIDE = "withdrawing"
COUNTS = ("record_count", "message_count", "event_count", "rejected_count")
Row = dict[str, Any]


@dataclass(frozen=True)
class Withdrawn:
    """A delivered file that lost records."""

    deployment_id: str
    name: str
    record_count: int


@dataclass
class Withdrawal:
    """What became of the inbox: files that lost records, and those that could not be checked, with why."""

    files: list[Withdrawn] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    unread: list[Path] = field(default_factory=list)
    """Of those that could not be checked, the files that are damaged."""
    raw_ids: set[str] = field(default_factory=set)
    """Ids of the operator that are known to be the erased people's."""

    def tell_damaged(self, path: Path, name: object, error: BaseException) -> None:
        """Note that a file could not be read to its end, and what helps."""
        self.unread.append(path)
        self.unchecked.append(
            f"{name}: it is damaged and cannot be read to its end ({type(error).__name__}); delete it, or "
            "deliver it whole under the same name"
        )


@dataclass(frozen=True)
class Found:
    """A delivered file, the positions of the items that leave it, and how it is read."""

    path: Path
    items: frozenset[int]
    about: Attribution

    def tell(self, home: Home) -> Withdrawn:
        """The same, once its items are gone."""
        return Withdrawn(self.about.mapping.deployment.id, tell_path(home, self.path), len(self.items))


Announce = Callable[[Sequence[Withdrawn]], None]


def replace_files(home: Home, found: list[Found], result: Withdrawal, *, is_erasure: bool) -> None:
    """Write files again without the items found in them; `result` says what became of each.

    An erasure takes the items out of the ledger's counts, too; what lapsed was delivered all the same.
    """
    aside = home.path / ASIDE
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o700)
    try:
        by = "erasure of delivered records" if is_erasure else "retention of delivered records"
        with lakes.write(home.lake, by=by) as commit:
            held = {
                (row["deployment_id"], row["delivery_id"]): row
                for row in _rows(commit.lake.read(ledger.DELIVERY.full_name))
            }
            rejected = _rows(commit.lake.read(ledger.REJECTED.full_name))
            days = {(row["deployment_id"], row["day"]) for row in rejected}
            moves: list[tuple[Path, Path | None]] = []
            for number, one in enumerate(found):
                target = aside / str(number) / one.path.name
                target.parent.mkdir()
                try:
                    written = target if write_without(one.path, one.items, target) else None
                    rejected = _learn(one, written, held=held, rejected=rejected, is_erasure=is_erasure)
                    result.files.append(one.tell(home))
                    moves.append((one.path, written))
                except (ValueError, *UNREADABLE) as error:
                    result.unchecked.append(f"{tell_path(home, one.path)}: {error}")
            _write(commit, held, rejected, days)
        for path, replacement in moves:
            if replacement is None:
                path.unlink()
            else:
                replacement.replace(path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _learn(
    one: Found,
    target: Path | None,
    *,
    held: dict[tuple[str, str], Row],
    rejected: list[Row],
    is_erasure: bool,
) -> list[Row]:
    """Put the new file in the old one's place in the ledger; the old one stays known, with no records.

    Its days stay, too: whoever delivers it again is not to bring old text back.
    """
    deployment = one.about.mapping.deployment
    old_id = fingerprint(one.path)
    old = held.get((deployment.id, old_id))
    if old is None:  # not taken in yet: the new file will be, as any other
        return rejected
    if old["mapping_hash"] != one.about.mapping.hash:
        raise ValueError("its mapping has changed since it was taken in; run `plimsoll ingest` on its folder")
    if target is None and not is_erasure:
        return rejected
    mine = [row for row in rejected if row["delivery_id"] == old_id and row["deployment_id"] == deployment.id]
    others = [
        row for row in rejected if row["delivery_id"] != old_id or row["deployment_id"] != deployment.id
    ]
    held[deployment.id, old_id] = old | dict.fromkeys(COUNTS, 0)
    if target is None:
        return others
    records = one.about.source.read(target, received_on=old["received_on"])
    new_id = fingerprint(target)
    others = [row for row in others if (row["deployment_id"], row["delivery_id"]) != (deployment.id, new_id)]
    held[deployment.id, new_id] = (
        old
        | (_count(records) if is_erasure else _keep_accepted(old, records))
        | {"delivery_id": new_id, "byte_count": target.stat().st_size}
        | find_span(records, deployment.zone)._asdict()
    )
    fresh = [
        {"deployment_id": deployment.id, "day": old["received_on"], "delivery_id": new_id,
         "file_name": old["file_name"], "position": item.position, "reason": item.reason.value,
         "field": item.field, "record_hash": one.about.pseudonymiser.fingerprint(item.raw)}
        for item in records.rejected
    ]  # fmt: skip
    refused = [row | {"delivery_id": new_id} for row in mine if row["reason"] == "erased"]
    return others + fresh + refused


def _count(records: Records) -> dict[str, int]:
    return {
        "record_count": records.record_count,
        "message_count": records.message_count,
        "event_count": records.event_count,
        "rejected_count": len(records.rejected),
    }


def _keep_accepted(old: Row, records: Records) -> dict[str, int]:
    """The counts as delivered, but for rejected records, each of which has a row of its own."""
    gone = old["rejected_count"] - len(records.rejected)
    return {"record_count": old["record_count"] - gone, "rejected_count": len(records.rejected)}


def _write(
    commit: Commit,
    held: dict[tuple[str, str], Row],
    rejected: list[Row],
    days: set[Partition],
) -> None:
    rows = pa.Table.from_pylist([held[key] for key in sorted(held)], schema=ledger.DELIVERY.arrow_schema)
    if commit.lake.names():
        commit.replace_all(ledger.DELIVERY.full_name, rows)
    left = pa.Table.from_pylist(rejected, schema=ledger.REJECTED.arrow_schema)
    order = [(name, "ascending") for name in ("day", "file_name", "delivery_id", "position")]
    days = days | {(row["deployment_id"], row["day"]) for row in rejected}
    commit.replace_days(ledger.REJECTED.full_name, left.sort_by(order), days)


def tell_path(home: Home, path: Path) -> str:
    """A path below the home, as it may be shown."""
    return tell_name(path.relative_to(home.path))


def _rows(table: pa.Table | None) -> list[Row]:
    return [] if table is None else table.to_pylist()
