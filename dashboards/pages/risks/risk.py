"""One risk of the register: its ratings, its indicators as they stand, its controls and its history."""

from __future__ import annotations

from collections.abc import Mapping

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark, draw_status
from dashboards.components.shell import draw_segments
from dashboards.components.table import Heading, Line, draw_table
from dashboards.pages.risks.decision import draw_approval, draw_risk_decisions
from dashboards.pages.risks.parts import draw_parts
from dashboards.pages.risks.proposals import draw_proposals
from dashboards.theme import ACCEPTABILITY_MARKS, Status
from dashboards.view import View
from dashboards.vocabulary import INCIDENT_MARKS
from dashboards.wording import say_day, say_moment, say_words
from risk_register.acceptability import judge_acceptability
from risk_register.definition import Rating
from risk_register.incident.incidents import list_incidents
from risk_register.register.kris import find_status
from risk_register.register.register import RiskRecord, history

Statuses = Mapping[tuple[str, str, str], Status]


def say_rating(rating: Rating | None) -> str:
    """A rating in words."""
    return f"{rating.severity}, {rating.probability}" if rating else "not rated"


def draw_risk(view: View, risk: RiskRecord, statuses: Statuses) -> Component:
    """Everything about one risk; what the data say of its indicators is computed on reading."""
    titles = {indicator.indicator_id: indicator.title for indicator in view.reader.indicators()}
    inherent = ACCEPTABILITY_MARKS[judge_acceptability(risk.inherent.severity, risk.inherent.probability)]
    facts: list[tuple[str, Component | str | list[Component | str]]] = [
        ("Statement", risk.statement.replace(" -> ", " → ")),
        (
            "Inherent",
            [f"{say_rating(risk.inherent)}: {risk.inherent.severity.meaning} ", draw_mark(inherent)],
        ),
        ("Residual", [f"{say_rating(risk.residual)} ", draw_mark(ACCEPTABILITY_MARKS[risk.acceptability])]),
        ("Rationale", risk.rationale or "none written"),
        ("Rated by", risk.rated_by or "nobody"),
        ("Owner", risk.owner or "nobody"),
        ("Next review", say_day(risk.review_due_on)),
        ("Accepted", _say_acceptance(view, risk)),
        (
            "Checklist items",
            html.Ul(
                [
                    html.Li(dcc.Link(say_words(item), href=view.href("/ethics-checklist", item=item)))
                    for item in risk.checklist_items
                ]
            ),
        ),
        ("Note", risk.note or "none"),
    ]
    kris = [
        Line(
            (
                dcc.Link(
                    titles.get(kri.indicator, say_words(kri.indicator)),
                    href=view.href(f"/indicators/{kri.indicator}"),
                ),
                "whole deployment" if kri.slice == "all" else f"{say_words(kri.slice)} = {kri.slice_value}",
                draw_status(Status(find_status(kri, statuses))),
            )
        )
        for kri in risk.kris
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.H2(f"{risk.reference} {risk.title}"),
                    dcc.Link(
                        "Close", href=view.href(None, risk=None, field=None), className="button button-quiet"
                    ),
                ],
                className="section-heading",
            ),
            html.Dl(
                [part for name, value in facts for part in (html.Dt(name), html.Dd(value))],
                className="facts wide",
            ),
            draw_approval(view, risk),
            draw_risk_decisions(view, risk),
            html.H3("What data propose"),
            draw_proposals(view, risk),
            draw_parts(view, risk),
            html.H3("Its indicators, newest complete week"),
            draw_table(
                "Indicators of the risk",
                (Heading("Indicator"), Heading("Slice"), Heading("Level")),
                kris,
                empty="No indicator is linked.",
            ),
            html.H3("Incidents that named it"),
            _draw_incidents(view, risk),
            html.H3("History"),
            _draw_history(view, risk),
        ],
        id="risk",
        className="card details",
        tabIndex=-1,
    )


def _say_acceptance(view: View, risk: RiskRecord) -> str:
    if risk.accepted_until is None:
        return "no"
    if risk.has_lapsed(view.today):
        return f"the acceptance ran out on {say_day(risk.accepted_until)}: decide again"
    return f"until {say_day(risk.accepted_until)}"


def _draw_incidents(view: View, risk: RiskRecord) -> Component:
    """What came true of it: a reason to rate it anew."""
    named = [one for one in list_incidents(view.store, view.deployment_id) if one.risk_id == risk.risk_id]
    lines = [
        Line(
            (
                dcc.Link(one.title, href=view.href("/incidents", incident=one.incident_id)),
                draw_mark(INCIDENT_MARKS[one.state]),
                one.severity,
                say_moment(one.aware_at),
            )
        )
        for one in named
    ]
    headings = [Heading(title) for title in ("Incident", "State", "Severity", "Known since")]
    return draw_table("Incidents of the risk", headings, lines, empty="None.")


def _draw_history(view: View, risk: RiskRecord) -> Component:
    changes = history(view.store, deployment_id=view.deployment_id, risk_id=risk.risk_id)
    if not changes:
        return html.P("Nothing has been decided yet.", className="empty")
    fields = sorted({change.field for change in changes})
    asked = view.filter("field") if view.filter("field") in fields else None
    lines = [
        Line(
            (
                say_moment(change.at),
                change.actor,
                f"{change.part}: {say_words(change.field)}" if change.part else say_words(change.field),
                f"{_say_side(change.before)} → {_say_side(change.after)}",
                change.reason,
            )
        )
        for change in reversed(changes)
        if asked in {None, change.field}
    ]
    headings = [Heading(title) for title in ("When", "Who", "What", "From → to", "Why")]
    choices = [("Everything", None), *((say_words(name).capitalize(), name) for name in fields)]
    return html.Div(
        [
            draw_segments(
                "Field of the history",
                [(words, view.href(None, field=name), name == asked) for words, name in choices],
            ),
            draw_table("History of the risk", headings, lines, empty="No change of this field."),
        ]
    )


def _say_side(value: str | None) -> str:
    return say_words(value) if value else "nothing"
