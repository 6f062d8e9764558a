"""The only module that knows where tables lie: Delta tables, and generations that pin their versions.

A reader sees one generation: one version of every table. A writer holds the home's lock, writes new
versions aside, and makes the next generation current last, in one step; killed anywhere, the old state
stands. What a table means is declared in `schemas`; what is in it is the stages' business.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as datasets
from deltalake import DeltaTable
from filelock import FileLock, Timeout

from pipelines.errors import HomeError
from pipelines.lake import data_file
from pipelines.lake.damage import CHECKED, LOG, tell_log, told
from pipelines.lake.generation import Generation, begin, make_current, read_current, read_kept
from pipelines.lake.opened import keep_version, newest_version, open_table, open_version, take_version
from pipelines.lake.partition import Partition, find_changed
from pipelines.lake.table_log import SETTINGS, STAYS, drop_below, has_version, keep_log
from pipelines.lock import NOT_WRITABLE, locked

PARTITIONING = datasets.partitioning(
    pa.schema([("deployment_id", pa.string()), ("day", pa.date32())]), flavor="hive"
)
TIDIED = "tidied"
"""A file of a lake, as old as its last tidying."""


class Lake:
    """The tables below one directory, as one generation shows them."""

    def __init__(self, path: Path, generation: Generation | None = None) -> None:
        self.path = path
        self.generation = generation or read_current(path)

    def names(self) -> list[str]:
        """The `layer.table` names that exist in this generation."""
        return sorted(self.generation.versions)

    def files(
        self, name: str, *, days: Iterable[dt.date] | None = None, deployment_id: str | None = None
    ) -> list[str]:
        """Parquet files of a table, pruned to days and deployment; never a glob."""
        table = self._open(name)
        chosen = None if days is None else sorted(day.isoformat() for day in days)
        if table is None or chosen == []:
            return []
        asked: list[tuple[str, str, object]] = [("day", "in", chosen), ("deployment_id", "=", deployment_id)]
        filters = [one for one in asked if one[2] is not None]
        return self._on_disk(name, table, table.file_uris(partition_filters=filters or None))

    def find_schema(self, name: str) -> pa.Schema:
        """The columns of a table that exists, those included that no file of some days has."""
        table = self._open(name)
        return pa.schema([]) if table is None else pa.schema(table.schema().to_arrow())

    def _on_disk(self, name: str, table: DeltaTable, uris: list[str]) -> list[str]:
        # The addresses are percent-encoded, and a home may lie in a folder whose name has a blank.
        depth = len(table.metadata().partition_columns) + 1
        root = Path(locate(self.path, name))
        return sorted(str(root.joinpath(*uri.split("/")[-depth:])) for uri in uris)

    def partitions(self, name: str) -> list[Partition]:
        """The (deployment, day) partitions that hold rows."""
        table = self._open(name)
        if table is None:
            return []
        found = {(part["deployment_id"], part["day"]) for part in table.partitions()}
        return sorted((deployment, _as_day(day)) for deployment, day in found)

    def has_days(self, name: str) -> bool:
        """Whether a table is cut by deployment and day."""
        table = self._open(name)
        return table is not None and bool(table.metadata().partition_columns)

    def fingerprints(self, name: str) -> dict[Partition, str]:
        """What identifies each partition's content: its files, which change only when it is rewritten."""
        held = self._list_files(name).items()
        return {key: ",".join(sorted(Path(one["path"]).name for one in files)) for key, files in held}

    def row_counts(self, name: str) -> dict[Partition, int]:
        """The rows of each partition, from the log alone."""
        return {
            key: sum(one["num_records"] for one in files) for key, files in self._list_files(name).items()
        }

    def sizes(self, name: str) -> list[tuple[str, int]]:
        """The data files of a table with the bytes that its log says they have."""
        bytes_of = {Path(one["path"]).name: int(one["size_bytes"]) for one in self._list_added(name)}
        return [(file, bytes_of[Path(file).name]) for file in self.files(name)]

    def _list_files(self, name: str) -> dict[Partition, list[dict[str, Any]]]:
        """What the log says of each partition's files."""
        files: dict[Partition, list[dict[str, Any]]] = {}
        for one in self._list_added(name):
            key = (one["partition.deployment_id"], _as_day(one["partition.day"]))
            files.setdefault(key, []).append(one)
        return files

    def _list_added(self, name: str) -> list[dict[str, Any]]:
        """What the log says of each file."""
        table = self._open(name)
        return [] if table is None else pa.table(table.get_add_actions(flatten=True)).to_pylist()

    def read(
        self,
        name: str,
        *,
        days: Iterable[dt.date] | None = None,
        deployment_id: str | None = None,
        columns: list[str] | None = None,
    ) -> pa.Table | None:
        """Rows of a table, or None if it does not exist yet.

        Raises:
            HomeError: a file of it is damaged.
        """
        table = self._open(name)
        if table is None:
            return None
        schema = pa.schema(table.schema().to_arrow())
        wanted = schema if columns is None else pa.schema([schema.field(column) for column in columns])
        files = self.files(name, days=days, deployment_id=deployment_id)
        if not files:
            return wanted.empty_table()
        # Read with Arrow's own file system: buffers of a file system in Python may outlive the interpreter.
        is_partitioned = "day" in schema.names and bool(table.metadata().partition_columns)
        parted = PARTITIONING if is_partitioned else None
        with told(files, pa.ArrowException, OSError):
            source = datasets.dataset(files, format=CHECKED, schema=schema, partitioning=parted)
            return source.to_table(columns=wanted.names).cast(wanted)

    def _open(self, name: str) -> DeltaTable | None:
        version = self.generation.versions.get(name)
        return None if version is None else open_version(locate(self.path, name), version)


class Commit:
    """What a writer changes. Nothing is visible before the generation is made current."""

    def __init__(self, lake: Lake, versions: dict[str, int]) -> None:
        self.lake = lake
        self.versions = versions

    @property
    def so_far(self) -> Lake:
        """The tables with what this writer has put into them; nobody else sees it yet."""
        return Lake(self.lake.path, Generation(self.lake.generation.number, dict(self.versions)))

    def replace_days(self, name: str, rows: pa.Table, partitions: Iterable[Partition]) -> None:
        """Put `rows` in the place of whole partitions; a partition without rows becomes empty.

        A partition that holds the same rows already is left as it is, so nothing that depends on it is stale.
        """
        wanted = set(partitions)
        location = locate(self.lake.path, name)
        layout = data_file.LAYOUTS.get(name, data_file.Layout())
        if name in self.versions:
            held = self.so_far.read(name, days={day for _, day in wanted})
            wanted &= find_changed(held, rows)
            if wanted:
                table = take_version(location, self.versions[name])
                data_file.replace_partitions(table, Path(location), rows, wanted, layout)
                self.versions[name] = keep_version(table, location)
        elif wanted:
            data_file.make_table(Path(location), rows, layout, SETTINGS)
            self.versions[name] = newest_version(location)

    def replace_all(self, name: str, rows: pa.Table) -> None:
        """Put `rows` in the place of a small unpartitioned table."""
        location = locate(self.lake.path, name)
        if name in self.versions:
            table = take_version(location, self.versions[name])
            data_file.replace_whole(table, Path(location), rows)
            self.versions[name] = keep_version(table, location)
            return
        data_file.make_whole(Path(location), rows, SETTINGS)
        self.versions[name] = newest_version(location)


@contextmanager
def write(path: Path, *, by: str, wait_seconds: float = 600.0) -> Iterator[Commit]:
    """Hold the home's lock, recover what an interrupted writer left, and commit a generation at the end.

    Raises:
        HomeError: another writer held the lock for `wait_seconds` (the message says who), or the lake is
            damaged.
    """
    with locked(path, by=by, wait_seconds=wait_seconds):
        lake = Lake(path)
        if lake.generation.number == 0:
            begin(path)
        commit = Commit(lake, _drop_unpinned(lake))
        yield commit
        if commit.versions != lake.generation.versions:
            make_current(path, Generation(lake.generation.number + 1, commit.versions))


def tidy_daily(path: Path, *, on: dt.date) -> int:
    """Tidy unless somebody has on this day, in UTC; a lake that nobody ever tidied is left for a day.

    Raises:
        HomeError: the lake is being copied, or written for long; nothing was deleted.
    """
    mark = path / TIDIED
    if not mark.exists():
        mark.touch()
    if dt.datetime.fromtimestamp(mark.stat().st_mtime, dt.UTC).date() >= on:
        return 0
    return tidy(path, wait_seconds=0)


def tidy(path: Path, *, wait_seconds: float = 600.0) -> int:
    """Delete data files that none of the kept generations shows, whoever left them; returns how many.

    Rows do not change. What only older versions are read from leaves the tables' logs.
    """
    with copying(path, wait_seconds=wait_seconds), locked(path, by="tidy"):
        current = read_current(path)
        versions = _drop_unpinned(Lake(path))  # or what a killed writer left would be pinned below
        kept = [generation.versions for generation in read_kept(path)]
        deleted = 0
        for name in current.versions:
            location = locate(path, name)
            table = open_table(location)
            keep_log(table)
            pinned = sorted({one[name] for one in kept if name in one and has_version(location, one[name])})
            deleted += len(
                table.vacuum(
                    retention_hours=0,
                    dry_run=False,
                    enforce_retention_duration=False,
                    keep_versions=pinned,
                    full=True,  # else a file that a killed writer had not committed yet would stay for ever
                )
            )
            # Deleting is a commit of its own in the table's log; the next writer must not take it back.
            versions[name] = newest_version(location)
            drop_below(location, min([*pinned, current.versions[name]]))
        make_current(path, Generation(current.number + 1, versions))
        (path / TIDIED).touch()
    return deleted


@contextmanager
def copying(path: Path, *, wait_seconds: float = 600.0) -> Iterator[Lake]:
    """The current generation, whose files nobody deletes meanwhile; writers go on.

    Who may not write there copies without the lock: of a disk that became read-only nobody deletes anything.
    """
    lock = FileLock(path / "copy.lock", is_singleton=True)
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout:
        raise HomeError(f"{path} is being copied or tidied; waited {wait_seconds:.0f} s.") from None
    except OSError as error:
        if error.errno not in NOT_WRITABLE:
            raise
    try:
        yield Lake(path)
    finally:
        lock.release()


def _drop_unpinned(lake: Lake) -> dict[str, int]:
    """Take back versions that a killed writer committed to single tables without a generation.

    Returns the versions to go on from: the pinned ones, or those that show the same files again.
    """
    versions = dict(lake.generation.versions)
    for folder in sorted(lake.path.glob(f"*/*/{LOG}")):
        name = f"{folder.parent.parent.name}.{folder.parent.name}"
        if name not in versions:
            shutil.rmtree(folder.parent)  # no generation knows it; it may not even have a first commit
        elif (newest := newest_version(str(folder.parent))) != versions[name]:
            if newest < versions[name]:
                raise tell_log(str(folder.parent), versions[name])
            open_table(str(folder.parent)).restore(versions[name], post_commithook_properties=STAYS)
            versions[name] = newest_version(str(folder.parent))
    return versions


def locate(path: Path, name: str) -> str:
    """Where a table lies."""
    layer, table = name.split(".")
    return str(path / layer / table)


def _as_day(value: object) -> dt.date:
    return value if isinstance(value, dt.date) else dt.date.fromisoformat(str(value))
