"""What a benchmark is, and how a piece of work is measured: in a process of its own, against a yardstick.

Seconds on a shared machine say little; a ratio to a yardstick that ran in the same minutes says more. A
stage therefore runs its work and its yardstick in turns, and reports the median of the pairwise ratios.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pipelines.errors import StateError

MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Run:
    """One run in a process of its own; importing is not in the seconds, but is in the peak."""

    seconds: float
    cpu_seconds: float
    peak_megabytes: float
    result: Any = None


@dataclass(frozen=True)
class Figure:
    """One measured value. `bound` is what it may be at most, None where nothing is promised."""

    name: str
    value: float
    unit: str
    what: str
    bound: float | None = None
    samples: tuple[float, ...] = ()

    @property
    def is_met(self) -> bool | None:
        """Whether the bound holds."""
        return None if self.bound is None else self.value <= self.bound


@dataclass(frozen=True)
class Bench:
    """A stage that can be measured.

    Attributes:
        name: as `--stage` takes it.
        what: in a sentence.
        messages: how many are measured unless the caller says.
        run: from a number of messages and an empty folder to figures; progress goes to the third argument.
    """

    name: str
    what: str
    messages: int
    run: Callable[[int, Path, Callable[[str], None]], list[Figure]]


def measure(work: Callable[..., Any], *arguments: Any) -> Run:
    """Run `work`, a function of a module, in a fresh process.

    Raises:
        StateError: the process ended with an error, which it printed.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sender, work, arguments))
    process.start()
    sender.close()
    try:
        run: Run = receiver.recv()
    except EOFError:
        raise StateError(f"{work.__name__} ended without a result; its error is above.") from None
    finally:
        process.join()
    return run


def _work(sender: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    began, cpu_began = time.perf_counter(), time.process_time()
    result = work(*arguments)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    in_bytes = peak if sys.platform == "darwin" else peak * 1024
    sender.send(Run(seconds, cpu_seconds, in_bytes / MEGABYTE, result))


def ratio(
    name: str, what: str, pairs: Sequence[tuple[float, float]], *, bound: float | None = None
) -> Figure:
    """The median of work over yardstick, pair by pair."""
    ratios = [work / yardstick for work, yardstick in pairs]
    return Figure(name, statistics.median(ratios), "ratio", what, bound, tuple(ratios))


def describe(bench: Bench, messages: int, figures: Sequence[Figure]) -> dict[str, Any]:
    """What was measured, as a document."""
    return {
        "stage": bench.name,
        "what": bench.what,
        "messages": messages,
        "processors": os.cpu_count(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "figures": [
            {
                "name": one.name,
                "value": round(one.value, 3),
                "unit": one.unit,
                "what": one.what,
                "bound": one.bound,
                "is_met": one.is_met,
                "samples": [round(value, 3) for value in one.samples],
            }
            for one in figures
        ],
    }
