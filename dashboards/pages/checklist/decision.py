"""What people may decide about one item of the checklist: attest, waive, add evidence, confirm, close a task.

The rules are those of `risk_register`; a form is shown only to those who may send it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from dash import html
from dash.development.base_component import Component

from dashboards.components.form import (
    SHORT,
    draw_choice,
    draw_day,
    draw_decisions,
    draw_form,
    draw_text,
)
from dashboards.items import read_items
from dashboards.pages.checklist.evidence import (
    add_file,
    add_link,
    draw_file_form,
    draw_link_form,
    name_seen,
    read_number,
    read_version,
    withdraw,
)
from dashboards.pages.submission import read_optional_day
from dashboards.theme import CHECKLIST_MARKS
from dashboards.view import View
from dashboards.wording import say_day
from risk_register.account.accounts import Action
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.item import checklist
from risk_register.item import tasks as item_tasks
from risk_register.item.checklist import ItemRecord, ItemStatus, PendingKind, find_cadence_days

ATTESTABLE = tuple(status for status in ItemStatus if status is not ItemStatus.NOT_STARTED)


def draw_pending(view: View, item: ItemRecord) -> Component | None:
    """What waits for a second person, with the forms to decide it."""
    if item.pending is None:
        return None
    until = f" until {say_day(item.pending.until)}" if item.pending.until else ""
    what = "need not be met" if item.pending.kind is PendingKind.WAIVER else "does not apply"
    words = html.P(
        [
            html.Strong(f"{item.pending.proposed_by} proposes that this item {what}{until}: "),
            item.pending.reason,
        ]
    )
    if not view.may(Action.APPROVE_ATTESTATION):
        return html.Div(
            [words, html.P("A second person must confirm it.", className="hint")], className="waits"
        )
    forms: list[Component | None] = [words]
    if item.pending.proposed_by == view.account.name:
        forms.append(html.P("A second person must confirm it; you may withdraw it.", className="hint"))
    else:
        forms.append(draw_form(view, "confirm", [], button=f"Confirm that it {what}", hidden=name_seen(item)))
    decline = draw_form(
        view,
        "decline",
        [draw_text("reason", "Reason", note="Stays in the audit.", is_required=True, within="decline")],
        button="Leave the item as it is",
        hidden=name_seen(item),
    )
    return html.Div([*forms, html.Details([html.Summary("Decline"), decline])], className="waits")


def draw_item_decisions(view: View, item: ItemRecord) -> Component | None:
    """The forms for those who may attest."""
    if not view.may(Action.ATTEST):
        return html.P("Attesting needs the role of safety officer or compliance.", className="hint")
    return draw_decisions(
        "Decide",
        [
            ("Attest", _draw_attest(view, item)),
            ("Add a file as evidence", draw_file_form(view, item)),
            ("Add an address or an indicator as evidence", draw_link_form(view, item)),
            ("Ask for a waiver", _draw_waiver(view, item)),
        ],
    )


def _draw_attest(view: View, item: ItemRecord) -> Component:
    days = find_cadence_days(item.cadence)
    return draw_form(
        view,
        "attest",
        [
            draw_choice(
                "state",
                "State",
                [(status.value, CHECKLIST_MARKS[status].word) for status in ATTESTABLE],
                note="“Not applicable” waits for a second person.",
            ),
            draw_text(
                "evidence",
                "Evidence in words",
                note=f"Where it stands, if nothing is kept below. Expected: {item.evidence_expected}",
            ),
            draw_text(
                "for_version",
                "For version",
                note="The model or prompt that the answer is about, as “prompt 2”: the change to it does not "
                "end it; another of the same day does, where the answer is for a release or a model.",
                value=item.for_version,
                limit=SHORT,
            ),
            draw_day(
                "expires_on",
                "Expires on",
                first=view.stored_today + timedelta(days=1),
                note=f"Needed for “met”, at most a year ahead. To be done again: {item.cadence}.",
                value=view.stored_today + timedelta(days=days) if days else None,
            ),
            draw_text("note", "Note", note="Exceptions, or why it does not apply.", is_long=True),
        ],
        button=f"Attest {item.reference}",
        hidden=name_seen(item),
    )


def _draw_waiver(view: View, item: ItemRecord) -> Component:
    return draw_form(
        view,
        "waive",
        [
            draw_day(
                "until",
                "Until",
                first=view.stored_today + timedelta(days=1),
                note="At most half a year; then somebody decides again.",
                is_required=True,
            ),
            draw_text(
                "reason",
                "Reason",
                note="Waits for a second person; the answer stays as it is.",
                is_long=True,
                is_required=True,
                within="waive",
            ),
        ],
        button=f"Ask for a waiver of {item.reference}",
        hidden=name_seen(item),
    )


def submit(view: View, fields: Mapping[str, str]) -> str:
    """Carry out one decision about an item.

    Raises:
        RegisterError: the account may not, somebody was faster, or the decision is not complete.
    """
    item_id, action = fields.get("item", ""), fields.get("action", "")
    found = DECISIONS.get(action)
    if found is None or not view.may(found[0]):
        raise NotAllowedError(f"{view.account.name} may not {action or 'do that'} on {view.deployment_id}.")
    known = {one.item_id: one for one in read_items(view)}
    if item_id not in known:
        raise UnknownRecordError(f"{view.deployment_id} has no such item; open it again from the list.")
    return found[1](view, known[item_id], fields)


def _attest(view: View, item: ItemRecord, fields: Mapping[str, str]) -> str:
    state = fields.get("state", "")
    if state not in {status.value for status in ATTESTABLE}:
        raise NotAllowedError(f"{state!r} is not a state; allowed: {', '.join(ATTESTABLE)}.")
    checklist.attest(
        view.store,
        deployment_id=view.deployment_id,
        item_id=item.item_id,
        state=ItemStatus(state),
        evidence=fields.get("evidence", ""),
        note=fields.get("note", ""),
        actor=view.account.name,
        at=view.at,
        expires_on=read_optional_day(fields.get("expires_on", "")),
        for_version=fields.get("for_version", "")[:SHORT],
        expected_version=read_version(fields),
    )
    waits = " It waits for a second person." if state == ItemStatus.NOT_APPLICABLE else ""
    return f"Attested as {CHECKLIST_MARKS[state].word}.{waits}"


def _confirm(view: View, item: ItemRecord, fields: Mapping[str, str]) -> str:
    is_waiver = item.pending is not None and item.pending.kind is PendingKind.WAIVER
    decide = checklist.approve_waiver if is_waiver else checklist.approve_not_applicable
    decide(
        view.store,
        deployment_id=view.deployment_id,
        item_id=item.item_id,
        actor=view.account.name,
        at=view.at,
        expected_version=read_version(fields),
    )
    return "Confirmed: the waiver holds." if is_waiver else "Confirmed: the item does not apply."


def _decline(view: View, item: ItemRecord, fields: Mapping[str, str]) -> str:
    checklist.decline_pending(
        view.store,
        deployment_id=view.deployment_id,
        item_id=item.item_id,
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
    )
    return "Declined: the item stays as it is."


def _waive(view: View, item: ItemRecord, fields: Mapping[str, str]) -> str:
    until = read_optional_day(fields.get("until", ""))
    if until is None:
        raise NotAllowedError("A waiver needs a last day.")
    checklist.propose_waiver(
        view.store,
        deployment_id=view.deployment_id,
        item_id=item.item_id,
        reason=fields.get("reason", ""),
        until=until,
        actor=view.account.name,
        at=view.at,
        expected_version=read_version(fields),
    )
    return "Asked for: the waiver waits for a second person."


def _close_task(view: View, item: ItemRecord, fields: Mapping[str, str]) -> str:
    number = read_number(fields, "task")
    item_tasks.close_task(
        view.store,
        deployment_id=view.deployment_id,
        task_id=number,
        outcome=fields.get("outcome", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"Task {number} of {item.reference} is closed."


Decide = Callable[[View, ItemRecord, Mapping[str, str]], str]
DECISIONS: Mapping[str, tuple[Action, Decide]] = {
    "attest": (Action.ATTEST, _attest),
    "confirm": (Action.APPROVE_ATTESTATION, _confirm),
    "decline": (Action.ATTEST, _decline),
    "waive": (Action.ATTEST, _waive),
    "add_file": (Action.ATTEST, add_file),
    "add_link": (Action.ATTEST, add_link),
    "withdraw": (Action.ATTEST, withdraw),
    "close_task": (Action.ATTEST, _close_task),
}
