"""What the audit says of data that went by its age, or was swept for erased people: days and numbers.

An entry names no file and no id, for both may be of a person. What goes is the business of `retention`,
`erasure` and `reach`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.lake.partition import Partition
from pipelines.settings import Home
from risk_register.database.store import open_store

Details = dict[str, object]
DROPPED, FILES, SWEPT = "retention", "delivered_files_dropped", "erased_people_swept"


@dataclass(frozen=True)
class Dropped:
    """A day that lost something by its age: its text, its findings or its counts."""

    what: str
    deployment_id: str
    day: dt.date


def enter_dropped(
    home: Home, dropped: Iterable[Dropped], *, as_of: dt.date, at: dt.datetime, by: str
) -> None:
    """Say of each deployment how many days lose what by their age, and the newest of them; else nothing.

    Args:
        home: the home.
        dropped: the days, each once for everything it loses.
        as_of: the day from which ages are counted.
        at: now.
        by: who does it.

    Raises:
        StoreError: the audit takes no entry.
    """
    days: dict[str, dict[str, list[dt.date]]] = {}
    for one in dropped:
        days.setdefault(one.deployment_id, {}).setdefault(one.what, []).append(one.day)
    details: dict[str, Details] = {}
    for deployment, lost in days.items():
        said = details.setdefault(deployment, {"as_of": as_of.isoformat()})
        for what, held in lost.items():
            said |= {f"{what}_day_count": len(held), f"{what}_through": max(held).isoformat()}
    _enter(home, DROPPED, details, at=at, by=by)


def enter_files(
    home: Home, gone: Iterable[str], cut: Iterable[str], *, as_of: dt.date, at: dt.datetime, by: str
) -> None:
    """Say of each deployment how many delivered files go, and how many lose old records; else nothing.

    `gone` and `cut` are the deployments that the files were given to. The others are as in `enter_dropped`.
    """
    counts = {"file_count": Counter(gone), "cut_file_count": Counter(cut)}
    details: dict[str, Details] = {
        one: {"as_of": as_of.isoformat()} | {name: count[one] for name, count in counts.items()}
        for one in set().union(*counts.values())
    }
    _enter(home, FILES, details, at=at, by=by)


def enter_swept(
    home: Home, parts: Iterable[Partition], cut: Iterable[str] = (), *, at: dt.datetime, by: str
) -> None:
    """Say of each deployment on how many days rows of erased people are taken out again; else nothing.

    `cut` are the deployments of delivered files that lose records of theirs.
    """
    days, files = Counter(deployment for deployment, _ in set(parts)), Counter(cut)
    details: dict[str, Details] = {one: {"day_count": count} for one, count in days.items()}
    for deployment, count in files.items():
        details.setdefault(deployment, {})["cut_file_count"] = count
    _enter(home, SWEPT, details, at=at, by=by)


def _enter(home: Home, action: str, details: Mapping[str, Details], *, at: dt.datetime, by: str) -> None:
    if not details:
        return
    store = open_store(home.governance_url)
    with store.write(actor=by, at=at) as write:
        for deployment, said in sorted(details.items()):
            write.record(action, subject=deployment, deployment_id=deployment, **said)
    store.close()  # a home that is being restored moves to its place next
