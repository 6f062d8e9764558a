"""Names of delivered files may carry the operator's id of a person; a receipt names nobody.

The ledger keeps the names under which files came, for a mended file is told by its name: what holds an id
there, or in the inbox where others' records keep the file, is counted and said to stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from pipelines.lake.lake import Lake
from pipelines.settings import Home

HIDDEN = "[erased]"
DATE = r"\d{4}-\d\d-\d\d"
"""Its parts are no ids, though somebody's id may be 11."""
LEDGER = ("ledger.delivery", "ledger.rejected")


def hide_ids(name: str, raw_ids: Iterable[str]) -> str:
    """A path without the ids that its last part holds as words; `_` and `-` end a word here."""
    ids = [re.escape(one) for one in sorted(raw_ids, key=len, reverse=True) if one]
    if not ids:
        return name
    word = rf"(?<![^\W_])(?P<id>{'|'.join(ids)})(?![^\W_])"
    folder, slash, last = name.rpartition("/")
    hidden = re.sub(f"{word}|{DATE}", lambda found: HIDDEN if found["id"] else found[0], last)
    return f"{folder}{slash}{hidden}"


def count_by_name(files: Iterable[tuple[str, int]], raw_ids: Collection[str]) -> dict[str, int]:
    """Counts of files by their names without ids; files that then have the same name are counted together."""
    counts: dict[str, int] = {}
    for name, count in files:
        hidden = hide_ids(name, raw_ids)
        counts[hidden] = counts.get(hidden, 0) + count
    return counts


def tell_names(home: Home, raw_ids: Collection[str]) -> list[dict[str, str]]:
    """What stays of the ids in names of files, for the receipt."""
    lake, told = Lake(home.lake), []
    known: set[str] = set()
    for table in LEDGER:
        rows = lake.read(table, columns=["file_name"])
        known |= set() if rows is None else set(rows["file_name"].to_pylist())
    here = {path.name for path in home.inbox.rglob("*") if path.is_file()}
    reasons = (
        (known, "in the ledger", "by its name a file that comes again, mended, is told from another one"),
        (here, "in the inbox", "records of others keep the file; rename it, for it is known by its content"),
    )
    for names, where, why in reasons:
        count = sum(hide_ids(one, raw_ids) != one for one in names)
        if count:
            told.append({"what": f"{count} names of delivered files {where} that hold an id", "why": why})
    return told
