"""Decisions put back from before an erasure: whichever command comes first takes the erased out again."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipelines.settings import Home
from pipelines.tombstones import FILE, SubjectKind, add_tombstones, mark
from plimsoll.commands import running, serving
from plimsoll.commands.running import compute
from risk_register.database.store import Store
from risk_register.incident.danger import raise_danger
from risk_register.review.withdrawal import list_named
from tests.unit.plimsoll.commands.governance_factory import Run, make_governed_home, make_run

AT = dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
DAY = AT.date()
TOLD = "older than an erasure: 1 rows named erased people"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home whose decisions name two people, one of whom is under a tombstone."""
    place, store = make_governed_home(tmp_path / "home")
    for one in ("gone", "stays"):
        raise_danger(store, deployment_id="companion", conversation_id=one, actor="first", at=AT)
    add_tombstones(place.keys / FILE, {mark(SubjectKind.PART, "companion", "gone")})
    return place


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    return make_run(home, monkeypatch, capfd)


def named(home: Home) -> set[str]:
    return {one for _, one in list_named(Store(home.governance_url))}


def test_upgrade_does(run: Run, home: Home) -> None:
    assert TOLD in run("upgrade").complaint
    assert named(home) == {"stays"}
    assert TOLD not in run("upgrade").complaint


def test_run_does_before_it_computes(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[str]] = []
    lake = SimpleNamespace(partitions=lambda _: {("companion", DAY)})
    monkeypatch.setattr(running, "Lake", lambda _: lake)
    monkeypatch.setattr("pipelines.automation.run", lambda *_, **__: seen.append(named(home)))
    compute(home, first=DAY)
    assert seen == [{"stays"}]


def test_serve_does_before_anybody_reads(run: Run, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[str]] = []
    monkeypatch.setattr(serving, "start_dashboard", lambda *_, **__: seen.append(named(home)))
    assert TOLD in run("serve").complaint
    assert seen == [{"stays"}]


def test_serve_starts_all_the_same_where_the_database_is_away(
    run: Run, monkeypatch: pytest.MonkeyPatch, home: Home
) -> None:
    (home.path / "governance.sqlite").unlink()
    monkeypatch.setenv("PLIMSOLL_GOVERNANCE_URL", "postgresql://plimsoll:hush@127.0.0.1:1/decisions")
    started: list[bool] = []
    monkeypatch.setattr(serving, "start_dashboard", lambda *_, **__: started.append(True))
    complaint = run("serve").complaint
    assert "is looked at by the next run" in complaint
    assert "hush" not in complaint
    assert started == [True]
