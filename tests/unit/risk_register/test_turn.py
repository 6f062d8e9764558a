"""One holds the turn of a store at a time; it ends with whoever held it, and waiting has an end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from risk_register.turn import NoTurnError, take_turn

HOLDER = """
import sys, time
from pathlib import Path
from risk_register.turn import take_turn
with take_turn(Path(sys.argv[1]), wait_seconds=30):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_second_one_waits_only_as_long_as_it_is_ready_to(tmp_path: Path) -> None:
    database = tmp_path / "governance.sqlite"
    with (
        take_turn(database, wait_seconds=1),
        pytest.raises(NoTurnError, match="no turn"),
        take_turn(database, wait_seconds=0.05),
    ):
        pass
    with take_turn(database, wait_seconds=0.05):
        pass


def test_a_turn_ends_with_the_process_that_held_it(tmp_path: Path) -> None:
    database = tmp_path / "governance.sqlite"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(database)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.wait(timeout=30)
    holder.stdout.close()
    with take_turn(database, wait_seconds=10):
        pass


def test_the_lock_is_for_its_owner_alone_and_a_missing_folder_is_said(tmp_path: Path) -> None:
    with take_turn(tmp_path / "governance.sqlite", wait_seconds=1):
        assert (tmp_path / "governance.sqlite-turn").stat().st_mode & 0o777 == 0o600
    with (
        pytest.raises(NoTurnError, match="No such file"),
        take_turn(tmp_path / "missing" / "g.sqlite", wait_seconds=1),
    ):
        pass
