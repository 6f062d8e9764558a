"""Which record of which delivered file a message came from: the files are read again and ids recomputed.

Nothing is kept for this in advance; with the home's key, the mapping and the delivered file it can be found,
and without one of them it is said what is missing. Who may ask, and the trace of it, is `locating`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc

from pipelines.errors import DefinitionError
from pipelines.ingest.delivery import find_files, find_mapping
from pipelines.ingest.files.lines import fingerprint
from pipelines.ingest.inbox import find_mappings
from pipelines.ingest.mapping import Mapping, load_mapping
from pipelines.ingest.once import name_beside
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.redaction.redact import Redactor, crisis_lines
from pipelines.ingest.source import Records, Source
from pipelines.ingest.sources import make_source
from pipelines.ingest.stage import Stager
from pipelines.lake.lake import Lake
from pipelines.settings import Home
from risk_register.content import load_crisis_resources
from risk_register.incident.locations import Found, Locate


@dataclass(frozen=True)
class Place:
    """Where delivered files lie and what reads them; the inbox, and each folder's mapping, if not given."""

    folder: Path | None = None
    mapping: Path | None = None


@dataclass(frozen=True)
class _Wanted:
    """The message that is looked for, by our ids."""

    deployment_id: str
    message_id: str
    role: str
    thread_id: str
    received_on: dt.date


@dataclass(frozen=True)
class _Folder:
    """A folder of delivered files and how they are read."""

    path: Path
    mapping: Mapping


def trace(home: Home, *, deployment_id: str, subject: str, place: Place) -> Found:
    """The source record of a message, or of the first one of a conversation.

    Args:
        home: the home that holds the message.
        deployment_id: the deployment it belongs to.
        subject: id of a message, of a finding (the message's id, a slash, more), or of a conversation.
        place: where the delivered files lie.
    """
    lake = Lake(home.lake)
    wanted = _find_message(lake, deployment_id=deployment_id, subject=subject.partition("/")[0])
    if wanted is None:
        return Found(
            why_not=f"{deployment_id} holds no message or conversation {subject}: erased, or another id."
        )
    if not (home.keys / "pseudonym.key").exists():
        return Found(why_not=f"{home.keys} holds no key; without it no id can be recomputed.")
    folders = [_Folder(path, mapping) for path, mapping in _find_folders(home, deployment_id, place)]
    if not folders:
        return Found(
            why_not=f"{place.folder or home.inbox} holds no folder with a mapping of {deployment_id}. If the "
            "files were taken in from elsewhere, name that folder with --source."
        )
    return _search(home, lake, folders, wanted)


def make_locate(home: Home) -> Locate:
    """What the dashboard searches with: the inbox of this home, each folder read by its own mapping."""

    def locate(deployment_id: str, subject: str) -> Found:
        return trace(home, deployment_id=deployment_id, subject=subject, place=Place())

    return locate


def _search(home: Home, lake: Lake, folders: list[_Folder], wanted: _Wanted) -> Found:
    deliveries = _find_deliveries(lake, wanted)
    missing = dict(deliveries)
    searched = 0
    for folder in folders:
        source = make_source(folder.mapping)
        stager = Stager(
            wanted.deployment_id,
            folder.mapping.deployment.zone,
            Pseudonymiser(load_key(home.keys)),
            Redactor(crisis_lines(load_crisis_resources())),
        )
        for path in find_files(folder.path).readable:
            delivery = fingerprint(path)
            if delivery not in deliveries:
                continue
            missing.pop(delivery, None)
            searched += 1
            found = _search_file(path, source, stager, wanted)
            if found is not None:
                position, thread = found
                return Found(str(path.relative_to(folder.path.parent)), position, thread)
    if missing:
        names = ", ".join(sorted(missing.values())[:5])
        return Found(
            why_not=f"{len(missing)} files delivered on {wanted.received_on} are gone or changed ({names}); "
            f"the {searched} that are left do not hold it."
        )
    return Found(
        why_not=f"None of the {searched} files delivered on {wanted.received_on} holds it, as read now."
    )


def _search_file(path: Path, source: Source, stager: Stager, wanted: _Wanted) -> tuple[int, str] | None:
    """Position and source conversation in one file: halved until one record is left."""
    thread = _find_thread(source.read(path, received_on=wanted.received_on), stager, wanted)
    if thread is None:
        return None

    def holds(last: int) -> bool:
        records = source.read(path, received_on=wanted.received_on, only=range(1, last + 1))
        return _find_thread(records, stager, wanted) is not None

    high = 1
    while not holds(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high, thread


def _find_thread(records: Records, stager: Stager, wanted: _Wanted) -> str | None:
    """The operator's id of the thread, if these records hold the message."""
    threads = records.messages.get("thread", [])
    theirs = {
        raw for raw in set(threads)
        if stager.pseudonymiser.identify("thread", wanted.deployment_id, raw) == wanted.thread_id
    }  # fmt: skip
    places = [place for place, raw in enumerate(threads) if raw in theirs]
    if not places:
        return None
    columns = {name: [values[place] for place in places] for name, values in records.messages.items()}
    few = Records(messages=columns, is_transcript=records.is_transcript)
    staged = stager.stage_messages(few, wanted.received_on)
    for place, name in enumerate(staged["message_id"].to_pylist()):
        is_named = wanted.message_id in (name, name_beside(name, wanted.role))
        if is_named and staged["role"][place].as_py() == wanted.role:
            return str(columns["thread"][place])
    return None


def _find_message(lake: Lake, *, deployment_id: str, subject: str) -> _Wanted | None:
    columns = ["message_id", "role", "conversation_id", "thread_id", "turn", "received_on"]
    rows = lake.read("staging.message", deployment_id=deployment_id, columns=columns)
    if rows is None:
        return None
    is_named = pc.or_(pc.equal(rows["message_id"], subject), pc.equal(rows["conversation_id"], subject))
    for row in rows.filter(is_named).sort_by("turn").to_pylist():
        return _Wanted(deployment_id, row["message_id"], row["role"], row["thread_id"], row["received_on"])
    return None


def _find_deliveries(lake: Lake, wanted: _Wanted) -> dict[str, str]:
    """Names by SHA-256 of the files that came on the day on which the message first did."""
    rows = lake.read("ledger.delivery", columns=["delivery_id", "deployment_id", "file_name", "received_on"])
    return {
        row["delivery_id"]: row["file_name"]
        for row in ([] if rows is None else rows.to_pylist())
        if (row["deployment_id"], row["received_on"]) == (wanted.deployment_id, wanted.received_on)
    }


def _find_folders(home: Home, deployment_id: str, place: Place) -> Iterator[tuple[Path, Mapping]]:
    inbox = [mapping.parent for mapping in find_mappings(home.inbox)]
    for path in [place.folder] if place.folder else inbox:
        name = place.mapping or find_mapping(path)
        try:
            mapping = load_mapping(name) if name else None
        except DefinitionError:
            continue  # a folder that cannot be read now is not the one the file came through
        if mapping is not None and mapping.deployment.id == deployment_id:
            yield path, mapping
