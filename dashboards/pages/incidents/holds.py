"""The holds of an incident: what retention and erasure leave alone, asked for by one and approved by another.

A hold ends alike: one person asks for its release, another confirms. Rules: `risk_register.incident.holds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.form import draw_day, draw_form, draw_text
from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_table
from dashboards.evidence import find_thread
from dashboards.pages.submission import read_day
from dashboards.view import View
from dashboards.vocabulary import HOLD_MARKS
from dashboards.wording import say_day
from risk_register.account.accounts import Action
from risk_register.incident.holds import HoldRecord, approve_hold, ask_release, confirm_release, request_hold
from risk_register.incident.incidents import IncidentRecord
from risk_register.incident.states import IncidentStatus

HOLDS = tuple(Heading(title) for title in ("Hold", "State", "Until", "Reason", "Asked by", "Approved by"))


def draw_holds(view: View, holds: Sequence[HoldRecord]) -> Component:
    """What is kept because of an incident."""
    return draw_table("Holds", HOLDS, [_draw_hold(view, one) for one in holds], empty="Nothing is held.")


def draw_hold_forms(
    view: View, incident: IncidentRecord, conversation: str | None, holds: Sequence[HoldRecord]
) -> list[tuple[str, Component]]:
    """The forms for those who may."""
    if not view.may(Action.CLOSE_INCIDENT):
        return []
    hidden = {"incident": incident.incident_id}
    forms = [form for one in holds for form in _draw_hold_forms(view, one, hidden)]
    if incident.state is IncidentStatus.OPEN:
        return [("Keep a conversation", _draw_request(view, conversation, hidden)), *forms]
    return forms


def _draw_hold(view: View, one: HoldRecord) -> Line:
    return Line(
        (
            one.hold_id,
            _draw_hold_state(view, one),
            say_day(one.expires_on),
            one.reason,
            one.requested_by,
            one.approved_by or "nobody yet",
        )
    )


def _draw_hold_state(view: View, one: HoldRecord) -> list[Component]:
    """Where it stands; with its release, who asked for it and why, for the second person must know."""
    mark = [draw_mark(HOLD_MARKS[say_state(view, one)])]
    asked = one.released_by if one.released_at else one.release_asked_by
    if asked is None or not (one.released_at or one.is_release_asked(view.stored_today)):
        return mark
    return [*mark, html.P(f"{asked}: {one.release_reason}", className="why")]


def say_state(view: View, one: HoldRecord) -> str:
    """Where a hold stands."""
    if one.released_at is not None:
        return "released"
    if not one.is_in_force(view.stored_today):
        return "expired"
    if one.is_release_asked(view.stored_today):
        return "release_asked"
    return "approved" if one.approved_by else "asked_for"


def _draw_request(view: View, conversation: str | None, hidden: Mapping[str, str]) -> Component:
    return draw_form(
        view,
        "hold",
        [
            draw_text(
                "conversation",
                "Conversation",
                note="Its id. Its whole thread is kept; retention and erasure leave it alone at once.",
                value=conversation or "",
                is_required=True,
            ),
            draw_text(
                "reason", "Why", note="Without words of the conversation.", is_required=True, within="hold"
            ),
            draw_day(
                "expires_on", "Until", note="Unless a second person approves it, it ends in a week.",
                first=view.stored_today, is_required=True,
            ),
        ],
        button="Keep it",
        hidden=hidden,
    )  # fmt: skip


def _draw_hold_forms(view: View, hold: HoldRecord, hidden: Mapping[str, str]) -> list[tuple[str, Component]]:
    if not hold.is_in_force(view.stored_today):
        return []
    kept, forms, me = {**hidden, "hold": hold.hold_id}, [], view.account.name
    if hold.approved_by is None and hold.requested_by != me:
        form = draw_form(view, "approve_hold", [], button="Approve", hidden=kept)
        forms.append((f"Approve {hold.hold_id}", form))
    if hold.is_release_asked(view.stored_today):
        if hold.release_asked_by != me:
            form = draw_form(view, "confirm_release", [], button="Confirm the release", hidden=kept)
            forms.append((f"Confirm the release of {hold.hold_id}", form))
        return forms
    field = draw_text(
        "reason",
        "Why",
        note="What it kept goes with the next retention."
        if hold.may_be_withdrawn_by(me)
        else "It protects until another person confirms this within a week.",
        is_required=True,
        within=hold.hold_id,
    )
    form = draw_form(view, "release_hold", [field], button="Release", hidden=kept)
    return [*forms, (f"Release {hold.hold_id}", form)]


def hold(view: View, incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """Ask for a hold."""
    view.check_may(Action.CLOSE_INCIDENT)
    conversation = fields.get("conversation", "").strip()
    hold_id = request_hold(
        view.store,
        incident_id=incident.incident_id,
        conversation_id=conversation,
        thread_id=find_thread(view.lake, deployment_id=view.deployment_id, conversation_id=conversation),
        reason=fields.get("reason", ""),
        expires_on=read_day(fields.get("expires_on", "")),
        actor=view.account.name,
        at=view.at,
    )
    return f"{hold_id} keeps it from now on. Another person approves it within a week."


def approve(view: View, _incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """Let a hold stand, as the second person."""
    view.check_may(Action.CLOSE_INCIDENT)
    number = fields.get("hold", "")
    approve_hold(
        view.store, hold_id=number, deployment_id=view.deployment_id, actor=view.account.name, at=view.at
    )
    return f"{number} stands."


def release(view: View, _incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """Ask for the end of a hold."""
    view.check_may(Action.CLOSE_INCIDENT)
    number = fields.get("hold", "")
    has_ended = ask_release(
        view.store,
        hold_id=number,
        deployment_id=view.deployment_id,
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
    )
    if has_ended:
        return f"{number} is released."
    return f"{number} protects until another person confirms its release within a week."


def confirm_end(view: View, _incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """End a hold, as the second person."""
    view.check_may(Action.CLOSE_INCIDENT)
    number = fields.get("hold", "")
    confirm_release(
        view.store, hold_id=number, deployment_id=view.deployment_id, actor=view.account.name, at=view.at
    )
    return f"{number} is released."
