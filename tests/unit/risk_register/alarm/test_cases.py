"""Alarms as cases: the data open them, people take and resolve them, one cause at a time."""

from __future__ import annotations

import datetime as dt

import pytest

from risk_register.alarm.cases import (
    SeenAlarm,
    acknowledge,
    find_resets,
    list_cases,
    list_decisions,
    reopen,
    resolve,
    sync_cases,
)
from risk_register.alarm.states import (
    BY_DATA,
    TRANSITIONS,
    CaseState,
    Resolution,
    can_step,
    check_step,
    follow_data,
)
from risk_register.database import audit
from risk_register.database.store import Store
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.notice.kinds import NoticeKind, NoticeSeverity, NoticeState
from risk_register.notice.notices import list_notices, queue_notice

OPENED = dt.date(2026, 11, 16)
JUDGED = dt.date(2026, 11, 20)


def see(name: str = "a", state: CaseState = CaseState.ALARM, **more) -> SeenAlarm:
    given = {
        "alarm_id": name,
        "deployment_id": "demo",
        "stream_id": f"level:{name}",
        "kind": "appetite_exceeded",
        "cause": "change:one",
        "opened_on": OPENED,
        "closed_on": None,
        "judged_through": JUDGED,
        "state": state,
    }
    return SeenAlarm(**(given | more))


def sync(store: Store, at: dt.datetime, *seen: SeenAlarm) -> None:
    with store.write(actor="assess", at=at) as write:
        sync_cases(write, "demo", seen)
        write.record("assessed", subject="demo")


def states(store: Store) -> dict[str, str]:
    return {case.alarm_id: case.state.value for case in list_cases(store, "demo")}


def test_the_data_open_a_case_and_let_it_pass(store: Store, at: dt.datetime) -> None:
    sync(store, at, see("a", CaseState.WATCH), see("b"))
    assert states(store) == {"a": "watch", "b": "alarm"}
    sync(store, at, see("a"))
    assert states(store) == {"a": "alarm", "b": "passed"}


def test_a_step_is_made_with_every_member_of_the_cause(store: Store, at: dt.datetime) -> None:
    sync(store, at, see("a"), see("b"), see("c", cause="day:other"))
    taken = acknowledge(store, deployment_id="demo", alarm_id="a", reason="", actor="officer", at=at)
    assert taken == ("a", "b")
    assert states(store) == {"a": "acknowledged", "b": "acknowledged", "c": "alarm"}
    done = resolve(
        store, deployment_id="demo", alarm_id="b", resolution=Resolution.FALSE,
        reason="Looked at twenty.", actor="officer", at=at,
    )  # fmt: skip
    assert done == ("a", "b")
    assert {case.alarm_id: case.resolution for case in list_cases(store, "demo")} == {
        "a": Resolution.FALSE,
        "b": Resolution.FALSE,
        "c": None,
    }
    assert [entry.action for entry in audit.list_entries(store, limit=2)] == ["alarm_resolved"] * 2


def test_a_member_that_has_passed_is_not_taken_with_the_others(store: Store, at: dt.datetime) -> None:
    sync(store, at, see("a"), see("b", CaseState.PASSED, closed_on=JUDGED))
    assert acknowledge(store, deployment_id="demo", alarm_id="a", reason="", actor="officer", at=at) == ("a",)
    assert states(store) == {"a": "acknowledged", "b": "passed"}


def test_what_a_person_decided_stands_when_the_data_come_again(store: Store, at: dt.datetime) -> None:
    sync(store, at, see())
    acknowledge(store, deployment_id="demo", alarm_id="a", reason="", actor="officer", at=at)
    sync(store, at, see(state=CaseState.PASSED, closed_on=JUDGED))
    sync(store, at)
    assert states(store) == {"a": "acknowledged"}


def test_the_detector_begins_anew_after_the_last_day_judged(store: Store, at: dt.datetime) -> None:
    sync(store, at, see("a"), see("b", cause="other"))
    acknowledge(store, deployment_id="demo", alarm_id="a", reason="", actor="officer", at=at)
    resolve(
        store, deployment_id="demo", alarm_id="a", resolution=Resolution.TRUE, reason="So.", actor="o", at=at
    )
    assert find_resets(list_decisions(store, "demo")) == {"level:a": frozenset({JUDGED})}


def test_the_detector_begins_anew_after_a_watch_that_somebody_resolved(store: Store, at: dt.datetime) -> None:
    sync(store, at, see("a", CaseState.WATCH))
    resolve(
        store, deployment_id="demo", alarm_id="a", resolution=Resolution.FALSE, reason="So.", actor="o", at=at
    )
    assert find_resets(list_decisions(store, "demo")) == {"level:a": frozenset({JUDGED})}


def test_a_watch_that_is_not_seen_any_more_has_passed(store: Store, at: dt.datetime) -> None:
    sync(store, at, see("a", CaseState.WATCH))
    sync(store, at)
    assert states(store) == {"a": "passed"}


def test_taking_an_alarm_acknowledges_its_notices(store: Store, at: dt.datetime) -> None:
    sync(store, at, see("a"), see("b"))
    with store.write(actor="assess", at=at) as write:
        queue_notice(
            write, key="alarm:a", deployment_id="demo", kind=NoticeKind.ALARM, severity=NoticeSeverity.PAGE,
            reference_id="a", link="/alarms",
        )  # fmt: skip
    acknowledge(store, deployment_id="demo", alarm_id="b", reason="", actor="officer", at=at)
    (notice,) = list_notices(store)
    assert (notice.state, notice.acknowledged_by) == (NoticeState.ACKNOWLEDGED, "officer")


def test_a_resolved_alarm_is_taken_up_again_with_a_reason(store: Store, at: dt.datetime) -> None:
    sync(store, at, see())
    given = {"deployment_id": "demo", "alarm_id": "a", "actor": "officer", "at": at}
    with pytest.raises(NotAllowedError, match="is not resolved"):
        reopen(store, reason="New facts.", **given)
    resolve(store, resolution=Resolution.DATA, reason="A late file.", **given)
    with pytest.raises(NotAllowedError, match="needs a reason"):
        reopen(store, reason=" ", **given)
    with pytest.raises(NotAllowedError, match="a decision with a reason"):
        acknowledge(store, reason="", **given)
    assert states(store) == {"a": "resolved"}
    reopen(store, reason="New facts.", **given)
    assert states(store) == {"a": "acknowledged"}


def test_blank_reasons_and_unknown_alarms_are_refused(store: Store, at: dt.datetime) -> None:
    sync(store, at, see())
    given = {"resolution": Resolution.TRUE, "actor": "officer", "at": at}
    with pytest.raises(NotAllowedError, match="needs a reason"):
        resolve(store, deployment_id="demo", alarm_id="a", reason=" ", **given)
    for deployment, alarm in (("demo", "z"), ("other", "a")):
        with pytest.raises(UnknownRecordError):
            resolve(store, deployment_id=deployment, alarm_id=alarm, reason="So.", **given)


def test_an_alarm_is_acknowledged_once(store: Store, at: dt.datetime) -> None:
    sync(store, at, see())
    given = {"deployment_id": "demo", "alarm_id": "a", "reason": "", "at": at}
    acknowledge(store, actor="first", **given)
    with pytest.raises(NotAllowedError, match="cannot become acknowledged"):
        acknowledge(store, actor="second", **given)


def test_every_state_has_its_row_and_people_take_no_step_of_the_data() -> None:
    assert set(TRANSITIONS) == set(CaseState)
    for state, step in BY_DATA:
        assert step in TRANSITIONS[state]
        assert not can_step(state, to_state=step)
    with pytest.raises(NotAllowedError, match="Allowed: resolved"):
        check_step(CaseState.WATCH, to_state=CaseState.ALARM)
    assert follow_data(CaseState.RESOLVED, data_state=CaseState.ALARM) is CaseState.RESOLVED
    assert follow_data(CaseState.PASSED, data_state=CaseState.ALARM) is CaseState.ALARM
