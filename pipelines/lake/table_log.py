"""The log of a Delta table: which of its entries stay, and which nobody can ask for any longer.

A generation pins versions, and a version is read from its log. The library cleans logs by itself: whenever it
writes a checkpoint it deletes entries older than 30 days, also those of a version that is still pinned. Each
write here tells it not to (`STAYS`); what no kept generation needs goes when the lake is tidied.
"""

from __future__ import annotations

from pathlib import Path

from deltalake import DeltaTable, PostCommitHookProperties

from pipelines.lake.damage import LOG

CHECKPOINT = ".checkpoint.parquet"
CLEANUP = "delta.enableExpiredLogCleanup"
SETTINGS: dict[str, str | None] = {
    "delta.checkpointInterval": "10",  # opening a table replays at most so many commits, however old it is
    "delta.dataSkippingNumIndexedCols": "0",  # else a table's log would quote its least and greatest texts
    CLEANUP: "false",
}
"""What a new table says of its log."""
STAYS = PostCommitHookProperties(cleanup_expired_logs=False)
"""How every commit is made: a table of an earlier version of the code does not say it."""


def keep_log(table: DeltaTable) -> None:
    """Let a table say that its log stays, for deleting data files does not heed `STAYS`."""
    if table.metadata().configuration.get(CLEANUP) != "false":
        table.alter.set_table_properties({CLEANUP: "false"}, post_commithook_properties=STAYS)


def has_version(location: str, version: int) -> bool:
    """Whether a log still has the entry of a version; of one that was cleaned by the library it has none."""
    return Path(location, LOG, f"{version:020d}.json").exists()


def drop_below(location: str, version: int) -> None:
    """Delete what no version from this one on is read from: all before the last checkpoint up to it."""
    entries = sorted(Path(location, LOG).glob("[0-9]*"))
    own = f"{version:020d}{CHECKPOINT}"
    checkpoints = [entry.name for entry in entries if entry.name.endswith(CHECKPOINT) and entry.name <= own]
    first = max(checkpoints, default="").removesuffix(CHECKPOINT)
    for entry in entries:
        if entry.name < first:
            entry.unlink()
