"""What a day costs after a short and after a long history: the cost of a day must not depend on history.

Run with `.venv/bin/python tests/bench/day_cost.py`. Both homes are measured in turns in the same run, so that
a busy machine slows both; the bound is on the median of the pairwise ratios. Prints JSON, asserts nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import tempfile
import time
from pathlib import Path

from pipelines.detect.assets import score_days
from pipelines.indicators.assets import compute_facts, count_days
from pipelines.indicators.definition import load_definitions
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import load_mapping
from pipelines.lake import Lake
from pipelines.settings import Home, HomeKind, find_home, make_home
from plimsoll.demo.generate import generate

SHORT, LONG, PAIRS = 37, 365, 7
BOUND = 1.10
"""Ratio of a day's cost after 365 and after 37 days. Owner: data engineering; 2026-11-23."""


def build_home(folder: Path, days: int) -> Home:
    """A home with a sample of that many days, all of them computed."""
    home = make_home(find_home(folder), HomeKind.DEMO)
    generate(home.inbox, last_day=dt.date(2026, 11, 22), days=days)
    for path in sorted(home.inbox.glob("*/mapping.yaml")):
        ingest_folder(home, path.parent, load_mapping(path), received_on=dt.date(2026, 11, 22))
    held = sorted({day for _, day in Lake(home.lake).partitions("staging.message")})
    for start in range(0, len(held), 31):
        compute_day(home, held[start : start + 31])
    return home


def compute_day(home: Home, days: list[dt.date]) -> float:
    """Detect, facts and counts of some days; returns seconds."""
    began = time.perf_counter()
    score_days(home, days)
    compute_facts(home, days)
    count_days(home, days, load_definitions())
    return time.perf_counter() - began


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        homes = {days: build_home(Path(folder) / str(days), days) for days in (SHORT, LONG)}
        day = dt.date(2026, 11, 20)
        for home in homes.values():
            compute_day(home, [day])
        pairs = [(compute_day(homes[SHORT], [day]), compute_day(homes[LONG], [day])) for _ in range(PAIRS)]
    ratios = [long / short for short, long in pairs]
    print(
        json.dumps(
            {
                "what": f"one day after {LONG} days of history over one day after {SHORT}",
                "median_ratio": round(statistics.median(ratios), 3),
                "range": [round(min(ratios), 3), round(max(ratios), 3)],
                "seconds": [[round(value, 3) for value in pair] for pair in pairs],
                "bound": BOUND,
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
