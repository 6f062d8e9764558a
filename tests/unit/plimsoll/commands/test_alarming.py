"""The commands of alarms and notices are doors to the same rules as the page."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
from pathlib import Path

import pytest

from pipelines.notify.dispatch import Sent, queue_test
from pipelines.settings import Home
from pipelines.silence import silence
from plimsoll.__main__ import main
from plimsoll.commands.notifying import make_way_to_on_call
from risk_register.alarm.cases import SeenAlarm, list_cases, sync_cases
from risk_register.alarm.states import CaseState
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.deployment.changes import list_changes
from risk_register.incident.danger import list_pages, raise_danger
from risk_register.notice.kinds import NoticeKind, NoticeSeverity
from risk_register.notice.notices import list_notices, queue_notice
from tests.unit.plimsoll.commands.governance_factory import Run, make_governed_home, make_run

AT = dt.datetime(2026, 8, 20, tzinfo=dt.UTC)
ROUTING = (
    "dashboard: https://plimsoll.example.org\n"
    "routes: {mail: {env: PLIMSOLL_ROUTE_MAIL}}\n"
    "people: {first: [mail]}\n"
    "rules: [{people: [first]}]\n"
    "heartbeat: {address: {env: PLIMSOLL_HEARTBEAT}}\n"
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "home"
    _, store = make_governed_home(path)
    seen = [
        SeenAlarm("a", "companion", "level:harm_rate_per_1000", "appetite_exceeded", "day:1",
                  dt.date(2026, 8, 10), None, dt.date(2026, 8, 16), CaseState.ALARM),
        SeenAlarm("u", "companion", "change:drift_index", "suspected_unannounced_change", "change:u",
                  dt.date(2026, 8, 12), None, None, CaseState.WATCH),
    ]  # fmt: skip
    with store.write(actor="assess", at=AT) as write:
        sync_cases(write, "companion", seen)
        queue_notice(
            write, key="alarm:a", deployment_id="companion", kind=NoticeKind.ALARM,
            severity=NoticeSeverity.PAGE, reference_id="a", link="/alarms",
        )  # fmt: skip
    return path


@pytest.fixture
def home(template: Path, tmp_path: Path) -> Home:
    return Home(Path(shutil.copytree(template, tmp_path / "home")))


@pytest.fixture
def store(home: Home) -> Store:
    return Store(home.governance_url)


@pytest.fixture
def run(home: Home, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    return make_run(home, monkeypatch, capfd)


def states(store: Store) -> dict[str, str]:
    return {case.alarm_id: case.state.value for case in list_cases(store, "companion")}


def test_an_alarm_is_taken_and_resolved_and_its_call_ends(run: Run, store: Store) -> None:
    assert "a  " in run("alarm", "list", account="viewer").output
    assert run("alarm", "acknowledge", "a", account="engineer").output == "a: acknowledged\n"
    assert list_notices(store, is_waiting=True) == ()
    refused = run("alarm", "resolve", "a", "--as-was", "false", "--reason", "R.", account="engineer")
    assert (refused.code, states(store)["a"]) == (1, "acknowledged")
    assert run("alarm", "resolve", "a", "--as-was", "false", "--reason", "R.", account="officer").code == 0
    assert states(store)["a"] == "resolved"


def test_nobody_decides_without_a_grant_on_the_deployment(run: Run, store: Store) -> None:
    for account in ("viewer", "stranger"):
        assert run("alarm", "acknowledge", "a", account=account).code == 1
    assert states(store)["a"] == "alarm"


def test_a_suspected_change_becomes_a_change(run: Run, store: Store) -> None:
    words = ("alarm", "confirm-change", "u", "--what", "model", "--on", "2026-08-11", "--note", "1 to 2.")
    done = run(*words, account="officer")
    assert (done.code, states(store)["u"]) == (0, "resolved")
    (change,) = list_changes(store, "companion")
    assert (change.change_id, change.effective_on, change.is_planned) == (
        done.output.strip(),
        dt.date(2026, 8, 11),
        False,
    )
    wrong = run(*(word if word != "u" else "a" for word in words), account="officer")
    assert "no suspected change" in wrong.complaint
    assert len(list_changes(store, "companion")) == 1


def test_without_history_no_stream_is_switched_on(run: Run) -> None:
    words = ("alarm", "on", "level:harm_rate_per_1000", "--reason", "R.")
    refused = run(*words, account="officer")
    assert refused.code == 1
    assert "no assessed history" in refused.complaint


def test_a_mute_ends_and_the_floor_has_none(run: Run) -> None:
    until = (dt.datetime.now(dt.UTC) + dt.timedelta(days=2)).strftime("%Y-%m-%d")
    stream = ("level:harm_rate_per_1000", "--until", until, "--reason", "R.")
    assert run("alarm", "mute", *stream, account="officer").code == 0
    assert run("alarm", "unmute", stream[0], account="officer").code == 0
    refused = run("alarm", "mute", "floor:assistant_harm", *stream[1:], account="officer")
    assert "is no stream" in refused.complaint


def test_a_notice_is_acknowledged_once(run: Run, store: Store) -> None:
    (notice,) = list_notices(store)
    listed = run("notify", "list", "--json", account="viewer").document
    assert [one["notice_id"] for one in listed] == [notice.notice_id]
    assert run("notify", "acknowledge", notice.notice_id, account="officer").code == 0
    assert run("notify", "acknowledge", notice.notice_id, account="officer").code == 1
    assert run("notify", "acknowledge", 99, account="officer").code == 1


def test_a_call_is_taken_at_this_door_by_whom_the_page_would_let(run: Run, store: Store) -> None:
    (notice,) = list_notices(store)
    refused = run("notify", "acknowledge", notice.notice_id, account="first_reviewer")
    assert (refused.code, "may not acknowledge alarm" in refused.complaint) == (1, True)
    assert [one.acknowledged_by for one in list_notices(store)] == [None]
    assert run("notify", "acknowledge", notice.notice_id, account="engineer").code == 0


def test_a_call_about_a_person_is_acknowledged_by_who_may_find_the_person(run: Run, store: Store) -> None:
    raise_danger(store, deployment_id="companion", conversation_id="conversation_one", actor="r", at=AT)
    number = next(one.notice_id for one in list_notices(store) if one.kind is NoticeKind.DANGER)
    refused = run("notify", "acknowledge", number, account="engineer")
    assert (refused.code, "may not locate person" in refused.complaint) == (1, True)
    assert run("notify", "acknowledge", number, account="officer").code == 0
    assert list_pages(store)[0].taken_by == "officer"


def speak(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], *words: str):
    monkeypatch.setattr("sys.argv", ["plimsoll", *words])
    capfd.readouterr()
    with pytest.raises(SystemExit) as ending:
        main()
    return int(ending.value.code or 0), capfd.readouterr()


def test_without_a_routing_sending_says_what_is_missing(home: Home, monkeypatch, capfd) -> None:
    for words in (("notify", "send"), ("notify", "check"), ("notify", "test"), ("heartbeat",)):
        code, printed = speak(monkeypatch, capfd, *words, "--home", str(home.path))
        assert code == 1
        assert "notify.yaml is missing" in printed.err


def test_a_refused_attempt_is_counted_and_no_address_is_printed(
    home: Home, store: Store, monkeypatch, capfd
) -> None:
    (home.definitions / "notify.yaml").write_text(ROUTING)
    monkeypatch.setenv("PLIMSOLL_ROUTE_MAIL", "json://127.0.0.1:9/a-s3cret")
    code, printed = speak(monkeypatch, capfd, "notify", "send", "--json", "--home", str(home.path))
    assert code == 0
    assert json.loads(printed.out)["refused"] >= 1
    assert "s3cret" not in printed.out + printed.err
    assert {one.state.value for one in list_notices(store)} == {"failed"}


def test_the_check_says_which_routes_have_no_address(home: Home, monkeypatch, capfd) -> None:
    (home.definitions / "notify.yaml").write_text(ROUTING)
    monkeypatch.delenv("PLIMSOLL_ROUTE_MAIL", raising=False)
    _, printed = speak(monkeypatch, capfd, "notify", "check", "--json", "--home", str(home.path))
    assert json.loads(printed.out)["routes_without_address"] == ["mail"]
    code, printed = speak(monkeypatch, capfd, "notify", "check", "--home", str(home.path))
    assert (code, "Routes without an address: mail" in printed.out) == (1, True)
    monkeypatch.setenv("PLIMSOLL_ROUTE_MAIL", "json://127.0.0.1:9/x")
    assert speak(monkeypatch, capfd, "notify", "check", "--home", str(home.path))[0] == 0


def test_an_old_generation_sends_no_sign_of_life(home: Home, monkeypatch, capfd) -> None:
    (home.definitions / "notify.yaml").write_text(ROUTING)
    monkeypatch.setenv("PLIMSOLL_HEARTBEAT", "http://127.0.0.1:9/x")
    (home.published / "current").write_text("published-00000001.duckdb")
    os.utime(home.published / "current", (0, 0))
    code, printed = speak(monkeypatch, capfd, "heartbeat", "--home", str(home.path))
    assert code == 1
    assert "No sign of life was sent" in printed.err


def test_the_simulation_prints_one_document_and_progress_apart(monkeypatch, capfd) -> None:
    words = (
        "simulate",
        "alarms",
        "--units",
        "2000",
        "--runs",
        "100",
        "--days",
        "100",
        "--seed",
        "3",
        "--json",
    )
    code, printed = speak(monkeypatch, capfd, *words)
    (result,) = json.loads(printed.out)["results"]
    assert code == 0
    assert result["units_a_day"] == 2000
    assert 4 <= result["median_delay_days"] <= 8
    assert "100 of 100" in printed.err
    again = speak(monkeypatch, capfd, *words)[1]
    assert again.out == printed.out


def test_a_way_to_the_on_call_is_there_with_a_file_that_can_be_read_and_only_then(home: Home) -> None:
    has_way = make_way_to_on_call(home)
    assert not has_way()
    (home.definitions / "notify.yaml").write_text(ROUTING)
    assert has_way()
    (home.definitions / "notify.yaml").write_text("routes: 3\n")
    assert not has_way()
    (home.definitions / "notify.yaml").write_text(ROUTING)
    silence(home, on=AT.date())
    assert not has_way()


def test_a_restored_home_calls_once_somebody_has_said_that_it_is_the_live_one(
    run: Run, home: Home, store: Store, monkeypatch
) -> None:
    (home.definitions / "notify.yaml").write_text(ROUTING)
    monkeypatch.setenv("PLIMSOLL_ROUTE_MAIL", "json://127.0.0.1:9/x")
    monkeypatch.setenv("PLIMSOLL_HEARTBEAT", "http://127.0.0.1:9/x")
    silence(home, on=AT.date())
    for words in (("notify", "send"), ("notify", "check"), ("notify", "test"), ("heartbeat",)):
        refused = run(*words)
        assert (refused.code, "NOBODY IS CALLED" in refused.complaint) == (1, True)
    assert run("notify", "check", "--json").document["is_silent"] is True
    assert run("status", "--json").document["problems"][0].startswith("NOBODY IS CALLED")
    assert {one.state.value for one in list_notices(store)} == {"queued"}
    live = ("notify", "live", "--reason", "The disk died.")
    assert "may not" in run(*live, account="viewer").complaint
    assert "1 notices wait" in run(*live, account="officer").output
    assert "not silent" in run(*live, account="officer").complaint
    assert run("notify", "check").code == 0
    assert run("status", "--json").document["problems"] == []
    (entry,) = audit.list_entries(store, action="home_made_live")
    assert (entry.actor, entry.details["reason"]) == ("officer", "The disk died.")


def test_a_list_of_notices_says_on_request_what_was_acknowledged(run: Run, store: Store) -> None:
    (notice,) = list_notices(store)
    run("notify", "acknowledge", notice.notice_id, account="officer")
    assert run("notify", "list", account="viewer").output == "Nothing waits.\n"
    (shown,) = run("notify", "list", "--all", "--json", account="viewer").document
    assert (shown["notice_id"], shown["acknowledged_by"]) == (notice.notice_id, "officer")


def test_sending_puts_in_the_weeks_test_and_what_runs_out_and_says_what_was_taken(
    home: Home, store: Store, monkeypatch, capfd
) -> None:
    (home.definitions / "notify.yaml").write_text(ROUTING + "test: {weekday: monday, hour: 0}\n")
    monkeypatch.setattr("pipelines.notify.rounds.dispatch", lambda *_, **__: Sent(accepted=3, refused=1))
    code, printed = speak(monkeypatch, capfd, "notify", "send", "--json", "--home", str(home.path))
    assert (code, json.loads(printed.out)) == (0, {"accepted": 3, "refused": 1})
    said = speak(monkeypatch, capfd, "notify", "send", "--home", str(home.path))[1].out
    assert said.startswith("3 accepted, 1 refused")
    kinds = {one.kind for one in list_notices(store)}
    assert {NoticeKind.ALARM, NoticeKind.TEST, NoticeKind.READERS} <= kinds


def test_a_test_that_somebody_asks_for_is_one_more_than_that_of_the_week(
    home: Home, store: Store, monkeypatch, capfd
) -> None:
    (home.definitions / "notify.yaml").write_text(ROUTING)
    monkeypatch.setattr("pipelines.notify.rounds.dispatch", lambda *_, **__: Sent())
    weekly = queue_test(store, actor="notify", at=dt.datetime.now(dt.UTC))
    code, printed = speak(monkeypatch, capfd, "notify", "test", "--home", str(home.path))
    assert code == 0
    tests = {one.notice_id for one in list_notices(store) if one.kind is NoticeKind.TEST}
    assert tests == {weekly, int(printed.out)}
    assert len(tests) == 2
