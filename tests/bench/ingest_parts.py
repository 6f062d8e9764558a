"""What each part of an ingest costs by itself: processor seconds over those of DuckDB's copy of the lines.

    .venv/bin/python -m tests.bench.ingest_parts [--messages 100000]

A part is the least that its work takes with the libraries we have: nothing around it, one after the other.
The sum is what remains of an ingest if all that ties the parts together were free.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.ingest.columns.block import read_blocks
from pipelines.ingest.columns.forgiven import find_odd
from pipelines.ingest.columns.reader import PlainReader
from pipelines.ingest.field import latest_time
from pipelines.ingest.files.lines import fingerprint
from pipelines.ingest.mapping import parse_mapping
from pipelines.ingest.pseudonymise import Pseudonymiser
from pipelines.ingest.redaction.redact import Redactor, crisis_lines
from pipelines.ingest.redaction.sieve import prepare, redact_texts
from pipelines.ingest.sources.mapped import MappedSource
from pipelines.lake.data_file import LAYOUTS, make_table
from pipelines.lake.lake import Lake
from pipelines.lake.table_log import SETTINGS
from pipelines.settings import Home
from plimsoll.bench.ingest import copy_log, ingest_log
from plimsoll.bench.logs import FIRST_DAY, MAPPING, write_log
from risk_register.content import load_crisis_resources

ROUNDS = 3


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="What each part of an ingest costs by itself.")
    parser.add_argument("--messages", type=int, default=100_000)
    given = parser.parse_args()
    pa.set_memory_pool(pa.system_memory_pool())
    with tempfile.TemporaryDirectory() as place:
        measure(Path(place), given.messages)


def measure(place: Path, messages: int) -> None:
    """All parts on one log, each the best of its rounds."""
    log = place / "log.jsonl"
    write_log(log, messages)
    copy = best(lambda: copy_log(log, place / "copy.parquet"))
    print(f"{messages} messages, load {os.getloadavg()[0]:.1f}; the copy {copy:.3f} s of processor time")
    plan = MappedSource(parse_mapping(MAPPING, name="a bench")).plan
    if plan is None:
        raise SystemExit("The mapping of the bench is not read as columns any more.")
    reader = PlainReader(plan)
    blocks = list(read_blocks(log))
    latest = latest_time(FIRST_DAY.replace(year=FIRST_DAY.year + 50))
    odd = [find_odd(block) for block in blocks]
    read = [reader.read(block, is_odd, latest=latest)[0] for block, is_odd in zip(blocks, odd, strict=True)]
    [told] = pa.concat_tables(read).combine_chunks().to_batches()
    texts = told["text"].cast(pa.binary()).to_pylist()
    names = [f"{thread}\x1fturn\x1f{turn}".encode() for thread, turn in zip(
        told["thread"].to_pylist(), told["turn"].to_pylist(), strict=True)]  # fmt: skip
    pseudonymiser, redactor = Pseudonymiser(b"key"), Redactor(crisis_lines(load_crisis_resources()))
    prepare(redactor)
    ingest_log(log, place / "home", False)
    staged = pa.table(Lake(Home(place / "home").lake).read("staging.message")).combine_chunks()
    order = pa.array(np.random.default_rng(1).permutation(staged.num_rows))
    parts: dict[str, Callable[[], object]] = {
        "the file's own hash": lambda: fingerprint(log),
        "lines as text, checked as UTF-8": lambda: list(read_blocks(log)),
        "what JSON forgives, looked for": lambda: [find_odd(block) for block in blocks],
        "values of the lines, checked": lambda: [
            reader.read(block, is_odd, latest=latest) for block, is_odd in zip(blocks, odd, strict=True)
        ],
        "a name and a content hash": lambda: (
            pseudonymiser.hash_all(("content",), texts),
            pseudonymiser.hash_all(("message",), names),
        ),
        "rows put in order": lambda: staged.take(order),
        "rows written to the lake": lambda: write(place, staged),
    }
    total = report(parts, copy)
    print(f"  {total / copy:5.2f}  without redaction")
    total += report({"redaction": lambda: redact_texts(redactor, told)}, copy)
    print(f"  {total / copy:5.2f}  with redaction")


def report(parts: dict[str, Callable[[], object]], copy: float) -> float:
    """A line a part; returns their seconds."""
    total = 0.0
    for name, part in parts.items():
        seconds = best(part)
        total += seconds
        print(f"  {seconds / copy:5.2f}  {name}")
    return total


def best(work: Callable[[], object]) -> float:
    """The fewest processor seconds of some rounds."""
    found = []
    for _ in range(ROUNDS):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found)


def write(place: Path, rows: pa.Table) -> None:
    """The rows as a table of its own."""
    shutil.rmtree(place / "table", ignore_errors=True)
    make_table(place / "table", rows, LAYOUTS["staging.message"], SETTINGS)


if __name__ == "__main__":
    main()
