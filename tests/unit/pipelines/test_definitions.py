"""The code location: it loads on a place where no home is yet, and makes one that the command line knows."""

import datetime as dt
import stat
from zoneinfo import ZoneInfo

import pytest

from pipelines.definitions import DAYS, defs
from pipelines.ingest.field import RecordError, to_microseconds
from pipelines.settings import HomeKind, find_home


def test_loading_makes_a_home_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("PLIMSOLL_HOME", str(tmp_path / "home"))
    assert defs.load_fn().resolve_job_def("take_in")
    home = find_home()
    assert home.kind is HomeKind.REAL
    for folder in (home.path, home.lake, home.keys, home.published):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_loading_leaves_a_demo_what_it_is(tmp_path, monkeypatch):
    monkeypatch.setenv("PLIMSOLL_HOME", str(tmp_path))
    (tmp_path / "home.json").write_text('{"kind": "demo"}\n')
    assert defs.load_fn().resolve_job_def("take_in")
    assert find_home().kind is HomeKind.DEMO


def test_the_oldest_time_that_is_taken_in_lies_on_a_day_that_can_be_run():
    micros = to_microseconds("2000-01-01T00:00:00Z", "at", ZoneInfo("UTC"))
    oldest = dt.datetime.fromtimestamp(micros / 1e6, dt.UTC)
    for zone in ("UTC", "Etc/GMT+12", "Pacific/Kiritimati"):
        day = oldest.astimezone(ZoneInfo(zone)).date().isoformat()
        assert DAYS.has_partition_key(day), day
    with pytest.raises(RecordError):
        to_microseconds("1999-12-31T23:59:59Z", "at", ZoneInfo("UTC"))
