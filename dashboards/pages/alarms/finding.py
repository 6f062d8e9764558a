"""One grave finding: the conversation for those who decide on it, and what they may say of it.

Each time that its words are shown is written down first (`dashboards.evidence`). The rules of deciding:
`risk_register.alarm.grave_findings`. Words of a conversation do not belong in a reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.form import draw_choice, draw_form, draw_moment, draw_text
from dashboards.components.marks import draw_mark
from dashboards.components.shell import draw_none_of
from dashboards.components.table import Heading, Line, draw_table
from dashboards.evidence import GONE, Reading, Spoken, find_message, read_conversation
from dashboards.pages.submission import read_past_moment
from dashboards.view import View
from dashboards.vocabulary import FINDING_MARKS
from dashboards.wording import MISSING, say_day, say_local, say_signal, say_words
from risk_register.acceptability import Severity
from risk_register.account.accounts import Action
from risk_register.alarm import grave_findings
from risk_register.alarm.grave_findings import FindingState, GraveFindingRecord
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.incident.clocks import find_clocks
from risk_register.incident.incidents import list_incidents
from risk_register.incident.states import Nature

SHOWN = 20
FINDING_WORDS = {
    "assistant_harm": "harm by the assistant",
    "unanswered_risk": "a person at risk whom nothing that follows answers",
    grave_findings.UNANSWERED_HIGH: "a person at risk of level 3 whom nothing that follows answers",
}
NO_WORDS = "What was looked at, and what it showed. No words of a conversation."


def may_read(view: View) -> bool:
    """Who decides reads; a reviewer who saw a finding would no longer label its conversation blindly."""
    return view.lake is not None and view.may(Action.DECIDE_ALARM) and view.may(Action.READ_CONVERSATION)


def is_high(finding: GraveFindingRecord) -> bool:
    """Whether it is unanswered risk of level 3, which is no grave finding."""
    return finding.what == grave_findings.UNANSWERED_HIGH


def draw_opened(view: View, findings: Sequence[GraveFindingRecord]) -> Component | None:
    """The finding that the address names, with its conversation."""
    asked = view.filter("finding")
    found = [one for one in findings if one.finding_id == asked]
    if not found:
        return draw_none_of(view, "finding")
    (finding,) = found
    title = "Unanswered risk" if is_high(finding) else "Grave finding"
    facts: list[tuple[str, Component | str]] = [
        ("State", draw_mark(FINDING_MARKS[finding.state])),
        ("What", FINDING_WORDS.get(finding.what, say_words(finding.what))),
        ("Signal", say_signal(finding.signal_id)),
        ("Found by", finding.detector_id),
        ("Incident", draw_incident_link(view, finding)),
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.H2(f"{title} of {say_day(finding.day)}"),
                    dcc.Link(
                        "Close the view", href=view.href(None, finding=None), className="button button-quiet"
                    ),
                ],
                className="section-heading",
            ),
            html.Dl(
                [part for name, value in facts for part in (html.Dt(name), html.Dd(value))],
                className="facts wide",
            ),
            _draw_conversation(view, finding),
            draw_finding_decisions(view, finding) if finding.state is FindingState.UNCONFIRMED else None,
        ],
        id="finding",
        className="card details",
        tabIndex=-1,
    )


def _draw_conversation(view: View, finding: GraveFindingRecord) -> Component:
    """Where it stands and what was said; or why neither can be shown."""
    if not may_read(view):
        return html.P("Reading it needs the role of safety officer, and the lake.", className="hint")
    try:
        place = find_message(view.lake, finding)
        if place is None:
            return html.P(GONE, className="hint")
        spoken = read_conversation(
            view.lake,
            view.store,
            Reading(
                account=view.account,
                deployment_id=view.deployment_id,
                conversation_id=place.conversation_id,
                day=place.day,
                subject=finding.finding_id,
                reason="Looking at unanswered risk." if is_high(finding) else "Looking at a grave finding.",
                at=view.at,
            ),
        )
    except UnknownRecordError as error:
        return html.P(str(error), className="hint")
    return html.Div(
        [
            html.P(
                f"Conversation {place.conversation_id}, which a hold or a search for the person asks for. "
                f"The audit has it that you read it. Times are those of {view.deployment.zone}.",
                className="hint",
            ),
            *[_draw_spoken(view, one, is_found=one.turn == place.turn) for one in spoken],
        ],
        className="finding-text",
    )


def _draw_spoken(view: View, one: Spoken, *, is_found: bool) -> Component:
    sent_at = one.sent_at.astimezone(ZoneInfo(view.deployment.zone))
    who = f"{one.role}, {say_day(sent_at.date())}, {sent_at:%H:%M}"
    return html.Div(
        [
            html.Span([html.Strong("Found here. "), who] if is_found else who, className="spoken-who"),
            html.P(one.text),
        ],
        className=f"spoken spoken-{one.role}" + (" is-found" if is_found else ""),
    )


def draw_incident_link(view: View, finding: GraveFindingRecord) -> Component | str:
    """The incident that a confirmed finding opened."""
    if finding.incident_id is None:
        return MISSING
    return dcc.Link(finding.incident_id, href=view.href("/incidents", incident=finding.incident_id))


def draw_way_to_decide(view: View, finding: GraveFindingRecord, *, has_form: bool = False) -> Component | str:
    """In a list: the forms themselves, or a link that opens the finding above it, for who may decide."""
    if view.filter("finding") == finding.finding_id:
        return "open above"
    if has_form:
        return draw_finding_decisions(view, finding) or MISSING
    if view.may(Action.DECIDE_ALARM):
        return dcc.Link("Decide on it", href=view.href(None, finding=finding.finding_id))
    return MISSING


def draw_name(view: View, finding: GraveFindingRecord) -> list[Component | str]:
    """Its id, and for those who decide the way to its words."""
    name = html.Span(finding.finding_id, className="id")
    if not may_read(view):
        return [name]
    where = view.href(None, finding=finding.finding_id)
    return [name, html.P(dcc.Link("Read the conversation", href=where), className="why")]


def draw_looked_at(view: View, caption: str, decided: Sequence[GraveFindingRecord]) -> list[Component | None]:
    """The newest of those that somebody decided on."""
    return [
        html.H3("Looked at"),
        draw_table(
            caption,
            [Heading(one) for one in ("Finding", "State", "Day", "By", "Reason", "Incident")],
            [_draw_decided(view, one) for one in decided[:SHOWN]],
            empty="None yet.",
        ),
        html.P(f"The newest {SHOWN} of {len(decided)} are shown.", className="hint")
        if len(decided) > SHOWN
        else None,
    ]


def _draw_decided(view: View, finding: GraveFindingRecord) -> Line:
    return Line(
        (
            draw_name(view, finding),
            draw_mark(FINDING_MARKS[finding.state]),
            say_day(finding.day),
            finding.decided_by or MISSING,
            finding.reason or MISSING,
            draw_incident_link(view, finding),
        )
    )


def draw_finding_decisions(view: View, finding: GraveFindingRecord) -> Component | None:
    """Confirm a grave finding, which opens an incident, or say that it is not so."""
    if not view.may(Action.DECIDE_ALARM):
        return None
    # Once it is decided on, its words are shown to nobody who does not ask for them again.
    filters = {name: value for name, value in view.query.filters.items() if name != "finding"}
    view = replace(view, query=replace(view.query, filters=filters))
    finding_id = finding.finding_id
    hidden = {"finding": finding_id}
    severities = [(one.value, f"{one} {one.meaning}") for one in Severity]
    confirm = draw_form(
        view,
        "confirm_finding",
        [
            draw_choice("severity", "Severity", severities, note="The harm to a person.", is_stacked=True),
            draw_choice(
                "nature",
                "Kind",
                [(one.value, say_words(one)) for one in Nature],
                note="As far as is known now. Statutory clocks depend on it; it can be judged again later.",
            ),
            draw_moment(
                view,
                "aware_at",
                "Somebody first knew at",
                note="From here every clock runs. Filled in is when the call reached people; empty, it is "
                "that, or now if it reached nobody.",
                value=finding.told_at,
                within=f"yes-{finding_id}",
            ),
            draw_text("reason", "Reason", note=NO_WORDS, is_required=True, within=f"yes-{finding_id}"),
        ],
        button="It is so: open an incident",
        hidden=hidden,
    )
    dismiss = draw_form(
        view,
        "dismiss_finding",
        [draw_text("reason", "Reason", note=NO_WORDS, is_required=True, within=f"no-{finding_id}")],
        button="It is not so",
        hidden=hidden,
    )
    return html.Div(
        [
            html.Details([html.Summary("It is so"), confirm]),
            html.Details([html.Summary("It is not so"), dismiss]),
        ],
        className="decisions",
    )


def confirm(view: View, fields: Mapping[str, str]) -> str:
    """It is so: open an incident, and say which clocks run."""
    view.check_may(Action.DECIDE_ALARM)
    if fields.get("severity", "") not in set(Severity):
        raise NotAllowedError("Choose a severity from the list.")
    if fields.get("nature", "") not in set(Nature):
        raise NotAllowedError("Choose a kind from the list: statutory clocks depend on it.")
    aware_at = read_past_moment(fields.get("aware_at", ""), zone=view.deployment.zone, at=view.at)
    incident = grave_findings.confirm(
        view.store,
        deployment_id=view.deployment_id,
        finding_id=fields.get("finding", ""),
        severity=Severity(fields["severity"]),
        nature=Nature(fields["nature"]),
        aware_at=aware_at,
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"Confirmed; {incident} is open. {_say_clocks(view, incident)}"


def _say_clocks(view: View, incident_id: str) -> str:
    """How many clocks run and since when; that none does is said as well."""
    opened = next(
        one for one in list_incidents(view.store, view.deployment_id) if one.incident_id == incident_id
    )
    since = say_local(opened.aware_at, view.deployment.zone)
    running = [one for one in find_clocks(view.store, opened) if not one.is_settled]
    if not running:
        return (
            f"No regime has a clock in force for this kind ({say_words(opened.nature)}); known since {since}."
        )
    count = "A clock of a regime runs" if len(running) == 1 else f"{len(running)} clocks of regimes run"
    return f"{count} since {since}; the first ends on {say_day(running[0].due_on)}."


def dismiss(view: View, fields: Mapping[str, str]) -> str:
    """It is not so."""
    view.check_may(Action.DECIDE_ALARM)
    grave_findings.dismiss(
        view.store,
        deployment_id=view.deployment_id,
        finding_id=fields.get("finding", ""),
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
    )
    return "Noted: it is not so."
