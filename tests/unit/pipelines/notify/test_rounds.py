"""What schedules call: a week's test once and from its hour on, what runs out, a sign of life or why not."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pyarrow as pa
import pytest

from pipelines.definition_file import InvalidFileError, Problem
from pipelines.errors import StateError
from pipelines.notify import rounds
from pipelines.notify.assets import build
from pipelines.settings import Home
from pipelines.silence import MARK, end_silence, silence, tell_silence
from risk_register.database.audit import list_entries
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError
from risk_register.notice.kinds import Audience, NoticeKind, NoticeSeverity
from risk_register.notice.notices import list_notices

ROUTING = """\
dashboard: https://plimsoll.example.org
routes: {mail: {env: MAIL}}
people: {officer: [mail]}
rules: [{people: [officer]}]
test: {weekday: tuesday, hour: 10}
heartbeat: {address: {env: PLIMSOLL_TEST_HEARTBEAT}, stale_hours: 3}
"""
TUESDAY = dt.datetime(2026, 11, 24, 10, 0, tzinfo=dt.UTC)


@pytest.fixture
def home(tmp_path: Path, store: Store) -> Home:
    """The home in which the store of these tests lies."""
    home = Home(tmp_path)
    home.definitions.mkdir()
    (home.definitions / "notify.yaml").write_text(ROUTING)
    home.published.mkdir()
    (home.published / "current").write_text("published-00000001.duckdb")
    os.utime(home.published / "current", (TUESDAY.timestamp(), TUESDAY.timestamp()))
    return home


def test_the_test_of_a_week_is_queued_from_its_hour_on_and_once(home: Home) -> None:
    for early in (dt.timedelta(minutes=1), dt.timedelta(days=1), -dt.timedelta(days=6)):
        assert rounds.queue_weekly_test(home, at=TUESDAY - early) is None
    first = rounds.queue_weekly_test(home, at=TUESDAY)
    assert first is not None
    # Whoever was off at that hour is tested when they are back.
    assert rounds.queue_weekly_test(home, at=TUESDAY + dt.timedelta(days=5)) == first
    assert rounds.queue_weekly_test(home, at=TUESDAY + dt.timedelta(days=7)) not in {None, first}


def test_without_a_routing_nothing_is_queued_sent_or_due(home: Home) -> None:
    (home.definitions / "notify.yaml").unlink()
    assert rounds.queue_weekly_test(home, at=TUESDAY) is None
    assert rounds.send_round(home) is None
    assert not rounds.is_round_due(home, at=TUESDAY)
    assert not rounds.has_heartbeat(home)


def test_a_restored_home_has_no_way_out_until_it_is_the_live_one(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[object] = []
    monkeypatch.setattr(rounds, "dispatch", lambda *_, **__: sent.append("round"))
    monkeypatch.setattr(rounds, "beat", lambda _: sent.append("beat") or True)
    monkeypatch.setattr(rounds, "needs_pass", lambda *_, **__: True)
    monkeypatch.setenv("PLIMSOLL_TEST_HEARTBEAT", "https://watch.example.org")
    silence(home, on=TUESDAY.date())
    assert rounds.queue_weekly_test(home, at=TUESDAY) is None
    assert rounds.send_round(home) is None
    assert not rounds.is_round_due(home, at=TUESDAY)
    with pytest.raises(StateError, match="NOBODY IS CALLED"):
        rounds.send_heartbeat(home, at=TUESDAY)
    assert sent == []
    end_silence(home, store, deployment_id="demo", reason="The disk died.", actor="anna", at=TUESDAY)
    rounds.send_round(home)
    rounds.send_heartbeat(home, at=TUESDAY)
    assert sent == ["round", "beat"]
    (entry,) = list_entries(store, action="home_made_live")
    assert (entry.actor, entry.details["reason"]) == ("anna", "The disk died.")


def test_a_restored_home_stays_silent_where_nothing_can_be_noted(home: Home, store: Store) -> None:
    silence(home, on=TUESDAY.date())
    with pytest.raises(NotAllowedError, match="needs a reason"):
        end_silence(home, store, deployment_id="demo", reason=" ", actor="anna", at=TUESDAY)
    assert tell_silence(home) is not None
    (home.path / MARK).write_text("")  # emptied by a full disk
    assert tell_silence(home) is not None


def test_dagster_calls_nobody_from_a_restored_home_and_says_so(home: Home) -> None:
    silence(home, on=TUESDAY.date())
    notices = build(home)
    (sensor,), (life, _) = notices.sensors, notices.schedules
    with dg.instance_for_test() as instance:
        with dg.build_sensor_context(instance=instance) as context:
            skipped = sensor.evaluate_tick(context)
        assert (skipped.run_requests, "NOBODY IS CALLED" in skipped.skip_message) == ([], True)
        with dg.build_schedule_context(instance, scheduled_execution_time=TUESDAY) as context:
            unsent = life.evaluate_tick(context)
        assert (unsent.run_requests, "NOBODY IS CALLED" in unsent.skip_message) == ([], True)
        send, _, beat = notices.jobs
        for job in (send, beat):  # by hand
            with pytest.raises(StateError, match="NOBODY IS CALLED"):
                job.execute_in_process(instance=instance)


def test_what_runs_out_is_judged_by_the_zones_and_the_changes_of_the_lake(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    change = {"change_id": "one", "deployment_id": "demo"}
    tables = {
        "ledger.deployment": pa.Table.from_pylist([{"deployment_id": "demo", "zone": "Asia/Tokyo"}]),
        "assessment.change": pa.Table.from_pylist([change]),
    }
    monkeypatch.setattr(
        rounds, "Lake", lambda _: SimpleNamespace(read=lambda name, columns=None: tables.get(name))
    )
    asked: list[dict[str, object]] = []
    monkeypatch.setattr(rounds, "queue_deadlines", lambda _, **given: asked.append(given) or 0)
    rounds.queue_what_runs_out(home, at=TUESDAY)
    tables.clear()  # before anything was delivered
    rounds.queue_what_runs_out(home, at=TUESDAY)
    said = [(one["zones"], one["changes"]) for one in asked]
    assert said == [({"demo": "Asia/Tokyo"}, [change]), ({}, [])]


@pytest.mark.parametrize(
    ("address", "is_taken", "hours", "fault"),
    [
        ("https://watch.example.org", True, 3, None),
        ("https://watch.example.org", True, 3.1, r"the newest generation is 3 h old, allowed are 3 h\.$"),
        ("https://watch.example.org", False, 0, "did not take the sign of life"),
        ("", True, 0, "its variable or file is empty"),
    ],
)
def test_a_sign_of_life_that_did_not_arrive_is_an_error(
    home: Home,
    monkeypatch: pytest.MonkeyPatch,
    *,
    address: str,
    is_taken: bool,
    hours: float,
    fault: str | None,
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(rounds, "beat", lambda address: sent.append(address) or is_taken)
    monkeypatch.setenv("PLIMSOLL_TEST_HEARTBEAT", address)
    at = TUESDAY + dt.timedelta(hours=hours)
    if fault is None:
        rounds.send_heartbeat(home, at=at)
        assert sent == [address]
    else:
        with pytest.raises(StateError, match=fault):
            rounds.send_heartbeat(home, at=at)


def test_definitions_that_keep_a_home_from_counting_are_told_to_engineers_once_a_day_and_stay_an_error(
    home: Home, store: Store
) -> None:
    problem = Problem(home.definitions / "x_own.yaml", 1, "title", "is missing")
    for hours in (0, 1, 24):
        at = TUESDAY + dt.timedelta(hours=hours)
        with pytest.raises(InvalidFileError, match="is missing"), rounds.told_not_valid(home, at=at):
            raise InvalidFileError([problem])
    told, first = list_notices(store)
    assert (first.queued_at, told.queued_at) == (TUESDAY, TUESDAY + dt.timedelta(days=1))
    assert (told.kind, told.severity, told.audience, told.deployment_id) == (
        NoticeKind.DATA_FAULT, NoticeSeverity.ATTENTION, Audience.ENGINEERING, None,
    )  # fmt: skip
    assert told.reference_id == "definitions_not_valid"


def test_what_is_no_fault_of_a_definition_is_told_by_nobody_here(home: Home, store: Store) -> None:
    with rounds.told_not_valid(home, at=TUESDAY):
        pass
    with pytest.raises(StateError), rounds.told_not_valid(home, at=TUESDAY):
        raise StateError("there are no messages")
    assert list_notices(store) == ()
