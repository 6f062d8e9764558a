"""A person may be in danger now: what the desk says before the call for help, and what became of it after.

It says no more than is known: a call is queued with the incident and leaves later, and where no way to the
on-call is set it leaves never, so whoever reads must call. The rules: `risk_register.incident.danger`.
"""

from __future__ import annotations

from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.view import View
from risk_register.account.accounts import Action
from risk_register.incident.danger import raise_danger
from risk_register.notice.kinds import NoticeKind, NoticeState
from risk_register.notice.notices import list_notices
from risk_register.review import reviews

TITLE = "A person may be in danger now?"
NO_WAY = "No way to the on-call is set: call them yourself."
BEFORE = (
    "This opens an incident and queues a call for the on-call, which leaves with the next round of sending. "
    "If you are unsure, do it."
)
BEFORE_NO_WAY = f"{NO_WAY} This opens an incident and sends nothing to anybody. If you are unsure, do it."
NO_PROTOCOL = "No crisis protocol is set for this deployment. Follow your own."
AFTER = {
    NoticeState.QUEUED: "A call to the on-call is queued and has not left yet.",
    NoticeState.SENT: "A call to the on-call was sent; nobody has answered it yet.",
    NoticeState.ACKNOWLEDGED: "Somebody has the call already.",
    NoticeState.FAILED: "The call to the on-call could not be sent so far: call them yourself.",
}


def draw_warning(view: View) -> Component | None:
    """Before the first item: that a call would reach nobody, where it would not."""
    if view.has_way_to_on_call:
        return None
    protocol = reviews.read_settings(view.store, view.deployment_id).crisis_protocol
    then = f" The crisis protocol of this deployment: {protocol}" if protocol else f" {NO_PROTOCOL}"
    return html.P(
        [html.Strong(NO_WAY), " Pressing D opens an incident, and nothing is sent.", then],
        className="message message-error",
        id="review-no-way",
    )


def draw_danger(view: View) -> Component:
    """The question before the call; the script puts the words back for the next item."""
    words = BEFORE if view.has_way_to_on_call else BEFORE_NO_WAY
    return html.Dialog(
        [
            html.H2(TITLE, id="review-alert-title"),
            html.P(words, id="review-alert-words", role="status"),
            html.P(id="review-protocol", className="review-protocol"),
            html.P(id="review-locate"),
            html.Div(
                [
                    html.Button(
                        "Call the on-call" if view.has_way_to_on_call else "Open an incident",
                        type="button",
                        className="button button-danger",
                        id="review-alert-yes",
                    ),
                    html.Button("Back", type="button", className="button button-quiet", id="review-alert-no"),
                ],
                className="review-actions",
            ),
        ],
        id="review-alert",
        className="review-dialog",
        **{"aria-labelledby": "review-alert-title", "data-title": TITLE, "data-words": words},
    )


def call_for_help(view: View, conversation_id: str) -> dict[str, Any]:
    """Open the incident and queue the call, in one step; then what became of it and what is to be done."""
    page = raise_danger(
        view.store,
        deployment_id=view.deployment_id,
        conversation_id=conversation_id,
        actor=view.account.name,
        at=view.at,
    )
    protocol = reviews.read_settings(view.store, view.deployment_id).crisis_protocol
    then = "What is to be done here:" if protocol else NO_PROTOCOL
    return {
        "incident": page.incident_id,
        "href": view.href("/incidents", incident=page.incident_id),
        "title": f"{page.incident_id} is open.",
        "words": f"{say_call(view, page.incident_id)} {then}",
        "protocol": protocol,
        "may_locate": view.may(Action.LOCATE_PERSON),
    }


def say_call(view: View, incident_id: str) -> str:
    """Whether the call of an incident has left."""
    found = [
        one
        for one in list_notices(view.store, view.deployment_id, reference_id=incident_id)
        if one.kind is NoticeKind.DANGER
    ]
    state = found[0].state if found else NoticeState.QUEUED
    if state is NoticeState.QUEUED and not view.has_way_to_on_call:
        return f"{NO_WAY} Nothing was sent to anybody."
    return AFTER[state]
