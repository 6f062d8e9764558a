"""Ingest against DuckDB's own unordered copy of the same JSON lines into Parquet.

The yardstick parses and writes; ingest checks every record, makes pseudonyms, redacts, cuts episodes, takes
copies apart and commits to the lake. Redaction is reported apart.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import duckdb

from pipelines.engines.duckdb import SETTINGS
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.redaction.redact import CrisisLines, Redactor
from pipelines.settings import Home, HomeKind, make_home
from plimsoll.bench.logs import FIRST_DAY, MAPPING, MESSAGES_A_DAY, write_log
from plimsoll.bench.measurement import Bench, Figure, Run, measure, ratio

ROUNDS = 3
WITH_REDACTION, WITHOUT_REDACTION = 4.0, 2.5
"""Times the yardstick's seconds. Owner: data engineering; 2026-11-28."""


class _NoRedactor(Redactor):
    """Leaves every text as it is: what ingest costs without redaction, for the bench alone."""

    def __init__(self) -> None:
        super().__init__(CrisisLines(frozenset(), frozenset()))
        self.recognisers = ()


def copy_log(log: Path, target: Path) -> int:
    """The yardstick; returns bytes written."""
    with duckdb.connect(":memory:", config=SETTINGS) as connection:
        connection.execute("set enable_progress_bar = false")
        connection.execute("set preserve_insertion_order = false")
        connection.read_json(str(log), format="newline_delimited").write_parquet(
            str(target), compression="zstd"
        )
    return target.stat().st_size


def ingest_log(log: Path, place: Path, is_redacted: bool) -> int:
    """The work; returns accepted messages."""
    home = make_home(Home(place), HomeKind.REAL)
    mapping = parse_mapping(MAPPING, name="the bench")
    received_on = FIRST_DAY + dt.timedelta(days=36_500)
    summary = ingest_folder(
        home, log, mapping, received_on=received_on, redactor=None if is_redacted else _NoRedactor()
    )
    return sum(one.records.message_count for one in summary.files)


def run(messages: int, folder: Path, progress: Callable[[str], None]) -> list[Figure]:
    """Measure; see the module."""
    log = folder / "log.jsonl"
    write_log(log, messages)
    progress(f"  wrote {messages} messages, {log.stat().st_size / 1e6:.0f} MB, {MESSAGES_A_DAY} a day")
    yard, whole, bare = [], [], []
    for number in range(ROUNDS):
        yard.append(measure(copy_log, log, folder / f"{number}.parquet"))
        bare.append(measure(ingest_log, log, folder / f"bare-{number}", False))
        whole.append(measure(ingest_log, log, folder / f"whole-{number}", True))
        progress(
            f"  round {number + 1}: copy {yard[-1].seconds:.1f} s, ingest {whole[-1].seconds:.1f} s, "
            f"without redaction {bare[-1].seconds:.1f} s"
        )
        (folder / f"{number}.parquet").unlink()
    return _figures(messages, yard, whole, bare)


def _figures(messages: int, yard: list[Run], whole: list[Run], bare: list[Run]) -> list[Figure]:
    def pairs(runs: list[Run]) -> list[tuple[float, float]]:
        return [(one.seconds, base.seconds) for one, base in zip(runs, yard, strict=True)]

    def processor(runs: list[Run]) -> list[tuple[float, float]]:
        return [(one.cpu_seconds, base.cpu_seconds) for one, base in zip(runs, yard, strict=True)]

    best = min(one.seconds for one in whole)
    peak = max(one.peak_megabytes for one in whole)
    return [
        ratio("ingest", "Ingest over DuckDB's copy, seconds.", pairs(whole), bound=WITH_REDACTION),
        ratio("without redaction", "The same without redaction.", pairs(bare), bound=WITHOUT_REDACTION),
        ratio(
            "processor", "Processor seconds over the copy's; hardly moved by others' work.", processor(whole)
        ),
        ratio("processor, without redaction", "The same without redaction.", processor(bare)),
        Figure("messages a second", messages / best, "messages/s", "The best of the rounds."),
        Figure("yardstick", messages / min(one.seconds for one in yard), "messages/s", "DuckDB's copy."),
        Figure("peak memory", peak, "MB", "Of the process that ingests, libraries included."),
        Figure("yardstick's memory", max(one.peak_megabytes for one in yard), "MB", "DuckDB's copy."),
    ]


BENCH = Bench(
    "ingest",
    "JSON lines to staging, as a ratio to DuckDB's unordered copy of the same file to Parquet",
    100_000,
    run,
)
