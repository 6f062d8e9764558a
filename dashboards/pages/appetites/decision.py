"""Proposing an appetite and approving one: people write limits in the indicator's own unit.

A share is typed in per cent and kept between 0 and 1. What holds when is decided in `risk_register`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from dash import html
from dash.development.base_component import Component

from dashboards.components.form import draw_choice, draw_day, draw_form, draw_pair, draw_text
from dashboards.pages.submission import read_day
from dashboards.records import Indicator
from dashboards.view import View
from dashboards.wording import say_unit, say_value
from risk_register.account.accounts import Action
from risk_register.deployment.appetites import (
    AppetiteDecision,
    Side,
    approve,
    decline,
    in_force,
    list_decisions,
    propose,
)
from risk_register.deployment.passable import EXPECTED_SIDE, can_pass, check_passable
from risk_register.errors import NotAllowedError

PER_CENT = Decimal(100)


def takes_appetite(indicator: Indicator) -> bool:
    """Whether one side of the indicator is bad at all; otherwise no limit can be judged."""
    return indicator.direction in EXPECTED_SIDE


def find_holding(
    indicator: Indicator, decisions: Sequence[AppetiteDecision], *, on: date
) -> AppetiteDecision | None:
    """The limits that an indicator is judged by on a day: the newest approved ones that a value can pass."""
    passable = (one for one in decisions if _can_pass(indicator, one))
    return in_force(passable, indicator_id=indicator.indicator_id, on=on)


def say_left_out(
    indicator: Indicator, decisions: Sequence[AppetiteDecision], *, on: date
) -> Component | None:
    """That the newest approved limits judge nothing, where no value can pass them."""
    newest = in_force(decisions, indicator_id=indicator.indicator_id, on=on)
    if newest is None or not takes_appetite(indicator) or _can_pass(indicator, newest):
        return None
    return html.P(
        f"Version {newest.version} ({say_limits(newest, indicator.kind)}) judges nothing, for no value can "
        "pass it. Propose other limits.",
        className="why",
    )


def _can_pass(indicator: Indicator, decision: AppetiteDecision) -> bool:
    return can_pass(decision, kind=indicator.kind, direction=indicator.direction)


def may_approve(view: View, decision: AppetiteDecision) -> bool:
    """Whether this account is the second person that a proposal needs."""
    return view.may(Action.APPROVE_APPETITE) and decision.proposed_by != view.account.name


def say_limits(decision: AppetiteDecision, kind: str) -> str:
    """Both limits in words."""
    watch, breach = say_value(decision.watch, kind), say_value(decision.breach, kind)
    return f"watch {decision.side} {watch}, breach {decision.side} {breach}"


def say_limit_unit(indicator: Indicator) -> str:
    """In which unit a limit is typed."""
    return {
        "proportion": f"per cent: {say_unit(indicator)}",
        "rate_per_1000": say_unit(indicator),
        "count": "count in a week",
        "distribution": "median",
    }.get(indicator.kind, indicator.kind)


def draw_proposal_form(
    view: View, indicator: Indicator, before: tuple[float | None, float | None]
) -> Component:
    """The form to propose limits for one indicator; `before` is what stands now."""
    unit = say_limit_unit(indicator)
    watch, breach = (write_limit(value, indicator.kind) for value in before)
    expected = EXPECTED_SIDE[indicator.direction]
    return draw_form(
        view,
        "propose",
        [
            html.P(
                f"{indicator.question} Counted: {indicator.numerator}. Out of: {indicator.denominator}.",
                className="hint",
            ),
            draw_choice(
                "side",
                "Bad is",
                [(expected.value, f"{expected} the limits")],
                note=f"For this indicator, {indicator.direction.replace('_', ' ')}.",
                value=expected,
            ),
            draw_pair(
                draw_text("watch", "Watch limit", note=unit, is_required=True, value=watch, limit=20),
                draw_text("breach", "Breach limit", note=unit, is_required=True, value=breach, limit=20),
            ),
            draw_day(
                "effective_from",
                "Effective from",
                note="The first day it holds, once another person has approved it.",
                first=view.stored_today,
                is_required=True,
            ),
            draw_text(
                "reason",
                "Reason",
                note="Why this much and no more, in words that an auditor can follow.",
                is_long=True,
                is_required=True,
            ),
        ],
        button="Propose these limits",
        hidden={"indicator": indicator.indicator_id},
    )


def draw_approval_form(view: View, decision: AppetiteDecision, title: str) -> Component | str:
    """The button for a second person, or why it is not there; who may propose may decline or withdraw."""
    is_own = decision.proposed_by == view.account.name
    hidden = {"proposal": str(decision.proposal_id)}
    approval: Component | str = "yours: another person approves it" if is_own else "waits for a second person"
    if may_approve(view, decision):
        button = f"Approve for {title}"
        approval = draw_form(view, "approve", [], button=button, hidden=hidden, is_line=True)
    if not view.may(Action.PROPOSE_APPETITE):
        return approval
    within = f"decline-{decision.proposal_id}"
    reason = draw_text("reason", "Reason", note="Stays with the proposal.", is_required=True, within=within)
    verb = "Withdraw" if is_own else "Decline"
    form = draw_form(view, "decline", [reason], button=f"{verb} for {title}", hidden=hidden)
    return html.Div([approval, html.Details([html.Summary(verb), form])])


def submit(view: View, fields: Mapping[str, str]) -> str:
    """Propose limits, or approve a proposal.

    Raises:
        RegisterError: the account may not, or the proposal is not complete.
    """
    match fields.get("action", ""):
        case "propose":
            return _propose(view, fields)
        case "approve":
            return _approve(view, fields)
        case "decline":
            return _decline(view, fields)
        case action:
            known = "propose, approve, decline"
            raise NotAllowedError(f"{action!r} is no decision about an appetite; known: {known}.")


def _propose(view: View, fields: Mapping[str, str]) -> str:
    view.check_may(Action.PROPOSE_APPETITE)
    indicator = _find_indicator(view, fields.get("indicator", ""))
    if fields.get("side") not in set(Side):
        raise NotAllowedError(f"Say which side is bad: {' or '.join(Side)}.")
    side = Side(fields["side"])
    watch, breach = (read_limit(fields.get(name, ""), name, indicator) for name in ("watch", "breach"))
    _check_passable(indicator, side=side, watch=watch, breach=breach)
    propose(
        view.store,
        deployment_id=view.deployment_id,
        indicator_id=indicator.indicator_id,
        side=side,
        watch=watch,
        breach=breach,
        reason=fields.get("reason", ""),
        effective_from=read_day(fields.get("effective_from", "")),
        actor=view.account.name,
        at=view.at,
    )
    return f"Proposed for {indicator.title}. It holds once another person has approved it."


def _approve(view: View, fields: Mapping[str, str]) -> str:
    view.check_may(Action.APPROVE_APPETITE)
    decision = _find(view, fields)
    if decision.is_open:
        indicator = _find_indicator(view, decision.indicator_id)
        _check_passable(indicator, side=decision.side, watch=decision.watch, breach=decision.breach)
    approve(
        view.store,
        deployment_id=view.deployment_id,
        proposal_id=decision.proposal_id,
        actor=view.account.name,
        at=view.at,
    )
    return f"Approved: it holds from {decision.effective_from}, and shows once the pipelines have run."


def _decline(view: View, fields: Mapping[str, str]) -> str:
    view.check_may(Action.PROPOSE_APPETITE)
    decision = _find(view, fields)
    decline(
        view.store, deployment_id=view.deployment_id, proposal_id=decision.proposal_id,
        reason=fields.get("reason", ""), actor=view.account.name, at=view.at,
    )  # fmt: skip
    return "Declined: the limits stay as they are."


def _find_indicator(view: View, indicator_id: str) -> Indicator:
    known = {indicator.indicator_id: indicator for indicator in view.reader.indicators()}
    if indicator_id not in known:
        raise NotAllowedError("There is no such indicator; choose one from the list.")
    return known[indicator_id]


def _check_passable(indicator: Indicator, *, side: Side, watch: float, breach: float) -> None:
    check_passable(
        indicator.title,
        kind=indicator.kind,
        direction=indicator.direction,
        side=side,
        watch=watch,
        breach=breach,
        say=lambda value: _say_typed(value, indicator.kind),
    )


def _find(view: View, fields: Mapping[str, str]) -> AppetiteDecision:
    """The proposal that a form means."""
    mine = {str(one.proposal_id): one for one in list_decisions(view.store, view.deployment_id)}
    decision = mine.get(fields.get("proposal", ""))
    if decision is None:
        raise NotAllowedError("There is no such proposal on this deployment; open the page again.")
    return decision


def read_limit(text: str, name: str, indicator: Indicator) -> float:
    """A limit as people type it, in the unit that is kept.

    Raises:
        NotAllowedError: it is no number.
    """
    cleaned = text.strip().removesuffix("%").strip()
    try:
        value = Decimal(cleaned)
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite():
        raise NotAllowedError(
            f"The {name} limit {text!r} is not a number; write it as 2 or 2.5, without other signs."
        )
    return float(value / PER_CENT if indicator.kind == "proportion" else value)


def _say_typed(value: float, kind: str) -> str:
    return f"{write_limit(value, kind)} %" if kind == "proportion" else write_limit(value, kind)


def write_limit(value: float | None, kind: str) -> str:
    """A limit as people would type it."""
    if value is None:
        return ""
    shown = Decimal(repr(value)) * (PER_CENT if kind == "proportion" else 1)
    return f"{shown.normalize():f}"
