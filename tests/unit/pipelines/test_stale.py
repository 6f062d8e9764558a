"""What was counted waits until it is assessed and published, however the run ended that was to do it."""

import datetime as dt
import os

import pyarrow as pa
import pytest

from pipelines.assess.alarms.arrival import STAGE
from pipelines.computed import record
from pipelines.lake import lake as lakes
from pipelines.lake.lake import tidy
from pipelines.pointer import POINTER, make_current
from pipelines.schemas.assessment import DEPLOYMENT
from pipelines.settings import Home, HomeKind, make_home
from pipelines.stale import awaits_closing

PART, OTHER = ("one", dt.date(2026, 8, 3)), ("one", dt.date(2026, 8, 4))


@pytest.fixture
def home(tmp_path):
    return make_home(Home(tmp_path / "home"), HomeKind.REAL)


def count(home: Home, inputs: str, part=PART) -> None:
    with lakes.write(home.lake, by="a test") as commit:
        record(commit, "indicator", {part: inputs}, [part])


def assess(home: Home, **inputs: str) -> None:
    """What an assessment leaves that read these inputs of PART, and of OTHER if they are given."""
    read = dict(zip((PART, OTHER), inputs.values(), strict=False))
    with lakes.write(home.lake, by="a test") as commit:
        record(commit, STAGE, {part: f"{value}:a_version" for part, value in read.items()}, read)
        commit.replace_all(DEPLOYMENT.full_name, pa.table({"deployment_id": ["one"]}))


def publish(home: Home) -> None:
    (home.published / "published-00000003.duckdb").touch()
    make_current(home.published, "published-00000003.duckdb")


@pytest.fixture
def closed(home):
    count(home, "a")
    assess(home, part="a")
    publish(home)
    assert not awaits_closing(home)
    return home


def test_nothing_waits_in_a_home_without_counts(home) -> None:
    assert not awaits_closing(home)


def test_what_was_counted_waits_until_it_is_assessed_and_published(home) -> None:
    count(home, "a")
    assert awaits_closing(home)
    assess(home, part="a")
    assert awaits_closing(home)
    publish(home)
    assert not awaits_closing(home)


def test_a_day_that_is_counted_anew_and_one_that_is_added_wait(closed) -> None:
    count(closed, "b")
    assert awaits_closing(closed)
    assess(closed, part="b")
    publish(closed)
    assert not awaits_closing(closed)
    count(closed, "a", OTHER)
    assert awaits_closing(closed)


def test_what_was_counted_between_an_assessment_and_its_publication_waits(closed) -> None:
    assess(closed, part="a")
    count(closed, "b")
    publish(closed)
    assert awaits_closing(closed)


def test_a_publication_that_is_lost_or_older_than_the_assessment_is_made_again(closed) -> None:
    os.utime(closed.published / POINTER, (0, 0))
    assert awaits_closing(closed)
    publish(closed)
    (closed.published / "published-00000003.duckdb").unlink()
    assert awaits_closing(closed)


def test_what_changes_no_count_asks_for_no_closing(closed) -> None:
    tidy(closed.lake)
    with lakes.write(closed.lake, by="a test") as commit:
        record(commit, "finding", {PART: "c"}, [PART])
    assert not awaits_closing(closed)
