"""Takes deliveries in: every file once, every record accepted or rejected, one generation a batch.

A file is known by its SHA-256. Delivered again it changes nothing; delivered again with another mapping,
only the lines that were rejected are read again, or all of it where a rejection is about no line, or where
its name now says another kind of file. The rows of a database come as files, too.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
from sqlalchemy import Engine

from pipelines.aside import aside
from pipelines.discretion import Discretion
from pipelines.errors import SourceError
from pipelines.ingest import account
from pipelines.ingest.account import check_rule, write_account, write_marks, write_watermark
from pipelines.ingest.delivery import (
    Delivered,
    KnownDelivery,
    describe,
    identify_delivery,
    known_deliveries,
    read_delivery,
)
from pipelines.ingest.fetching import query as queries
from pipelines.ingest.fetching.database import find_address, identify_database, open_database
from pipelines.ingest.fetching.location import show_address
from pipelines.ingest.fetching.waiting import (
    Waiting,
    find_waiting,
    is_address,
    leave_known,
    leave_unreadable,
    say_nothing,
)
from pipelines.ingest.fetching.watermark import write_value
from pipelines.ingest.mapping import SQL, Mapping, QueryRule
from pipelines.ingest.pseudonymise import Pseudonymiser, load_key
from pipelines.ingest.redaction.names import load_name_finder
from pipelines.ingest.redaction.redact import Redactor, crisis_lines
from pipelines.ingest.redaction.sieve import prepare
from pipelines.ingest.removal.refusal import Refused, read_refused, refuse_erased
from pipelines.ingest.source import Source
from pipelines.ingest.sources import make_source
from pipelines.ingest.span import find_span
from pipelines.ingest.stage import Stager
from pipelines.ingest.tray import Tray
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Commit, Lake
from pipelines.settings import Home
from risk_register.content import load_crisis_resources

BYTES_AT_ONCE = 128 * 1024 * 1024
"""Files become one generation up to this size; a single file of any size is one."""
UNPACKED = 8
"""A packed file of logs holds about this many times its size."""
KEPT_MS = 10_000
"""How long memory is kept for the next block."""
DELIVERIES = "deliveries"
"""What is fetched lies aside under this name."""
ROWS = "rows"
"""What a query gives, under this one and the query's own: a database that hangs keeps no other ingest."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Summary:
    """What an ingest did."""

    deployment_id: str
    files: tuple[Delivered, ...]
    ignored: tuple[str, ...]
    generation: int
    version_count: int = 0  # records that are other versions of a message than the one that is kept
    unread: tuple[str, ...] = ()  # files and folders that cannot be opened, each with why
    note: str | None = None  # what to look at where a query gives nothing from its start on
    apart_count: int = 0  # windows of a conversation's history that meet nothing of what is held of it
    shared_count: int = 0  # threads in which several users write, and before this ingest did not

    @property
    def rejected(self) -> Counter[str]:
        """Rejected records by reason."""
        return Counter(item.reason.value for one in self.files for item in one.records.rejected)


@dataclass
class _Intake:
    """One ingest: what is needed to take a file in, and what became of each."""

    home: Home
    mapping: Mapping
    source: Source
    stager: Stager
    received_on: dt.date
    beside: Executor
    progress: Progress
    done: list[Delivered] = field(default_factory=list)
    marks: dict[str, str | None] = field(default_factory=dict)  # of objects of a bucket, by name
    version_count: int = 0
    apart_count: int = 0
    shared_count: int = 0
    unread: tuple[str, ...] = ()
    is_anew: bool = False  # a query whose rows are all asked for again: most are stored already
    note: str | None = None  # of a query that gives nothing

    def take(self, commit: Commit, files: Iterable[tuple[str, Path]]) -> None:
        """Read files and put what they hold into the commit."""
        check_rule(commit.lake, self.mapping.deployment)
        known = known_deliveries(commit.so_far, self.mapping.deployment.id)
        read, refused = [], read_refused(self.home)
        with Tray(commit, self.mapping.deployment, self.stager) as tray:
            for name, path in files:
                one = self._read(name, path, known, tray, refused)
                known.setdefault(
                    one.delivery_id, KnownDelivery(one.received_on, self.mapping.hash, one.byte_count)
                )
                read.append(one)
                self.progress(describe(one))
            tray.empty()
        self.version_count += tray.version_count
        self.apart_count += tray.apart_count
        self.shared_count += tray.shared_count
        if fresh := [one for one in read if not one.is_known]:
            write_account(commit, fresh, self.mapping, self.stager.pseudonymiser)
        if seen := [one for one in read if one.is_known and one.mark is not None]:
            write_marks(commit, seen, self.mapping.deployment.id)
        self.done += read

    def _read(
        self, name: str, path: Path, known: dict[str, KnownDelivery], tray: Tray, refused: Refused
    ) -> Delivered:
        one = identify_delivery(
            path,
            name,
            mapping=self.mapping,
            deliveries=known,
            received_on=self.received_on,
            aside=self.beside,
        )
        one.mark = self.marks.get(name)
        for part in read_delivery(one, self.source):
            part.is_again |= self.is_anew
            refuse_erased(
                part,
                refused,
                deployment_id=self.mapping.deployment.id,
                pseudonymiser=self.stager.pseudonymiser,
            )
            one.span = one.span.cover(find_span(part, self.mapping.deployment.zone))
            tray.add(part, one.received_on)
            one.records.absorb(part, self.stager.pseudonymiser.fingerprint)
        return one


@Discretion("ingest")
def ingest_folder(
    home: Home,
    folder: Path | str,
    mapping: Mapping,
    *,
    received_on: dt.date,
    progress: Progress = lambda _: None,
    redactor: Redactor | None = None,
) -> Summary:
    """Read every readable file below a folder or an address, or the rows of a query, and commit them.

    A file that cannot be opened keeps no other out; the summary names it.

    Args:
        folder: a folder or file, an address that fsspec reads, or for format sql that of a database.
        redactor: what takes contact details out, else the one that knows the register's crisis lines.

    Raises:
        SourceError: there is no readable file, or an address cannot be read.
        StateError: the deployment is known with another zone or episode rule.
    """
    pa.set_memory_pool(_find_memory())
    stager = Stager(
        mapping.deployment.id,
        mapping.deployment.zone,
        Pseudonymiser(load_key(home.keys)),
        redactor or Redactor(crisis_lines(load_crisis_resources()), names=load_name_finder(home.definitions)),
    )
    with ThreadPoolExecutor(2, thread_name_prefix="beside") as beside:
        beside.submit(prepare, stager.redactor)
        intake = _Intake(home, mapping, make_source(mapping), stager, received_on, beside, progress)
        ignored = _take_query(intake, str(folder)) if mapping.format == SQL else _take_files(intake, folder)
    return Summary(
        mapping.deployment.id, tuple(intake.done), tuple(ignored), Lake(home.lake).generation.number,
        intake.version_count, intake.unread, intake.note, intake.apart_count, intake.shared_count,
    )  # fmt: skip


def _find_memory() -> pa.MemoryPool:
    """Memory that is used again: Arrow's usual allocator gives large pieces back at once, and to clear them
    anew costs a fifth of an ingest.
    """
    if "jemalloc" not in pa.supported_memory_backends():
        return pa.system_memory_pool()
    pa.jemalloc_set_decay_ms(KEPT_MS)
    return pa.jemalloc_memory_pool()


def _take_files(intake: _Intake, source: Path | str) -> list[str]:
    waiting, ignored, closed = find_waiting(source, inbox=intake.home.inbox)
    waiting, unread = leave_unreadable(waiting)
    intake.unread = (*closed, *unread)
    shown = show_address(str(source)) if is_address(source) else str(source)
    if not waiting:
        raise SourceError(say_nothing(shown, ignored, intake.unread))
    intake.marks = {one.name: one.mark for one in waiting}
    known: dict[str, KnownDelivery] = {}
    if any(intake.marks.values()):  # only what lies at an address can be known before it is opened
        known = known_deliveries(Lake(intake.home.lake), intake.mapping.deployment.id)
    by = f"ingest of {Path(shown).name}"
    waiting, recognised = leave_known(waiting, known, intake.mapping)
    for same in recognised:
        intake.progress(describe(same))
    intake.done += recognised
    for batch in _batches(waiting):
        with aside(intake.home, DELIVERIES, by=by) as folder:
            files = []
            for number, one in enumerate(batch):
                place = folder / str(number)
                place.mkdir()
                files.append((one.name, one.fetch(place)))
            with lakes.write(intake.home.lake, by=by) as commit:
                intake.take(commit, files)
    return ignored


def _batches(files: list[Waiting]) -> Iterable[list[Waiting]]:
    batch: list[Waiting] = []
    size = 0
    for one in files:
        is_packed = one.name.lower().endswith((".gz", ".zst"))
        expected = one.byte_count * (UNPACKED if is_packed else 1)
        if batch and size + expected > BYTES_AT_ONCE:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += expected
    yield batch


def _take_query(intake: _Intake, source: str) -> list[str]:
    rule = intake.mapping.query
    if rule is None:
        raise SourceError("format sql needs a mapping with a query.")
    engine = open_database(find_address(source, rule.address_variable))
    database = identify_database(engine)
    query_id = hashlib.sha256(f"{database}\x1f{rule.query}\x1f{rule.watermark}".encode()).hexdigest()[:16]
    try:
        while not _take_chunk(intake, engine, rule, query_id):
            pass
    finally:
        engine.dispose()
    if not intake.done and intake.note is None:
        intake.progress("no new rows")
    return []


def _take_chunk(intake: _Intake, engine: Engine, rule: QueryRule, query_id: str) -> bool:
    """Take the next rows in; whether they were the last. No lock of the lake is held while one waits."""
    by = f"ingest of query {query_id}"
    with aside(intake.home, f"{ROWS}-{query_id}", by=by) as folder:
        lake = Lake(intake.home.lake)
        check_rule(lake, intake.mapping.deployment)
        reached = account.find_reached(lake, intake.mapping, query_id)
        fetched = queries.fetch(
            engine,
            rule,
            reached.watermark,
            folder / "rows.jsonl",
            pseudonymiser=intake.stager.pseudonymiser,
        )
        if fetched.watermark is None:
            intake.note = fetched.note
            return True
        with lakes.write(intake.home.lake, by=by) as commit:
            if account.find_reached(commit.lake, intake.mapping, query_id) != reached:
                return False  # somebody else took rows in meanwhile; those that come next are asked for again
            if reached.is_outdated:
                account.forget_query(commit, intake.mapping, query_id)
                intake.is_anew = True
            upto = write_value(fetched.watermark.value).partition(":")[2]
            name = f"{account.name_chunk(query_id)}{upto}.jsonl"
            intake.take(commit, [(name, fetched.path)])
            write_watermark(commit, intake.mapping, query_id, fetched.watermark)
    return fetched.is_last
