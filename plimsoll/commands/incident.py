"""How a command names an incident, and finds it in the deployment of whoever acts."""

from __future__ import annotations

from typing import Annotated

import typer

from plimsoll.commands.acting import Acting
from risk_register.errors import UnknownRecordError
from risk_register.incident import incidents
from risk_register.incident.incidents import IncidentRecord

IncidentArgument = Annotated[str, typer.Argument(metavar="INCIDENT", help="Id of the incident.")]


def find_incident(acting: Acting, number: str) -> IncidentRecord:
    """The incident; one of another deployment does not exist here.

    Raises:
        UnknownRecordError: there is none of that number.
    """
    for found in incidents.list_incidents(acting.store, acting.deployment_id):
        if found.incident_id == number:
            return found
    raise UnknownRecordError(f"There is no incident {number} in {acting.deployment_id}.")
