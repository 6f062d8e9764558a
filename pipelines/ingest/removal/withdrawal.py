"""Takes erased people's records out of the delivered files that lie in the inbox.

The ledger learns the new file's SHA-256 before the file is replaced, and keeps the old one as known: at any
moment, whichever of the two lies there is not read again. Files outside the home are the operator's.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.errors import PlimsollError
from pipelines.ingest.delivery import find_files, load_folder_mapping
from pipelines.ingest.files.below import look_below
from pipelines.ingest.files.lines import UNREADABLE, fingerprint
from pipelines.ingest.files.rewriting import write_without
from pipelines.ingest.inbox import find_mappings
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.removal.attribution import Attribution, Covers, file_names_any
from pipelines.ingest.removal.remainder import count_left
from pipelines.ingest.source import Records
from pipelines.ingest.sources import make_source
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
        return Withdrawn(self.about.mapping.deployment.id, _name(home, self.path), len(self.items))


Announce = Callable[[Sequence[Withdrawn]], None]


def withdraw(
    home: Home,
    covers: Covers,
    *,
    raw_ids: Iterable[str] = (),
    is_rehearsal: bool = False,
    announce: Announce = lambda _: None,
) -> Withdrawal:
    """Take every record out that `covers` names; a rehearsal only counts.

    Args:
        home: the home whose inbox it is.
        covers: whether (deployment, user, thread) is to go.
        raw_ids: the operator's own ids of the person, to find them in records that cannot be read.
        announce: is told of the files that will lose records, before any does.
    """
    result = Withdrawal(raw_ids=set(raw_ids))
    ids: dict[str, set[str]] = {}  # by deployment: in another the same id is somebody else's
    found: list[Found] = []
    folders: dict[Path, Attribution] = {}
    pseudonymiser = Pseudonymiser(load_key(home.keys))
    for folder in (path.parent for path in find_mappings(home.inbox)):
        try:
            mapping = load_folder_mapping(folder)
            known = ids.setdefault(mapping.deployment.id, set())
            about = Attribution(mapping, make_source(mapping), pseudonymiser, covers, known)
        except PlimsollError as error:
            result.unchecked.append(f"inbox/{folder.name}: {error}")
            continue
        folders[folder] = about
        known |= about.select_ids(raw_ids)
        found += _find(home, folder, about, result)
        result.raw_ids |= known
    _look_elsewhere(home, result)
    wanted = [one for one in found if one.items]
    if is_rehearsal:
        result.files = [one.tell(home) for one in wanted]
    else:
        announce([one.tell(home) for one in wanted])
        replace_files(home, wanted, result, is_erasure=True)
        _tell_left(home, folders, result)
    return result


def _tell_left(home: Home, folders: dict[Path, Attribution], result: Withdrawal) -> None:
    for folder, about in folders.items():
        for path, count in count_left(folder, about, inbox=home.inbox).items():
            result.unchecked.append(
                f"{_name(home, path)}: an ingest would still read {count} messages or events of "
                "erased people from it; delete the file, or deliver it without them"
            )


def _find(home: Home, folder: Path, about: Attribution, result: Withdrawal) -> list[Found]:
    paths = find_files(folder, inbox=home.inbox).readable
    found: list[Found] = []
    for _pass in range(2):  # ids that a later file teaches may stand in an earlier one
        found, failed = [], []
        for path in paths:
            try:
                found.append(Found(path, frozenset(about.find_items(path)), about))
            except OSError:
                failed.append(path)
    for path in failed:
        try:
            named = file_names_any(path, about.raw_ids)
        except UNREADABLE as error:
            named = True
            result.tell_damaged(path, _name(home, path), error)
            continue
        if named:
            result.unchecked.append(f"{_name(home, path)}: it is damaged and names the person; delete it")
    return found


def _look_elsewhere(home: Home, result: Withdrawal) -> None:
    """Files of the inbox that no mapping reads may still name the person, as may those of a closed folder."""
    read: set[Path] = set()
    for path in find_mappings(home.inbox):
        read |= set(find_files(path.parent, inbox=home.inbox).readable)
    below = look_below(home.inbox)
    for path, reason in below.closed.items():
        result.unchecked.append(
            f"{_name(home, path)}/: nothing in it was looked at ({reason}); let this account read "
            "it, then ask again"
        )
    for path in (path for path in below.files if path not in read):
        name = _name(home, path)
        try:
            if file_names_any(path, result.raw_ids):
                result.unchecked.append(f"{name}: no mapping reads it and it names the person; delete it")
        except UNREADABLE as error:
            result.tell_damaged(path, name, error)


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
                    rejected = _learn(home, one, written, held=held, rejected=rejected, is_erasure=is_erasure)
                    result.files.append(one.tell(home))
                    moves.append((one.path, written))
                except (ValueError, *UNREADABLE) as error:
                    result.unchecked.append(f"{_name(home, one.path)}: {error}")
            _write(commit, held, rejected, days)
        for path, replacement in moves:
            if replacement is None:
                path.unlink()
            else:
                replacement.replace(path)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _learn(
    home: Home,
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


def _name(home: Home, path: Path) -> str:
    return tell_name(path.relative_to(home.path))


def _rows(table: pa.Table | None) -> list[Row]:
    return [] if table is None else table.to_pylist()


def count_outside(home: Home) -> int:
    """Deliveries of the ledger that came from outside the home and lie with the operator."""
    held = lakes.Lake(home.lake).read(ledger.DELIVERY.full_name)
    if held is None or not held.num_rows:
        return 0
    here = {fingerprint(path) for path in look_below(home.inbox).files}
    counted = held.filter(pc.greater(held["record_count"], 0))
    return len(set(counted["delivery_id"].to_pylist()) - here)
