"""The code location: it loads on a place where no home is yet, and makes one that the command line knows."""

import stat

from pipelines.definitions import defs
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
