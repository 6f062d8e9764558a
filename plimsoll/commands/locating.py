"""`plimsoll locate`: where a person at risk stands in the operator's logs, and the second look at that."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from dashboards.evidence import find_message
from pipelines.shown_text import show_line
from plimsoll.commands.acting import Acting, AsOption, DeploymentOption, act, as_document, show
from plimsoll.commands.option import HomeOption, JsonOption, write_json
from plimsoll.commands.tracing import Place, trace
from risk_register.account.accounts import Action
from risk_register.alarm.grave_findings import find_finding
from risk_register.errors import NotAllowedError
from risk_register.incident import locations
from risk_register.incident.locations import LocationRecord

CONFIRM, LIST = "confirm", "list"
COLUMNS = {
    "location_id": "search",
    "located_at": "at",
    "located_by": "by",
    "subject": "of",
    "is_found": "found",
    "confirm_by": "confirm by",
    "confirmed_by": "confirmed by",
    "reason": "reason",
}


def locate(
    *,
    subject: Annotated[
        str,
        typer.Argument(
            metavar="FINDING_OR_MESSAGE_ID",
            help="Id of a message, finding or conversation; or 'confirm NUMBER', or 'list'.",
        ),
    ],
    number: Annotated[
        int | None, typer.Argument(metavar="NUMBER", help="With 'confirm': number of the search.")
    ] = None,
    account: AsOption,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept in the audit.")] = "",
    source: Annotated[
        Path | None, typer.Option(help="Folder of the delivered files; the inbox if not given.")
    ] = None,
    mapping: Annotated[
        Path | None, typer.Option(help="Mapping of that folder; its mapping.yaml if not given.")
    ] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the source record of a message, to reach a person at risk; a second person confirms in 24 h."""
    acting = act(home, account, deployment, Action.LOCATE_PERSON)
    if (subject == CONFIRM) != (number is not None):
        raise typer.BadParameter("give FINDING_OR_MESSAGE_ID, or 'confirm NUMBER', or 'list'")
    if subject == LIST:
        found = locations.list_locations(acting.store, acting.deployment_id)
        show(found, COLUMNS, as_json=as_json, nothing="Nobody was looked for.")
    elif number is not None:
        record = locations.confirm_location(
            acting.store,
            location_id=number,
            deployment_id=acting.deployment_id,
            note=reason,
            actor=account,
            at=acting.at,
        )
        print(f"Search {number} of {record.subject} is confirmed.")
    else:
        record, thread = _search(acting, subject, reason=reason, place=Place(source, mapping))
        _tell(record, thread, as_json=as_json)


def _search(acting: Acting, subject: str, *, reason: str, place: Place) -> tuple[LocationRecord, str | None]:
    """The search as it is kept, and the operator's own id of the conversation, which is not."""
    if not reason.strip():
        raise NotAllowedError("locate needs --reason: it leads to a person, and is audited.")
    subject = _name_conversation(acting, subject)
    found = trace(acting.home, deployment_id=acting.deployment_id, subject=subject, place=place)
    record = locations.record_location(
        acting.store,
        deployment_id=acting.deployment_id,
        subject=subject,
        reason=reason,
        source_file=found.source_file,
        position=found.position,
        why_not=found.why_not,
        actor=acting.account,
        at=dt.datetime.now(dt.UTC),
    )
    return record, found.source_conversation


def _name_conversation(acting: Acting, subject: str) -> str:
    """The conversation of a grave finding, which pages name by an id of its own; any other id as it is."""
    finding = find_finding(acting.store, acting.deployment_id, subject)
    place = find_message(acting.home.lake, finding) if finding else None
    return place.conversation_id if place else subject


def _tell(record: LocationRecord, source_conversation: str | None, *, as_json: bool) -> None:
    if as_json:
        write_json({**as_document(record), "source_conversation": source_conversation})
        return
    print(f"deployment: {record.deployment_id}")
    if record.is_found:
        print(f"source file: {show_line(str(record.source_file))}\nrecord: {record.position}")
        print(f"source conversation: {show_line(str(source_conversation))}")
    else:
        print(f"not located: {record.why_not}")
    print(_say_confirm(record))


def _say_confirm(record: LocationRecord) -> str:
    return (
        f"Search {record.location_id}. A second person confirms by {record.confirm_by:%Y-%m-%d %H:%M} UTC: "
        f"plimsoll locate confirm {record.location_id} --reason ... --as ..."
    )
