"""What of erased people an ingest would still read from the files of the inbox, after they were taken out.

It asks the reading that takes records in and no other, so that a record which `attribution` overlooked makes
an erasure fail and is never passed over.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pipelines.ingest.delivery import find_files
from pipelines.ingest.files.lines import UNREADABLE
from pipelines.ingest.removal.attribution import Attribution
from pipelines.ingest.source import Records, read_parts

LAST_DAY = dt.date(2100, 1, 1)
"""As if delivered then: no record is left unread because its date lies in the future."""
Columns = Mapping[str, Sequence[object]]


def count_left(folder: Path, about: Attribution, *, inbox: Path) -> dict[Path, int]:
    """Messages and events of erased people, by the file of a folder of the inbox that still holds them."""
    found: dict[Path, int] = {}
    for path in find_files(folder, inbox=inbox).readable:
        try:
            count = sum(
                _count(columns, about)
                for part in read_parts(about.source, path, received_on=LAST_DAY)
                for columns in _list_columns(part)
            )
        except UNREADABLE:  # told as damaged by whoever looked for the records
            continue
        if count:
            found[path] = count
    return found


def _list_columns(part: Records) -> Iterator[Columns]:
    yield from (part.messages, part.events)
    if part.plain is not None:
        yield {name: part.plain[name].to_pylist() for name in ("user", "thread")}


def _count(columns: Columns, about: Attribution) -> int:
    threads = columns.get("thread", ())
    people = Counter(zip(columns.get("user", [None] * len(threads)), threads, strict=True))
    deployment = about.mapping.deployment.id
    users, names = ([one[place] for one in people] for place in (0, 1))
    hidden = zip(
        about.pseudonymiser.identify_all("user", deployment, users),
        about.pseudonymiser.identify_all("thread", deployment, names),
        people.values(),
        strict=True,
    )
    return sum(count for user, thread, count in hidden if about.covers(deployment, user, thread))
