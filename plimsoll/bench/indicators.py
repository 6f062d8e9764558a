"""Facts, counts, assessment and the published file: what one more day costs after a short and a long history.

The yardstick of a day after 365 days is the same day after 37; both homes are measured in turns. Each day is
changed before it is computed, so that every table is really written. `--messages` are those of one day.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

from pipelines.assess.assessing import assess_all
from pipelines.indicators.assets import compute_facts, count_days
from pipelines.indicators.definition import load_definitions
from pipelines.publish.build import publish
from pipelines.settings import Home, HomeKind, make_home
from plimsoll.bench.history import FULL_DAYS, MESSAGES_A_CONVERSATION, add_days, add_history
from plimsoll.bench.measurement import Bench, Figure, Run, measure, ratio

SHORT, LONG, ROUNDS = 37, 365, 5
DAY_BOUND, REBUILD_BOUND, PUBLISH_BOUND, CATALOGUE = 1.10, 1 / 150, 10.0, 60
"""Ratios, and seconds for a year of 60 indicators. Owner: data engineering; 2026-11-28."""
AT = dt.datetime(2026, 11, 28, tzinfo=dt.UTC)


def build(place: Path, days: int, conversations: int) -> float:
    """A home with that history, all of it counted; returns the seconds that the days of full size took."""
    home = make_home(Home(place), HomeKind.REAL)
    thin, full = add_history(home, days=days, conversations=conversations)
    _compute(home, thin)
    began = time.perf_counter()
    _compute(home, full)
    return time.perf_counter() - began


def compute_last_day(place: Path, conversations: int) -> float:
    """The work: a day is counted anew; returns its seconds, without those of making it."""
    home = Home(place)
    day = dt.date(2026, 11, 2)
    add_days(home, [day], conversations=conversations)
    began = time.perf_counter()
    _compute(home, [day])
    return time.perf_counter() - began


def assess_and_publish(place: Path) -> tuple[float, float]:
    """Seconds of assessment, and of the published file."""
    home = Home(place)
    began = time.perf_counter()
    assess_all(home, at=AT)
    assessed = time.perf_counter()
    publish(home, at=AT, lineage=[])
    return assessed - began, time.perf_counter() - assessed


def run(messages: int, folder: Path, progress: Callable[[str], None]) -> list[Figure]:
    """Measure; see the module."""
    conversations = max(messages // MESSAGES_A_CONVERSATION, 1)
    homes = {days: folder / str(days) for days in (SHORT, LONG)}
    built = {}
    for days, place in homes.items():
        built[days] = measure(build, place, days, conversations)
        took = f"{FULL_DAYS} of them of {conversations} conversations in {built[days].result:.1f} s"
        progress(f"  counted {days} days, {took}")
    pairs = []
    for number in range(ROUNDS):
        # Another number of conversations each time: a day that is what it was would not be written.
        size = conversations + number + 1
        short, long = (measure(compute_last_day, homes[days], size) for days in (SHORT, LONG))
        pairs.append((long, short))
        progress(
            f"  round {number + 1}: {long.result:.2f} s after {LONG} days, {short.result:.2f} s after {SHORT}"
        )
    closing = measure(assess_and_publish, homes[LONG])
    return _figures(pairs, built[LONG], closing)


def _compute(home: Home, days: list[dt.date]) -> None:
    compute_facts(home, days)
    count_days(home, days)


def _figures(pairs: list[tuple[Run, Run]], rebuilt: Run, closing: Run) -> list[Figure]:
    count = len(load_definitions())
    scale = CATALOGUE / count
    assessed, published = closing.result
    seconds = [(long.result, short.result) for long, short in pairs]
    processors = [(long.cpu_seconds, short.cpu_seconds) for long, short in pairs]
    rebuild = [(long.result, rebuilt.result * LONG / FULL_DAYS) for long, _ in pairs]
    return [
        ratio("day", f"A day after {LONG} days over one after {SHORT}, seconds.", seconds, bound=DAY_BOUND),
        ratio(
            "day, processor", "The same in seconds of processor time, making the day included.", processors
        ),
        ratio(
            "day over rebuild",
            f"A day over {FULL_DAYS} days counted together, scaled to {LONG}.",
            rebuild,
            bound=REBUILD_BOUND,
        ),
        Figure(
            "publish", published * scale, "s", f"{count} indicators, scaled to {CATALOGUE}.", PUBLISH_BOUND
        ),
        Figure("assess", assessed * scale, "s", f"A year of {count} indicators, scaled to {CATALOGUE}."),
        Figure("peak memory", closing.peak_megabytes, "MB", "Of the process that assesses and publishes."),
    ]


BENCH = Bench(
    "indicators",
    f"facts and counts of a day after {LONG} days over the same after {SHORT}; then assess and publish",
    12_000,
    run,
)
