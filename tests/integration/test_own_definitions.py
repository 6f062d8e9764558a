"""A signal that an operator adds scores the past while its text exists; before, it is unknown, never 0."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.detect.assets import score_days
from pipelines.indicators.assets import compute_facts, count_days
from pipelines.ingest.removal.lapsing import lapse
from pipelines.lake.lake import Lake
from pipelines.privacy.retention import retain
from pipelines.settings import Home
from pipelines.stale import stale_days

FIRST = dt.date(2026, 8, 3)
SIGNAL = """\
title: Greeting
polarity: user_risk
family: distress
definition: The person says hello.
minimum_level: 0
maximum_level: 4
rules: Level 4, to see that nothing pages.
source: Asked for by the service.
owner: clinical safety
drafted_by: clinical safety
added_on: 2026-11-28
review_due_on: 2027-05-28
"""
PATTERNS = """\
role: user
drafted_by: clinical safety
checked_by: null
signals:
  x_greeting:
    level: 4
    rules:
      - {id: x.any_word, pattern: "[a-z]{3}", weight: 0.9, positive: [hello there], negative: ["9 8 8"]}
"""


@pytest.fixture
def home(copy: Callable[[Path], Path], computed: Path) -> Home:
    """A computed home whose first day has lost its text, and to which a signal was added afterwards."""
    home = Home(copy(computed))
    retain(home, lapse, as_of=FIRST + dt.timedelta(days=91))
    for name, text in (("signals/x_greeting.yaml", SIGNAL), ("patterns/en/greeting.yaml", PATTERNS)):
        path = home.definitions / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return home


def rows(home: Home, name: str, **wanted: str) -> list[dict]:
    table = Lake(home.lake).read(name)
    assert table is not None
    return [row for row in table.to_pylist() if all(row[key] == value for key, value in wanted.items())]


def test_the_past_is_scored_while_text_exists_and_nothing_else_moves(home: Home) -> None:
    before = {
        name: rows(home, name)
        for name in ("fact.message", "fact.conversation", "fact.trajectory", "indicator.feature_day")
    }
    counted = rows(home, "indicator.indicator_day")
    stale = stale_days(home)
    assert FIRST + dt.timedelta(days=1) in stale
    score_days(home, stale)
    compute_facts(home, stale)
    count_days(home, stale)
    assert stale_days(home) == []
    own = rows(home, "indicator.indicator_day", indicator_id="x_greeting", slice="all")
    assert min(row["day"] for row in own) == FIRST + dt.timedelta(days=1)
    assert sum(row["numerator"] for row in own) > 0
    for name, rows_before in before.items():
        assert rows(home, name) == rows_before, name
    others = [row for row in rows(home, "indicator.indicator_day") if row["indicator_id"] != "x_greeting"]
    assert others == counted


def test_a_signal_that_is_taken_away_leaves_no_count(home: Home) -> None:
    stale = stale_days(home)
    for step in (score_days, compute_facts):
        step(home, stale)
    count_days(home, stale)
    (home.definitions / "signals/x_greeting.yaml").unlink()
    (home.definitions / "patterns/en/greeting.yaml").unlink()
    stale = stale_days(home)
    for step in (score_days, compute_facts):
        step(home, stale)
    count_days(home, stale)
    assert rows(home, "indicator.indicator_day", indicator_id="x_greeting") == []
    assert rows(home, "finding.finding", detector_id="x_greeting") == []
