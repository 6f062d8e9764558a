"""Ratings that data speak for: the evidence, and accepting or declining with a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.form import draw_form, draw_text
from dashboards.components.table import Heading, Line, draw_table
from dashboards.pages.risks.form import name_seen, read_number
from dashboards.view import View
from dashboards.wording import MISSING, say_moment, say_words
from risk_register.account.accounts import Action
from risk_register.errors import UnknownRecordError
from risk_register.register.proposals import (
    ProposalRecord,
    ProposalStatus,
    accept_proposal,
    decline_proposal,
    list_proposals,
)
from risk_register.register.register import RiskRecord

CHOICES = (
    ("accept_proposal", "Rate as proposed", "A lower rating still waits for a second person."),
    ("decline_proposal", "Leave the rating", "The same class is not proposed again for 90 days."),
)


def draw_proposals(view: View, risk: RiskRecord) -> Component:
    """What data propose for a risk: open ones with the forms to decide them, then those that were decided."""
    found = [one for one in list_proposals(view.store, view.deployment_id) if one.risk_id == risk.risk_id]
    waiting = [one for one in found if one.state is ProposalStatus.OPEN]
    past = [one for one in found if one.state is not ProposalStatus.OPEN]
    return html.Div(
        [
            *[_draw_open(view, risk, one) for one in waiting],
            html.P("Data speak for no other rating now.", className="hint") if not waiting else None,
            _draw_past(past) if past else None,
        ]
    )


def _draw_open(view: View, risk: RiskRecord, one: ProposalRecord) -> Component:
    words = html.P(
        [
            html.Strong(f"Data propose {one.probability} instead of {one.rated_probability}. "),
            one.evidence,
            f" Exposure-limited: {_say_limit(one)}." if one.is_exposure_limited else None,
        ]
    )
    if not view.may(Action.EDIT_REGISTER):
        hint = html.P("Who may edit the register decides.", className="hint")
        return html.Div([words, hint], className="waits")
    forms = [_draw_choice(view, risk, one, choice) for choice in CHOICES]
    return html.Div([words, *forms], className="waits")


def _say_limit(one: ProposalRecord) -> str:
    if one.observed_rate > 0:
        return "events were seen, but among so few conversations that a lower class is not ruled out"
    return "it says what could not be shown, not that harm was seen"


def _draw_choice(
    view: View, risk: RiskRecord, one: ProposalRecord, choice: tuple[str, str, str]
) -> Component:
    action, title, note = choice
    within = f"{action}-{one.proposal_id}"
    form = draw_form(
        view,
        action,
        [draw_text("reason", "Reason", note=note, is_long=True, is_required=True, within=within)],
        button=f"{title} for {risk.reference}",
        hidden={**name_seen(risk), "proposal": str(one.proposal_id)},
    )
    return html.Details([html.Summary(title), form])


def _draw_past(past: Sequence[ProposalRecord]) -> Component:
    lines = [
        Line(
            (
                say_moment(one.proposed_at),
                f"{one.rated_probability} → {one.probability}",
                say_words(one.state),
                f"{one.decided_by}: {one.reason}" if one.decided_by else MISSING,
                one.evidence,
            )
        )
        for one in past
    ]
    headings = [Heading(title) for title in ("Proposed", "Probability", "Became", "Decided by", "Evidence")]
    table = draw_table("Earlier proposals", headings, lines, empty="None.")
    return html.Details([html.Summary(f"{len(past)} earlier"), table])


def _accept(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> str:
    number = _find(view, risk, fields)
    holds = accept_proposal(
        view.store,
        deployment_id=view.deployment_id,
        proposal_id=number,
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
    )
    verdict = "holds now" if holds else "is lower, so it waits for a second person"
    return f"Rated {risk.reference} as data propose: it {verdict}."


def _decline(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> str:
    number = _find(view, risk, fields)
    decline_proposal(
        view.store,
        deployment_id=view.deployment_id,
        proposal_id=number,
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"Declined: the rating of {risk.reference} stays."


def _find(view: View, risk: RiskRecord, fields: Mapping[str, str]) -> int:
    view.check_may(Action.EDIT_REGISTER)
    number = read_number(fields, "proposal")
    for one in list_proposals(view.store, view.deployment_id):
        if one.proposal_id == number and one.risk_id == risk.risk_id:
            return number
    raise UnknownRecordError(f"{risk.reference} has no proposal {number}.")


PROPOSAL_DECISIONS: Mapping[str, Callable[[View, RiskRecord, Mapping[str, str]], str]] = {
    "accept_proposal": _accept,
    "decline_proposal": _decline,
}
