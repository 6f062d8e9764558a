"""`plimsoll register`: the risks of a deployment, through the same rules as the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, as_document, show
from plimsoll.commands.exchanging import bring, let_in, take_out
from plimsoll.commands.option import HomeOption, JsonOption, write_json
from risk_register import proposals, register
from risk_register.acceptability import Probability, Severity
from risk_register.accounts import Action
from risk_register.errors import UnknownRecordError
from risk_register.exchange import ExchangeKind
from risk_register.register import RiskRecord, RiskStatus
from risk_register.store import Store

app = typer.Typer(no_args_is_help=True, help="The risk register: list, rate, move, approve, import, export.")
RiskArgument = Annotated[str, typer.Argument(help="Id or reference of the risk, such as R-02.")]
COLUMNS = {
    "reference": "risk",
    "risk_id": "id",
    "state": "state",
    "inherent.severity": "inherent",
    "inherent.probability": "",
    "residual.severity": "residual",
    "residual.probability": "",
    "acceptability": "acceptability",
    "owner": "owner",
    "review_due_on": "review due",
}
PROPOSAL_COLUMNS = {
    "proposal_id": "proposal",
    "risk_id": "risk",
    "rated_probability": "rated",
    "probability": "proposed",
    "is_exposure_limited": "exposure-limited",
    "state": "state",
    "evidence": "evidence",
}


@app.command("list")
def list_risks(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The risks with inherent and residual rating, state, owner and next review."""
    acting = act(home, account, deployment, Action.VIEW)
    risks = register.list_risks(acting.store, acting.deployment_id)
    show(risks, COLUMNS, as_json=as_json, nothing=f"The register of {acting.deployment_id} is empty.")


@app.command("show")
def show_risk(
    risk: RiskArgument,
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """One risk with its history."""
    acting = act(home, account, deployment, Action.VIEW)
    found = _find(acting.store, acting.deployment_id, risk)
    changes = register.history(acting.store, deployment_id=acting.deployment_id, risk_id=found.risk_id)
    if as_json:
        write_json(as_document({"risk": found, "history": changes}))
        return
    print(f"{found.reference} {found.title} ({found.risk_id})\n{found.statement}")
    print(f"{found.state}, {found.acceptability}, owner {found.owner or '-'}, version {found.version}")
    if found.pending is not None:
        lower, by = found.pending.rating, found.pending.proposed_by
        print(f"{lower.severity} {lower.probability}, rated by {by}, waits for a second person")
    columns = {
        "at": "at",
        "actor": "by",
        "field": "field",
        "before": "before",
        "after": "after",
        "reason": "reason",
    }
    show(changes, columns, as_json=False, nothing="Nothing has been decided yet.")


@app.command()
def rate(
    *,
    risk: RiskArgument,
    account: AsOption,
    severity: Annotated[Severity, typer.Option(help="Severity of the harm.")],
    probability: Annotated[Probability, typer.Option(help="Probability class of the harm.")],
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Judge what risk remains; a lower rating waits for a second person."""
    acting = act(home, account, deployment, Action.EDIT_REGISTER)
    found = _find(acting.store, acting.deployment_id, risk)
    holds = register.rate_residual(
        acting.store,
        deployment_id=acting.deployment_id,
        risk_id=found.risk_id,
        severity=severity,
        probability=probability,
        rationale=reason,
        actor=account,
        at=acting.at,
        expected_version=found.version,
    )
    print(_say_rating(found, holds))


@app.command()
def approve(
    risk: RiskArgument, account: AsOption, deployment: DeploymentOption = None, home: HomeOption = None
) -> None:
    """Let a lower rating hold, as the second person."""
    acting = act(home, account, deployment, Action.APPROVE_REGISTER)
    found = _find(acting.store, acting.deployment_id, risk)
    register.approve_rating(
        acting.store, deployment_id=acting.deployment_id, risk_id=found.risk_id, actor=account, at=acting.at
    )
    print(f"{found.reference}: the lower rating holds.")


@app.command()
def move(
    *,
    risk: RiskArgument,
    to: Annotated[RiskStatus, typer.Argument(help="The state to move to.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Move a risk along the table of states; accepting and closing need a second person."""
    acting = act(home, account, deployment, Action.EDIT_REGISTER)
    found = _find(acting.store, acting.deployment_id, risk)
    register.move(
        acting.store,
        deployment_id=acting.deployment_id,
        risk_id=found.risk_id,
        to_state=to,
        reason=reason,
        actor=account,
        at=acting.at,
        expected_version=found.version,
    )
    print(f"{found.reference}: {found.state} -> {to}")


@app.command()
def owner(
    *,
    risk: RiskArgument,
    name: Annotated[str, typer.Argument(help="The role or account that answers for it.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say who answers for a risk."""
    acting = act(home, account, deployment, Action.EDIT_REGISTER)
    found = _find(acting.store, acting.deployment_id, risk)
    register.assign_owner(
        acting.store,
        deployment_id=acting.deployment_id,
        risk_id=found.risk_id,
        owner=name,
        reason=reason,
        actor=account,
        at=acting.at,
    )
    print(f"{found.reference}: {name}")


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
        acting.store, proposal_id=proposal, reason=reason, actor=account, at=acting.at
    )
    print(_say_rating(_find(acting.store, acting.deployment_id, risk_id), holds))


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
    _find_proposal(acting.store, acting.deployment_id, proposal)
    proposals.decline_proposal(acting.store, proposal_id=proposal, reason=reason, actor=account, at=acting.at)
    print(f"Proposal {proposal} declined.")


@app.command("export")
def export_register(
    out: Annotated[Path, typer.Argument(help="File to write: .yaml, .csv or .xlsx.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Write the register with its whole history; leaves a trace."""
    take_out(act(home, account, deployment, Action.EXPORT), ExchangeKind.REGISTER, out, reason=reason)


@app.command("import")
def import_register(
    source: Annotated[
        Path | None, typer.Argument(help="File that `register export` wrote; not with --approve.")
    ] = None,
    approve_number: Annotated[int | None, typer.Option("--approve", help="Let this import in.")] = None,
    *,
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Bring a register into a deployment without decisions; another person lets it in with --approve."""
    if (source is None) == (approve_number is None):
        raise typer.BadParameter("name a file, or --approve NUMBER")
    if source is not None:
        bring(act(home, account, deployment, Action.EDIT_REGISTER), ExchangeKind.REGISTER, source)
    if approve_number is not None:
        let_in(act(home, account, deployment, Action.APPROVE_REGISTER), ExchangeKind.REGISTER, approve_number)


def _find(store: Store, deployment_id: str, name: str) -> RiskRecord:
    for risk in register.list_risks(store, deployment_id):
        if name in (risk.risk_id, risk.reference):
            return risk
    raise UnknownRecordError(f"The register of {deployment_id} has no risk {name}.")


def _find_proposal(store: Store, deployment_id: str, number: int) -> str:
    """The risk of a proposal; one of another deployment does not exist here."""
    for found in proposals.list_proposals(store, deployment_id):
        if found.proposal_id == number:
            return found.risk_id
    raise UnknownRecordError(f"There is no proposal {number} in {deployment_id}.")


def _say_rating(risk: RiskRecord, holds: bool) -> str:
    return f"{risk.reference}: " + ("rated." if holds else "lower than before, waits for a second person.")
