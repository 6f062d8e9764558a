"""`plimsoll regime`: laws, guidance and frameworks beside a deployment, and who signed whether they apply."""

from __future__ import annotations

from typing import Annotated

import typer

from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, as_document
from plimsoll.commands.option import HomeOption, JsonOption, write_json
from risk_register.account.accounts import Action
from risk_register.deployment import applicability
from risk_register.deployment.applicability import RegimeStanding

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_regimes(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every regime with its decision, and why there is no ground for its return, if there is none."""
    acting = act(home, account, deployment, Action.VIEW)
    standings = applicability.list_standings(acting.store, acting.deployment_id)
    today = acting.at.date()
    if as_json:
        write_json([{**as_document(each), "why_not_issue": each.why_not_issue(today)} for each in standings])
        return
    for each in standings:
        print(f"{each.regime.id}: {_say(each)}")
        print(f"  {each.why_not_issue(today) or 'there is ground for its return'}")
    print("A return that a regime asks for is not built here; `plimsoll report list` names what is.")


@app.command()
def sign(
    *,
    regime: Annotated[str, typer.Argument(help="Id of the regime.")],
    is_applicable: Annotated[bool, typer.Option("--applies/--does-not-apply", help="The decision.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Sign whether a regime applies to a deployment; the newest signature holds, earlier ones stay."""
    acting = act(home, account, deployment, Action.DECIDE_REGIME)
    applicability.sign(
        acting.store,
        deployment_id=acting.deployment_id,
        regime_id=regime,
        is_applicable=is_applicable,
        reason=reason,
        actor=account,
        at=acting.at,
    )
    print(f"{regime}: {'applies' if is_applicable else 'does not apply'}, signed by {account}")


def _say(standing: RegimeStanding) -> str:
    if standing.decision is None:
        return "nobody has signed whether it applies"
    verdict = "applies" if standing.decision.is_applicable else "does not apply"
    return f"{verdict}, signed by {standing.decision.decided_by} on {standing.decision.decided_at:%Y-%m-%d}"
