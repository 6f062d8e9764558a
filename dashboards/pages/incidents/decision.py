"""What people may do with incidents: open one, close one that another person opened, open it again.

The rules are those of `risk_register.incident`. Words of a conversation do not belong in an incident.
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboards.components.form import (
    SHORT,
    draw_choice,
    draw_decisions,
    draw_form,
    draw_moment,
    draw_pick,
    draw_text,
)
from dashboards.pages.incidents.judgement import read_version
from dashboards.pages.submission import read_past_moment
from dashboards.records import Alarm
from dashboards.view import View
from dashboards.wording import say_day, say_local, say_words
from risk_register.acceptability import Severity
from risk_register.account.accounts import Action
from risk_register.errors import NotAllowedError
from risk_register.incident.closing import (
    close_incident,
    find_hindrance,
    find_what_is_left,
    reopen_incident,
)
from risk_register.incident.incidents import IncidentRecord, open_incident
from risk_register.incident.states import IncidentStatus, Nature, Origin
from risk_register.register.register import RiskRecord

NO_WORDS = "What happened in general, with ids; no words of a conversation."


def draw_opening(view: View, risks: tuple[RiskRecord, ...], alarm: tuple[Alarm, str] | None) -> Component:
    """The form to open an incident; `alarm` and its indicator's title fill it."""
    title = description = ""
    if alarm is not None:
        one, indicator = alarm
        title = f"{indicator}: alarm of {say_day(one.opened_on)}"
        description = f"Alarm {one.alarm_id}. {one.note}"
    choices = [(risk.risk_id, f"{risk.reference} {risk.title}") for risk in risks]
    guess = next((r.risk_id for r in risks if alarm and alarm[0].indicator_id in _name_kris(r)), None)
    return draw_form(
        view,
        "open",
        [
            draw_text("title", "Title", note=NO_WORDS, is_required=True, value=title[:SHORT], limit=SHORT),
            draw_choice(
                "severity",
                "Severity",
                [(severity.value, f"{severity} {severity.meaning}") for severity in Severity],
                note="The harm to a person, as far as is known now.",
                is_stacked=True,
            ),
            draw_choice(
                "nature",
                "Kind",
                [(one.value, say_words(one)) for one in Nature],
                note="As far as is known now. Statutory clocks depend on it; it can be judged again later.",
            ),
            draw_choice(
                "origin",
                "What brought it up",
                [(one.value, say_words(one)) for one in Origin],
                note="",
                value=(Origin.ALARM if alarm else Origin.BY_HAND).value,
            ),
            draw_text(
                "reference",
                "Reference",
                note="Id of the alarm or the item, or your own of the complaint.",
                value=alarm[0].alarm_id if alarm else "",
                limit=SHORT,
            ),
            draw_moment(
                view,
                "aware_at",
                "Somebody first knew at",
                note="From here every clock runs. Empty: now.",
            ),
            draw_pick("risk", "Risk of the register", choices, note="If it is one of them.", value=guess),
            draw_text("description", "Description", note=NO_WORDS, is_long=True, value=description),
        ],
        button="Open an incident",
    )


def _name_kris(risk: RiskRecord) -> set[str]:
    return {kri.indicator for kri in risk.kris}


def draw_incident_decisions(view: View, incident: IncidentRecord) -> Component | None:
    """Closing or opening again, for those who may; or why not."""
    hidden = {"incident": incident.incident_id, "version": str(incident.version)}
    if incident.state is IncidentStatus.CLOSED:
        if not view.may(Action.OPEN_INCIDENT):
            return None
        field = draw_text(
            "reason", "Reason", note="What is not over.", is_long=True, is_required=True, within="reopen"
        )
        return draw_decisions(
            "Decide",
            [("Open it again", draw_form(view, "reopen", [field], button="Open again", hidden=hidden))],
        )
    if not view.may(Action.CLOSE_INCIDENT):
        return html.P("Closing needs the role of safety officer or compliance.", className="hint")
    hindrance = find_hindrance(view.store, incident.incident_id, actor=view.account.name)
    if hindrance is not None:
        return html.P(hindrance, className="hint")
    left = find_what_is_left(view.store, incident.incident_id)
    if left:
        return html.P(f"It cannot be closed yet: {'; '.join(left)}.", className="hint")
    field = draw_text(
        "conclusion",
        "Conclusion",
        note="Cause, what was done, what was learned. No words of a conversation.",
        is_long=True,
        is_required=True,
    )
    return draw_decisions(
        "Decide", [("Close it", draw_form(view, "close", [field], button="Close", hidden=hidden))]
    )


def open_new(view: View, fields: Mapping[str, str]) -> str:
    """Open an incident."""
    view.check_may(Action.OPEN_INCIDENT)
    title, severity = fields.get("title", ""), fields.get("severity", "")
    if len(title) > SHORT:
        raise NotAllowedError(f"The title has {len(title)} characters; at most {SHORT} are kept.")
    if severity not in set(Severity):
        raise NotAllowedError("Choose a severity from the list.")
    if fields.get("origin", Origin.BY_HAND) not in set(Origin):
        raise NotAllowedError("Choose from the list what brought it up.")
    if fields.get("nature", "") not in set(Nature):
        raise NotAllowedError("Choose a kind from the list: statutory clocks depend on it.")
    zone = view.deployment.zone
    aware_at = read_past_moment(fields.get("aware_at", ""), zone=zone, at=view.at)
    incident_id = open_incident(
        view.store,
        deployment_id=view.deployment_id,
        title=title,
        severity=Severity(severity),
        description=fields.get("description", ""),
        risk_id=fields.get("risk") or None,
        aware_at=aware_at,
        origin=Origin(fields.get("origin", Origin.BY_HAND)),
        origin_reference=fields.get("reference") or None,
        nature=Nature(fields["nature"]),
        actor=view.account.name,
        at=view.at,
    )
    return (
        f"Opened {incident_id}. Somebody first knew at {say_local(aware_at or view.at, zone)}. "
        "Another person closes it."
    )


def close(view: View, incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """Close an incident."""
    view.check_may(Action.CLOSE_INCIDENT)
    close_incident(
        view.store,
        incident_id=incident.incident_id,
        conclusion=fields.get("conclusion", ""),
        actor=view.account.name,
        at=view.at,
        expected_version=read_version(fields),
    )
    return f"Closed {incident.incident_id}."


def reopen(view: View, incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """Open an incident again."""
    view.check_may(Action.OPEN_INCIDENT)
    reopen_incident(
        view.store,
        incident_id=incident.incident_id,
        reason=fields.get("reason", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"{incident.incident_id} is open again."
