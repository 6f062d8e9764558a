"""Weeks of reviews at part of their capacity, through the rules of the screen: is the estimate unbiased?

    .venv/bin/python -m tests.bench.review_weeks --weeks 500 --part 0.4

Prints the mean of the estimates with its error against the truth, how often the interval holds it, and how
wide it is against that of the whole sample. Each week has a store, a frame and a draw of its own, in memory
where the machine has a file system there: nothing of a simulation has to outlive it.
"""

from __future__ import annotations

import argparse
import datetime as dt
import shutil
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from methods.correction import estimate_share
from methods.errors import MethodsError
from risk_register.database.store import Store
from risk_register.register.deployments import ensure_deployment
from risk_register.review import reviews
from tests.unit.risk_register.review.week import DRAWN_AT, Stratum, draw_week, estimate, make_week, work

STRATA = (
    Stratum("at_risk_3", 3, 20, 0.60, 6),
    Stratum("at_risk_2", 2, 60, 0.30, 10),
    Stratum("unflagged", 0, 1_420, 0.03, 54),
)
PEOPLE = ("first", "second", "third")
PRINT_EVERY = 50  # weeks
ERROR_RATE = 0.0  # of a reviewer: their errors would be a bias of their own, which no sampling takes away


def main() -> None:
    """Run the weeks and print what they say."""
    parser = argparse.ArgumentParser(description="Reviews at part of their capacity.")
    parser.add_argument("--weeks", type=int, default=500)
    parser.add_argument("--part", type=float, default=0.4)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    started, parts, wholes, truths, refused = time.monotonic(), [], [], [], 0
    memory = Path("/dev/shm")
    with (
        tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder,
        ProcessPoolExecutor(given.processes, mp_context=get_context("spawn")) as pool,
    ):
        run = partial(run_week, make_template(Path(folder)), share=given.part)
        for part, whole, truth in pool.map(run, range(given.weeks), chunksize=5):
            if part is None:
                refused += 1
                continue
            parts.append((part.value, part.low, part.high))
            wholes.append((whole.value, whole.low, whole.high))
            truths.append(truth)
            if len(truths) % PRINT_EVERY == 0:
                print_figures(np.array(parts), np.array(wholes), np.array(truths), refused=refused)
    print_figures(np.array(parts), np.array(wholes), np.array(truths), refused=refused)
    print(f"{given.weeks} weeks in {time.monotonic() - started:.0f} s")


def make_template(folder: Path) -> Path:
    """A store to copy for each week."""
    path = folder / "template.sqlite"
    store = Store(f"sqlite:///{path}")
    store.upgrade()
    begun = DRAWN_AT - dt.timedelta(days=30)
    ensure_deployment(store, deployment_id="demo", title="Demo", actor="command_line", at=begun)
    store.close()
    return path


def run_week(template: Path, number: int, *, share: float):
    """The estimate from part of the labels, None where it refuses, that from all of the sample, the truth."""
    week = make_week(STRATA, seed=number)
    place = template.with_name(f"week_{number}.sqlite")
    shutil.copy(template, place)
    store = Store(f"sqlite:///{place}")
    sample_id = draw_week(store, week, seed=1_000 + number, capacity=77)
    work(store, week, PEOPLE, labels=round(share * 77), error_rate=ERROR_RATE, seed=number)
    export = reviews.export_labels(store, sample_id=sample_id, at=DRAWN_AT)
    drawn = {item.item_id: item for item in reviews_of(store, sample_id)}
    store.close()
    place.unlink()
    shutil.rmtree(f"{place}-turns")
    confirmed = {
        one.stratum_id: sum(
            item.stratum_id == one.stratum_id and item.conversation_id in week.at_risk
            for item in drawn.values()
        )
        for one in export.strata
    }
    whole = estimate_share(
        [one.unit_count for one in export.strata],
        reviewed=[one.sample_count for one in export.strata],
        confirmed=[confirmed[one.stratum_id] for one in export.strata],
    )
    try:
        return estimate(export), whole, week.share
    except MethodsError:
        return None, whole, week.share


def reviews_of(store: Store, sample_id: str):
    """What was drawn."""
    from risk_register.review.results import read_design

    return read_design(store, sample_id).items


def print_figures(parts: np.ndarray, wholes: np.ndarray, truths: np.ndarray, *, refused: int) -> None:
    """The comparison, a line a figure."""
    for name, found in (("part", parts), ("whole", wholes)):
        error = found[:, 0] - truths
        spread = error.std(ddof=1) / np.sqrt(len(error))
        held = np.mean((found[:, 1] <= truths) & (truths <= found[:, 2]))
        width = np.mean(found[:, 2] - found[:, 1])
        print(f"{name}: bias {error.mean():+.5f}, {error.mean() / spread:+.2f} of its error {spread:.5f}")
        print(f"  truth {truths.mean():.5f}, interval holds it in {held:.1%}, mean width {width:.4f}")
    print(f"{len(truths)} weeks, {refused} refused because a stratum had no label", flush=True)


if __name__ == "__main__":
    main()
