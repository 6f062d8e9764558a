"""Controls and actions of a risk: who, until when, with what effect, every change in the risk's history."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from risk_register.database.store import Store
from risk_register.errors import ChangedMeanwhileError, NotAllowedError, UnknownRecordError
from risk_register.register import actions, controls, register
from risk_register.register.actions import ActionStatus
from risk_register.register.controls import ControlKind, Effectiveness

RISK = "missed_escalation_of_risk"


def who(at: dt.datetime, **more: Any) -> dict[str, Any]:
    given = {"deployment_id": "demo", "risk_id": RISK, "reason": "Agreed by the board.", "actor": "officer"}
    return {**given, "at": at, **more}


def add(store: Store, at: dt.datetime, **more: Any) -> int:
    given = {"title": "Crisis card", "kind": ControlKind.INFORMATION, "owner": "clinical safety"}
    return controls.add_control(store, **{**given, **who(at), **more})


def find(store: Store, number: int) -> controls.ControlRecord:
    known = [one for one in controls.list_controls(store, "demo") if one.risk_id == RISK]
    return next(one for one in known if one.number == number)


def owe(store: Store, at: dt.datetime, **more: Any) -> int:
    given = {"title": "Drill at night", "owner": "clinical safety", "due_on": at.date()}
    return actions.add_action(store, **{**given, **who(at), **more})


def test_the_shipped_controls_are_there_and_nothing_is_known_of_them(store: Store) -> None:
    shipped = [one for one in controls.list_controls(store, "demo") if one.risk_id == RISK]
    assert [one.number for one in shipped] == list(range(1, len(shipped) + 1))
    assert {one.effectiveness for one in shipped} == {Effectiveness.NOT_TESTED}


def test_shipped_controls_come_once(store: Store, at: dt.datetime) -> None:
    before = controls.list_controls(store, "demo")
    register.ensure_deployment(store, deployment_id="demo", title="Demo", actor="command_line", at=at)
    assert controls.list_controls(store, "demo") == before


def test_a_test_says_what_was_shown_and_when_it_is_done_again(store: Store, at: dt.datetime) -> None:
    number = add(store, at)
    controls.record_test(
        store, number=number, effectiveness=Effectiveness.PARTLY_EFFECTIVE, tested_on=at.date(), **who(at)
    )
    control = find(store, number)
    assert (control.effectiveness, control.tested_on) == (Effectiveness.PARTLY_EFFECTIVE, at.date())
    assert control.test_due_on == at.date() + dt.timedelta(days=365)
    assert not control.is_overdue(at.date() + dt.timedelta(days=365))
    assert control.is_overdue(at.date() + dt.timedelta(days=366))


@pytest.mark.parametrize(
    "values",
    [
        {"effectiveness": Effectiveness.NOT_TESTED, "tested_on": dt.date(2026, 11, 1)},
        {"effectiveness": Effectiveness.EFFECTIVE, "tested_on": dt.date(2026, 11, 24)},
        {"effectiveness": Effectiveness.EFFECTIVE, "tested_on": dt.date(2026, 11, 20),
         "test_due_on": dt.date(2026, 11, 20)},
    ],
)  # fmt: skip
def test_a_test_that_cannot_have_been_is_refused(
    store: Store, at: dt.datetime, values: dict[str, Any]
) -> None:
    with pytest.raises(NotAllowedError, match="a day up to 2026-11-23"):
        controls.record_test(store, number=1, **values, **who(at))


def test_every_field_of_a_control_stands_in_the_history_of_the_risk(store: Store, at: dt.datetime) -> None:
    number = add(store, at)
    controls.record_test(
        store, number=number, effectiveness=Effectiveness.EFFECTIVE, tested_on=at.date(), owner="engineering",
        **who(at, reason="Drill of November."),
    )  # fmt: skip
    controls.retire_control(store, number=number, **who(at, reason="Replaced."))
    changes = register.history(store, deployment_id="demo", risk_id=RISK)
    told = [(one.part, one.field, one.before, one.after, one.reason) for one in changes]
    part = f"control {number}"
    assert (part, "control", None, "Crisis card", "Agreed by the board.") in told
    assert (part, "effectiveness", "not_tested", "effective", "Drill of November.") in told
    assert (part, "owner", "clinical safety", "engineering", "Drill of November.") in told
    assert (part, "is_retired", "false", "true", "Replaced.") in told
    assert [one.version for one in changes] == list(range(2, 2 + len(changes)))


def test_a_control_on_an_old_version_of_the_risk_is_not_overwritten(store: Store, at: dt.datetime) -> None:
    seen = register.list_risks(store, "demo")[1].version
    add(store, at, expected_version=seen)
    with pytest.raises(ChangedMeanwhileError, match="changed by officer at 2026-11-23 09:00 UTC; review"):
        add(store, at, expected_version=seen)


def test_an_action_is_owed_until_it_is_done_or_cancelled(store: Store, at: dt.datetime) -> None:
    number = owe(store, at)
    action = actions.list_actions(store, "demo")[0]
    assert (action.is_overdue(at.date()), action.is_overdue(at.date() + dt.timedelta(days=1))) == (
        False,
        True,
    )
    actions.move_action(store, number=number, to_state=ActionStatus.DONE, **who(at))
    done = actions.list_actions(store, "demo")[0]
    assert (done.state, done.ended_on) == (ActionStatus.DONE, at.date())
    assert not done.is_overdue(at.date() + dt.timedelta(days=99))


@pytest.mark.parametrize("state", ActionStatus)
@pytest.mark.parametrize("to_state", ActionStatus)
def test_an_action_moves_along_its_table_alone(
    store: Store, at: dt.datetime, state: ActionStatus, to_state: ActionStatus
) -> None:
    number = owe(store, at)
    if state is not ActionStatus.OPEN:
        actions.move_action(store, number=number, to_state=state, **who(at))
    if to_state in actions.TRANSITIONS[state]:
        actions.move_action(store, number=number, to_state=to_state, **who(at))
        return
    allowed = ", ".join(actions.TRANSITIONS[state])
    with pytest.raises(NotAllowedError, match=f"is {state} cannot become {to_state}. Allowed: {allowed}."):
        actions.move_action(store, number=number, to_state=to_state, **who(at))


def test_what_is_not_there_is_said(store: Store, at: dt.datetime) -> None:
    with pytest.raises(UnknownRecordError, match="has no control 99"):
        controls.retire_control(store, number=99, **who(at))
    with pytest.raises(UnknownRecordError, match="has no action 1"):
        actions.move_action(store, number=1, to_state=ActionStatus.DONE, **who(at))


@pytest.mark.parametrize("blank", ["title", "owner", "reason"])
def test_words_may_not_be_blank(store: Store, at: dt.datetime, blank: str) -> None:
    with pytest.raises(NotAllowedError, match="may not be blank"):
        add(store, at, **{blank: " "})
    with pytest.raises(NotAllowedError, match="may not be blank"):
        owe(store, at, **{blank: " "})
    assert actions.list_actions(store, "demo") == ()


def test_a_comment_stays_and_changes_no_version(store: Store, at: dt.datetime) -> None:
    before = register.list_risks(store, "demo")
    for words in ("First.", "Second."):
        register.comment(store, deployment_id="demo", risk_id=RISK, body=words, actor="reviewer", at=at)
    said = register.list_comments(store, deployment_id="demo", risk_id=RISK)
    assert [(one.number, one.body) for one in said] == [(1, "First."), (2, "Second.")]
    assert register.list_risks(store, "demo") == before
