"""What people may do with alarms: take one, say what it was, confirm a change; grave findings are `finding`.

The rules are those of `risk_register`; a step is made with every alarm of the cause. Words of a conversation
do not belong in a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from dash.development.base_component import Component

from dashboards.components.form import (
    draw_choice,
    draw_day,
    draw_decisions,
    draw_form,
    draw_text,
)
from dashboards.pages.alarms import finding
from dashboards.pages.alarms.finding import NO_WORDS
from dashboards.pages.alarms.switch import switch
from dashboards.pages.submission import read_day
from dashboards.records import Alarm
from dashboards.view import View
from dashboards.wording import say_things
from risk_register.account.accounts import Action
from risk_register.alarm import cases as alarm_cases
from risk_register.alarm.cases import CaseRecord
from risk_register.alarm.states import CaseState, Resolution, can_step
from risk_register.alarm.suspected_changes import KIND, confirm_change
from risk_register.deployment.changes import Subject
from risk_register.errors import NotAllowedError
from risk_register.incident.danger import find_needed
from risk_register.notice.notices import acknowledge_notice, list_calls

RESOLUTIONS = (
    (Resolution.TRUE, "True: it was as the alarm says"),
    (Resolution.FALSE, "False: chance; it uses up the budget"),
    (Resolution.DATA, "Data: a fault of the data or the measurement"),
    (Resolution.EXPECTED, "Expected: a change that was meant"),
)


def draw_alarm_decisions(
    view: View, alarm: Alarm, case: CaseRecord | None, *, count: int
) -> Component | None:
    """The steps that this person may make with a story of alarms; `count` is how many members it has."""
    if case is None:
        return None
    hidden = {"alarm": alarm.alarm_id}
    forms: list[tuple[str, Component]] = []
    state = case.state
    if view.may(Action.ACKNOWLEDGE_ALARM) and state is CaseState.ALARM:
        field = draw_text("reason", "Note", note="May stay empty.", within=f"take-{alarm.alarm_id}")
        forms.append(
            ("I have it", draw_form(view, "acknowledge", [field], button="I have it", hidden=hidden))
        )
    if view.may(Action.DECIDE_ALARM) and alarm.kind == KIND and can_step(state, to_state=CaseState.RESOLVED):
        forms.append(("It is a change: declare it", _draw_change(view, alarm, hidden)))
    if view.may(Action.DECIDE_ALARM) and can_step(state, to_state=CaseState.RESOLVED):
        forms.append(("Say what it was", _draw_resolution(view, alarm, hidden)))
    if view.may(Action.DECIDE_ALARM) and state is CaseState.RESOLVED:
        field = draw_text(
            "reason", "Reason", note="What is new.", is_required=True, within=f"reopen-{alarm.alarm_id}"
        )
        forms.append(
            ("Take it up again", draw_form(view, "reopen", [field], button="Take it up again", hidden=hidden))
        )
    return draw_decisions("Decide" if count == 1 else f"Decide, for all {count}", forms)


def _draw_resolution(view: View, alarm: Alarm, hidden: Mapping[str, str]) -> Component:
    choices = [(one.value, words) for one, words in RESOLUTIONS]
    return draw_form(
        view,
        "resolve",
        [
            draw_choice("resolution", "It was", choices, note="Chance is an answer, too.", is_stacked=True),
            draw_text(
                "reason", "Reason", note=NO_WORDS, is_long=True, is_required=True, within=alarm.alarm_id
            ),
        ],
        button="Resolve",
        hidden=hidden,
    )


def _draw_change(view: View, alarm: Alarm, hidden: Mapping[str, str]) -> Component:
    choices = [(one.value, one.value) for one in (Subject.MODEL, Subject.PROMPT, Subject.POLICY)]
    return draw_form(
        view,
        "confirm_change",
        [
            draw_choice("what", "What changed", choices, note="As far as is known."),
            draw_day(
                "effective_on",
                "First day",
                note="It is drawn on every chart from then on.",
                is_required=True,
                value=alarm.opened_on,
                within=f"change-{alarm.alarm_id}",
            ),
            draw_text(
                "note",
                "From what to what",
                note="As far as is known.",
                is_required=True,
                within=f"change-{alarm.alarm_id}",
            ),
        ],
        button="Declare the change",
        hidden=hidden,
    )


def submit(view: View, fields: Mapping[str, str]) -> str:
    """Make the step that a form asks for.

    Raises:
        RegisterError: the account may not, or something is missing.
    """
    steps: Mapping[str, Callable[[View, Mapping[str, str]], str]] = {
        "acknowledge": _acknowledge,
        "resolve": _resolve,
        "reopen": _reopen,
        "confirm_change": _confirm_change,
        "confirm_finding": finding.confirm,
        "dismiss_finding": finding.dismiss,
        "take_notice": _take_notice,
    }
    action = fields.get("action", "")
    step = steps.get(action)
    return step(view, fields) if step is not None else switch(view, action, fields)


def _acknowledge(view: View, fields: Mapping[str, str]) -> str:
    view.check_may(Action.ACKNOWLEDGE_ALARM)
    taken = alarm_cases.acknowledge(
        view.store,
        deployment_id=view.deployment_id,
        alarm_id=fields.get("alarm", ""),
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
    )
    return (
        f"You have {say_things(len(taken), 'alarm')}. "
        "The detectors begin anew with the days they had not judged."
    )


def _resolve(view: View, fields: Mapping[str, str]) -> str:
    view.check_may(Action.DECIDE_ALARM)
    if fields.get("resolution", "") not in set(Resolution):
        raise NotAllowedError("Choose what it was from the list.")
    done = alarm_cases.resolve(
        view.store,
        deployment_id=view.deployment_id,
        alarm_id=fields.get("alarm", ""),
        resolution=Resolution(fields["resolution"]),
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"Resolved {say_things(len(done), 'alarm')} as {fields['resolution']}."


def _reopen(view: View, fields: Mapping[str, str]) -> str:
    view.check_may(Action.DECIDE_ALARM)
    taken = alarm_cases.reopen(
        view.store,
        deployment_id=view.deployment_id,
        alarm_id=fields.get("alarm", ""),
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"{say_things(len(taken), 'alarm')} {'is' if len(taken) == 1 else 'are'} yours again."


def _confirm_change(view: View, fields: Mapping[str, str]) -> str:
    view.check_may(Action.DECIDE_ALARM)
    if fields.get("what", "") not in set(Subject):
        raise NotAllowedError("Choose what changed from the list.")
    change = confirm_change(
        view.store,
        deployment_id=view.deployment_id,
        alarm_id=fields.get("alarm", ""),
        what=Subject(fields["what"]),
        effective_on=read_day(fields.get("effective_on", "")),
        note=fields.get("note", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"Declared {change}; it is drawn on every chart from the next run on."


def _take_notice(view: View, fields: Mapping[str, str]) -> str:
    view.check_may(Action.ACKNOWLEDGE_ALARM)
    known = {str(one.notice_id): one for one in list_calls(view.store, view.deployment_id, is_waiting=True)}
    notice = known.get(fields.get("notice", ""))
    if notice is None:
        raise NotAllowedError("That call is not waiting any more.")
    view.check_may(find_needed(notice.kind))
    acknowledge_notice(view.store, notice_id=notice.notice_id, actor=view.account.name, at=view.at)
    return "You have it; nobody else is called for it."
