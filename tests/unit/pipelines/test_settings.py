"""A home: one kind for good, made whole, readable by its owner."""

import json
import stat
from pathlib import Path

import pytest

from pipelines.errors import HomeError
from pipelines.settings import MARKER, Home, HomeKind, find_home, make_home


def test_a_new_home_knows_its_kind_and_keeps_its_keys_private(tmp_path: Path):
    home = make_home(Home(tmp_path / "home"), HomeKind.DEMO)
    assert home.kind is HomeKind.DEMO
    assert stat.S_IMODE(home.keys.stat().st_mode) == 0o700
    assert make_home(home, HomeKind.DEMO) == home


def test_what_a_home_holds_is_for_its_owner_until_the_operator_opens_it(tmp_path: Path):
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    for folder in (home.path, home.lake, home.inbox, home.published, home.reports):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
    home.path.chmod(0o750)
    make_home(home, HomeKind.REAL)
    assert stat.S_IMODE(home.path.stat().st_mode) == 0o750


def test_demo_and_real_data_never_mix(tmp_path: Path):
    home = make_home(Home(tmp_path / "home"), HomeKind.DEMO)
    with pytest.raises(HomeError, match="never mix"):
        make_home(home, HomeKind.REAL)


def test_a_directory_that_holds_other_things_is_no_home(tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(HomeError, match="not a Plimsoll home"):
        make_home(Home(tmp_path), HomeKind.REAL)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_directory_that_an_operator_prepared_becomes_a_home(tmp_path: Path):
    home = Home(tmp_path)
    for folder in (home.inbox / "companion", home.definitions):
        folder.mkdir(mode=0o750, parents=True)
    assert make_home(home, HomeKind.REAL).kind is HomeKind.REAL
    assert stat.S_IMODE((home.inbox / "companion").stat().st_mode) == 0o750
    assert stat.S_IMODE(home.lake.stat().st_mode) == 0o700


def test_a_lake_that_was_written_without_a_home_becomes_one_that_others_cannot_read(tmp_path: Path):
    for name in ("lake", "keys", "published", "inbox", "aside", "governance.sqlite-turns"):
        (tmp_path / name).mkdir(mode=0o755)
    (tmp_path / "governance.sqlite").write_bytes(b"")
    home = make_home(Home(tmp_path), HomeKind.REAL)
    assert home.kind is HomeKind.REAL
    for folder in (home.lake, home.keys, home.published):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_deliveries_of_people_become_no_demo(tmp_path: Path):
    (tmp_path / "inbox").mkdir()
    with pytest.raises(HomeError, match="not a Plimsoll home"):
        make_home(Home(tmp_path), HomeKind.DEMO)
    assert Home(tmp_path).kind is None


@pytest.mark.parametrize("mark", ["{}", "", "[]", '{"kind": "other"}', "\xff"])
def test_a_damaged_mark_is_said_and_left(tmp_path: Path, mark: str):
    (tmp_path / MARKER).write_text(mark, encoding="latin-1")
    with pytest.raises(HomeError, match="is damaged"):
        make_home(Home(tmp_path), HomeKind.REAL)
    assert (tmp_path / MARKER).read_text(encoding="latin-1") == mark


@pytest.mark.parametrize("left", ["nothing", "half a mark", "the mark alone", "some folders"])
def test_a_home_whose_making_was_broken_off_is_made_whole(tmp_path: Path, left: str):
    home = Home(tmp_path / "home")
    home.path.mkdir()
    if left == "half a mark":
        (home.path / f".{MARKER}").write_text('{"ki')
    elif left != "nothing":
        (home.path / MARKER).write_text(json.dumps({"kind": "real"}))
    if left == "some folders":
        home.lake.mkdir()
    assert make_home(home, HomeKind.REAL).kind is HomeKind.REAL
    assert home.keys.is_dir()
    assert home.inbox.is_dir()


def test_the_home_is_the_one_named_else_that_of_the_environment(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("PLIMSOLL_HOME", str(tmp_path / "environment"))
    assert find_home(tmp_path / "named").path == tmp_path / "named"
    assert find_home().path == tmp_path / "environment"
    monkeypatch.delenv("PLIMSOLL_HOME")
    monkeypatch.chdir(tmp_path)
    assert find_home().path == tmp_path / "data"


@pytest.mark.parametrize("name", ["100%", "a*", "who?", "[x]"])
def test_a_path_that_the_engines_cannot_read_is_refused_at_once(tmp_path: Path, name: str):
    with pytest.raises(HomeError, match="Choose a directory without"):
        make_home(Home(tmp_path / name), HomeKind.REAL)
    assert list(tmp_path.iterdir()) == []
