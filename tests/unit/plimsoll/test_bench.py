"""`plimsoll bench`: stages by name, figures with bounds, and work in a process of its own."""

import os

import duckdb
import orjson
import pytest

from pipelines.errors import StateError
from pipelines.pointer import current_file
from plimsoll.__main__ import app
from plimsoll.bench import STAGES, detect, indicators, load_stage
from plimsoll.bench.logs import write_log
from plimsoll.bench.measurement import Figure, describe, measure, ratio


def test_every_stage_has_a_name_of_its_own_and_a_sentence():
    stages = [load_stage(name) for name in STAGES]
    names = [one.name for one in stages]
    assert tuple(names) == STAGES
    assert names == sorted(set(names), key=names.index)
    assert "ingest" in names
    assert all(one.what and one.messages >= 1_000 for one in stages)


def test_a_stage_that_does_not_exist_is_refused_with_those_that_do(capsys):
    with pytest.raises(SystemExit) as ending:
        app.main(args=["bench", "--stage", "sleep"], prog_name="plimsoll")
    assert ending.value.code == 2
    assert "ingest" in capsys.readouterr().err


def test_a_ratio_is_the_median_of_the_pairs():
    figure = ratio("x", "X.", [(2.0, 1.0), (9.0, 1.0), (6.0, 2.0)], bound=3.0)
    assert (figure.value, figure.is_met) == (3.0, True)


@pytest.mark.parametrize(("value", "is_met"), [(4.0, True), (4.001, False)])
def test_a_bound_is_met_up_to_itself(value, is_met):
    assert Figure("x", value, "ratio", "X.", bound=4.0).is_met is is_met


def test_a_figure_without_a_bound_is_neither_met_nor_missed():
    document = describe(load_stage(STAGES[0]), 1_000, [Figure("x", 1.0, "MB", "X.")])
    assert document["figures"][0]["is_met"] is None


def test_work_runs_in_a_process_of_its_own():
    run = measure(os.getpid)
    assert run.result != os.getpid()
    assert run.peak_megabytes > 1
    assert run.seconds >= 0


def test_work_that_fails_is_said(capfd):
    with pytest.raises(StateError, match="chdir ended without a result"):
        measure(os.chdir, "/no/such/folder")
    assert "No such file" in capfd.readouterr().err


def test_the_log_to_measure_with_is_the_same_every_time(tmp_path):
    for name in ("one", "other"):
        write_log(tmp_path / name, 300)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()
    records = [orjson.loads(line) for line in (tmp_path / "one").read_bytes().splitlines()]
    assert {record["from"] for record in records} == {"human", "bot"}
    assert len({record["body"] for record in records}) > 280


def test_a_history_to_measure_with_is_counted_and_published(tmp_path):
    days = indicators.build(tmp_path / "home", 3, 20)
    assert days > 0
    assert indicators.compute_last_day(tmp_path / "home", 21) > 0
    assert min(indicators.assess_and_publish(tmp_path / "home")) > 0
    with duckdb.connect(str(current_file(tmp_path / "home" / "published")), read_only=True) as connection:
        (counted,) = connection.sql("select conversation_count from published.deployment").fetchall()
    assert counted == (81,)


def test_the_detect_bench_compares_masks_before_it_times_anything():
    batches = list(detect.make_batches(120))
    assert batches[0].equals(next(detect.make_batches(120)))
    assert sum(batch.num_rows for batch in batches) == 120
    assert all(200 <= len(text) <= 300 for text in batches[0]["text"].to_pylist())
    assert detect.compare_masks(120) == 120
    assert 0 < detect.scan_bare(120) < detect.scan_lexicon(120) < detect.scan_cascade(120)
