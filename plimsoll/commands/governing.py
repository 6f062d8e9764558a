"""`plimsoll register`: the risks of a deployment, through the same rules as the pages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.commands import proposing, treating
from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, as_document, show
from plimsoll.commands.option import HomeOption, JsonOption, write_json
from plimsoll.commands.risk import RiskArgument, find_risk, say_rating
from risk_register.acceptability import Probability, Severity
from risk_register.account.accounts import Action
from risk_register.exchange.document import ExchangeKind
from risk_register.register import register
from risk_register.register.register import RiskStatus
from risk_register.register.transitions import NEEDS_SECOND_PERSON

app = typer.Typer(no_args_is_help=True)
app.add_typer(proposing.app)
app.add_typer(treating.control, name="control")
app.add_typer(treating.action, name="action")
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
    found = find_risk(acting.store, acting.deployment_id, risk)
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
    found = find_risk(acting.store, acting.deployment_id, risk)
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
    print(say_rating(found, holds))


@app.command()
def approve(
    risk: RiskArgument, account: AsOption, deployment: DeploymentOption = None, home: HomeOption = None
) -> None:
    """Let a lower rating hold, as the second person."""
    acting = act(home, account, deployment, Action.APPROVE_REGISTER)
    found = find_risk(acting.store, acting.deployment_id, risk)
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
    until: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Last day of an acceptance.")
    ] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Move a risk along the table of states; accepting and closing need a second person."""
    needed = Action.APPROVE_REGISTER if to in NEEDS_SECOND_PERSON else Action.EDIT_REGISTER
    acting = act(home, account, deployment, needed)
    found = find_risk(acting.store, acting.deployment_id, risk)
    register.move(
        acting.store,
        deployment_id=acting.deployment_id,
        risk_id=found.risk_id,
        to_state=to,
        reason=reason,
        actor=account,
        at=acting.at,
        expected_version=found.version,
        accepted_until=until.date() if until else None,
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
    found = find_risk(acting.store, acting.deployment_id, risk)
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


@app.command()
def comment(
    risk: RiskArgument,
    words: Annotated[str, typer.Argument(help="What there is to say; no words of a conversation.")],
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say something about a risk; it stays."""
    acting = act(home, account, deployment, Action.COMMENT)
    found = find_risk(acting.store, acting.deployment_id, risk)
    register.comment(
        acting.store, deployment_id=acting.deployment_id, risk_id=found.risk_id, body=words, actor=account,
        at=acting.at,
    )  # fmt: skip
    print(f"{found.reference}: said.")


@app.command("export")
def export_register(
    out: Annotated[Path, typer.Argument(help="File to write: .yaml, .csv or .xlsx.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Write the register with its whole history; leaves a trace."""
    from plimsoll.commands.exchanging import take_out  # spreadsheets take long to load

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
    from plimsoll.commands.exchanging import bring_or_let_in  # spreadsheets take long to load

    kind = ExchangeKind.REGISTER
    bring_or_let_in(home, account, deployment, kind, source=source, number=approve_number)
