"""Forms about the parts of a risk: controls and their tests, actions, comments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from dash.development.base_component import Component

from dashboards.components.form import SHORT, draw_choice, draw_day, draw_form, draw_text
from dashboards.pages.risks.form import name_seen, read_number, read_version
from dashboards.pages.submission import read_optional_day
from dashboards.view import View
from dashboards.wording import say_words
from risk_register.account.accounts import Action
from risk_register.errors import NotAllowedError
from risk_register.register.actions import TRANSITIONS, ActionRecord, ActionStatus, add_action, move_action
from risk_register.register.controls import (
    ControlKind,
    ControlRecord,
    Effectiveness,
    add_control,
    record_test,
    retire_control,
)
from risk_register.register.register import RiskRecord, comment

KEPT = "Stays in the history."
WHO = "A role or an account."
KIND_WORDS = {
    ControlKind.INHERENT_SAFETY: "inherent safety: the product cannot do it",
    ControlKind.PROTECTIVE: "protective: something stands between",
    ControlKind.INFORMATION: "information: people are told",
}
RESULTS = tuple(one for one in Effectiveness if one is not Effectiveness.NOT_TESTED)


def list_part_forms(view: View, risk: RiskRecord) -> list[tuple[str, Component]]:
    """The forms that this account may send."""
    forms = []
    if view.may(Action.EDIT_REGISTER):
        forms += [("Add a control", _draw_control(view, risk)), ("Add an action", _draw_action(view, risk))]
    if view.may(Action.COMMENT):
        forms.append(("Comment", _draw_comment(view, risk)))
    return forms


def draw_test(view: View, risk: RiskRecord, control: ControlRecord) -> Component:
    """The form that says what a test of a control has shown."""
    within = f"test-{control.number}"
    fields: list[Component | None] = [
        draw_choice(
            "effectiveness",
            "The test has shown",
            [(one.value, say_words(one)) for one in RESULTS],
            note="That it works, in part, or not.",
        ),
        draw_day("tested_on", "Tested on", note="Not in the future.", is_required=True, within=within),
        draw_day("test_due_on", "Again by", note="Else in a year.", within=within),
        draw_text("owner", "Owner", note=WHO, value=control.owner or "", limit=SHORT, within=within),
        draw_text(
            "reason", "What was tested, and how", note=KEPT, is_long=True, is_required=True, within=within
        ),
    ]
    hidden = {**name_seen(risk), "number": str(control.number)}
    button = f"Record the test of control {control.number}"
    return draw_form(view, "record_test", fields, button=button, hidden=hidden)


def draw_retire(view: View, risk: RiskRecord, control: ControlRecord) -> Component:
    """The form that says that a control is no longer in place."""
    return draw_form(
        view,
        "retire_control",
        [draw_text("reason", "Reason", note=KEPT, is_required=True, within=f"retire-{control.number}")],
        button=f"Retire control {control.number}",
        hidden={**name_seen(risk), "number": str(control.number)},
    )


def draw_action_move(view: View, risk: RiskRecord, action: ActionRecord) -> Component:
    """The form that says what became of an action."""
    return draw_form(
        view,
        "move_action",
        [
            draw_choice(
                "to_state",
                "It is",
                [(one.value, say_words(one)) for one in TRANSITIONS[action.state]],
                note=f"It is {say_words(action.state)} now.",
            ),
            draw_text("reason", "Reason", note=KEPT, is_required=True, within=f"action-{action.number}"),
        ],
        button=f"Change action {action.number}",
        hidden={**name_seen(risk), "number": str(action.number)},
    )


def _draw_control(view: View, risk: RiskRecord) -> Component:
    fields: list[Component | None] = [
        draw_text("title", "Control", note="What is done against it.", is_required=True, within="control"),
        draw_choice(
            "kind",
            "Kind",
            [(one.value, KIND_WORDS[one]) for one in ControlKind],
            note="In the order in which they are preferred.",
            is_stacked=True,
        ),
        draw_text("owner", "Owner", note=WHO, is_required=True, limit=SHORT, within="control"),
        draw_text("reason", "Reason", note=KEPT, is_required=True, within="control"),
    ]
    button = f"Add a control to {risk.reference}"
    return draw_form(view, "add_control", fields, button=button, hidden=name_seen(risk))


def _draw_action(view: View, risk: RiskRecord) -> Component:
    tomorrow = view.stored_today + timedelta(days=1)
    fields: list[Component | None] = [
        draw_text("title", "Action", note="What will be done.", is_required=True, within="action"),
        draw_text("owner", "Owner", note=WHO, is_required=True, limit=SHORT, within="action"),
        draw_day("due_on", "Until", note="The last day.", first=tomorrow, is_required=True),
        draw_text("reason", "Reason", note=KEPT, is_required=True, within="action"),
    ]
    button = f"Add an action to {risk.reference}"
    return draw_form(view, "add_action", fields, button=button, hidden=name_seen(risk))


def _draw_comment(view: View, risk: RiskRecord) -> Component:
    note = "Stays, and changes nothing. No words of a conversation."
    return draw_form(
        view,
        "comment",
        [draw_text("body", "Comment", note=note, is_long=True, is_required=True)],
        button=f"Comment on {risk.reference}",
        hidden=name_seen(risk),
    )


def _add_control(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> str:
    kind = fields.get("kind", "")
    if kind not in set(ControlKind):
        raise NotAllowedError("Choose the kind of control.")
    number = add_control(
        view.store,
        title=fields.get("title", ""),
        kind=ControlKind(kind),
        owner=fields.get("owner", "")[:SHORT],
        **_say_who(view, risk, fields),
    )
    return f"Added control {number} to {risk.reference}."


def _record_test(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> str:
    result, tested_on = fields.get("effectiveness", ""), read_optional_day(fields.get("tested_on", ""))
    if result not in set(RESULTS) or tested_on is None:
        raise NotAllowedError("A test has a result from the list and a day.")
    number = read_number(fields, "number")
    record_test(
        view.store,
        number=number,
        effectiveness=Effectiveness(result),
        tested_on=tested_on,
        test_due_on=read_optional_day(fields.get("test_due_on", "")),
        owner=fields.get("owner", "")[:SHORT],
        **_say_who(view, risk, fields),
    )
    return f"Control {number} of {risk.reference}: {say_words(result)}."


def _retire_control(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> str:
    number = read_number(fields, "number")
    retire_control(view.store, number=number, **_say_who(view, risk, fields))
    return f"Control {number} of {risk.reference} is retired."


def _add_action(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> str:
    due_on = read_optional_day(fields.get("due_on", ""))
    if due_on is None:
        raise NotAllowedError("An action needs a last day.")
    number = add_action(
        view.store,
        title=fields.get("title", ""),
        owner=fields.get("owner", "")[:SHORT],
        due_on=due_on,
        **_say_who(view, risk, fields),
    )
    return f"Added action {number} to {risk.reference}."


def _move_action(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> str:
    state, number = fields.get("to_state", ""), read_number(fields, "number")
    if state not in set(ActionStatus):
        raise NotAllowedError("Say what became of the action.")
    move_action(view.store, number=number, to_state=ActionStatus(state), **_say_who(view, risk, fields))
    return f"Action {number} of {risk.reference} is {say_words(state)}."


def _comment(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> str:
    view.check_may(Action.COMMENT)
    comment(
        view.store,
        deployment_id=view.deployment_id,
        risk_id=risk.risk_id,
        body=fields.get("body", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"Your comment stands beside {risk.reference}."


def _say_who(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> dict[str, Any]:
    """Who changes which risk and why, and the version that they saw; refused without the grant."""
    view.check_may(Action.EDIT_REGISTER)
    return {
        "deployment_id": view.deployment_id,
        "risk_id": risk.risk_id,
        "reason": fields.get("reason", ""),
        "actor": view.account.name,
        "at": view.at,
        "expected_version": read_version(fields),
    }


PART_DECISIONS: Mapping[str, Callable[[View, RiskRecord, Mapping[str, str]], str]] = {
    "add_control": _add_control,
    "record_test": _record_test,
    "retire_control": _retire_control,
    "add_action": _add_action,
    "move_action": _move_action,
    "comment": _comment,
}
