"""Several at once: writers wait for each other, readers for nobody."""

import subprocess
import sys
import threading

from dashboards.published import Published
from pipelines.lake.lake import Lake
from pipelines.settings import Home
from pipelines.status import describe_home


def test_two_ingests_at_once_both_arrive(kit, tmp_path):
    home, files = kit.same_keys(), sorted(kit.logs.iterdir())
    ingests = []
    for number, part in enumerate((files[:3], files[2:])):
        folder = tmp_path / f"part{number}"
        folder.mkdir()
        for file in part:
            (folder / file.name).write_bytes(file.read_bytes())
        command = [sys.executable, "-m", "plimsoll", "ingest", str(folder), "--home", str(home)]
        ingests.append(
            subprocess.Popen(
                [*command, "--mapping", str(kit.mapping)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
            )
        )
    ended = [(*ingest.communicate(timeout=120), ingest.returncode) for ingest in ingests]
    assert [status for *_, status in ended] == [0, 0], ended
    assert kit.row_hash.hash_lake(home) == kit.row_hash.hash_lake(kit.ingested)


def test_readers_keep_answering_while_a_run_computes_and_publishes(kit, tmp_path):
    home = kit.copy(kit.computed)
    late = tmp_path / "late"
    kit.export.deliver(late, kit.export.talk("late", kit.export.moment(1, 3), "Awake.", "So am I."), on=6)
    kit.warm.ingest(home, late, kit.mapping)
    run = threading.Thread(target=kit.warm.run, args=(home,))
    published, generations, counts = Published(home / "published"), [], set()
    run.start()
    while run.is_alive():
        with published.read() as reader:
            generations.append(reader.build().generation)
            assert reader.weeks("replay_companion", kit.export.FIRST_DAY) != ()
        counts.add(Lake(home / "lake").read("staging.message").num_rows)
    run.join()
    with published.read() as reader:
        generations.append(reader.build().generation)
    assert len(generations) > 20
    assert generations == sorted(generations)
    assert len(set(generations)) == 2  # the file of before, then the new one
    assert len(counts) == 1


def test_status_says_what_a_run_has_still_to_do(kit):
    facts = describe_home(Home(kit.ingested))["deployments"]["replay_companion"]
    assert facts["stale_day_count"] == 5
    assert describe_home(Home(kit.computed))["deployments"]["replay_companion"]["stale_day_count"] == 0
