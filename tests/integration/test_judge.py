"""A judge that was down, or had spent its cap, is asked again by the next run, until nothing is owed."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from pipelines.detect.assets import score_days
from pipelines.indicators.assets import compute_facts, count_days
from pipelines.ingest.removal.lapsing import lapse
from pipelines.lake.lake import Lake
from pipelines.pointer import current_file
from pipelines.privacy.retention import retain
from pipelines.settings import Home
from pipelines.stale import stale_days
from pipelines.status import describe_home
from tests.unit.pipelines.detect.model_server import Answer, ModelServer, serve_model

DEPENDENCY = "dependency_push_rate_per_1000"
"""Watched, and of signals that no detector looks for but a judge."""
JUDGE = """
judge:
  endpoint: {{url: "{url}", model: m, attempts: 1, requests_per_minute: 100000}}
  prices: {{input_per_million: 1000, output_per_million: 0, cap_per_run: {cap}}}
plan:
  judge: {{neighbours: 0, share: 0.001, minimum: 1}}
"""


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serve_model() as server:
        yield server


@pytest.fixture
def home(copy: Callable[[Path], Path], computed: Path) -> Home:
    return Home(copy(computed))


def find_nothing(path: str, body: dict[str, Any]) -> Answer:
    """An answer that costs one."""
    (ticket,) = re.findall(r'"ticket": "([0-9a-f]+)"', body["messages"][0]["content"])
    content = json.dumps({"ticket": ticket, "findings": []})
    usage = {"prompt_tokens": 1000, "completion_tokens": 0}
    return 200, {}, json.dumps({"choices": [{"message": {"content": content}}], "usage": usage}).encode()


def set_up(home: Home, server: ModelServer, *, cap: int) -> None:
    home.definitions.mkdir(parents=True, exist_ok=True)
    (home.definitions / "detectors.yaml").write_text(JUDGE.format(url=server.url, cap=cap))


def run(home: Home) -> Counter[str]:
    """What a run does up to the indicators; how many messages the judge left in which state."""
    days = stale_days(home)
    for stage in (score_days, compute_facts, count_days):
        stage(home, days)
    coverage = Lake(home.lake).read("finding.coverage")
    assert coverage is not None
    return Counter(row["state"] for row in coverage.to_pylist() if row["detector_id"] == "judge")


def test_what_a_judge_that_was_down_owes_is_asked_by_the_next_run(
    home: Home, server: ModelServer, caplog: pytest.LogCaptureFixture
) -> None:
    set_up(home, server, cap=1_000_000)
    logging.getLogger("plimsoll").propagate = True
    with caplog.at_level(logging.WARNING, logger="plimsoll.detect"):
        assert run(home)["failed"] > 0
    (told,) = {line for line in caplog.messages if "judge" in line}  # a line may reach two handlers
    assert told.endswith("/v1: status 500.")
    assert stale_days(home) != []
    server.answer = find_nothing
    states = run(home)
    assert (states["failed"], states["scored"] > 0) == (0, True)
    assert stale_days(home) == []


def test_a_run_that_has_spent_its_cap_is_gone_on_with_by_the_next(home: Home, server: ModelServer) -> None:
    server.answer = find_nothing
    set_up(home, server, cap=5)
    assert run(home)["scored"] == len(server.requests) == 5
    assert stale_days(home) != []
    assert run(home)["scored"] == len(server.requests) == 10


def test_a_day_that_a_judge_answered_in_part_is_told_and_marks_its_numbers_until_nothing_is_owed(
    home: Home, server: ModelServer, warm: ModuleType
) -> None:
    server.answer = find_nothing
    set_up(home, server, cap=5)
    warm.run(home.path)
    days, owed, marked = read_owed(home)
    assert days
    assert all(state in {"partial", "failed", "late"} and "owed:judge" in why for state, why, _ in days)
    assert owed == {"owed:judge": sum(count for _, _, count in days)}
    assert marked.isdisjoint({"complete", "restated", "quiet"})
    told = [one["data"]["owed_by_detector"] for one in describe_home(home)["deployments"].values()]
    assert sum(one["judge"]["messages"] for one in told if one) == owed["owed:judge"]
    set_up(home, server, cap=1_000_000)
    warm.run(home.path)
    assert read_owed(home)[:2] == ([], {})


def read_owed(home: Home) -> tuple[list[tuple[str, str, int]], dict[str, int], set[str]]:
    """What is published of days that owe something: state, reasons and count; counts by reason; the states
    that a weekly number of them bears."""
    with duckdb.connect(str(current_file(home.published)), read_only=True) as connection:
        days = connection.sql(
            "select state, reasons, owed_count from published.data_day where owed_count > 0"
        ).fetchall()
        owed = connection.sql(
            "select reason, cast(sum(row_count) as bigint) from published.data_quality "
            "where source = 'cascade' group by reason"
        ).fetchall()
        marked = connection.sql(
            "select distinct observation.data_state from published.observation "
            "join published.data_day on data_day.deployment_id = observation.deployment_id "
            "and data_day.day = observation.period_start "
            "where data_day.owed_count > 0 and observation.period = 'day'"
        ).fetchall()
    return days, dict(owed), {state for (state,) in marked}


def test_what_only_a_judge_sees_is_watched_and_published_by_the_run_that_asks_it(
    home: Home, server: ModelServer, warm: ModuleType
) -> None:
    before = current_file(home.published)
    assert DEPENDENCY not in list_watched(home)
    server.answer = find_nothing
    set_up(home, server, cap=1_000_000)
    warm.run(home.path)
    assert server.requests != []
    assert current_file(home.published) != before
    assert DEPENDENCY in list_watched(home)


def test_days_that_a_judge_never_saw_do_not_bear_its_name_and_its_first_day_is_a_break(
    home: Home, server: ModelServer, warm: ModuleType
) -> None:
    days = sorted(day for _, day in Lake(home.lake).partitions("staging.message"))
    retain(home, lapse, as_of=days[2] + dt.timedelta(days=90))  # the first two have no text any more
    server.answer = find_nothing
    set_up(home, server, cap=1_000_000)
    warm.run(home.path)
    with duckdb.connect(str(current_file(home.published)), read_only=True) as connection:
        changes = connection.sql(
            "select effective_on, note from published.change where what = 'detector'"
        ).fetchall()
        named = connection.sql(
            "select distinct period_start, detector_version from published.observation "
            "where period = 'day' and indicator_id = 'si_prevalence' order by period_start"
        ).fetchall()
        bridged = connection.sql("select distinct old_version, first_day from published.bridge").fetchall()
    ((day, note),) = changes
    assert day == days[2]
    assert note.startswith("Scored from here on by the detector judge@")
    assert [(day, "judge@" in version) for day, version in named] == [
        (day, number >= 2) for number, day in enumerate(days)
    ]
    assert all("lexicon@" in version for _, version in named)
    assert bridged == [("judge@none", days[2])]


def list_watched(home: Home) -> set[str]:
    rows = Lake(home.lake).read("assessment.arrival_day")
    assert rows is not None
    return set(rows["indicator_id"].to_pylist())
