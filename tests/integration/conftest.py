"""Homes that the tests of the whole path share, and the modules beside this file.

A home is made once a session and never written again: a test that writes works on a copy.
"""

from __future__ import annotations

import importlib.util
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
Copy = Callable[[Path], Path]


def load_module(name: str) -> ModuleType:
    """A module that lies beside this file; tests are no package, so it is loaded by its path."""
    known = f"integration_{name}"
    if known not in sys.modules:
        spec = importlib.util.spec_from_file_location(known, HERE / f"{name}.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[known] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[known])
    return sys.modules[known]


class Kit:
    """The fixtures of this folder by name, made when asked for: a test of the whole path needs many."""

    def __init__(self, request: pytest.FixtureRequest) -> None:
        self._request = request

    def __getattr__(self, name: str) -> Any:
        return self._request.getfixturevalue(name)


@pytest.fixture
def kit(request: pytest.FixtureRequest) -> Kit:
    """Every other fixture of this folder."""
    return Kit(request)


@pytest.fixture(scope="session")
def export() -> ModuleType:
    """Writes small exports."""
    return load_module("export")


@pytest.fixture(scope="session")
def row_hash() -> ModuleType:
    """Compares homes by their rows."""
    return load_module("row_hash")


@pytest.fixture(scope="session")
def decoded_search() -> ModuleType:
    """Searches the decoded content of a home."""
    return load_module("decoded_search")


@pytest.fixture(scope="session")
def pages() -> ModuleType:
    """Reads every page of the dashboard."""
    return load_module("pages")


@pytest.fixture(scope="session")
def command() -> ModuleType:
    """Starts the command line."""
    return load_module("command")


@pytest.fixture(scope="session")
def mapping() -> Path:
    """How the replay format is read."""
    return HERE / "replay_mapping.yaml"


@pytest.fixture(scope="session")
def warm() -> Iterator[ModuleType]:
    """A process that ingests and runs without importing anew."""
    process = load_module("warm_process").WarmProcess()
    yield process
    process.close()


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory, export: ModuleType) -> Path:
    """The shared export; not to be written."""
    return export.write_sample(tmp_path_factory.mktemp("export") / "logs")


@pytest.fixture(scope="session")
def ingested(tmp_path_factory: pytest.TempPathFactory, logs: Path, mapping: Path, warm) -> Path:
    """A home into which the shared export has been ingested; not to be written."""
    home = tmp_path_factory.mktemp("ingested") / "home"
    warm.ingest(home, logs, mapping)
    return home


@pytest.fixture(scope="session")
def computed(tmp_path_factory: pytest.TempPathFactory, ingested: Path, warm) -> Path:
    """The same home after a run; not to be written."""
    home = tmp_path_factory.mktemp("computed") / "home"
    shutil.copytree(ingested, home)
    seconds = warm.run(home)
    (home.parent / "seconds").write_text(str(seconds))
    return home


@pytest.fixture(scope="session")
def run_seconds(computed: Path) -> float:
    """How long a run of the shared home takes here and now."""
    return float((computed.parent / "seconds").read_text())


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    """Makes a copy of a home that a test may write."""

    def make(home: Path) -> Path:
        target = tmp_path / f"copy_{len(list(tmp_path.glob('copy_*')))}"
        shutil.copytree(home, target)
        return target

    return make


@pytest.fixture
def same_keys(tmp_path: Path, ingested: Path) -> Callable[[], Path]:
    """Makes an empty home with the keys of the shared one, so that pseudonyms can be compared."""

    def make() -> Path:
        target = tmp_path / f"empty_{len(list(tmp_path.glob('empty_*')))}"
        target.mkdir()
        shutil.copytree(ingested / "keys", target / "keys")
        shutil.copy(ingested / "home.json", target / "home.json")
        return target

    return make
