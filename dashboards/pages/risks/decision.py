"""What people may decide about one risk: rate it, approve a rating, move it, name who answers for it.

The rules are those of `risk_register`; a form is shown only to those who may send it, and what is not open
to them says why.
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
from dashboards.pages.risks.form import name_seen, read_version
from dashboards.pages.risks.parts_decision import PART_DECISIONS, list_part_forms
from dashboards.pages.risks.proposals import PROPOSAL_DECISIONS
from dashboards.pages.submission import read_optional_day
from dashboards.view import View
from dashboards.wording import say_words
from risk_register.acceptability import Probability, Severity
from risk_register.account.accounts import Action
from risk_register.errors import NotAllowedError
from risk_register.register.register import (
    RiskRecord,
    RiskStatus,
    approve_rating,
    assign_owner,
    check_move,
    list_risks,
    move,
    rate_residual,
)
from risk_register.register.transitions import NEEDS_SECOND_PERSON, TRANSITIONS

PROBABILITY_WORDS: Mapping[Probability, str] = {
    Probability.FREQUENT: "frequent: one in 1,000 conversations or more",
    Probability.PROBABLE: "probable: one in 10,000 or more",
    Probability.OCCASIONAL: "occasional: one in 100,000 or more",
    Probability.REMOTE: "remote: one in a million or more",
    Probability.IMPROBABLE: "improbable: rarer than one in a million",
}


def draw_risk_decisions(view: View, risk: RiskRecord) -> Component | None:
    """The forms that this account may send about this risk, and why others are not there."""
    forms: list[tuple[str, Component]] = []
    if view.may(Action.EDIT_REGISTER):
        forms.append(("Rate the residual risk", _draw_rate(view, risk)))
    steps, reasons = find_steps(view, risk)
    if steps and view.may(Action.EDIT_REGISTER):
        forms.append(("Move to another state", _draw_move(view, risk, steps, reasons)))
    if view.may(Action.EDIT_REGISTER):
        forms.append(("Say who answers for it", _draw_owner(view, risk)))
    forms += list_part_forms(view, risk)
    return draw_decisions("Decide", forms)


def find_steps(view: View, risk: RiskRecord) -> tuple[list[RiskStatus], list[str]]:
    """The states that this account can move the risk to, and a sentence for each that it cannot."""
    steps, reasons = [], []
    for state in TRANSITIONS[risk.state]:
        try:
            _check_grant(view, state)
            check_move(risk, to_state=state, actor=view.account.name)
        except NotAllowedError as error:
            reasons.append(f"Not open to you: {say_words(state)}. {error}")
            continue
        steps.append(state)
    return steps, reasons


def _check_grant(view: View, state: RiskStatus) -> None:
    view.check_may(Action.APPROVE_REGISTER if state in NEEDS_SECOND_PERSON else Action.EDIT_REGISTER)


def draw_approval(view: View, risk: RiskRecord) -> Component | None:
    """The rating that waits, and the button for a second person."""
    if risk.pending is None:
        return None
    words = html.P(
        [
            html.Strong(f"{risk.pending.proposed_by} proposes a lower rating: "),
            f"{risk.pending.rating.severity} and {risk.pending.rating.probability}. "
            f"{risk.pending.rationale} ",
        ]
    )
    if not view.may(Action.APPROVE_REGISTER) or risk.pending.proposed_by == view.account.name:
        return html.Div(
            [words, html.P("It holds once a second person approves it.", className="hint")], className="waits"
        )
    button = f"Approve the lower rating of {risk.reference}"
    form = draw_form(view, "approve_rating", [], button=button, hidden=name_seen(risk))
    return html.Div([words, form], className="waits")


def _draw_rate(view: View, risk: RiskRecord) -> Component:
    rating = risk.residual or risk.inherent
    return draw_form(
        view,
        "rate",
        [
            draw_choice(
                "severity",
                "Severity",
                [(severity.value, f"{severity} {severity.meaning}") for severity in Severity],
                note="The harm to a person if it happens.",
                value=rating.severity,
                is_stacked=True,
            ),
            draw_choice(
                "probability",
                "Probability",
                [(probability.value, PROBABILITY_WORDS[probability]) for probability in Probability],
                note="Of the harm, with the controls in place. Judge by the upper bound of what was seen.",
                value=rating.probability,
                is_stacked=True,
            ),
            draw_text(
                "rationale",
                "Rationale",
                note="Why, in words that an auditor can follow. A lower rating waits for a second person.",
                is_long=True,
                is_required=True,
            ),
        ],
        button=f"Rate {risk.reference}",
        hidden=name_seen(risk),
    )


def _draw_move(view: View, risk: RiskRecord, steps: list[RiskStatus], reasons: list[str]) -> Component:
    fields: list[Component | None] = [
        draw_choice(
            "to_state",
            "New state",
            [(state.value, say_words(state)) for state in steps],
            note=f"It is {say_words(risk.state)} now.",
        ),
        html.Ul([html.Li(reason) for reason in reasons], className="hint") if reasons else None,
        draw_day(
            "accepted_until",
            "Accepted until",
            first=view.stored_today + timedelta(days=1),
            note="Of an acceptance only; at most half a year, which holds if nothing is said.",
        )
        if RiskStatus.ACCEPTED in steps
        else None,
        draw_text(
            "reason",
            "Reason",
            note="Stays in the history.",
            is_long=True,
            is_required=True,
            within="move",
        ),
    ]
    return draw_form(view, "move", fields, button=f"Move {risk.reference}", hidden=name_seen(risk))


def _draw_owner(view: View, risk: RiskRecord) -> Component:
    return draw_form(
        view,
        "assign",
        [
            draw_text(
                "owner",
                "Owner",
                note="A role or an account.",
                is_required=True,
                value=risk.owner or "",
                limit=SHORT,
            ),
            draw_text("reason", "Reason", note="Stays in the history.", is_required=True, within="assign"),
        ],
        button=f"Assign {risk.reference}",
        hidden=name_seen(risk),
    )


def submit(view: View, fields: Mapping[str, str]) -> str:
    """Carry out one decision about a risk.

    Raises:
        RegisterError: the account may not, somebody was faster, or the decision is not complete.
    """
    decide = DECISIONS.get(fields.get("action", ""))
    if decide is None:
        raise NotAllowedError(f"There is no such decision about a risk; known: {', '.join(DECISIONS)}.")
    known = {risk.risk_id: risk for risk in list_risks(view.store, view.deployment_id)}
    risk = known.get(fields.get("risk", ""))
    if risk is None:
        raise NotAllowedError(f"{view.deployment_id} has no such risk; open it again from the list.")
    return decide(view, risk, fields)


def _rate(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> str:
    view.check_may(Action.EDIT_REGISTER)
    severity, probability = fields.get("severity", ""), fields.get("probability", "")
    if severity not in set(Severity) or probability not in set(Probability):
        raise NotAllowedError("A rating needs a severity and a probability from the lists.")
    holds = rate_residual(
        view.store,
        deployment_id=view.deployment_id,
        risk_id=risk.risk_id,
        severity=Severity(severity),
        probability=Probability(probability),
        rationale=fields.get("rationale", ""),
        actor=view.account.name,
        at=view.at,
        expected_version=read_version(fields),
    )
    verdict = "holds now" if holds else "is lower, so it waits for a second person"
    return f"Rated {risk.reference} {severity}, {probability}: it {verdict}."


def _approve(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> str:
    view.check_may(Action.APPROVE_REGISTER)
    approve_rating(
        view.store,
        deployment_id=view.deployment_id,
        risk_id=risk.risk_id,
        actor=view.account.name,
        at=view.at,
        expected_version=read_version(fields),
    )
    return f"Approved: the lower rating of {risk.reference} holds."


def _move(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> str:
    state = fields.get("to_state", "")
    if state not in set(RiskStatus):
        raise NotAllowedError("Choose the state to move to.")
    _check_grant(view, RiskStatus(state))
    move(
        view.store,
        deployment_id=view.deployment_id,
        risk_id=risk.risk_id,
        to_state=RiskStatus(state),
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
        expected_version=read_version(fields),
        accepted_until=read_optional_day(fields.get("accepted_until", "")),
    )
    return f"{risk.reference} is {say_words(state)} now."


def _assign(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> str:
    view.check_may(Action.EDIT_REGISTER)
    owner, reason = fields.get("owner", ""), fields.get("reason", "")
    if len(owner) > SHORT:
        raise NotAllowedError(f"The owner has {len(owner)} characters; at most {SHORT} are kept.")
    if not reason.strip():
        raise NotAllowedError(f"Assigning {risk.reference} needs a reason; it may not be blank.")
    assign_owner(
        view.store,
        deployment_id=view.deployment_id,
        risk_id=risk.risk_id,
        owner=owner,
        reason=reason,
        actor=view.account.name,
        at=view.at,
        expected_version=read_version(fields),
    )
    return f"{owner.strip()} answers for {risk.reference} now."


DECISIONS: Mapping[str, Callable[[View, RiskRecord, Mapping[str, str]], str]] = {
    "rate": _rate,
    "approve_rating": _approve,
    "move": _move,
    "assign": _assign,
    **PART_DECISIONS,
    **PROPOSAL_DECISIONS,
}
