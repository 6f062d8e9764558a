"""What detectors keep beside the lake goes with the findings it stands for, and with whom it is about."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest

from pipelines.privacy.cached import drop_cached, drop_old_cached
from pipelines.settings import Home

DAY = dt.date(2026, 8, 3)
NOON = dt.datetime(2026, 8, 3, 12, tzinfo=dt.UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Answers of a judge by conversation, and of a language detector in one file each."""
    for name in (
        "judge/c1/a.json",
        "judge/c1/b.json",
        "judge/c2/a.json",
        "language/c1.json",
        "language/c10.json",
    ):
        path = tmp_path / "cache" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}")
    return Home(tmp_path)


def left(home: Home) -> list[str]:
    root = home.path / "cache"
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_what_is_named_after_a_conversation_that_goes_goes_with_it_and_nothing_else(home: Home) -> None:
    assert drop_cached(home, {"c1", "absent"}) == {"cache/judge": 2, "cache/language": 1}
    assert left(home) == ["judge/c2/a.json", "language/c10.json"]
    assert drop_cached(home, {"c1"}) == {}


def test_an_answer_of_the_first_day_that_is_kept_stays_and_one_of_the_day_before_goes(home: Home) -> None:
    old = home.path / "cache" / "judge" / "c2" / "a.json"
    for path in (home.path / "cache").rglob("*.json"):
        written = NOON - dt.timedelta(days=1) if path == old else NOON
        os.utime(path, (written.timestamp(), written.timestamp()))
    assert drop_old_cached(home, set(), before=DAY, is_rehearsal=True) == 1
    assert len(left(home)) == 5
    assert drop_old_cached(home, set(), before=DAY) == 1
    assert left(home) == ["judge/c1/a.json", "judge/c1/b.json", "language/c1.json", "language/c10.json"]


def test_answers_about_conversations_that_go_go_however_young_they_are(home: Home) -> None:
    for path in (home.path / "cache").rglob("*.json"):
        os.utime(path, (NOON.timestamp(), NOON.timestamp()))
    assert drop_old_cached(home, {"c1"}, before=DAY) == 3
    assert left(home) == ["judge/c2/a.json", "language/c10.json"]


def test_a_home_without_a_cache_has_nothing_to_drop(tmp_path: Path) -> None:
    assert drop_cached(Home(tmp_path), {"c1"}) == {}
    assert drop_old_cached(Home(tmp_path), set(), before=DAY) == 0
