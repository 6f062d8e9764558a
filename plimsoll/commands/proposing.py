"""`plimsoll register proposals`, `accept` and `decline`: what data propose, and what a person makes of it."""

from __future__ import annotations

from typing import Annotated

import typer

from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, show
from plimsoll.commands.option import HomeOption, JsonOption
from plimsoll.commands.risk import find_risk, say_rating
from risk_register.account.accounts import Action
from risk_register.database.store import Store
from risk_register.errors import UnknownRecordError
from risk_register.register import proposals

app = typer.Typer()
PROPOSAL_COLUMNS = {
    "proposal_id": "proposal",
    "risk_id": "risk",
    "rated_probability": "rated",
    "probability": "proposed",
    "is_exposure_limited": "exposure-limited",
    "state": "state",
    "evidence": "evidence",
}


@app.command("proposals")
def list_proposals(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Re-ratings that data speak for, with their evidence."""
    acting = act(home, account, deployment, Action.VIEW)
    found = proposals.list_proposals(acting.store, acting.deployment_id)
    show(found, PROPOSAL_COLUMNS, as_json=as_json, nothing="Data speak for no other rating.")


@app.command()
def accept(
    proposal: Annotated[int, typer.Argument(help="Number of the proposal.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Rate as data propose; a lower rating still waits for a second person."""
    acting = act(home, account, deployment, Action.EDIT_REGISTER)
    risk_id = _find_proposal(acting.store, acting.deployment_id, proposal)
    holds = proposals.accept_proposal(
        acting.store,
        deployment_id=acting.deployment_id,
        proposal_id=proposal,
        reason=reason,
        actor=account,
        at=acting.at,
    )
    print(say_rating(find_risk(acting.store, acting.deployment_id, risk_id), holds))


@app.command()
def decline(
    proposal: Annotated[int, typer.Argument(help="Number of the proposal.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Leave the rating as it is, and say why."""
    acting = act(home, account, deployment, Action.EDIT_REGISTER)
    proposals.decline_proposal(
        acting.store,
        deployment_id=acting.deployment_id,
        proposal_id=proposal,
        reason=reason,
        actor=account,
        at=acting.at,
    )
    print(f"Proposal {proposal} declined.")


def _find_proposal(store: Store, deployment_id: str, number: int) -> str:
    """The risk of a proposal; one of another deployment does not exist here."""
    for found in proposals.list_proposals(store, deployment_id):
        if found.proposal_id == number:
            return found.risk_id
    raise UnknownRecordError(f"There is no proposal {number} in {deployment_id}.")
