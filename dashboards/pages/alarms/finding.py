"""What people may do with a grave finding: say that it is so, which opens an incident, or that it is not.

The rules: `risk_register.alarm.grave_findings`. Words of a conversation do not belong in a reason.
"""

from __future__ import annotations

from collections.abc import Mapping

from dash import html
from dash.development.base_component import Component

from dashboards.components.form import draw_choice, draw_form, draw_moment, draw_text
from dashboards.pages.submission import read_past_moment
from dashboards.view import View
from dashboards.wording import say_day, say_local, say_words
from risk_register.acceptability import Severity
from risk_register.account.accounts import Action
from risk_register.alarm import grave_findings
from risk_register.alarm.grave_findings import GraveFindingRecord
from risk_register.errors import NotAllowedError
from risk_register.incident.clocks import find_clocks
from risk_register.incident.incidents import list_incidents
from risk_register.incident.states import Nature

NO_WORDS = "What was looked at, and what it showed. No words of a conversation."


def draw_finding_decisions(view: View, finding: GraveFindingRecord) -> Component | None:
    """Confirm a grave finding, which opens an incident, or say that it is not so."""
    if not view.may(Action.DECIDE_ALARM):
        return None
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
    running = [one for one in find_clocks(view.store, opened) if one.is_in_force]
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
