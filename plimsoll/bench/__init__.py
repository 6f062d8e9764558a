"""What `plimsoll bench` can measure: one module a stage, and `STAGES`, the only list of them.

A stage brings what it measures, which is nearly everything: it is loaded when it is asked for.
"""

from importlib import import_module

from plimsoll.bench.measurement import Bench

STAGES = ("ingest", "quality", "detect", "indicators")


def load_stage(name: str) -> Bench:
    """The stage of that name, one of STAGES."""
    bench: Bench = import_module(f"plimsoll.bench.{name}").BENCH
    return bench
