"""One delivered file: whether it is known, what its name says, and what reading it gave.

Tables are written elsewhere; here a file becomes records or reasons.
"""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.errors import SourceError
from pipelines.ingest.advice import WHOLE_FILE, say_rejected
from pipelines.ingest.files.below import is_file, leads_out, look_below
from pipelines.ingest.files.lines import fingerprint, inspect, plain_name
from pipelines.ingest.mapping import BY_RULES, Mapping, load_mapping
from pipelines.ingest.source import Records, Rejection, Source, merge_given, read_parts
from pipelines.ingest.span import NOTHING, Span
from pipelines.lake.lake import Lake
from pipelines.schemas import ledger
from pipelines.settings import MAPPING_NAMES
from pipelines.shown_text import show_line, tell_name

TEXT_FILES = (".jsonl", ".ndjson", ".json", ".csv")
PACKED = (".gz", ".zst")
LINKED_FOLDER = "a link to a folder, which is not followed; ingest that folder itself"
BROKEN_LINK = "a link that leads nowhere"
LEADING_OUT = "a link out of the inbox, which is not followed; put the file itself there"
READABLE = (*TEXT_FILES, *(f"{text}{packed}" for text in TEXT_FILES for packed in PACKED), ".parquet")


@dataclass(frozen=True)
class KnownDelivery:
    """What the ledger holds of a file that came before."""

    received_on: dt.date
    mapping_hash: str
    byte_count: int
    record_count: int = 0
    message_count: int = 0
    event_count: int = 0
    rejected: tuple[int, ...] = ()
    span: Span = NOTHING
    format: str | None = None  # which earlier code did not keep
    file_name: str = ""
    marks: tuple[str, ...] = ()  # of the objects that held it

    def is_done(self, name: str, mapping: Mapping) -> bool:
        """Whether the same content under a name has nothing to give that a mapping could still read."""
        return not self.rejected or (self.mapping_hash == mapping.hash and not self.is_read_otherwise(name))

    def is_of_another(self, mapping: Mapping) -> bool:
        """Whether what is stored of it was read by other rules than these."""
        return self.is_taken and self.mapping_hash != mapping.hash

    def is_read_otherwise(self, name: str) -> bool:
        """Whether a name says that the content is of another kind than it was read as."""
        return _find_kind(self.file_name or name) != _find_kind(name)

    @property
    def is_taken(self) -> bool:
        """Whether anything of it is stored."""
        return self.message_count + self.event_count > 0


@dataclass
class Delivered:
    """What became of one file. `identity` is its hash, which may still be reckoned while it is read."""

    path: Path
    name: str
    identity: Future[str]
    received_on: dt.date = dt.date.min
    byte_count: int = 0
    records: Records = field(default_factory=Records)
    is_known: bool = False
    is_of_another_mapping: bool = False  # known, and what is stored of it was read by other rules
    span: Span = NOTHING
    before: KnownDelivery | None = None  # known, and now read again for what was rejected
    only: tuple[int, ...] | None = None  # the positions to read; None: all
    mark: str | None = None  # of the object that it was fetched from

    @property
    def delivery_id(self) -> str:
        """SHA-256 of the file as delivered."""
        return self.identity.result()


@dataclass(frozen=True)
class Files:
    """What lies below a folder: readable files, names of those that are ignored, closed folders with why."""

    readable: list[Path]
    ignored: list[str] = field(default_factory=list)
    closed: dict[Path, str] = field(default_factory=dict)


def find_files(folder: Path, *, inbox: Path | None = None) -> Files:
    """The files below a folder, or the one file.

    A link to a folder is not followed: erasure, retention and backups do not look behind it either. In the
    inbox no link to a file outside is: an erasure would put another file in its place and leave that one.
    """
    if folder.is_file():
        if leads_out(folder, inbox):
            return Files([], [f"{tell_name(folder.name)} ({LEADING_OUT})"])
        return Files([folder])
    if not folder.is_dir():
        raise SourceError(f"{folder}: no such file or directory.")
    readable, links, others = [], [], []
    below = look_below(folder)
    for path in below.paths:
        name = tell_name(path.relative_to(folder))
        if path.is_symlink() and not is_file(path):
            links.append(f"{name} ({LINKED_FOLDER if os.path.isdir(path) else BROKEN_LINK})")
        elif not is_file(path) or path.name in MAPPING_NAMES:
            continue
        elif leads_out(path, inbox):
            links.append(f"{name} ({LEADING_OUT})")
        elif path.name.lower().endswith(READABLE):
            readable.append(path)
        else:
            others.append(name)
    return Files(readable, [*links, *others], below.closed)


def find_mapping(folder: Path) -> Path | None:
    """The mapping that lies beside delivered files, if one does."""
    beside = (folder / name for name in MAPPING_NAMES)
    # A closed folder does not stop this, as it would Path.exists.
    return next((path for path in beside if os.path.exists(path)), None)


def load_folder_mapping(folder: Path) -> Mapping:
    """The mapping that lies beside delivered files.

    Raises:
        DefinitionError: there is none, or it cannot be understood.
    """
    return load_mapping(find_mapping(folder) or folder / MAPPING_NAMES[0])


def identify_delivery(
    path: Path,
    name: str,
    *,
    mapping: Mapping,
    deliveries: dict[str, KnownDelivery],
    received_on: dt.date,
    aside: Executor,
) -> Delivered:
    """Whether the ledger knows a file, read as its name says; `received_on` holds where that says no day.

    Its hash is reckoned `aside`, and waited for here only if a file of the same size came before.
    """
    one = Delivered(
        path,
        name,
        identity=aside.submit(fingerprint, path),
        received_on=_received_on(name, mapping, received_on),
        byte_count=path.stat().st_size,
    )
    is_possible = any(known.byte_count == one.byte_count for known in deliveries.values())
    known = deliveries.get(one.delivery_id) if is_possible else None
    if known is not None:
        one.received_on = known.received_on
        one.is_known = known.is_done(name, mapping)
        one.is_of_another_mapping = known.is_of_another(mapping)
        if not one.is_known:
            one.before = known
            one.only = None if known.is_read_otherwise(name) else _find_positions(known, mapping)
    return one


def _find_kind(name: str) -> str:
    """What the name says of how a file is read, packed or not."""
    kind = Path(plain_name(Path(name))).suffix
    return ".jsonl" if kind == ".ndjson" else kind


def _find_positions(known: KnownDelivery, mapping: Mapping) -> tuple[int, ...] | None:
    """Where a file is read again with another mapping; None is everywhere.

    A rejected line keeps its position. A rejected call does not: what counts as one is the mapping's to say.
    """
    is_other = known.format is not None and known.format != mapping.format
    has_lines = mapping.format in BY_RULES and not is_other
    return known.rejected if has_lines and WHOLE_FILE not in known.rejected else None


def read_delivery(one: Delivered, source: Source) -> Iterator[Records]:
    """The records of a file that is not known, in parts."""
    if one.is_known:
        return
    whole = inspect(one.path)
    if whole is not None:
        rejected = [Rejection(WHOLE_FILE, whole, None, one.delivery_id.encode())]
        yield Records(record_count=1, rejected=rejected)
        return
    for part in read_parts(source, one.path, received_on=one.received_on, only=one.only):
        part.is_again = one.before is not None and one.before.is_taken and one.only is None
        yield part


def list_absent(files: Iterable[Delivered]) -> list[str]:
    """The mapped fields that no message of these files has, each in a sentence."""
    given: dict[str, bool] = {}
    count = 0
    for one in files:
        count += one.records.message_count if one.records.given else 0
        merge_given(given, one.records.given)
    return [
        f"{path}: in none of {count} records" for path, is_given in given.items() if count and not is_given
    ]


def known_deliveries(lake: Lake, deployment_id: str) -> dict[str, KnownDelivery]:
    """What the ledger holds of a deployment, by delivery id; another may have been given the same file."""
    deliveries = lake.read(ledger.DELIVERY.full_name)
    rejected = lake.read(
        ledger.REJECTED.full_name, deployment_id=deployment_id, columns=["delivery_id", "position"]
    )
    positions: dict[str, list[int]] = {}
    for row in [] if rejected is None else rejected.to_pylist():
        positions.setdefault(row["delivery_id"], []).append(row["position"])
    return {
        row["delivery_id"]: KnownDelivery(
            row["received_on"],
            row["mapping_hash"],
            row["byte_count"],
            row["record_count"],
            row["message_count"],
            row["event_count"],
            tuple(positions.get(row["delivery_id"], ())),
            Span(row.get("first_day"), row.get("last_day")),  # which earlier code did not keep
            row.get("format"),
            row["file_name"],
            tuple((row.get("marks") or "").split()),
        )
        for row in ([] if deliveries is None else deliveries.to_pylist())
        if row["deployment_id"] == deployment_id
    }


def _received_on(name: str, mapping: Mapping, received_on: dt.date) -> dt.date:
    if mapping.received_on is None:
        return received_on
    match = re.search(mapping.received_on.file_name, name)
    try:
        return dt.date.fromisoformat(match.group(1)) if match else received_on
    except ValueError:
        return received_on


def describe(one: Delivered) -> str:
    """One line for the person who delivered: what was accepted, and what was rejected where and why."""
    if one.is_known:
        return show_line(f"{one.name}: known, unchanged")
    records = one.records
    parts = [f"{records.message_count} messages", f"{records.event_count} events"]
    parts += say_rejected(one.name, records.rejected)
    if records.record_count == 0 and not records.rejected:
        parts = ["nothing to take in" if records.notes else "empty file, no records"]
    parts += records.notes
    return show_line(f"{one.name}: " + ", ".join(parts))
