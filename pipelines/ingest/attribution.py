"""Whom each record of a delivered file is about, whether or not it was accepted.

Erasure asks this of files that were taken in long ago. The ids are read by the source, as they were when the
file was taken in. A record of which something cannot be read is about whoever's id stands in it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson

from pipelines.ingest.document import Item, read_items
from pipelines.ingest.field import RecordError
from pipelines.ingest.mapping import Mapping
from pipelines.ingest.pseudonymise import Pseudonymiser
from pipelines.ingest.source import Person, Source

Covers = Callable[[str, str, str], bool]
"""Whether (deployment, user, thread), both as pseudonyms, is to be taken out."""


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
            told = [] if item.reason is not None else list(self.source.attribute(path, item))
            people = [one for one in told if not isinstance(one, RecordError)]
            theirs = [one for one in people if self._is_theirs(one)]
            if theirs:
                found.add(item.position)
                self.raw_ids |= {one.user for one in theirs if one.user is not None and self._is_user(one)}
                self.raw_ids |= {one.thread for one in theirs if one.thread is not None}
            elif not people or len(people) < len(told):
                unread.append(item)
        return found | {item.position for item in unread if self._names_them(item)}

    def _is_theirs(self, one: Person) -> bool:
        deployment = self.mapping.deployment.id
        user = self.pseudonymiser.identify("user", deployment, one.user)
        return self.covers(deployment, user, self.pseudonymiser.identify("thread", deployment, one.thread))

    def _is_user(self, one: Person) -> bool:
        deployment = self.mapping.deployment.id
        user = self.pseudonymiser.identify("user", deployment, one.user)
        return self.covers(deployment, user, "")

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
