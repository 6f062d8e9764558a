"""What `plimsoll bench` can measure: one module a stage, and `STAGES`, the only list of them."""

from plimsoll.bench import detect, indicators, ingest, quality
from plimsoll.bench.measurement import Bench

STAGES: tuple[Bench, ...] = (ingest.BENCH, quality.BENCH, detect.BENCH, indicators.BENCH)
