"""What a log source hands over: accepted records as columns, rejected ones with a reason.

A source reads one delivered file. It knows neither other files nor tables, and keeps no text of a
record that it rejects.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, runtime_checkable

import pyarrow as pa

from pipelines.ingest.field import RecordError
from pipelines.ingest.files.document import Item
from pipelines.ingest.reason import Reason


@dataclass(frozen=True)
class Person:
    """A user and a thread in the operator's own ids, as they are when a record is taken in.

    `trace`: what the record is a part of; parts that name nobody are about whom the others name.
    """

    user: str | None = None
    thread: str | None = None
    trace: str | None = None


@dataclass(frozen=True)
class Rejection:
    """A record that was not accepted. `position` is the line from 1; 0 is the whole file."""

    position: int
    reason: Reason
    field: str | None
    raw: bytes
    record_hash: str | None = None  # of `raw`, once that is dropped


@dataclass
class Records:
    """What came out of one file: columns of equal length, in the raw terms of the log.

    `is_transcript`: messages are named by position and content, so a copy is no second delivery.
    `windows`: of each thread of a transcript, how many messages its first call in the file was asked with.
    `is_again`: of a file of which something is stored, read anew as a whole: a copy is no delivery either.
    A message's `scores` are those that the log itself gives (`pipelines.ingest.calls.moderation`), or None.
    `given`: whether any accepted message has a value at a path that a mapping names and need not be there.
    `nulls`: cells of CSV that hold a word for no value, by path (`pipelines.ingest.field.NO_VALUE`).
    `notes` say what a reader of the file should know; never a text of the log.
    """

    messages: dict[str, list[object]] = field(default_factory=dict)
    events: dict[str, list[object]] = field(default_factory=dict)
    rejected: list[Rejection] = field(default_factory=list)
    record_count: int = 0
    plain: pa.Table | None = None  # more messages, as columns of Arrow (`pipelines.ingest.raw`)
    handed_on: tuple[int, int] = (0, 0)  # messages and events that were accepted and are not held any more
    is_transcript: bool = False
    windows: dict[str, int] = field(default_factory=dict)
    is_again: bool = False
    given: dict[str, bool] = field(default_factory=dict)
    nulls: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    @property
    def message_count(self) -> int:
        """Accepted messages."""
        return (
            len(next(iter(self.messages.values()), []))
            + (self.plain.num_rows if self.plain is not None else 0)
            + self.handed_on[0]
        )

    @property
    def event_count(self) -> int:
        """Accepted events."""
        return len(next(iter(self.events.values()), [])) + self.handed_on[1]

    def absorb(self, part: Records, fingerprint: Callable[[bytes], str]) -> None:
        """Add the counts and reasons of a part of the same file; its texts would fill memory."""
        self.record_count += part.record_count
        self.handed_on = (
            self.handed_on[0] + part.message_count,
            self.handed_on[1] + part.event_count,
        )
        self.rejected += [replace(item, raw=b"", record_hash=fingerprint(item.raw)) for item in part.rejected]
        self.notes += part.notes
        merge_given(self.given, part.given)


def merge_given(into: dict[str, bool], part: dict[str, bool]) -> None:
    """Add what a part says of the paths at which any message has a value."""
    for path, is_given in part.items():
        into[path] = is_given or into.get(path, False)


@runtime_checkable
class PartedSource(Protocol):
    """A source that can hand a large file over in parts."""

    def read_parts(
        self, path: Path, *, received_on: dt.date, only: Iterable[int] | None = None
    ) -> Iterable[Records]:
        """The same records as `Source.read` gives, one part after the other."""


class Source(Protocol):
    """Reads one delivered file; `only` restricts it to some lines (those rejected before)."""

    def read(self, path: Path, *, received_on: dt.date, only: Iterable[int] | None = None) -> Records:
        """The records of the file."""

    def date(self, path: Path, item: Item) -> Iterable[int]:
        """When what an item holds was said, in microseconds since 1970; none if it does not say."""

    def attribute(self, path: Path, item: Item) -> Iterable[Person | RecordError]:
        """Whom an item is about, whether or not it is accepted; an error for what cannot be told of it."""

    def find_stranded(self, path: Path, gone: Set[int]) -> set[int]:
        """Positions of the items of which nobody could tell the thread without those that go."""


def read_parts(
    source: Source, path: Path, *, received_on: dt.date, only: Iterable[int] | None = None
) -> Iterable[Records]:
    """The records of a file in parts of bounded size, if the source can, else as one."""
    if isinstance(source, PartedSource):
        return source.read_parts(path, received_on=received_on, only=only)
    return [source.read(path, received_on=received_on, only=only)]
