"""Finds delivered files that hold text from before a day; what becomes of them is `retention`'s business."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass
from pathlib import Path

from pipelines.lake.lake import Lake
from pipelines.schemas.ledger import DELIVERY
from pipelines.settings import MAPPING_NAMES, Home


@dataclass(frozen=True)
class Aged:
    """Delivered files of the inbox: with nothing young enough in them, and with something.

    Of the old ones also the deployments that they were given to.
    """

    old: dict[Path, frozenset[str]]
    mixed: list[Path]


def find_aged(home: Home, lake: Lake, first: dt.date) -> Aged:
    """Files that hold text from before `first`, by the days inside; by that of delivery where none is known.

    A record that was rejected has no day that anybody vouches for, so its file is as young as its delivery.
    Of a file that was given to several deployments, the youngest day of any counts.
    """
    rows = lake.read(DELIVERY.full_name)
    oldest: dict[str, dt.date] = {}
    newest: dict[str, dt.date] = {}
    given: dict[str, set[str]] = {}
    for row in [] if rows is None else rows.to_pylist():
        name, came = row["delivery_id"], row["received_on"]
        given.setdefault(name, set()).add(row["deployment_id"])
        oldest[name] = min(oldest.get(name, came), row.get("first_day") or came)
        last = row.get("last_day") if row["rejected_count"] == 0 else None
        newest[name] = max(newest.get(name, dt.date.min), min(last or came, came))
    found = Aged({}, [])
    waiting = any(day < first for day in oldest.values())
    for path in sorted(home.inbox.rglob("*")) if waiting else []:
        if path.is_file() and path.name not in MAPPING_NAMES and (name := _sha256(path)) in oldest:
            if newest[name] < first:
                found.old[path] = frozenset(given[name])
            elif oldest[name] < first:
                found.mixed.append(path)
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
