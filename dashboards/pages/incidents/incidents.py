"""Incidents: what went wrong for people, since when somebody knew, and who closed it with which conclusion.

Clocks of a regime are dated data and shown beside awareness; whether a report is due is a person's decision.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.marks import draw_mark
from dashboards.components.shell import draw_chips, draw_heading, draw_none_of
from dashboards.components.table import Heading, Line, draw_download, draw_table
from dashboards.components.tally import draw_tallies
from dashboards.naming import name_risks
from dashboards.pages.incidents.course import draw_course
from dashboards.pages.incidents.decision import draw_incident_decisions, draw_opening
from dashboards.pages.incidents.doing import submit
from dashboards.pages.incidents.judgement import draw_judgement
from dashboards.pages.incidents.person import draw_person
from dashboards.pages.page import Page, Shelf
from dashboards.sheet import Sheet
from dashboards.view import View
from dashboards.vocabulary import INCIDENT_MARKS
from dashboards.wording import MISSING, say_duration, say_local, say_moment, say_words
from risk_register.account.accounts import Action
from risk_register.incident.incidents import IncidentRecord, list_incidents
from risk_register.incident.states import Origin
from risk_register.register.register import list_risks

PATH = "/incidents"
HEADINGS = tuple(
    Heading(title)
    for title in ("Incident", "State", "Severity", "Known since", "Open for", "Opened by", "Risk")
)


def layout(view: View) -> Component:
    """The page."""
    incidents = list_incidents(view.store, view.deployment_id)
    counts = Counter(incident.state.value for incident in incidents)
    asked = view.filter("status")
    shown = [incident for incident in incidents if asked in {None, incident.state}]
    from_alarm = view.filter("alarm")
    same = [one for one in incidents if from_alarm and one.origin_reference == from_alarm]
    opened = _find_opened(view, incidents, same)
    risks = name_risks(view)
    opening = None if same else _draw_opening(view)
    lead = (
        f"{counts['open']} open, {counts['closed']} closed. Anyone may open one; whoever closes it has "
        "neither opened nor judged it. Every clock runs from the moment somebody first knew."
    )
    return html.Div(
        [
            draw_heading(view, "Incidents", lead),
            draw_tallies(view, "status", INCIDENT_MARKS, counts, label="Incidents by state"),
            _draw_same(view, same) if same and opened is None else None,
            _draw_incident(view, opened, risks) if opened else draw_none_of(view, "incident"),
            opening if from_alarm else None,
            html.Section(
                [
                    html.Div(
                        [html.H2("Incidents"), draw_download(view.download("incidents"), "these incidents")],
                        className="section-heading",
                    ),
                    draw_chips(view, ("status",)),
                    draw_table(
                        "Incidents",
                        HEADINGS,
                        [_draw_line(view, incident, risks, is_open=incident is opened) for incident in shown],
                        empty="No incident matches the filter." if incidents else "None has been opened.",
                    ),
                ],
                className="card",
            ),
            None if from_alarm or opened else opening,
        ]
    )


def _find_opened(
    view: View, incidents: Sequence[IncidentRecord], same: Sequence[IncidentRecord]
) -> IncidentRecord | None:
    """The incident that the address names, or the one that was opened from the alarm it names."""
    asked = view.filter("incident")
    if asked is None and len(same) == 1:
        return same[0]
    return next((one for one in incidents if one.incident_id == asked), None)


def _draw_same(view: View, incidents: Sequence[IncidentRecord]) -> Component:
    """Instead of a form that would open it a second time."""
    return html.P(
        [
            "From this alarm there is already: ",
            *[
                dcc.Link(one.incident_id, href=view.href(None, incident=one.incident_id, alarm=None))
                for one in incidents
            ],
        ],
        className="hint",
    )


def _draw_line(view: View, incident: IncidentRecord, risks: Mapping[str, str], *, is_open: bool) -> Line:
    asked = None if is_open else incident.incident_id
    return Line(
        (
            [
                dcc.Link(incident.title, href=view.href(None, incident=asked, alarm=None)),
                html.P(incident.incident_id, className="why"),
            ],
            draw_mark(INCIDENT_MARKS[incident.state]),
            incident.severity,
            say_moment(incident.aware_at),
            say_duration((incident.closed_at or view.at) - incident.aware_at),
            incident.opened_by,
            _name_risk(incident.risk_id, risks) if incident.risk_id else MISSING,
        ),
        is_open=is_open,
    )


def _name_risk(risk_id: str, risks: Mapping[str, str]) -> str:
    """As the register names it; one that is no longer in it, by its id."""
    return risks.get(risk_id, say_words(risk_id))


def _draw_incident(view: View, incident: IncidentRecord, risks: Mapping[str, str]) -> Component:
    risk: Component | str = "none named"
    if incident.risk_id:
        where = view.href("/risk-register", risk=incident.risk_id)
        risk = dcc.Link(_name_risk(incident.risk_id, risks), href=where)
    known = say_local(incident.aware_at, view.deployment.zone)
    closed = "not yet"
    if incident.closed_at is not None:
        closed = f"{say_moment(incident.closed_at)} by {incident.closed_by}"
    facts: list[tuple[str, Component | str]] = [
        ("Id", incident.incident_id),
        ("State", draw_mark(INCIDENT_MARKS[incident.state])),
        ("Severity", f"{incident.severity}: {incident.severity.meaning}"),
        ("Somebody knew", f"{known}; {_say_age(incident, view.at)}"),
        ("Opened", f"{say_moment(incident.opened_at)} by {incident.opened_by}"),
        ("Closed", closed),
        ("Description", incident.description or "none written"),
        ("Conclusion", incident.conclusion or "none yet"),
        ("From", _draw_origin(view, incident)),
        ("Risk", risk),
    ]
    return html.Section(
        [
            html.Div(
                [
                    html.H2(incident.title),
                    dcc.Link(
                        "Close the view",
                        href=view.href(None, incident=None, alarm=None),
                        className="button button-quiet",
                    ),
                ],
                className="section-heading",
            ),
            html.Dl(
                [part for name, value in facts for part in (html.Dt(name), html.Dd(value))],
                className="facts wide",
            ),
            draw_incident_decisions(view, incident),
            draw_judgement(view, incident),
            draw_person(view, incident),
            draw_course(view, incident),
        ],
        id="incident",
        className="card details",
        tabIndex=-1,
    )


def _draw_origin(view: View, incident: IncidentRecord) -> Component | str:
    words = say_words(incident.origin)
    if incident.origin_reference:
        words = f"{words}: {incident.origin_reference}"
    if incident.origin is Origin.GRAVE_FINDING:
        return dcc.Link(words, href=f"{view.href('/alarms')}#needs-eyes")
    return dcc.Link(words, href=view.href("/alarms")) if incident.origin is Origin.ALARM else words


def _say_age(incident: IncidentRecord, now: datetime) -> str:
    until = incident.closed_at or now
    word = "until it was closed" if incident.closed_at else "ago"
    return f"{say_duration(until - incident.aware_at)} {word}"


def _draw_opening(view: View) -> Component | None:
    if not view.may(Action.OPEN_INCIDENT):
        return None
    titles = {one.indicator_id: one.title for one in view.reader.indicators()}
    alarm = next(
        (
            (one, titles.get(one.indicator_id, say_words(one.indicator_id)))
            for one in view.reader.alarms(view.deployment_id)
            if one.alarm_id == view.filter("alarm")
        ),
        None,
    )
    form = draw_opening(view, list_risks(view.store, view.deployment_id), alarm)
    return html.Section(
        [html.H2("Open an incident"), form],
        id="opening",
        className="card details" if alarm else "card",
        tabIndex=-1,
    )


def make_sheet(view: View) -> Sheet:
    """The incidents that the address filters, every field."""
    names: Sequence[str] = (
        *("incident_id", "title", "severity", "state", "risk_id", "description", "aware_at", "opened_at"),
        *("opened_by", "closed_at", "closed_by", "conclusion", "origin", "origin_reference", "nature"),
        *("affected_count", "causality", "cause"),
    )
    rows = [
        tuple(getattr(incident, name) for name in names)
        for incident in list_incidents(view.store, view.deployment_id)
        if view.filter("status") in {None, incident.state}
    ]
    return Sheet("incidents", tuple(names), rows)


PAGE = Page(
    PATH,
    "Incidents",
    layout,
    shelf=Shelf.GOVERN,
    needs_run=False,
    has_range=False,
    submit=submit,
    sheets={"incidents": make_sheet},
    aliases=("incident",),
)
