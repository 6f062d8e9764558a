"""`plimsoll appetite`, through the same rules as the pages."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from pipelines.settings import Home
from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, show
from plimsoll.commands.option import HomeOption, JsonOption
from risk_register.account.accounts import Action
from risk_register.deployment import appetites
from risk_register.deployment.appetites import Side
from risk_register.deployment.passable import check_passable
from risk_register.errors import UnknownRecordError

appetite = typer.Typer(no_args_is_help=True)
Day = Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"])]
APPETITE_COLUMNS = {
    "proposal_id": "proposal",
    "indicator_id": "indicator",
    "side": "side",
    "watch": "watch",
    "breach": "breach",
    "effective_from": "from",
    "proposed_by": "proposed by",
    "approved_by": "approved by",
    "declined_by": "declined by",
    "reason": "reason",
}


@appetite.command("list")
def list_appetites(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every proposal, approved or not."""
    acting = act(home, account, deployment, Action.VIEW)
    found = appetites.list_decisions(acting.store, acting.deployment_id)
    show(found, APPETITE_COLUMNS, as_json=as_json, nothing="Nobody has proposed an appetite.")


@appetite.command("propose")
def propose_appetite(
    *,
    indicator: Annotated[str, typer.Argument(help="Id of the indicator.")],
    account: AsOption,
    side: Annotated[Side, typer.Option(help="Which side of the limits is bad.")],
    watch: Annotated[
        float, typer.Option(help="Limit from which it is watched; of a share, between 0 and 1.")
    ],
    breach: Annotated[float, typer.Option(help="Limit from which it is too much.")],
    reason: ReasonOption,
    effective: Annotated[dt.datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day.")],
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Put limits up for approval by another person."""
    acting = act(home, account, deployment, Action.PROPOSE_APPETITE)
    _check_passable(acting.home, indicator, side=side, watch=watch, breach=breach)
    number = appetites.propose(
        acting.store,
        deployment_id=acting.deployment_id,
        indicator_id=indicator,
        side=side,
        watch=watch,
        breach=breach,
        reason=reason,
        effective_from=effective.date(),
        actor=account,
        at=acting.at,
    )
    print(f"Proposal {number} waits for another person: plimsoll appetite approve {number} --as ...")


@appetite.command("approve")
def approve_appetite(
    proposal: Annotated[int, typer.Argument(help="Number of the proposal.")],
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Make a proposal hold, as the second person."""
    acting = act(home, account, deployment, Action.APPROVE_APPETITE)
    for one in appetites.list_decisions(acting.store, acting.deployment_id):
        if one.proposal_id == proposal and one.is_open:
            _check_passable(acting.home, one.indicator_id, side=one.side, watch=one.watch, breach=one.breach)
    appetites.approve(
        acting.store, deployment_id=acting.deployment_id, proposal_id=proposal, actor=account, at=acting.at
    )
    print(f"Proposal {proposal} holds.")


@appetite.command("decline")
def decline_appetite(
    proposal: Annotated[int, typer.Argument(help="Number of the proposal.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Leave the limits as they are, or withdraw a proposal of one's own."""
    acting = act(home, account, deployment, Action.PROPOSE_APPETITE)
    appetites.decline(
        acting.store,
        deployment_id=acting.deployment_id,
        proposal_id=proposal,
        reason=reason,
        actor=account,
        at=acting.at,
    )
    print(f"Proposal {proposal} declined.")


def _check_passable(home: Home, indicator: str, *, side: Side, watch: float, breach: float) -> None:
    from pipelines.indicators.own import load_home_definitions
    from pipelines.indicators.vocabulary import Kind

    known = {one.indicator_id: one for one in load_home_definitions(home)}
    if (definition := known.get(indicator)) is None:
        raise UnknownRecordError(
            f"There is no indicator {indicator}. docs/generated/indicators.md lists them."
        )
    check_passable(
        indicator,
        kind=definition.kind,
        direction=definition.direction,
        side=side,
        watch=watch,
        breach=breach,
        say=_say_share if definition.kind is Kind.PROPORTION else str,
    )


def _say_share(limit: float) -> str:
    """A share as it is typed here, with what it means in per cent."""
    return f"{limit:g} ({limit * 100:g} %)"
