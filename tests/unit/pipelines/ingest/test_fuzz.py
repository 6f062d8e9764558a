"""Some mutated records of every format; `tests/full/fuzz.py` takes a hundred thousand."""

import importlib.util
from pathlib import Path

PATH = Path(__file__).resolve().parents[3] / "full" / "fuzz.py"
SPEC = importlib.util.spec_from_file_location("fuzz", PATH)
fuzz = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(fuzz)


def test_every_mutated_record_is_in_exactly_one_place(tmp_path):
    results = fuzz.fuzz(1_100, 7, tmp_path)
    assert set(results) == {*fuzz.LOGS, "mapped lines", "mapped document", "mapped csv", "mapped parquet"}
    for name, found in results.items():
        assert (name, found["unaccounted"], found["rejected twice"]) == (name, 0, 0)
        assert found["delivered"] > 0
        assert found["accepted"] > 0, name
        assert found["rejected"] > 0, name
