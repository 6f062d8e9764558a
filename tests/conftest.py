"""What tests may need from outside, and the rule that nothing is left out in silence.

A test asks for an outside thing through its fixture (`shared`, `postgres_url`) and carries the `full`
marker; a browser test may ask for `chromium`. A skip or an expected failure counts as a failure. Where an
outside thing is not there, `--without NAME=REASON` leaves its tests out and says so at the end of the run.
"""

import os
import shutil
import tempfile
import uuid
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

if TYPE_CHECKING:
    from xdist.remote import Producer
    from xdist.scheduler import LoadScopeScheduling

REPOSITORY = Path(__file__).resolve().parents[1]
OUTSIDE_THINGS = {"shared": "shared", "postgresql": "postgres_url"}  # name in --without -> fixture
NAME = uuid.uuid5(uuid.NAMESPACE_URL, str(REPOSITORY)).hex[:8]
IN_MEMORY = Path("/dev/shm")
ROOM = 4 * 1024**3  # bytes; the homes that lie there at one time take a tenth of it
TOGETHER = ("tests/browser", "tests/integration", "tests/unit/pipelines/detect")
"""Folders whose tests share what is dear to make (a server, homes, patterns): one worker runs each."""
LEFT_OUT = pytest.StashKey[dict[str, list[pytest.Item]]]()


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real data and expected values that stands beside the repository."""
    folder = REPOSITORY.parent / "shared"
    if not folder.is_dir():
        pytest.fail(
            f"{folder} does not exist. Put the folder beside the repository, or use './run test full'."
        )
    return folder


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the Chromium that browser tests drive."""
    named = os.environ.get("PLIMSOLL_TEST_CHROMIUM")
    path = (
        named or shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    )
    if path is None:
        pytest.fail(
            "No Chromium found. './run test' installs one where it can; or set PLIMSOLL_TEST_CHROMIUM."
        )
    return path


@pytest.fixture(scope="session")
def empty_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a governance store in which nothing stands, to be copied; its tables take a while."""
    from risk_register.database.store import Store

    path = tmp_path_factory.mktemp("empty") / "governance.sqlite"
    Store(f"sqlite:///{path}").upgrade()
    return path


@pytest.fixture
def postgres_url() -> Iterator[str]:
    """Address of an empty database of its own, dropped after the test."""
    given = os.environ.get("PLIMSOLL_TEST_POSTGRES_URL")
    if given is None:
        pytest.fail(
            "PLIMSOLL_TEST_POSTGRES_URL is not set. './run test full' starts a PostgreSQL and sets it."
        )
    name = f"test_{uuid.uuid4().hex}"
    server = sa.create_engine(given, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with server.connect() as connection:
        connection.execute(sa.text(f"create database {name}"))
    try:
        yield sa.make_url(given).set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(sa.text(f"drop database {name} with (force)"))


def choose_place() -> Path:
    """Where tests write: in memory where there is room, for a store waits for the disk at every commit."""
    is_roomy = IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free >= ROOM
    return (IN_MEMORY if is_roomy else Path(tempfile.gettempdir())) / f"plimsoll-{NAME}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--without`; give each checkout temporary folders of its own, for pytest tidies those of others."""
    if "PYTEST_DEBUG_TEMPROOT" not in os.environ:
        place = choose_place()
        place.mkdir(exist_ok=True)
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(place)
    parser.addoption(
        "--without",
        action="append",
        default=[],
        metavar="NAME=REASON",
        help=f"leave out the tests that need NAME ({', '.join(OUTSIDE_THINGS)}), and say so with the REASON",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: "Producer") -> "LoadScopeScheduling":
    """Deal whole files to the processes, and whole folders of TOGETHER."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFolder(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            path = nodeid.partition("::")[0]
            return next((folder for folder in TOGETHER if path.startswith(f"{folder}/")), path)

    return ByFolder(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what `--without` names; refuse tests that need an outside thing without the marker."""
    reasons = dict(entry.partition("=")[::2] for entry in config.getoption("--without"))
    if unknown := reasons.keys() - OUTSIDE_THINGS.keys():
        raise pytest.UsageError(
            f"--without does not know {sorted(unknown)}; it knows {sorted(OUTSIDE_THINGS)}."
        )
    unmarked = [item.nodeid for item in items if _needs(item) and item.get_closest_marker("full") is None]
    if unmarked:
        raise pytest.UsageError(
            "These tests need an outside thing but lack the `full` marker: " + ", ".join(unmarked)
        )
    left_out: dict[str, list[pytest.Item]] = {}
    for item in items:
        if missing := [name for name in _needs(item) if name in reasons]:
            left_out.setdefault(reasons[missing[0]], []).append(item)
    gone = {item for group in left_out.values() for item in group}
    config.stash[LEFT_OUT] = left_out
    config.hook.pytest_deselected(items=list(gone))
    items[:] = [item for item in items if item not in gone]


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skipped test and an expected failure into a failure."""
    report = yield
    if report.skipped or hasattr(report, "wasxfail"):
        vars(report).pop("wasxfail", None)
        _refuse(report, item.nodeid)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Turn a module that skips itself into a failure."""
    report = yield
    if report.skipped:
        _refuse(report, collector.nodeid)
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what did not run, and why."""
    for reason, items in config.stash.get(LEFT_OUT, {}).items():
        terminalreporter.write_line(f"Did not run: {len(items)} tests, because {reason}:", yellow=True)
        for path, count in sorted(Counter(item.nodeid.partition("::")[0] for item in items).items()):
            terminalreporter.write_line(f"  {count:4} in {path}")


def _needs(item: pytest.Item) -> list[str]:
    fixtures = getattr(item, "fixturenames", ())
    return [name for name, fixture in OUTSIDE_THINGS.items() if fixture in fixtures]


def _refuse(report: pytest.TestReport | pytest.CollectReport, nodeid: str) -> None:
    report.outcome = "failed"
    report.longrepr = f"{nodeid} was skipped or is expected to fail. Nothing is: mend it, or take it out."
