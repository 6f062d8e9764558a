"""Whom each record of a delivered file is about, whether or not it was accepted.

Erasure asks this of files that were taken in long ago. The ids are read by the source, as they were when the
file was taken in. A record of which something cannot be read is about whoever's id stands in it, or in what
cannot be read right before or behind it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pipelines.ingest.field import RecordError
from pipelines.ingest.files.document import Item, is_csv, read_items
from pipelines.ingest.files.lines import LONGEST_LINE, open_plain, read_pieces
from pipelines.ingest.files.nesting import write_json
from pipelines.ingest.mapping import Mapping
from pipelines.ingest.pseudonymise import Pseudonymiser
from pipelines.ingest.reason import Reason
from pipelines.ingest.source import Person, Source

Covers = Callable[[str, str, str], bool]
"""Whether (deployment, user, thread), both as pseudonyms, is to be taken out."""

OVERLAP = 64 * 1024
"""Bytes, of which no id has more."""
WORDS = (
    re.compile(r"[\w-]{1,1000}"),
    re.compile(r"[^\s,;|\"'{}\[\]()]{1,1000}"),
    re.compile(r"[^,;|\t\"\r\n]{1,1000}"),
)
"""What may be an id in a record that cannot be read: letters and digits, what stands between blanks, and a
value of JSON or CSV."""


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
            if item.position == 0 or (item.reason is not None and not item.raw and not item.lines):
                raise OSError(f"{path.name} cannot be read to its end")
            told = [] if item.reason is not None else list(self.source.attribute(path, item))
            people = [one for one in told if not isinstance(one, RecordError)]
            theirs = [one for one in people if self._is_theirs(one)]
            if theirs:
                found.add(item.position)
                self.raw_ids |= {one.user for one in theirs if one.user is not None and self._is_user(one)}
                self.raw_ids |= {one.thread for one in theirs if one.thread is not None}
                self.raw_ids |= {one.trace for one in theirs if one.trace is not None}
            elif not people or len(people) < len(told):
                unread.append(item)
        return found | self._find_unread(path, unread)

    def _find_unread(self, path: Path, unread: list[Item]) -> set[int]:
        """Positions of what cannot be read, or not wholly, and is theirs.

        Items that follow on one another and are no records go together: a text that breaks a line, or JSON
        over several lines, has the id in one of them and the words in another.
        """
        found = {item.position for item in unread if item.reason is None and self._names_them(item)}
        broken = [item for item in unread if item.reason is not None]
        too_long = {item.lines[-1] for item in broken if item.reason is Reason.LINE_TOO_LONG and item.lines}
        theirs = self._find_lines(path, too_long) if too_long else set()

        def is_theirs(item: Item) -> bool:
            if item.reason is Reason.LINE_TOO_LONG and item.lines:
                return item.lines[-1] in theirs
            return names_any(item.raw, self.raw_ids) or self._holds_id(item.raw)

        for _, numbered in groupby(enumerate(broken), key=lambda one: one[1].position - one[0]):
            run = [item for _, item in numbered]
            if any(is_theirs(item) for item in run):
                found |= {item.position for item in run}
        return found

    def _find_lines(self, path: Path, numbers: Set[int]) -> set[int]:
        """Those of some lines of a file that are theirs; a line is looked at in pieces that overlap."""
        found: set[int] = set()
        number, before = 0, b""
        for piece in read_pieces(path, ends_at_return=is_csv(path)):
            if piece.number not in numbers or piece.number in found:
                continue
            seen = before + piece.content if piece.number == number else piece.content
            if names_any(seen, self.raw_ids) or self._holds_id(seen):
                found.add(piece.number)
            number, before = piece.number, seen[-OVERLAP:]
        return found

    def _is_theirs(self, one: Person) -> bool:
        if one.user is None and one.thread == one.trace and one.trace in self.raw_ids:
            return True
        deployment = self.mapping.deployment.id
        user = self.pseudonymiser.identify("user", deployment, one.user)
        return self.covers(deployment, user, self.pseudonymiser.identify("thread", deployment, one.thread))

    def _is_user(self, one: Person) -> bool:
        deployment = self.mapping.deployment.id
        user = self.pseudonymiser.identify("user", deployment, one.user)
        return self.covers(deployment, user, "")

    def _names_them(self, item: Item) -> bool:
        return names_any(item.raw or write_json(item.record, default=str), self.raw_ids)

    def _holds_id(self, raw: bytes) -> bool:
        """Whether a word is an id of theirs: after a restore nobody knows the ids, but for the tombstones."""
        return bool(
            self.select_ids({word for text in _decode(raw) for one in WORDS for word in one.findall(text)})
        )

    def select_ids(self, ids: Iterable[str]) -> set[str]:
        """Those of some ids of the operator that are of an erased user or thread of this deployment."""
        deployment = self.mapping.deployment.id
        words = sorted(ids)
        users = self.pseudonymiser.identify_all("user", deployment, words)
        threads = self.pseudonymiser.identify_all("thread", deployment, words)
        return {
            word
            for word, user, thread in zip(words, users, threads, strict=True)
            if self.covers(deployment, user, "") or self.covers(deployment, "", thread)
        }


def names_any(raw: bytes, ids: Iterable[str]) -> bool:
    """Whether one of the ids stands as a word of its own in bytes of whatever encoding.

    What cannot be read may be in UTF-16 or Latin-1, or escape letters as JSON does.
    """
    texts = _decode(raw)
    known = {one for one in ids if one}
    known |= {json.dumps(one)[1:-1] for one in known}
    edge = "[\\w\ufffd-]"  # what could not be read may go on with the word
    return any(re.search(rf"(?<!{edge}){re.escape(one)}(?!{edge})", text) for text in texts for one in known)


def _decode(raw: bytes) -> list[str]:
    texts = [raw.decode("utf-8", errors="replace")]
    if not raw.isascii():
        texts.append(raw.decode("latin-1"))
    if b"\0" in raw:  # a line of it may begin in the middle of a letter
        texts += [raw[skip:].decode("utf-16-le", errors="replace") for skip in (0, 1)]
        texts.append(raw.decode("utf-16-be", errors="replace"))
    return texts


def file_names_any(path: Path, ids: Iterable[str]) -> bool:
    """Whether one of the ids stands in a file that need not be readable as records.

    Raises:
        OSError, EOFError, ...: one of `UNREADABLE`, it cannot be read to its end.
    """
    before = b""
    with open_plain(path) as stream:
        while part := stream.read(LONGEST_LINE):
            if names_any(before + part, ids):
                return True
            before = part[-OVERLAP:]
    return False
