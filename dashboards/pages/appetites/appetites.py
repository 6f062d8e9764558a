"""Appetites: how much is too much for each indicator, who said so, what waits and what was decided before.

Decisions are read live from the store; numbers are judged against them from the next run of the pipelines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.components.shell import draw_chips, draw_heading, draw_none_of
from dashboards.components.table import Group, Heading, Line, draw_download, draw_groups, draw_table
from dashboards.components.tally import draw_tallies
from dashboards.pages.appetites.decision import (
    draw_approval_form,
    draw_proposal_form,
    find_holding,
    say_left_out,
    say_limits,
    submit,
    takes_appetite,
)
from dashboards.pages.page import Page, Shelf
from dashboards.records import Appetite, Indicator
from dashboards.sheet import Sheet
from dashboards.standing import order_indicators
from dashboards.view import View
from dashboards.vocabulary import APPETITE_MARKS
from dashboards.wording import MISSING, say_day, say_moment, say_unit, say_value, say_words
from risk_register.account.accounts import Action
from risk_register.deployment.appetites import AppetiteDecision, list_decisions

PATH = "/appetites"
FILTERS = ("status", "indicator")
APPROVED, PLACEHOLDER, CONTEXT, UNSET = "approved", "placeholder", "context", "unset"


def layout(view: View) -> Component:
    """The page."""
    indicators = order_indicators(view.reader.indicators())
    decisions = list_decisions(view.store, view.deployment_id)
    placeholders = find_placeholders(view)
    waiting = [decision for decision in decisions if decision.is_open]
    counts = Counter(stand(view, one, decisions, placeholders) for one in indicators)
    lead = (
        f"{counts[APPROVED]} of {len(indicators) - counts[CONTEXT]} indicators that can be judged have an "
        f"approved appetite; {len(waiting)} "
        f"proposal{'' if len(waiting) == 1 else 's'} wait{'s' if len(waiting) == 1 else ''} for a second "
        "person. A placeholder ships with the indicator and judges nothing. "
        "A decision shows in the numbers once the pipelines have run."
    )
    titles = {one.indicator_id: one for one in indicators}
    opened = titles.get(view.filter("indicator") or "")
    return html.Div(
        [
            draw_heading(view, "Appetites", lead),
            draw_tallies(view, "status", APPETITE_MARKS, counts, label="Indicators by standing"),
            _draw_waiting(view, waiting, titles),
            _draw_opened(view, opened, decisions, placeholders)
            if opened
            else draw_none_of(view, "indicator"),
            html.Section(
                [
                    html.Div(
                        [html.H2("In force"), draw_download(view.download("appetites"), "these decisions")],
                        className="section-heading",
                    ),
                    draw_chips(view, ("status",)),
                    _draw_standing(view, indicators, decisions, placeholders),
                ],
                className="card",
            ),
            _draw_history(view, decisions, titles),
        ]
    )


def find_placeholders(view: View) -> Mapping[str, Appetite]:
    """The limits that ship with the indicators."""
    rows = view.reader.appetites(view.deployment_id)
    return {row.indicator_id: row for row in rows if row.is_placeholder}


def stand(
    view: View,
    indicator: Indicator,
    decisions: Sequence[AppetiteDecision],
    placeholders: Mapping[str, Appetite],
) -> str:
    """How far an indicator's limits have come."""
    if not takes_appetite(indicator):
        return CONTEXT
    if find_holding(indicator, decisions, on=view.today):
        return APPROVED
    return PLACEHOLDER if indicator.indicator_id in placeholders else UNSET


def _draw_waiting(
    view: View, waiting: Sequence[AppetiteDecision], titles: Mapping[str, Indicator]
) -> Component:
    headings = [Heading(t) for t in ("Indicator", "Limits", "From", "Proposed by", "Reason", "Decision")]
    lines = []
    for decision in waiting:
        indicator = titles.get(decision.indicator_id)
        title = indicator.title if indicator else say_words(decision.indicator_id)
        lines.append(
            Line(
                (
                    dcc.Link(title, href=view.href(None, indicator=decision.indicator_id)),
                    say_limits(decision, indicator.kind if indicator else "index"),
                    say_day(decision.effective_from),
                    f"{decision.proposed_by}, {say_moment(decision.proposed_at)}",
                    decision.reason,
                    draw_approval_form(view, decision, title),
                )
            )
        )
    return html.Section(
        [
            html.H2("Waiting for a second person"),
            draw_table("Proposals that wait", headings, lines, empty="No proposal waits."),
        ],
        className="card",
    )


def _draw_opened(
    view: View,
    indicator: Indicator,
    decisions: Sequence[AppetiteDecision],
    placeholders: Mapping[str, Appetite],
) -> Component:
    holding = find_holding(indicator, decisions, on=view.today)
    standing = holding or placeholders.get(indicator.indicator_id)
    body: Component
    if not takes_appetite(indicator):
        body = html.P("Neither side of this indicator is bad; it is context and takes no limit.")
    elif not view.may(Action.PROPOSE_APPETITE):
        body = html.P("Proposing needs the role of safety officer or compliance.", className="hint")
    else:
        before = (standing.watch, standing.breach) if standing else (None, None)
        body = draw_proposal_form(view, indicator, before)
    return html.Section(
        [
            html.Div(
                [
                    html.H2(f"Propose an appetite: {indicator.title}"),
                    dcc.Link("Close", href=view.href(None, indicator=None), className="button button-quiet"),
                ],
                className="section-heading",
            ),
            body,
        ],
        id="proposal",
        className="card details",
        tabIndex=-1,
    )


def _draw_standing(
    view: View,
    indicators: Sequence[Indicator],
    decisions: Sequence[AppetiteDecision],
    placeholders: Mapping[str, Appetite],
) -> Component:
    headings = [
        Heading(t, is_number=t == "From")
        for t in ("Indicator", "Standing", "Watch", "Breach", "From", "Who", "Why")
    ]
    groups: dict[str, list[Line]] = {}
    for indicator in indicators:
        standing = stand(view, indicator, decisions, placeholders)
        if view.filter("status") not in {None, standing}:
            continue
        line = _draw_line(view, indicator, standing, decisions, placeholders)
        groups.setdefault(indicator.family, []).append(line)
    return draw_groups(
        "Appetites by indicator",
        headings,
        [Group(say_words(family).capitalize(), lines) for family, lines in groups.items()],
        empty="No indicator matches the filter.",
        is_dense=False,
    )


def _draw_line(
    view: View,
    indicator: Indicator,
    standing: str,
    decisions: Sequence[AppetiteDecision],
    placeholders: Mapping[str, Appetite],
) -> Line:
    is_open = view.filter("indicator") == indicator.indicator_id
    holding = find_holding(indicator, decisions, on=view.today)
    shown = holding or placeholders.get(indicator.indicator_id)
    limits = [MISSING, MISSING]
    if shown is not None and standing != CONTEXT:
        limits = [
            MISSING if limit is None else f"{shown.side}\u00a0{say_value(limit, indicator.kind)}"
            for limit in (shown.watch, shown.breach)
        ]
    who = f"{holding.proposed_by}, approved by {holding.approved_by}" if holding else MISSING
    return Line(
        (
            [
                dcc.Link(
                    indicator.title,
                    href=view.href(None, indicator=None if is_open else indicator.indicator_id),
                ),
                html.Span(say_unit(indicator), className="unit"),
            ],
            [
                draw_mark(APPETITE_MARKS[standing], f"version {holding.version}" if holding else None),
                say_left_out(indicator, decisions, on=view.today),
                _say_coming(view, indicator, decisions),
            ],
            *limits,
            say_day(holding.effective_from) if holding else MISSING,
            who,
            shown.reason if shown is not None and standing != CONTEXT else MISSING,
        ),
        is_open=is_open,
    )


def _say_coming(view: View, indicator: Indicator, decisions: Sequence[AppetiteDecision]) -> Component | None:
    coming = [
        f"from {say_day(one.effective_from)}: {say_limits(one, indicator.kind)}"
        for one in decisions
        if one.indicator_id == indicator.indicator_id and one.is_approved and one.effective_from > view.today
    ]
    return html.P("; ".join(coming), className="why") if coming else None


def _draw_history(
    view: View, decisions: Sequence[AppetiteDecision], titles: Mapping[str, Indicator]
) -> Component:
    asked = view.filter("indicator")
    lines = []
    for decision in reversed(decisions):
        if asked not in {None, decision.indicator_id}:
            continue
        indicator = titles.get(decision.indicator_id)
        approved = "nobody yet"
        if decision.approved_at is not None:
            approved = f"{decision.approved_by}, {say_moment(decision.approved_at)}"
        lines.append(
            Line(
                (
                    indicator.title if indicator else say_words(decision.indicator_id),
                    say_limits(decision, indicator.kind if indicator else "index"),
                    say_day(decision.effective_from),
                    f"{decision.proposed_by}, {say_moment(decision.proposed_at)}",
                    approved,
                    decision.reason,
                )
            )
        )
    headings = [Heading(t) for t in ("Indicator", "Limits", "From", "Proposed", "Approved", "Reason")]
    return html.Section(
        [
            html.H2("History"),
            draw_chips(view, ("indicator",)),
            draw_table("Decisions, newest first", headings, lines, empty="Nothing has been proposed yet."),
        ],
        className="card",
    )


def make_sheet(view: View) -> Sheet:
    """Every decision that the address filters, every field."""
    names = (
        *("proposal_id", "indicator_id", "side", "watch", "breach", "effective_from", "version", "reason"),
        *("proposed_by", "proposed_at", "approved_by", "approved_at"),
    )
    asked = view.filter("indicator")
    rows = [
        tuple(getattr(decision, name) for name in names)
        for decision in list_decisions(view.store, view.deployment_id)
        if asked in {None, decision.indicator_id}
    ]
    return Sheet("appetites", names, rows)


PAGE = Page(
    PATH,
    "Appetites",
    layout,
    shelf=Shelf.GOVERN,
    has_range=False,
    submit=submit,
    sheets={"appetites": make_sheet},
    aliases=("appetite", "limits"),
)
