"""The parts of a risk on the page: its controls with their tests, its actions, and what people said."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.components.table import Cell, Heading, Line, draw_table
from dashboards.pages.risks.parts_decision import draw_action_move, draw_retire, draw_test
from dashboards.theme import OVERDUE
from dashboards.view import View
from dashboards.wording import MISSING, say_day, say_moment, say_words
from risk_register.account.accounts import Action
from risk_register.register.actions import ActionRecord, list_actions
from risk_register.register.controls import ControlRecord, list_controls
from risk_register.register.register import RiskRecord, list_comments

CONTROL_HEADINGS = [Heading(title) for title in ("Control", "Kind", "Effect", "Tested", "Owner", "Next step")]
ACTION_HEADINGS = [Heading(title) for title in ("Action", "State", "Until", "Owner", "Next step")]


def draw_parts(view: View, risk: RiskRecord) -> Component:
    """Controls, actions and comments of a risk."""
    controls = [one for one in list_controls(view.store, view.deployment_id) if one.risk_id == risk.risk_id]
    actions = [one for one in list_actions(view.store, view.deployment_id) if one.risk_id == risk.risk_id]
    return html.Div(
        [
            html.H3("Controls"),
            draw_table(
                "Controls of the risk",
                CONTROL_HEADINGS,
                [_draw_control(view, risk, one) for one in controls],
                empty="No control is written down.",
            ),
            html.H3("Actions"),
            draw_table(
                "Actions about the risk",
                ACTION_HEADINGS,
                [_draw_action(view, risk, one) for one in actions],
                empty="Nobody owes anything about this risk.",
            ),
            html.H3("Comments"),
            _draw_comments(view, risk),
        ]
    )


def _draw_control(view: View, risk: RiskRecord, control: ControlRecord) -> Line:
    tested: list[Component | str] = ["never"]
    if control.tested_on is not None:
        tested = [f"{say_day(control.tested_on)}, again by {say_day(control.test_due_on)}"]
    if control.is_overdue(view.today):
        tested.append(draw_mark(OVERDUE))
    decide: Cell = MISSING
    if view.may(Action.EDIT_REGISTER) and not control.is_retired:
        decide = [
            html.Details([html.Summary("Record a test"), draw_test(view, risk, control)]),
            html.Details([html.Summary("Retire"), draw_retire(view, risk, control)]),
        ]
    return Line(
        (
            f"{control.number}. {control.title}",
            say_words(control.kind),
            "retired" if control.is_retired else say_words(control.effectiveness),
            tested,
            control.owner or "nobody",
            decide,
        )
    )


def _draw_action(view: View, risk: RiskRecord, action: ActionRecord) -> Line:
    due: list[Component | str] = [say_day(action.due_on)]
    if action.is_overdue(view.today):
        due.append(draw_mark(OVERDUE))
    decide: Cell = MISSING
    if view.may(Action.EDIT_REGISTER):
        decide = html.Details([html.Summary("Change"), draw_action_move(view, risk, action)])
    ended = f", {say_day(action.ended_on)}" if action.ended_on else ""
    state = f"{say_words(action.state)}{ended}"
    return Line((f"{action.number}. {action.title}", state, due, action.owner, decide))


def _draw_comments(view: View, risk: RiskRecord) -> Component:
    found = list_comments(view.store, deployment_id=view.deployment_id, risk_id=risk.risk_id)
    if not found:
        return html.P("Nobody has said anything.", className="empty")
    return html.Ul(
        [html.Li([html.Strong(f"{one.actor}, {say_moment(one.at)}: "), one.body]) for one in reversed(found)],
        className="listed",
    )
