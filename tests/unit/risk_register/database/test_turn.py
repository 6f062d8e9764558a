"""Turns come in the order of asking; one ends with whoever held it, and waiting has an end."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from risk_register.database.turn import NoTurnError, take_turn

HOLDER = """
import sys, time
from pathlib import Path
from risk_register.database.turn import take_turn
with take_turn(Path(sys.argv[1]), wait_seconds=30):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "governance.sqlite"


def wait_for_tickets(database: Path, count: int) -> None:
    end = time.monotonic() + 20
    while len(list(database.parent.glob("*-turns/[0-9]*"))) != count:
        assert time.monotonic() < end
        time.sleep(0.001)


def queue_up(database: Path, served: list[str], names: str, *, hold: float, patience: float) -> None:
    """Let one after the other ask while this one holds the turn, then let go and ask again at once."""

    def ask(name: str) -> None:
        with take_turn(database, wait_seconds=patience):
            served.append(name)
            time.sleep(hold)

    waiting = [threading.Thread(target=ask, args=(name,)) for name in names]
    with take_turn(database, wait_seconds=patience):
        for number, each in enumerate(waiting, start=2):
            each.start()
            wait_for_tickets(database, number)
    with take_turn(database, wait_seconds=patience):
        served.append("again")
    for each in waiting:
        each.join()


def test_turns_come_in_the_order_of_asking_and_nobody_overtakes(database: Path) -> None:
    served: list[str] = []
    queue_up(database, served, "abcde", hold=0.005, patience=20)
    assert served == [*"abcde", "again"]


def test_a_queue_that_moves_is_waited_for_however_long_it_is(database: Path) -> None:
    served: list[str] = []
    queue_up(database, served, "abcdefgh", hold=0.15, patience=1)
    assert served == [*"abcdefgh", "again"]


def test_one_who_does_not_let_go_is_waited_for_only_so_long(database: Path) -> None:
    with (
        take_turn(database, wait_seconds=1),
        pytest.raises(NoTurnError, match=r"no turn .* within 0.05 s \(process \d+ holds it\)"),
        take_turn(database, wait_seconds=0.05),
    ):
        pass
    with take_turn(database, wait_seconds=0.05):
        pass
    wait_for_tickets(database, 0)


def test_a_turn_ends_with_the_process_that_held_it(database: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(database)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    holder.kill()
    holder.wait(timeout=30)
    holder.stdout.close()
    wait_for_tickets(database, 1)
    with take_turn(database, wait_seconds=10):
        wait_for_tickets(database, 1)
    wait_for_tickets(database, 0)


def test_the_lock_is_for_its_owner_alone_and_a_missing_folder_is_said(tmp_path: Path) -> None:
    with take_turn(tmp_path / "governance.sqlite", wait_seconds=1):
        folder = tmp_path / "governance.sqlite-turns"
        modes = {each.name: each.stat().st_mode & 0o777 for each in (folder, *folder.iterdir())}
        assert modes == {folder.name: 0o700, "door": 0o600, "1": 0o600}
    with (
        pytest.raises(NoTurnError, match="No such file"),
        take_turn(tmp_path / "missing" / "g.sqlite", wait_seconds=1),
    ):
        pass
