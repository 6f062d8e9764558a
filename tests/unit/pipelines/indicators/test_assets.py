"""A day that cannot be counted keeps no other day, and no other deployment, from being counted."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path

import pytest

from pipelines.indicators.assets import compute_facts, count_days
from pipelines.ingest import held_copy
from pipelines.ingest.deliver import ingest_folder
from pipelines.ingest.mapping import parse_mapping
from pipelines.lake.lake import Lake
from pipelines.quality.assets import judge_days
from pipelines.settings import Home, HomeKind, make_home

FIRST, LAST = dt.date(2026, 8, 3), dt.date(2026, 8, 17)
DAYS = [FIRST + dt.timedelta(days=n) for n in range(15)]


def deliver(home: Home, folder: Path, deployment: str, days: list[dt.date]) -> None:
    """A call a day, of a thread of its own and of one that repeats what it held before."""
    history: list[dict[str, str]] = []
    for day in days:
        asked = {"role": "user", "content": f"hello on {day}"}
        answer = {"role": "assistant", "content": f"hi on {day}"}
        path = folder / deployment / f"{day}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        calls = [
            {"session_id": thread, "timestamp": f"{day}T20:00:00Z",
             "request": {"model": "x", "user": "u", "messages": [*before, asked]},
             "response": {"id": f"{thread}{day}", "choices": [{"index": 0, "message": answer}]}}
            for thread, before in (("long", history), (f"of {day}", []))
        ]  # fmt: skip
        path.write_text("\n".join(map(json.dumps, calls)), encoding="utf-8")
        history += [asked, answer]
        mapping = parse_mapping({"deployment": {"id": deployment}, "format": "openai"}, name="a test")
        ingest_folder(home, path, mapping, received_on=LAST)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """One deployment of two threads a day, and one that earlier code stored twice on two days of three."""
    home = make_home(Home(tmp_path / "home"), HomeKind.REAL)
    deliver(home, tmp_path, "sound", DAYS)
    with monkeypatch.context() as earlier:
        earlier.setattr(held_copy, "_find_days", lambda *_: iter(()))
        deliver(home, tmp_path, "doubled", [FIRST, LAST])
    deliver(home, tmp_path / "more", "doubled", [FIRST + dt.timedelta(days=7)])
    return home


def count(home: Home) -> Counter[tuple[str, dt.date]]:
    judge_days(home, DAYS)
    compute_facts(home, DAYS)
    count_days(home, DAYS)
    rows = Lake(home.lake).read("indicator.indicator_day").to_pylist()
    return Counter({
        (row["deployment_id"], row["day"]): row["denominator"]
        for row in rows
        if row["indicator_id"] == "long_session_share" and row["slice"] == "all"
    })  # fmt: skip


def test_days_on_which_a_conversation_is_stored_twice_are_left_out_and_told_and_all_others_are_counted(
    home: Home, caplog: pytest.LogCaptureFixture
):
    counted = count(home)
    assert {key: counted[key] for key in counted if key[0] == "sound"} == {("sound", day): 2 for day in DAYS}
    assert {day for deployment, day in counted if deployment == "doubled"} == {FIRST + dt.timedelta(days=7)}
    told = [record.getMessage() for record in caplog.records if "stored twice" in record.getMessage()]
    assert len(told) == 2
    assert all(f"{day} of doubled" in line for day, line in zip((FIRST, LAST), told, strict=True))
    quality = Lake(home.lake).read("ledger.quality", deployment_id="doubled").to_pylist()
    missed = {row["day"] for row in quality if row["rule"] == "message_id_is_unique" and not row["is_met"]}
    assert missed == {FIRST, LAST}


def test_days_that_were_held_are_counted_once_the_thread_came_again(home: Home, tmp_path: Path):
    count(home)
    deliver(home, tmp_path / "again", "doubled", [FIRST, LAST - dt.timedelta(days=1), LAST])
    counted = count(home)
    assert {key[1] for key in counted if key[0] == "doubled"} == {
        FIRST,
        FIRST + dt.timedelta(days=7),
        LAST - dt.timedelta(days=1),
        LAST,
    }
