"""One item of the ethics checklist: what was attested, what speaks against it, and the form to attest."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.form import draw_choice, draw_day, draw_form, draw_text
from dashboards.components.marks import draw_mark
from dashboards.theme import CHECKLIST_MARKS, CONTRADICTED, OVERDUE
from dashboards.view import View
from dashboards.wording import say_day, say_words
from risk_register.accounts import Action
from risk_register.checklist import (
    ItemRecord,
    ItemStatus,
    approve_not_applicable,
    attest,
    contradicted_by,
)
from risk_register.errors import NotAllowedError, RegisterError

ATTESTABLE = tuple(status for status in ItemStatus if status is not ItemStatus.NOT_STARTED)


def draw_item(view: View, item: ItemRecord, statuses: Mapping[str, str]) -> Component:
    """Everything about one item, with the form for those who may attest."""
    against = contradicted_by(item, statuses)
    listed: Component | str = "no indicator speaks to this item"
    if item.contradicting_indicators:
        listed = html.Ul(
            [
                html.Li(
                    [
                        dcc.Link(say_words(name), href=view.href(f"/indicators/{name}")),
                        f": {say_words(statuses.get(name, 'no complete week yet'))}",
                    ]
                )
                for name in item.contradicting_indicators
            ]
        )
    facts = (
        ("State", draw_state(item, statuses)),
        (
            "Attested",
            f"{say_day(item.attested_on)} by {item.attested_by}" if item.attested_by else "nobody yet",
        ),
        ("Expires", say_day(item.expires_on)),
        ("Evidence", item.evidence or "none"),
        ("Note", item.note or "none"),
        ("Evidence expected", item.evidence_expected),
        ("Again", item.cadence),
        ("Source", item.source),
        ("Indicators that can contradict it", listed),
    )
    warning = html.P(
        "Met — contradicted by data. The attestation stands until a person changes it; "
        "the numbers speak against it.",
        className="message message-error",
    )
    return html.Section(
        [
            html.Div(
                [
                    html.H2(f"{item.reference} {item.question}"),
                    dcc.Link("Close", href=view.href(None, item=None), className="button button-quiet"),
                ],
                className="section-heading",
            ),
            warning if against else None,
            html.Dl(
                [part for name, value in facts for part in (html.Dt(name), html.Dd(value))],
                className="facts wide",
            ),
            _draw_pending(view, item),
            _draw_attest(view, item),
        ],
        id="item",
        className="card details",
        tabIndex=-1,
    )


def _draw_pending(view: View, item: ItemRecord) -> Component | None:
    if item.pending_by is None:
        return None
    words = html.P(
        f"{item.pending_by} proposes that this item does not apply: {item.pending.reason if item.pending else ''}"
    )
    if not view.may(Action.APPROVE_ATTESTATION) or item.pending_by == view.account.name:
        return html.Div([words, html.P("A second person must confirm it.", className="hint")])
    button = "Confirm that it does not apply"
    return html.Div([words, draw_form(view, "confirm", [], button=button, hidden={"item": item.item_id})])


def _draw_attest(view: View, item: ItemRecord) -> Component:
    if not view.may(Action.ATTEST):
        return html.P("Attesting needs the role of safety officer or compliance.", className="hint")
    return html.Div(
        [
            html.H3("Attest"),
            draw_form(
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
                        "Evidence",
                        note=f"A file, an address or a hash. Expected: {item.evidence_expected}",
                    ),
                    draw_day(
                        "expires_on",
                        "Expires on",
                        first=view.today + timedelta(days=1),
                        note=f"Needed for “met”. To be done again: {item.cadence}.",
                    ),
                    draw_text("note", "Note", note="Exceptions, or why it does not apply.", is_long=True),
                ],
                button=f"Attest {item.reference}",
                hidden={"item": item.item_id},
            ),
        ]
    )


def submit(view: View, fields: Mapping[str, str]) -> str:
    """Attest an item, or confirm that one does not apply.

    Raises:
        RegisterError: the account may not, or the answer is not complete.
    """
    item_id, action = fields.get("item", ""), fields.get("action", "")
    needed = {"attest": Action.ATTEST, "confirm": Action.APPROVE_ATTESTATION}.get(action)
    if needed is None or not view.may(needed):
        raise NotAllowedError(f"{view.account.name} may not {action or 'do that'} on {view.deployment_id}.")
    if action == "confirm":
        approve_not_applicable(
            view.store, deployment_id=view.deployment_id, item_id=item_id, actor=view.account.name, at=view.at
        )
        return "Confirmed: the item does not apply."
    state = fields.get("state", "")
    if state not in {status.value for status in ATTESTABLE}:
        raise NotAllowedError(f"{state!r} is not a state; allowed: {', '.join(ATTESTABLE)}.")
    attest(
        view.store,
        deployment_id=view.deployment_id,
        item_id=item_id,
        state=ItemStatus(state),
        evidence=fields.get("evidence", ""),
        note=fields.get("note", ""),
        actor=view.account.name,
        at=view.at,
        expires_on=_read_day(fields.get("expires_on", "")),
    )
    waits = " It waits for a second person." if state == ItemStatus.NOT_APPLICABLE else ""
    return f"Attested as {CHECKLIST_MARKS[state].word}.{waits}"


def _read_day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RegisterError(f"{text!r} is not a day; write it as 2027-05-20.") from error


def draw_state(item: ItemRecord, statuses: Mapping[str, str]) -> Component:
    """The answer, and beside it what the data and the calendar say."""
    against = contradicted_by(item, statuses)
    marks: list[Component] = [draw_mark(CHECKLIST_MARKS[item.state])]
    if against:
        marks.append(draw_mark(CONTRADICTED, ", ".join(say_words(name) for name in against)))
    if item.is_overdue:
        marks.append(draw_mark(OVERDUE))
    if item.pending_by:
        marks.append(html.Span("waits for a second person", className="why"))
    return html.Div(marks, className="absences")
