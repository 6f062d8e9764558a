"""`plimsoll baseline`: let a chart begin anew, and see where charts have."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, show
from plimsoll.commands.option import HomeOption, JsonOption
from risk_register.account.accounts import Action
from risk_register.deployment.baselines import ALL_INDICATORS, decide_baseline, list_baselines

app = typer.Typer(no_args_is_help=True)
COLUMNS = {
    "baseline_id": "baseline",
    "indicator_id": "indicator",
    "starts_on": "from",
    "decided_by": "by",
    "reason": "reason",
}


@app.command("list")
def list_decisions(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Every decision that a chart begins anew."""
    acting = act(home, account, deployment, Action.VIEW)
    found = list_baselines(acting.store, acting.deployment_id)
    show(found, COLUMNS, as_json=as_json, nothing="Every chart has its first baseline.")


@app.command("set")
def set_baseline(
    *,
    indicator: Annotated[
        str, typer.Argument(help="Id of the indicator; none for all of them.")
    ] = ALL_INDICATORS,
    starts: Annotated[dt.datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="First day of it.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Let the chart of an indicator, or of all, begin anew; limits follow when there are days enough."""
    acting = act(home, account, deployment, Action.APPROVE_APPETITE)
    baseline_id = decide_baseline(
        acting.store,
        deployment_id=acting.deployment_id,
        indicator_id=indicator,
        starts_on=starts.date(),
        reason=reason,
        actor=account,
        at=acting.at,
    )
    print(f"{baseline_id}: charts of {indicator or 'all indicators'} begin anew on {starts.date()}.")
