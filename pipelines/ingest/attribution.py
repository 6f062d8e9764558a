"""Whom each record of a delivered file is about, whether or not it was accepted.

Erasure asks this of files that were taken in long ago. A record that cannot be read is about whoever's id
stands in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import orjson

from pipelines.ingest.call_log import CallLog
from pipelines.ingest.document import Item, is_csv, read_items
from pipelines.ingest.field import RecordError, find
from pipelines.ingest.mapping import Mapping
from pipelines.ingest.pseudonymise import Pseudonymiser
from pipelines.ingest.source import Source

Covers = Callable[[str, str, str], bool]
"""Whether (deployment, user, thread), both as pseudonyms, is to be taken out."""


@dataclass(frozen=True)
class Person:
    """A user and a thread in the operator's own ids."""

    user: object
    thread: object


@dataclass
class Attribution:
    """Finds the records of a deployment's files that are about erased people.

    Attributes:
        raw_ids: ids of the operator that are known to be theirs; grows as records are read.
    """

    mapping: Mapping
    source: Source
    pseudonymiser: Pseudonymiser
    covers: Covers
    raw_ids: set[str]

    def find_items(self, path: Path) -> set[int]:
        """Positions of the items (lines, rows, elements) of a file that are theirs.

        Raises:
            OSError: the file cannot be read to its end.
        """
        found: set[int] = set()
        unread: list[Item] = []
        for item in read_items(path):
            if item.position == 0:
                raise OSError(f"{path.name} cannot be read to its end")
            people = [] if item.reason is not None else list(self._people(path, item))
            theirs = [one for one in people if self._is_theirs(one)]
            if theirs:
                found.add(item.position)
                self.raw_ids |= {str(one.user) for one in theirs if self._is_user(one)}
                self.raw_ids |= {str(one.thread) for one in theirs if one.thread is not None}
            elif not people:
                unread.append(item)
        return found | {item.position for item in unread if self._names_them(item)}

    def _people(self, path: Path, item: Item) -> Iterator[Person]:
        if isinstance(self.source, CallLog):
            yield from self._callers(item)
            return
        for rule in self.mapping.records:
            paths = [rule.fields[name].field if name in rule.fields else None for name in ("user", "thread")]
            values = [
                None if place is None else find(item.record, _split(place, is_flat=is_csv(path)))
                for place in paths
            ]
            if any(value is not None for value in values):
                yield Person(*values)

    def _callers(self, item: Item) -> Iterator[Person]:
        for call in self.source.read_calls(item):  # type: ignore[attr-defined]
            if not isinstance(call, RecordError):
                yield Person(call.user, call.thread_id)

    def _is_theirs(self, one: Person) -> bool:
        deployment = self.mapping.deployment.id
        user = self.pseudonymiser.identify("user", deployment, one.user)
        return self.covers(deployment, user, self.pseudonymiser.identify("thread", deployment, one.thread))

    def _is_user(self, one: Person) -> bool:
        deployment = self.mapping.deployment.id
        user = self.pseudonymiser.identify("user", deployment, one.user)
        return one.user is not None and self.covers(deployment, user, "")

    def _names_them(self, item: Item) -> bool:
        raw = item.raw or orjson.dumps(item.record, default=str)
        return names_any(raw, self.raw_ids)


def names_any(raw: bytes, ids: Iterable[str]) -> bool:
    """Whether one of the ids stands as a word of its own in bytes of whatever encoding.

    What cannot be read may be in UTF-16 or Latin-1, or escape letters as JSON does.
    """
    texts = [raw.decode("utf-8", errors="replace")]
    if not raw.isascii():
        texts.append(raw.decode("latin-1"))
    if b"\0" in raw:  # a line of it may begin in the middle of a letter
        texts += [raw[skip:].decode("utf-16-le", errors="replace") for skip in (0, 1)]
        texts.append(raw.decode("utf-16-be", errors="replace"))
    known = {one for one in ids if one}
    known |= {json.dumps(one)[1:-1] for one in known}
    edge = "[\\w\ufffd-]"  # what could not be read may go on with the word
    return any(re.search(rf"(?<!{edge}){re.escape(one)}(?!{edge})", text) for text in texts for one in known)


def _split(place: str, *, is_flat: bool) -> tuple[str, ...]:
    return (place,) if is_flat else tuple(place.split("."))
