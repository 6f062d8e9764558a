"""What authorities are told of an incident: whether a regime wants a report, and that it was made."""

from __future__ import annotations

from typing import Annotated

import typer

from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act
from plimsoll.commands.incident import IncidentArgument, find_incident
from plimsoll.commands.option import HomeOption
from risk_register.account.accounts import Action
from risk_register.incident import clocks as incident_clocks


def decide(
    *,
    number: IncidentArgument,
    regime: Annotated[str, typer.Argument(help="Id of the regime.")],
    account: AsOption,
    reportable: Annotated[bool, typer.Option("--reportable/--not-reportable", help="Is it to be reported?")],
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say whether an incident is reportable under a regime, and why."""
    acting = act(home, account, deployment, Action.CLOSE_INCIDENT)
    found = find_incident(acting, number)
    incident_clocks.decide_report(
        acting.store, incident_id=number, regime_id=regime, is_reportable=reportable, reason=reason,
        actor=account, at=acting.at, expected_version=found.version,
    )  # fmt: skip
    print(f"{number}, {regime}: {'reportable' if reportable else 'not reportable'}")


def reported(
    *,
    number: IncidentArgument,
    regime: Annotated[str, typer.Argument(help="Id of the regime.")],
    account: AsOption,
    reference: Annotated[str, typer.Option(help="The authority's, or where the copy lies.")],
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Write down that it was reported; sending it is not done here."""
    acting = act(home, account, deployment, Action.CLOSE_INCIDENT)
    find_incident(acting, number)
    incident_clocks.record_report(
        acting.store, incident_id=number, regime_id=regime, reference=reference, actor=account, at=acting.at
    )
    print(f"{number}, {regime}: reported, {reference}")
