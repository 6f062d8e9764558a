"""The person behind an incident: who looks after it, and where they can be found.

Locating reads the delivered file again through whoever started the dashboard. One person may act at once and
a second looks at it within a day; both are written down. What must be kept is `holds`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.form import draw_decisions, draw_form, draw_text
from dashboards.components.marks import draw_mark
from dashboards.components.table import Heading, Line, draw_table
from dashboards.evidence import find_message
from dashboards.pages.incidents.holds import draw_hold_forms, draw_holds
from dashboards.pages.submission import read_number
from dashboards.theme import OVERDUE, WAITING
from dashboards.view import View
from dashboards.wording import say_moment
from risk_register.account.accounts import Action
from risk_register.alarm.grave_findings import find_finding
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.incident.danger import NEEDED_TO_TAKE, PageRecord, list_pages, take_page
from risk_register.incident.holds import list_holds
from risk_register.incident.incidents import IncidentRecord
from risk_register.incident.locations import LocationRecord, confirm_location, list_locations, record_location
from risk_register.incident.states import Origin
from risk_register.review import reviews

SEARCHES = tuple(Heading(title) for title in ("Search", "By", "Found", "Why", "Second person"))


def draw_person(view: View, incident: IncidentRecord) -> Component:
    """The page that was raised or the finding that was confirmed, the searches, the holds, and the forms."""
    page = find_page_of(view, incident)
    conversation = find_conversation(view, incident, page)
    searches = _find_searches(view, conversation)
    holds = list_holds(view.store, incident_id=incident.incident_id)
    hidden = {"incident": incident.incident_id}
    parts: list[Component | None] = []
    if page is not None:
        taken = "Nobody has taken it yet." if page.taken_by is None else f"{page.taken_by} has it."
        parts += [
            html.H3("A person may be in danger"),
            html.P(f"Raised at {say_moment(page.raised_at)} by {page.raised_by}. {taken}"),
        ]
    elif conversation is not None:
        parts.append(html.H3("The person of the finding"))
    if conversation is not None:
        protocol = reviews.read_settings(view.store, view.deployment_id).crisis_protocol
        parts += [
            html.P(protocol or "No crisis protocol is set for this deployment.", className="review-protocol"),
            _draw_searches(view, searches),
        ]
    parts += [
        html.H3("Conversations that are kept"),
        draw_holds(view, holds),
        draw_decisions(
            "Person and evidence",
            [
                *_draw_forms(view, page, conversation, searches, hidden),
                *draw_hold_forms(view, incident, conversation, holds),
            ],
        ),
    ]
    return html.Div(parts)


def find_page_of(view: View, incident: IncidentRecord) -> PageRecord | None:
    """The page that opened the incident."""
    pages = list_pages(view.store, view.deployment_id)
    return next((one for one in pages if one.incident_id == incident.incident_id), None)


def find_conversation(view: View, incident: IncidentRecord, page: PageRecord | None) -> str | None:
    """The conversation of the page, or of the grave finding, that opened an incident, while it is held."""
    if page is not None:
        return page.conversation_id
    if incident.origin is not Origin.GRAVE_FINDING:
        return None
    finding = find_finding(view.store, view.deployment_id, incident.origin_reference or "")
    try:
        place = find_message(view.lake, finding) if finding else None
    except UnknownRecordError:  # the lake cannot be read now, which the finding itself tells
        return None
    return place.conversation_id if place else None


def _find_searches(view: View, conversation: str | None) -> tuple[LocationRecord, ...]:
    found = list_locations(view.store, view.deployment_id) if conversation else ()
    return tuple(one for one in found if one.subject == conversation)


def _draw_searches(view: View, searches: Sequence[LocationRecord]) -> Component:
    """Where the person's words lie, and why somebody looked, are for those alone who may look."""
    if not view.may(Action.LOCATE_PERSON):
        return html.P("Searches for the person are shown to those who may locate a person.")
    return draw_table(
        "Searches", SEARCHES, [_draw_search(view, one) for one in searches], empty="Nobody was looked for."
    )


def _draw_search(view: View, one: LocationRecord) -> Line:
    second: Component | str = (
        f"{one.confirmed_by}, {say_moment(one.confirmed_at)}" if one.confirmed_at else ""
    )
    if one.confirmed_at is None:
        mark = OVERDUE if one.is_overdue(view.at) else WAITING
        second = draw_mark(mark, f"by {say_moment(one.confirm_by)}")
    place = f"{one.source_file}, record {one.position}" if one.is_found else one.why_not
    return Line(
        (f"{one.location_id}, {say_moment(one.located_at)}", one.located_by, place, one.reason, second)
    )


def _draw_forms(
    view: View,
    page: PageRecord | None,
    conversation: str | None,
    searches: tuple[LocationRecord, ...],
    hidden: Mapping[str, str],
) -> list[tuple[str, Component]]:
    forms: list[tuple[str, Component]] = []
    if conversation is not None and view.may(Action.LOCATE_PERSON):
        if page is not None and page.taken_by is None:
            forms.append(("I have it", draw_form(view, "take", [], button="I have it", hidden=hidden)))
        field = draw_text(
            "reason",
            "Why",
            note="A second person looks at it within 24 hours.",
            is_required=True,
            within="locate",
        )
        forms.append(
            ("Locate the person", draw_form(view, "locate", [field], button="Locate", hidden=hidden))
        )
        for one in searches:
            if one.confirmed_by is None and one.located_by != view.account.name:
                note = draw_text(
                    "note", "Note", note="Whether it was right to search.", is_required=True,
                    within=f"confirm-{one.location_id}",
                )  # fmt: skip
                kept = {**hidden, "location": str(one.location_id)}
                form = draw_form(view, "confirm", [note], button="Confirm", hidden=kept)
                forms.append((f"Confirm search {one.location_id}", form))
    return forms


def take(view: View, incident: IncidentRecord, _fields: Mapping[str, str]) -> str:
    """Say "I have it"."""
    view.check_may(NEEDED_TO_TAKE)
    page = _need_page(view, incident)
    who = view.account.name
    take_page(view.store, deployment_id=view.deployment_id, page_id=page.page_id, actor=who, at=view.at)
    return "You have it; nobody else is called."


def locate(view: View, incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """Search for the source record; the search is written down before its answer is shown."""
    view.check_may(Action.LOCATE_PERSON)
    reason = fields.get("reason", "")
    conversation = find_conversation(view, incident, find_page_of(view, incident))
    if conversation is None:
        raise NotAllowedError(_say_no_conversation(incident))
    if not reason.strip():
        raise NotAllowedError("Locating a person needs a reason; it may not be blank.")
    if view.locate is None:
        raise NotAllowedError(
            "This dashboard was started without the delivered files. On the machine that has them: "
            f"plimsoll locate {conversation} --reason ... --as {view.account.name}"
        )
    found = view.locate(view.deployment_id, conversation)
    record = record_location(
        view.store,
        deployment_id=view.deployment_id,
        subject=conversation,
        reason=reason,
        source_file=found.source_file,
        position=found.position,
        why_not=found.why_not,
        actor=view.account.name,
        at=view.at,
    )
    if not record.is_found:
        return f"Not located: {record.why_not}"
    return (
        f"{record.source_file}, record {record.position}. The operator's id of the conversation: "
        f"{found.source_conversation}. It is shown once and kept nowhere here."
    )


def confirm(view: View, _incident: IncidentRecord, fields: Mapping[str, str]) -> str:
    """Say as a second person that the search was right."""
    view.check_may(Action.LOCATE_PERSON)
    number = read_number(fields, "location", refusal="Name the search by its number.")
    confirm_location(
        view.store,
        location_id=number,
        deployment_id=view.deployment_id,
        note=fields.get("note", ""),
        actor=view.account.name,
        at=view.at,
    )
    return f"Search {number} is confirmed."


def _need_page(view: View, incident: IncidentRecord) -> PageRecord:
    page = find_page_of(view, incident)
    if page is None:
        raise NotAllowedError(_say_no_conversation(incident))
    return page


def _say_no_conversation(incident: IncidentRecord) -> str:
    return f"{incident.incident_id} names no conversation, so nobody can be located by it."
