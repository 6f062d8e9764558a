"""Takes records whose text has reached its limit out of delivered files that hold younger ones too.

A file as a whole goes by retention, once nothing in it is young enough. Which records of one that stays are
too old is told by when they were sent, in the zone of the deployment; one without a time, or that nobody
could read, stays as long as the file does. Large files lose records some days early rather than every night.
A younger record goes with those of which alone its conversation can be told: no erasure would find it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines.errors import PlimsollError
from pipelines.ingest.delivery import load_folder_mapping
from pipelines.ingest.field import microseconds
from pipelines.ingest.files.document import read_items
from pipelines.ingest.files.lines import UNREADABLE
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.removal.attribution import Attribution
from pipelines.ingest.removal.replacing import Announce, Found, Withdrawal, replace_files, tell_path
from pipelines.ingest.sources import make_source
from pipelines.settings import Home
from pipelines.shown_text import tell_name

LARGE = 16 * 1024 * 1024
"""Bytes of a file as it lies. To write so much again takes about a second, packed several."""


def lapse(
    home: Home,
    paths: Collection[Path],
    *,
    before: dt.date,
    early: dt.timedelta = dt.timedelta(),
    is_rehearsal: bool = False,
    announce: Announce = lambda _: None,
) -> Withdrawal:
    """Take what was sent before a day out of files of the inbox; a rehearsal only counts.

    Args:
        home: the home whose inbox it is.
        paths: delivered files below the inbox.
        before: the first day whose text is still kept.
        early: how much of what is still kept goes from a large file, too, so that it is not written again
            each night. Text that stays too long breaks a promise; a copy that goes early breaks none.
        announce: is told of the files that will lose records, before any does.
    """
    result = Withdrawal()
    found: list[Found] = []
    for folder in sorted({path.relative_to(home.inbox).parts[0] for path in paths}):
        own = sorted(path for path in paths if path.relative_to(home.inbox).parts[0] == folder)
        try:
            about = _open(home, home.inbox / folder)
        except PlimsollError as error:
            result.unchecked.append(f"inbox/{folder}: {error}")
            continue
        for path in own:
            try:
                first = before + early if path.stat().st_size >= LARGE else before
                old = set(_find_lapsed(path, about, first))
                gone = old | about.source.find_stranded(path, old) if old else old
                found.append(Found(path, frozenset(gone), about))
            except UNREADABLE as error:
                result.tell_damaged(path, tell_path(home, path), error)
    wanted = [one for one in found if one.items]
    if is_rehearsal:
        result.files = [one.tell(home) for one in wanted]
        return result
    announce([one.tell(home) for one in wanted])
    if wanted:
        replace_files(home, wanted, result, is_erasure=False)
    return result


def _open(home: Home, folder: Path) -> Attribution:
    """How the files of a folder are read; nobody is looked for."""
    mapping = load_folder_mapping(folder)
    return Attribution(
        mapping, make_source(mapping), Pseudonymiser(load_key(home.keys)), lambda *_: False, set()
    )


def _find_lapsed(path: Path, about: Attribution, before: dt.date) -> Iterator[int]:
    start = dt.datetime.combine(before, dt.time(), ZoneInfo(about.mapping.deployment.zone))
    first = microseconds(start.astimezone(dt.UTC))
    for item in read_items(path):
        if item.position == 0:
            raise OSError(f"{tell_name(path.name)} cannot be read to its end")
        moments = list(about.source.date(path, item)) if item.reason is None else []
        if moments and max(moments) < first:
            yield item.position
