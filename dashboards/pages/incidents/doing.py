"""What a form of the incidents page does: one action, one function, each with the rules of its own module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dashboards.pages.incidents import course, decision, judgement, person
from dashboards.pages.incidents import holds as holding
from dashboards.view import View
from risk_register.errors import NotAllowedError
from risk_register.incident.incidents import IncidentRecord, list_incidents

Doing = Callable[[View, IncidentRecord, Mapping[str, str]], str]
OPEN = "open"
DOINGS: Mapping[str, Doing] = MappingProxyType(
    {
        "close": decision.close,
        "reopen": decision.reopen,
        "assess": judgement.assess,
        "decide": judgement.decide,
        "report": judgement.report,
        "note": course.note,
        "task": course.task,
        "done": course.done,
        "take": person.take,
        "locate": person.locate,
        "confirm": person.confirm,
        "hold": holding.hold,
        "approve_hold": holding.approve,
        "release_hold": holding.release,
        "confirm_release": holding.confirm_end,
    }
)


def submit(view: View, fields: Mapping[str, str]) -> str:
    """Do what a form asks for.

    Raises:
        RegisterError: the account may not, or the rules do not allow it.
    """
    action = fields.get("action", "")
    if action == OPEN:
        return decision.open_new(view, fields)
    if action not in DOINGS:
        raise NotAllowedError(
            f"{action!r} is nothing to do with an incident; known: open, {', '.join(DOINGS)}."
        )
    return DOINGS[action](view, _find(view, fields), fields)


def _find(view: View, fields: Mapping[str, str]) -> IncidentRecord:
    """The incident, which must be one of this deployment: the rules know only its id."""
    known = {one.incident_id: one for one in list_incidents(view.store, view.deployment_id)}
    incident = known.get(fields.get("incident", ""))
    if incident is None:
        raise NotAllowedError("There is no such incident on this deployment; open it again from the list.")
    return incident
