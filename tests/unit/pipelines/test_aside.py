"""Raw data that lies aside: private, gone when its command ends, and cleared after one that was killed."""

import errno
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.aside import Spill, aside, clear_aside
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.errors import HomeError, StateError
from pipelines.lake.lake import Lake
from pipelines.settings import Home

KILLED = """
import os, signal, sys
from pathlib import Path
from pipelines.aside import aside
from pipelines.settings import Home

with aside(Home(Path(sys.argv[1])), "deliveries", by="an ingest") as folder:
    (folder / "rows.jsonl").write_text("words")
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def files(home: Home) -> list[str]:
    return sorted(path.name for path in home.aside.rglob("*") if path.is_file() and path.suffix == ".jsonl")


@pytest.fixture
def left(home: Home) -> Home:
    """A home in which an ingest was killed."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(home.path)], check=False, env=dict(os.environ))
    assert done.returncode == -signal.SIGKILL
    assert files(home) == ["rows.jsonl"]
    return home


def test_only_its_owner_reads_it_and_it_goes_also_when_the_command_fails(home: Home):
    found = []

    def fail() -> None:
        with aside(home, "deliveries", by="an ingest") as folder:
            found.append(stat.S_IMODE(folder.stat().st_mode))
            (folder / "rows.jsonl").write_text("words")
            raise StateError("the log cannot be read")

    with pytest.raises(StateError):
        fail()
    assert found == [0o700]
    assert files(home) == []


def test_the_next_command_finds_an_empty_folder(left: Home):
    with aside(left, "deliveries", by="the next ingest") as folder:
        assert list(folder.iterdir()) == []


def test_who_was_killed_leaves_nothing_after_an_erasure_or_retention(left: Home):
    clear_aside(left, by="erasure")
    assert files(left) == []


def test_of_a_new_home_there_is_nothing_to_clear(home: Home):
    clear_aside(home, by="erasure")
    assert not home.aside.exists()


SPILT = """
import os, signal, sys
from pathlib import Path
from pipelines.engines.duckdb import DuckDBEngine
from pipelines.lake.lake import Lake

engine = DuckDBEngine(threads=1)
engine.attach(Lake(Path(sys.argv[1])), [])
engine.connection.execute("set memory_limit = '60MB'")
engine.connection.execute(
    "create table said as select 'words ' || i || repeat('x', 100) as text "
    "from range(1500000) as one(i) order by md5(text)"
)
os.kill(os.getpid(), signal.SIGKILL)
"""


def spilt(home: Home) -> list[Path]:
    return [path for path in home.aside.rglob("*") if path.is_file()]


@pytest.fixture
def spilled(home: Home, tmp_path: Path) -> Home:
    """A home in which a computation that needed more than its memory was killed."""
    place = tmp_path / "elsewhere"
    place.mkdir()
    command = [sys.executable, "-c", SPILT, str(home.lake)]
    done = subprocess.run(command, check=False, env=dict(os.environ), cwd=place)
    assert done.returncode == -signal.SIGKILL
    assert list(place.iterdir()) == []
    assert spilt(home)
    return home


def test_what_memory_does_not_hold_lies_in_the_home_for_its_owner_alone(spilled: Home):
    (room,) = {path.parent for path in spilt(spilled)}
    assert stat.S_IMODE(room.stat().st_mode) == 0o700
    clear_aside(spilled, by="erasure")
    assert spilt(spilled) == []


def test_the_next_computation_clears_what_a_killed_one_left_and_not_what_a_running_one_holds(spilled: Home):
    with DuckDBEngine(threads=1) as first, DuckDBEngine(threads=1) as second:
        first.attach(Lake(spilled.lake), [])
        assert spilt(spilled) == []
        second.attach(Lake(spilled.lake), [])
        clear_aside(spilled, by="retention")
        assert len(list((spilled.aside / "spill").iterdir())) == 2
    assert list((spilled.aside / "spill").iterdir()) == []


@pytest.fixture
def foreign(home: Home, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that a computation of another account has, or left, and that is for its owner alone."""
    folder = home.aside / "spill" / "of_somebody_else"
    folder.mkdir(parents=True)
    real = os.open

    def refuse(path: object, *more: int, **options: Any) -> int:
        if path == folder:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path, *more, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "open", refuse)
    return folder


def test_a_folder_of_another_account_stops_an_erasure_with_a_word_of_who_has_to_remove_it(
    home: Home, foreign: Path
):
    with pytest.raises(HomeError, match=f"{foreign} belongs to another account.*have it remove the folder"):
        clear_aside(home, by="erasure")


def test_a_folder_of_another_account_takes_no_room_from_a_computation(home: Home, foreign: Path):
    ours = foreign.with_name("killed")
    ours.mkdir()
    spill = Spill(home)
    assert (spill.path.is_dir(), foreign.is_dir(), ours.exists()) == (True, True, False)
    spill.close()


def test_what_another_account_fetched_and_left_is_told_and_not_passed_over(
    left: Home, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("shutil.rmtree", lambda *_, **__: None)  # as it ends where it may delete nothing
    with pytest.raises(HomeError, match="deliveries/now belongs to another account"):
        clear_aside(left, by="erasure")
    with (
        pytest.raises(HomeError, match="belongs to another account"),
        aside(left, "deliveries", by="an ingest"),
    ):
        pass


def test_without_a_home_nothing_is_written_anywhere():
    with DuckDBEngine(threads=1) as engine:
        (place,) = engine.query("select current_setting('temp_directory') as place").to_pylist()
    assert place == {"place": ""}
