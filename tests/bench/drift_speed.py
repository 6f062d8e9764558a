"""Drift of a week against a reference, timed: the measures of `methods.drift`, and Evidently's preset.

    .venv/bin/python -m tests.bench.drift_speed --rows 100000

Evidently is no dependency. Where it is installed (an environment of its own, with the path of this repository
in PYTHONPATH), its DataDriftPreset runs over the same columns. Prints seconds of processor time, the best of
each, their ratio, and how far the Kolmogorov-Smirnov distance lies from the exact one of scipy.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import stats

from methods.drift import jensen_shannon, kolmogorov_smirnov, psi, wasserstein_standardised

LANGUAGES = {"en": 0.7, "es": 0.15, "de": 0.08, "fr": 0.07}
CLASSES = {"other": 0.6, "support": 0.2, "question": 0.1, "resource": 0.06, "refusal": 0.03, "harm": 0.01}
NUMBERS = ("message_length", "user_message_length", "score")
NAMES = ("language", "response_class")


def make_week(rows: int, *, seed: int, shift: float) -> pd.DataFrame:
    """A made-up week: two columns of names, three of numbers; `shift` moves all of them."""
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "language": _draw(rng, LANGUAGES, rows, shift),
            "response_class": _draw(rng, CLASSES, rows, shift),
            "message_length": np.exp(rng.normal(5.5 + shift, 0.8, rows)).round(),
            "user_message_length": np.exp(rng.normal(4.0, 1.0 + shift, rows)).round(),
            "score": rng.beta(1.2 + shift, 8, rows),
        }
    )


def measure(reference: pd.DataFrame, current: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Every measure of every column: mixes, and of numbers how far they went."""
    found: dict[str, dict[str, float]] = {}
    for name in NAMES:
        sides = [side[name].value_counts() for side in (reference, current)]
        table = pd.concat(sides, axis=1).fillna(0).to_numpy(float).T
        found[name] = {"jensen_shannon": float(jensen_shannon(*table)), "psi": float(psi(*table))}
    for name in NUMBERS:
        one, other = (np.sort(side[name].to_numpy()) for side in (reference, current))
        edges = [-np.inf, *np.quantile(one, np.linspace(0, 1, 41)[1:-1]), np.inf]
        bins = [np.diff(np.searchsorted(side, edges)) for side in (one, other)]
        found[name] = {
            "jensen_shannon": float(jensen_shannon(*bins)),
            "psi": float(psi(*bins)),
            "wasserstein": wasserstein_standardised(one, other),
            "kolmogorov_smirnov": kolmogorov_smirnov(one, other),
        }
    return found


def main() -> None:
    """Time both and print."""
    parser = argparse.ArgumentParser(description="Speed and exactness of drift.")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=3)
    given = parser.parse_args()
    reference, current = (make_week(given.rows, seed=seed, shift=0.05 * seed) for seed in (0, 1))
    own = _time(lambda: measure(reference, current), given.times)
    print(f"{given.rows} rows a side, {len(reference.columns)} columns: {own:.3f} s")
    found = measure(reference, current)
    apart = [
        abs(found[name]["kolmogorov_smirnov"] - stats.ks_2samp(reference[name], current[name]).statistic)
        for name in NUMBERS
    ]
    print(f"Kolmogorov-Smirnov, furthest from the exact one: {max(apart):.2e}")
    if importlib.util.find_spec("evidently") is None:
        print("Evidently is not installed here.")
        return
    theirs = _time(lambda: _run_preset(reference, current), given.times)
    version = importlib.metadata.version("evidently")
    print(f"Evidently {version}, DataDriftPreset: {theirs:.3f} s, {theirs / own:.1f} times as long")


def _draw(rng: np.random.Generator, shares: dict[str, float], rows: int, shift: float) -> np.ndarray:
    weights = np.array(list(shares.values()))
    weights[0] -= shift / 2
    weights[-1] += shift / 2
    return rng.choice(list(shares), rows, p=weights)


def _run_preset(reference: pd.DataFrame, current: pd.DataFrame) -> object:
    from evidently import Report
    from evidently.presets import DataDriftPreset

    return Report([DataDriftPreset()]).run(current, reference).dict()


def _time(work: Callable[[], object], times: int) -> float:
    work()  # what is imported and warmed the first time belongs to neither
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return min(taken)


if __name__ == "__main__":
    main()
