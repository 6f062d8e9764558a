"""Takes the past out of a lake: what only an older generation showed can no longer be read from the disk.

Which rows go is decided before, by erasure or retention; this makes that true of files and logs.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.lake.generation import list_numbered, read_current
from pipelines.lake.lake import copying, locate, tidy
from pipelines.lake.opened import open_table
from pipelines.lake.table_log import drop_below
from pipelines.lock import locked


def forget(path: Path) -> None:
    """Keep the current generation alone, on the disk and in the tables' logs.

    The log of a Delta table holds the least and greatest values of every column of every file it ever had,
    texts and ids among them: what it says of versions before the current one goes, too.
    """
    with copying(path), locked(path, by="forget"):
        _keep_current(path)
        tidy(path)
        _keep_current(path)
        for name in read_current(path).versions:
            table = open_table(locate(path, name))
            table.create_checkpoint()
            drop_below(locate(path, name), table.version())


def _keep_current(path: Path) -> None:
    kept = f"{read_current(path).number:08d}.json"
    for old in list_numbered(path):
        if old.name != kept:
            old.unlink()
