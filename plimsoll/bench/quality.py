"""The quality stage against one DuckDB pass of the same rules over the same files.

The yardstick counts what fails; the stage also asks Great Expectations about whole days and commits verdicts
to the lake. Importing Great Expectations, which a run pays once, is reported apart.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

from pipelines.engines.duckdb import DuckDBEngine
from pipelines.lake import lake as lakes
from pipelines.lake.lake import Lake
from pipelines.quality.check import keep_verdicts
from pipelines.quality.gate import SQL
from pipelines.quality.suites import BATCH_SUITE, ROW_SUITES
from pipelines.settings import Home
from plimsoll.bench.ingest import ingest_log
from plimsoll.bench.logs import write_log
from plimsoll.bench.measurement import Bench, Figure, Run, measure, ratio

ROUNDS = 3
BOUND = 3.0
"""Times the yardstick's seconds. Owner: data engineering; 2026-11-28."""

Seconds = dict[str, float]


def count_failures(place: Path) -> int:
    """The yardstick: every rule's SQL over all days; returns how many rows of counts came back."""
    with DuckDBEngine() as engine:
        engine.attach(Lake(Home(place).lake), [f"staging.{suite.name}" for suite in ROW_SUITES])
        counted = 0
        for suite in ROW_SUITES:
            sql = (SQL / f"{suite.name}.sql").read_text(encoding="utf-8")
            counted += engine.query(sql, dict(suite.parameters)).num_rows
        return counted + engine.query((SQL / f"{BATCH_SUITE.name}.sql").read_text(encoding="utf-8")).num_rows


def check_home(place: Path) -> Seconds:
    """The work: the stage as a run does it, without and with the import that comes before it."""
    began = time.perf_counter()
    import great_expectations  # noqa: F401 - what is measured

    imported = time.perf_counter()
    home = Home(place)
    with lakes.write(home.lake, by="bench") as commit:
        days: set[dt.date] = {day for _, day in commit.lake.partitions("staging.message")}
        keep_verdicts(commit, days, set(commit.lake.partitions("staging.message")))
    return {"import": imported - began, "stage": time.perf_counter() - imported}


def run(messages: int, folder: Path, progress: Callable[[str], None]) -> list[Figure]:
    """Measure; see the module."""
    log = folder / "log.jsonl"
    write_log(log, messages)
    ingest_log(log, folder / "home", False)
    progress(f"  took in {messages} messages")
    yard: list[Run] = []
    stage: list[Run] = []
    for number in range(ROUNDS):
        yard.append(measure(count_failures, folder / "home"))
        stage.append(measure(check_home, folder / "home"))
        progress(
            f"  round {number + 1}: pass {yard[-1].seconds:.2f} s, stage {stage[-1].result['stage']:.2f} s, "
            f"import {stage[-1].result['import']:.1f} s"
        )
    pairs = [(one.result["stage"], base.seconds) for one, base in zip(stage, yard, strict=True)]
    return [
        ratio("quality", "The stage over one pass of the same rules, seconds.", pairs, bound=BOUND),
        Figure("import", min(one.result["import"] for one in stage), "s", "Great Expectations, once a run."),
        Figure("yardstick", min(one.seconds for one in yard), "s", "DuckDB's pass over all rules."),
        Figure("peak memory", max(one.peak_megabytes for one in stage), "MB", "Of the process that checks."),
    ]


BENCH = Bench(
    "quality",
    "the gate over all days, as a ratio to one DuckDB pass of the same rules",
    100_000,
    run,
)
