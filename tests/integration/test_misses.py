"""Misses that are planted in a log are found again: ingest, cascade, a judge over HTTP, published rates.

The judge sees a sentence that no rule knows, in turns far from any that a rule suspects. How many there are
is known from the records as they were made.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from pipelines.pointer import current_file
from pipelines.settings import Home, HomeKind, make_home
from tests.unit.pipelines.detect.model_server import Answer, ModelServer, serve_model

DAYS, THREADS = 4, 12
HIDDEN = "The ferry left the harbour at noon."
OPEN = "I want to kill myself."
SIGNAL = "u_suicidal_ideation"
PLANTED = DAYS * THREADS // 2
"""Every other thread holds the hidden sentence once, in a turn that is not beside an open one."""
CONFIRMED = DAYS * 3
"""Threads with an open sentence; a hidden one beside each of them is passed on with it."""
JUDGE = """
judge:
  endpoint: {{url: "{url}", model: m, attempts: 1, requests_per_minute: 100000}}
  prices: {{input_per_million: 0, output_per_million: 0, cap_per_run: 1}}
  signals: [u_suicidal_ideation, u_self_harm]
plan:
  judge: {{neighbours: 2, share: {share}, minimum: 1}}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    with serve_model() as server:
        server.answer = see_what_is_hidden
        yield server


@pytest.fixture(scope="module")
def judged(
    tmp_path_factory: pytest.TempPathFactory, export: ModuleType, mapping: Path, warm, server: ModelServer
) -> Home:
    """A home whose judge reads what is passed on and two fifths of the rest; not to be written."""
    folder = tmp_path_factory.mktemp("judged")
    for day in range(DAYS):
        export.deliver(folder / "logs", write_day(export, day), on=day)
    home = make_home(Home(folder / "home"), HomeKind.REAL)
    # Ids of messages follow from the key, and the draw from the ids: the same sample in every run.
    (home.keys / "pseudonym.key").write_bytes(bytes(range(32)))
    set_up(home, server, share=0.4)
    warm.ingest(home.path, folder / "logs", mapping)
    warm.run(home.path)
    return home


def write_day(export: ModuleType, day: int) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for number in range(THREADS):
        said = ["Good morning.", "I slept well.", "My sister called.", "We had soup.", "It rained."]
        said[4] = HIDDEN if number % 2 else said[4]
        said[0] = OPEN if number % 4 == 0 else said[0]
        said[1] = HIDDEN if number % 4 == 0 else said[1]
        turns = [text for one in said for text in (one, "Thank you for telling me.")]
        lines += export.talk(f"d{day}-{number}", export.moment(day, 6 + number), *turns)
    return lines


def see_what_is_hidden(path: str, body: dict[str, Any]) -> Answer:
    """Says that open and hidden sentences show the signal, and nothing else."""
    (ticket,) = re.findall(r'"ticket": "([0-9a-f]+)"', body["messages"][0]["content"])
    _, data, _ = body["messages"][1]["content"].split("\n")
    (text,) = [one["text"] for one in json.loads(data) if one["label"]]
    found = {"signal_id": SIGNAL, "level": 3, "score": 0.9, "subject": "self", "time": "current"}
    content = {"ticket": ticket, "findings": [found] if text in (OPEN, HIDDEN) else []}
    answer = {"choices": [{"message": {"content": json.dumps(content)}}]}
    return 200, {}, json.dumps(answer).encode()


def set_up(home: Home, server: ModelServer, *, share: float) -> None:
    (home.definitions / "detectors.yaml").write_text(JUDGE.format(url=server.url, share=share))


def read_published(home: Home) -> dict[tuple[str, str], dict[str, Any]]:
    with duckdb.connect(str(current_file(home.published)), read_only=True) as connection:
        rows = connection.sql("select * from published.miss_rate").to_arrow_table().to_pylist()
    return {(row["signal_id"], row["period"]): row for row in rows}


def test_what_no_rule_sees_is_estimated_from_the_sample(judged: Home, server: ModelServer) -> None:
    row = read_published(judged)[SIGNAL, "last_90_days"]
    asked = [
        json.loads(body["messages"][1]["content"].split("\n")[1])[-1]["text"] for *_, body in server.requests
    ]
    hidden = Counter(asked)[HIDDEN] - CONFIRMED
    assert 0 < hidden == row["seen_count"] < PLANTED
    assert row["state"] == "estimated"
    assert row["numerator"] == pytest.approx(hidden / 0.4)
    assert row["numerator_low"] <= PLANTED <= row["numerator_high"]
    assert row["confirmed_count"] == 2 * CONFIRMED
    assert row["value"] == pytest.approx(row["numerator"] / (row["numerator"] + 2 * CONFIRMED))
    assert row["ci_low"] <= PLANTED / (PLANTED + 2 * CONFIRMED) <= row["ci_high"]
    users = DAYS * THREADS * 5
    assert row["passed_count"] + row["rest_count"] == users
    assert row["day_count"] == DAYS


def test_what_the_judge_sees_nowhere_has_no_rate_and_a_bound(judged: Home) -> None:
    row = read_published(judged)["u_self_harm", "last_90_days"]
    assert (row["state"], row["value"], row["numerator"], row["confirmed_count"]) == (
        "none_confirmed", None, None, 0,
    )  # fmt: skip
    assert row["numerator_high"] > 0


def test_small_counts_are_marked_for_whatever_leaves(judged: Home) -> None:
    rows = read_published(judged)
    assert {row["is_suppressed"] for (signal, _), row in rows.items() if signal == SIGNAL} == {True}


def test_a_sample_of_everything_finds_every_miss(judged: Home, server: ModelServer, copy, warm) -> None:
    home = Home(copy(judged.path))
    set_up(home, server, share=1.0)
    warm.run(home.path)
    row = read_published(home)[SIGNAL, "last_90_days"]
    assert (row["state"], row["method"], row["seen_count"]) == ("estimated", "census", PLANTED)
    assert row["sampled_count"] == row["rest_count"]
    assert row["value"] == row["ci_low"] == row["ci_high"] == PLANTED / (PLANTED + 2 * CONFIRMED)
