"""What people judge about an incident: how grave, what kind, why, how many, and what a regime asks for.

The rules are those of `incidents` and `clocks` in `risk_register.incident`. Days come from the regimes' data.
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboards.components.form import draw_choice, draw_decisions, draw_form, draw_text
from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_table
from dashboards.pages.submission import read_number, read_optional_number
from dashboards.theme import OVERDUE
from dashboards.view import View
from dashboards.vocabulary import REPORT_DECISION_MARKS
from dashboards.wording import say_day, say_moment, say_words
from risk_register.acceptability import Severity
from risk_register.account.accounts import Action
from risk_register.errors import NotAllowedError
from risk_register.incident.clocks import IncidentClock, decide_report, find_clocks, record_report
from risk_register.incident.incidents import IncidentRecord, assess_incident
from risk_register.incident.states import Causality, IncidentStatus, Nature

HEADINGS = tuple(Heading(title) for title in ("Regime", "Report by", "Reportable?", "Why", "Reported"))
YES, NO = "yes", "no"


def draw_judgement(view: View, incident: IncidentRecord) -> Component:
    """The judgement as it stands, and the forms for those who may change it."""
    affected = "nobody knows yet" if incident.affected_count is None else f"{incident.affected_count:,}"
    facts = (
        ("Kind", say_words(incident.nature)),
        ("Part of the product", say_words(incident.causality)),
        ("Cause", incident.cause or "not judged yet"),
        ("People affected", affected),
        *([("Judged by", incident.judged_by)] if incident.judged_by else []),
    )
    return html.Div(
        [
            html.H3("Judgement"),
            html.Dl(
                [part for name, words in facts for part in (html.Dt(name), html.Dd(words))],
                className="facts wide",
            ),
            html.H3("Clocks of the regimes"),
            _draw_clocks(view, incident),
            _draw_forms(view, incident),
        ]
    )


def _draw_clocks(view: View, incident: IncidentRecord) -> Component:
    lines = [_draw_clock(view, clock) for clock in find_clocks(view.store, incident)]
    return draw_table(
        "Clocks of the regimes", HEADINGS, lines, empty="No regime has a clock for an incident of this kind."
    )


def _draw_clock(view: View, clock: IncidentClock) -> Line:
    decision = clock.decision
    state = "undecided" if decision is None else "reportable" if decision.is_reportable else "not_reportable"
    due: list[Component | str] = [f"{say_day(clock.due_on)} ({clock.days} days)"]
    why_not = [] if clock.excluded_by is None else [f"does not apply here, as {clock.excluded_by} signed"]
    why_not += [] if clock.is_in_force else [f"not in force; from {say_day(clock.in_force_from)}"]
    if why_not:
        due = ["; ".join(why_not)]
    elif clock.is_overdue(view.at):
        due = [draw_mark(OVERDUE, due[0])]
    doubt = clock.regime.why_not_issue(view.today)
    reported = "no"
    if decision is not None and decision.reported_at is not None:
        reported = f"{say_moment(decision.reported_at)} by {decision.reported_by}: {decision.reference}"
    return Line(
        (
            [clock.regime.title, html.Span(f" {doubt}" if doubt else "", className="why")],
            html.Span(due),
            draw_mark(REPORT_DECISION_MARKS[state]),
            f"{decision.reason} ({decision.decided_by})" if decision else "nobody has decided",
            reported,
        )
    )


def _draw_forms(view: View, incident: IncidentRecord) -> Component | None:
    if incident.state is IncidentStatus.CLOSED or not view.may(Action.CLOSE_INCIDENT):
        return None
    hidden = {"incident": incident.incident_id, "version": str(incident.version)}
    forms = [("Judge it", _draw_assessment(view, incident, hidden))]
    for clock in find_clocks(view.store, incident):
        regime, decision = clock.regime, clock.decision
        kept = {**hidden, "regime": regime.id}
        if decision is None or decision.reported_at is None:
            forms.append((f"Reportable under {regime.id}?", _draw_decision(view, kept)))
        if decision is not None and decision.is_reportable and decision.reported_at is None:
            field = draw_text(
                "reference",
                "Reference",
                note="The authority's, or where the copy lies. Sending it is not done here.",
                is_required=True,
                within=f"{regime.id}-report",
            )
            form = draw_form(view, "report", [field], button="It is reported", hidden=kept)
            forms.append((f"Reported under {regime.id}", form))
    return draw_decisions("Judge and report", forms)


def _draw_assessment(view: View, incident: IncidentRecord, hidden: Mapping[str, str]) -> Component:
    return draw_form(
        view,
        "assess",
        [
            draw_choice(
                "severity",
                "Severity",
                [(one.value, f"{one} {one.meaning}") for one in Severity],
                note="The harm to a person, as far as is known now.",
                value=incident.severity.value,
                is_stacked=True,
            ),
            draw_choice(
                "nature",
                "Kind",
                [(one.value, say_words(one)) for one in Nature],
                note="Statutory clocks depend on it.",
                value=incident.nature.value,
            ),
            draw_choice(
                "causality",
                "Had the product a part in it?",
                [(one.value, say_words(one)) for one in Causality],
                note="A causal assessment is a judgement; say below what it rests on.",
                value=incident.causality.value,
            ),
            draw_text(
                "cause",
                "Cause",
                note="What caused it and how that is known. No words of a conversation.",
                value=incident.cause,
                is_long=True,
            ),
            draw_text(
                "affected",
                "People affected",
                note="A count. Empty: nobody knows yet.",
                value="" if incident.affected_count is None else str(incident.affected_count),
            ),
        ],
        button="Keep this judgement",
        hidden=hidden,
    )


def _draw_decision(view: View, hidden: Mapping[str, str]) -> Component:
    return draw_form(
        view,
        "decide",
        [
            draw_choice(
                "reportable", "Reportable?", [(YES, "Yes"), (NO, "No")], note="As this regime defines it."
            ),
            draw_text(
                "reason", "Why", note="So that a later reader can follow it.", is_long=True, is_required=True,
                within=f"{hidden['regime']}-decide",
            ),
        ],
        button="Decide",
        hidden=hidden,
    )  # fmt: skip


def read_version(fields: Mapping[str, str]) -> int:
    """The version of the incident that the sender saw."""
    refusal = "The form does not say which version of the incident it saw; open the incident again."
    return read_number(fields, "version", refusal=refusal)


def assess(view: View, incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """Keep a judgement."""
    view.check_may(Action.CLOSE_INCIDENT)
    for name, allowed in (("severity", Severity), ("nature", Nature), ("causality", Causality)):
        if fields.get(name, "") not in set(allowed):
            raise NotAllowedError(f"Choose {name} from the list.")
    refusal = "That is no count; give a whole number, or nothing."
    assess_incident(
        view.store,
        incident_id=incident.incident_id,
        severity=Severity(fields["severity"]),
        nature=Nature(fields["nature"]),
        causality=Causality(fields["causality"]),
        cause=fields.get("cause", ""),
        affected_count=read_optional_number(fields, "affected", refusal=refusal),
        actor=view.account.name,
        at=view.at,
        expected_version=read_version(fields),
    )
    return "The judgement is kept."


def decide(view: View, incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """Say whether it is reportable under a regime."""
    view.check_may(Action.CLOSE_INCIDENT)
    if fields.get("reportable") not in {YES, NO}:
        raise NotAllowedError("Say whether it is reportable: yes or no.")
    decide_report(
        view.store,
        incident_id=incident.incident_id,
        regime_id=fields.get("regime", ""),
        is_reportable=fields["reportable"] == YES,
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
        expected_version=read_version(fields),
    )
    return "The decision is kept."


def report(view: View, incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """Write down that it was reported."""
    view.check_may(Action.CLOSE_INCIDENT)
    record_report(
        view.store,
        incident_id=incident.incident_id,
        regime_id=fields.get("regime", ""),
        reference=fields.get("reference", ""),
        actor=view.account.name,
        at=view.at,
    )
    return "The report is written down."
