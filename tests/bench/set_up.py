"""Set-up on a machine that has nothing yet, over a bare `uv pip sync` of the same lock: bound 2.

    .venv/bin/python -m tests.bench.set_up --rounds 3

Each round clones HEAD into a new folder and runs `./run plimsoll --help` with empty package caches, then
makes an empty environment and syncs it with empty caches too; the two take turns on the same disk.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

PROJECT = Path(__file__).parents[2]
BOUND = 2.0  # Owner: data engineering; 2026-11-29.


def main() -> None:
    """Run the rounds and print their ratios."""
    parser = argparse.ArgumentParser(description="Set-up over a bare sync.")
    parser.add_argument("--rounds", type=int, default=3)
    ratios = []
    for _ in range(parser.parse_args().rounds):
        with tempfile.TemporaryDirectory() as folder:
            ratios.append(measure_round(Path(folder)))
    middle = median(ratios)
    print(f"median {middle:.2f}, bound {BOUND:g}: {'met' if middle <= BOUND else 'NOT met'}")


def measure_round(folder: Path) -> float:
    """Seconds of the set-up over those of the sync, both from nothing."""
    clone, bare = folder / "clone", folder / "bare"
    subprocess.run(["git", "clone", "--quiet", PROJECT, clone], check=True)
    set_up = clock(["./run", "plimsoll", "--help"], clone, caches(folder / "first"))
    started_up = clock(["./run", "plimsoll", "--help"], clone, {})
    uv = clone / ".venv/bin/uv"
    subprocess.run([uv, "venv", "--quiet", bare], check=True)
    command: list[str | Path] = [uv, "pip", "sync", "--quiet", "--require-hashes", "requirements/run.txt"]
    sync = clock(command, clone, caches(folder / "second") | {"VIRTUAL_ENV": str(bare)})
    ratio = (set_up - started_up) / sync
    print(f"set-up {set_up - started_up:.1f} s, bare sync {sync:.1f} s: {ratio:.2f}")
    return ratio


def caches(folder: Path) -> dict[str, str]:
    """Empty caches for both installers."""
    return {"UV_CACHE_DIR": str(folder / "uv"), "PIP_CACHE_DIR": str(folder / "pip")}


def clock(command: list[str | Path], where: Path, also: Mapping[str, str]) -> float:
    """Seconds that a command takes."""
    started = time.monotonic()
    subprocess.run(command, cwd=where, env={**os.environ, **also}, check=True, capture_output=True)
    return time.monotonic() - started


if __name__ == "__main__":
    main()
