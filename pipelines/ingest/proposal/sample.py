"""The records of a sample that can be looked at, and in a sentence a file why others cannot.

What the records mean is the proposal's business. Nothing here shows a value.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.errors import SourceError
from pipelines.ingest.advice import WHOLE_FILE, say_rejected
from pipelines.ingest.delivery import READABLE, find_files
from pipelines.ingest.files.document import is_csv, read_items
from pipelines.ingest.files.lines import UNREADABLE, inspect, why_unreadable
from pipelines.ingest.files.rows import read_rows
from pipelines.ingest.source import Rejection
from pipelines.shown_text import show_line

SAMPLE = 5_000
"""Records looked at."""
SHOWN = 5
"""Files named."""
ONE_COLUMN = "one column alone; those of CSV are set apart by commas, semicolons, tabs or bars"


@dataclass
class Sample:
    """Records, and what of the files that were opened for them could not be read."""

    records: list[dict[str, Any]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    """All readable files, also beyond those that were opened."""

    def tell_unread(self) -> list[str]:
        """The first few of what could not be read, and how many more files there are."""
        more = len(self.unread) - SHOWN
        return self.unread[:SHOWN] + [f"and {more} more files"] * (more > 0)


def take_sample(source: Path) -> Sample:
    """The first records of a folder or file.

    Raises:
        SourceError: there is no readable file, or no record in it; with the reason of each file.
    """
    found = find_files(source)
    if not found.readable:
        named = "; ".join(map(show_line, found.ignored[:SHOWN]))
        raise SourceError(
            f"{source}: no readable file; found {named or 'nothing'}. Looked for {', '.join(READABLE)}."
        )
    sample = Sample(paths=found.readable)
    for path in found.readable:
        name = show_line(path.name if path == source else str(path.relative_to(source)))
        if why := _read(path, sample):
            sample.unread.append(f"{name}: {why}")
        if len(sample.records) >= SAMPLE:
            break
    if not sample.records:
        told = "".join(f"\n  {one}" for one in sample.tell_unread())
        raise SourceError(f"{source}: no record found that can be read.{told}")
    return sample


def _read(path: Path, sample: Sample) -> str:
    """Add a file's records; returns why some of it, or all, cannot be read."""
    if why := why_unreadable(path):
        return why
    if whole := inspect(path):
        return "; ".join(say_rejected(path.name, [Rejection(WHOLE_FILE, whole, None, b"")]))
    if _has_one_column(path):
        return ONE_COLUMN
    rejected: list[Rejection] = []
    notes: list[str] = []
    before = len(sample.records)
    for item in read_items(path):
        if item.reason is None:
            sample.records.append(item.record)
        else:
            rejected.append(Rejection(item.position, item.reason, None, b""))
            notes += [item.note] if item.note else []
        if max(len(sample.records), len(rejected)) >= SAMPLE:
            break
    if len(sample.records) == before and not rejected:
        return "empty, no record"
    return "; ".join([*say_rejected(path.name, rejected), *notes[:1]])


def _has_one_column(path: Path) -> bool:
    if not is_csv(path):
        return False
    try:
        head = next(read_rows(path))
    except UNREADABLE:
        return False  # reading its records says what is wrong
    return head.reason is None and len(head.values) == 1
