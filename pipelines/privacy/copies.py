"""Where else a person's rows may stand: published files, reports, the register, backups.

Each is looked into, dropped, told, or named with the reason why it stays.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from pipelines.pointer import POINTER, find_current
from pipelines.privacy.search import PROBLEMS, WORD, search, shows
from pipelines.settings import Home
from risk_register.database.prose import AUDIT, NEVER_CHANGED
from risk_register.database.store import Store
from risk_register.database.tables.every import METADATA
from risk_register.errors import RegisterError

REGISTER = tuple(f"governance.sqlite{end}" for end in ("", "-wal", "-shm", "-turns"))
APART = ("inbox", "keys", *REGISTER)
"""Looked into in their own way: delivered files hold other ids, keys none, the register is asked."""


@dataclass
class Checked:
    """What still shows ids: `kept` may stay and is named in the receipt, `problems` may not."""

    kept: list[dict[str, str]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def drop_published(home: Home, ids: Set[str], *, is_current_too: bool = False) -> list[str]:
    """Delete the published files that show one of the ids; returns those that could not be read.

    With `is_current_too` the current one goes as well, and the dashboard waits for the next run.
    """
    current = find_current(home.published)
    problems = []
    for path in sorted(home.published.glob("published-*")):
        if path == current and not is_current_too:
            continue
        try:
            if shows(path, ids):
                if path == current:
                    (home.published / POINTER).unlink()
                path.unlink()
        except PROBLEMS as error:
            problems.append(f"{path.relative_to(home.path)}: {type(error).__name__}; delete it by hand")
    return problems


def check_files(home: Home, ids: Set[str], *, journal: Path) -> Checked:
    """Look for ids in every file of the home."""
    checked = Checked()
    found = search(home.path, ids, without={journal, *(home.path / name for name in APART)})
    checked.problems += [f"{name}: cannot be read" for name in found.unread]
    for path in found.pdfs:
        if home.reports not in path.parents:  # a report is searched in the workbook and JSON beside it
            name = str(path.relative_to(home.path))
            why = "a PDF that people put there cannot be searched; look into it"
            checked.kept.append({"what": name, "why": why})
    for path in found.files:
        name = str(path.relative_to(home.path))
        if home.reports in path.parents:
            checked.kept.append({"what": name, "why": "issued; a report stays as it was issued"})
        elif home.definitions in path.parents:
            checked.problems.append(f"{name}: names the conversation; release the hold or change the file")
        else:
            checked.problems.append(f"{name}: still shows the person")
    return checked


def check_governance(store: Store, ids: Set[str]) -> Checked:
    """Look for ids in every table of the register, whatever database it is."""
    checked = Checked()
    counts: dict[str, int] = {}
    try:
        with store.read() as session:
            for table in METADATA.sorted_tables:
                for row in session.execute(select(table)):
                    counts[table.name] = counts.get(table.name, 0) + _names(row, ids)
    except RegisterError as error:
        checked.problems.append(f"governance store: {error}")
    for name, count in counts.items():
        if count and name in NEVER_CHANGED:
            what = f"{count} audit entries" if name in AUDIT else f"{count} rows of {name}"
            checked.kept.append({"what": what, "why": "the database lets them only ever be added to"})
        elif count:
            checked.problems.append(f"governance store: {count} rows of {name} name the person")
    return checked


def describe_kept() -> list[dict[str, str]]:
    """What no erasure reaches, and why."""
    return [
        {"what": "counts by day and slice, also in published files and issued reports",
         "why": "they hold no person; counts of days that can be counted again were"},
        {"what": "keyed hashes of rejected records whose file is not in the inbox",
         "why": "without the record nobody can tell whose they are"},
    ]  # fmt: skip


def _names(row: Any, ids: Set[str]) -> int:
    return int(any(word.decode() in ids for value in row for word in WORD.findall(str(value).encode())))
