"""The text of a conversation, for somebody who may read it: the one door through which a page sees any.

Role, grant and reason are asked here, and the trace is written before the first byte is read. Files are those
of the lake's current generation, found by deployment and day: what was erased cannot be opened again. Nothing
is kept of what was read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

import duckdb
from deltalake import DeltaTable

from dashboards.auth import Account
from risk_register.account.accounts import Action
from risk_register.alarm.grave_findings import KIND, GraveFindingRecord, read_hash
from risk_register.database.audit import record_access
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, UnknownRecordError

TABLE = "staging.message"
CONVERSATIONS = "staging.conversation"
QUERY = Path(__file__).parent / "queries" / "conversation_text.sql"
THREAD_QUERY = Path(__file__).parent / "queries" / "conversation_thread.sql"
FINDING_QUERY = Path(__file__).parent / "queries" / "conversation_of_finding.sql"
IN_MEMORY: dict[str, str | bool | int | float | list[str]] = {
    "threads": "1",
    "autoinstall_known_extensions": "false",
    "temp_directory": "",
}
MOVED_DAYS = 3  # late records move a conversation by no more than it lasts: 48 h, where nothing else was set
GONE = "The text of this conversation is no longer held: it was erased, or its time is over."

UNREADABLE = (
    "The texts cannot be read now: the pointer of the lake is lost or damaged. Do not pass the item on, and "
    "dismiss nothing for it; "
    "`plimsoll status` tells whoever runs this what to put back."
)


class TextGoneError(UnknownRecordError):
    """The text is no longer held, which is as it should be: it was erased, or its time is over."""


@dataclass(frozen=True)
class Spoken:
    """What one side said in one turn, redacted."""

    turn: int
    role: str
    text: str
    sent_at: datetime


@dataclass(frozen=True)
class Reading:
    """Somebody wants to read a conversation: who, which, why, and under which name the trace knows it.

    `subject` is the id of the item, finding or incident, not of the conversation: the trace outlives a
    person's data.
    """

    account: Account
    deployment_id: str
    conversation_id: str
    day: date | None
    subject: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Place:
    """A turn of a conversation, and the day on which the conversation is kept."""

    conversation_id: str
    turn: int
    day: date


def read_conversation(lake: Path | None, store: Store, reading: Reading) -> tuple[Spoken, ...]:
    """The messages of a conversation, turn by turn.

    Raises:
        NotAllowedError: no role on this deployment allows it, or the reason is blank.
        TextGoneError: the text is no longer held.
        UnknownRecordError: this dashboard was started without the lake, or the lake's pointer is damaged.
    """
    if not reading.account.may(Action.READ_CONVERSATION, reading.deployment_id):
        raise NotAllowedError(
            f"{reading.account.name} may not read conversations of {reading.deployment_id}; "
            "an administrator gives roles."
        )
    if lake is None:
        raise UnknownRecordError(
            "This dashboard was started without the lake, so it can open no conversation."
        )
    record_access(
        store,
        action="conversation_read",
        subject=reading.subject,
        deployment_id=reading.deployment_id,
        reason=reading.reason,
        actor=reading.account.name,
        at=reading.at,
    )
    files = find_files(lake, deployment_id=reading.deployment_id, day=reading.day)
    spoken = _query(files, reading.conversation_id) if files else ()
    if not spoken and reading.day is not None:
        # Late records move a conversation to the day of its new first message.
        files = find_files(lake, deployment_id=reading.deployment_id, day=None)
        spoken = _query(files, reading.conversation_id) if files else ()
    if not any(one.text for one in spoken):  # retention leaves the rows and takes the text
        raise TextGoneError(GONE)
    return spoken


def find_message(lake: Path | None, finding: GraveFindingRecord) -> Place | None:
    """Where the message of a grave finding stands, while the lake has it. No text is read.

    Raises:
        UnknownRecordError: the lake's pointer is lost or damaged.
    """
    if lake is None:
        return None
    given = {
        "kind": KIND,
        "deployment_id": finding.deployment_id,
        "signal_id": finding.signal_id,
        "hash": read_hash(finding.finding_id),
    }
    for moved in sorted(range(-MOVED_DAYS, MOVED_DAYS + 1), key=abs):
        day = finding.day + timedelta(days=moved)
        files = find_files(lake, deployment_id=finding.deployment_id, day=day)
        rows = _fetch(FINDING_QUERY, {"files": files, **given}) if files else []
        if rows:
            return Place(str(rows[0][0]), int(rows[0][1]), day)
    return None


def find_thread(lake: Path | None, *, deployment_id: str, conversation_id: str) -> str:
    """The thread of a conversation, so that a hold covers all of it. No text is read.

    Raises:
        UnknownRecordError: the deployment has no such conversation, or the dashboard was started without it.
    """
    files = find_files(lake, deployment_id=deployment_id, day=None, name=CONVERSATIONS) if lake else []
    given = {"files": files, "conversation_id": conversation_id}
    rows = _fetch(THREAD_QUERY, given) if files else []
    if not rows:
        raise UnknownRecordError(
            f"{deployment_id} holds no conversation {conversation_id}; nothing can be kept."
        )
    return str(rows[0][0])


def find_files(lake: Path, *, deployment_id: str, day: date | None, name: str = TABLE) -> list[str]:
    """The files of the current generation that may hold a conversation; of all days when `day` is None.

    Raises:
        UnknownRecordError: the lake's pointer is lost or damaged, so that nobody knows which files they are.
    """
    version = _read_pointer(lake / "generations" / "current.json").get(name)
    if version is None:
        return []
    root = lake.joinpath(*name.split("."))
    log = root / "_delta_log" / f"{version:020d}.json"
    table = _open_version(str(root), version, log.stat().st_mtime_ns if log.exists() else 0)
    filters: list[tuple[str, str, object]] = [("deployment_id", "=", deployment_id)]
    if day is not None:
        filters.append(("day", "=", day.isoformat()))
    # The addresses are percent-encoded; the last three parts name the partition and the file.
    uris = table.file_uris(partition_filters=filters)
    return sorted(str(root.joinpath(*uri.split("/")[-3:])) for uri in uris)


def _read_pointer(pointer: Path) -> dict[str, int]:
    """The versions of the current generation by table; none where nothing was ever ingested."""
    try:
        versions: dict[str, int] = json.loads(pointer.read_bytes())["versions"]
    except FileNotFoundError:
        if any(pointer.parent.glob("0*.json")):
            raise UnknownRecordError(UNREADABLE) from None
        return {}
    except (ValueError, KeyError, TypeError):
        raise UnknownRecordError(UNREADABLE) from None
    return versions


@lru_cache(maxsize=4)
def _open_version(location: str, version: int, _written_at: int) -> DeltaTable:
    """A version of the table; it never changes, so its log is read once."""
    return DeltaTable(location, version=version)


def _query(files: list[str], conversation_id: str) -> tuple[Spoken, ...]:
    return tuple(Spoken(*row) for row in _fetch(QUERY, {"files": files, "conversation_id": conversation_id}))


def _fetch(query: Path, given: Mapping[str, object]) -> list[tuple[Any, ...]]:
    connection = duckdb.connect(":memory:", config=IN_MEMORY)
    try:
        return connection.execute(query.read_text(), given).fetchall()
    finally:
        connection.close()
