"""An export of sixty days in ten parts, each killed again and again at random moments and restarted."""

import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.full, pytest.mark.long]

CONVERSATIONS = os.environ.get("PLIMSOLL_TEST_CONVERSATIONS", "2000")
PARTS, KILLS_OF_A_PART, FEWEST_KILLS = 10, 9, 50
EARLY = 0.8
"""Of the time that the undisturbed ingest took: one that ends before its kill leaves nothing more to kill."""
MOMENTS = random.Random()  # noqa: S311 - other moments every time


@pytest.fixture
def parts(shared: Path, tmp_path: Path) -> list[Path]:
    """Folders with the files of six days each."""
    tool, export = shared / "tools" / "replay_logs.py", tmp_path / "export"
    how = ["--seed", "11", "--days", "60", "--conversations", CONVERSATIONS]
    subprocess.run([sys.executable, tool, export, *how], check=True, capture_output=True)
    files = sorted((export / "logs").iterdir())
    folders = [tmp_path / f"part_{number}" for number in range(PARTS)]
    for folder in folders:
        folder.mkdir()
    for number, file in enumerate(files):
        shutil.copy(file, folders[number * PARTS // len(files)])
    return folders


@pytest.mark.timeout(1800)
def test_an_ingest_killed_at_fifty_random_moments_ends_with_the_same_rows(kit, parts: list[Path]):
    undisturbed, killed, kills = kit.same_keys(), kit.same_keys(), 0
    for part in parts:
        before = kit.row_hash.hash_lake(killed)
        longest = kit.warm.ingest(undisturbed, part, kit.mapping)
        after = kit.row_hash.hash_lake(undisturbed)
        for _ in range(KILLS_OF_A_PART):
            moment = MOMENTS.uniform(0, EARLY * longest)
            if kit.warm.ingest(killed, part, kit.mapping, kill_after=moment) is not None:
                break  # it was quicker this time
            kills += 1
            assert kit.row_hash.hash_lake(killed) in (before, after), f"a half state after {moment:.3f} s"
        kit.warm.ingest(killed, part, kit.mapping)
        assert kit.row_hash.hash_lake(killed) == after
    assert kills >= FEWEST_KILLS
