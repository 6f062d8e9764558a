"""`plimsoll checklist`: what a deployment answers to the ethics checklist, through the rules of the pages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, show
from plimsoll.commands.exchanging import bring, let_in, take_out
from plimsoll.commands.option import HomeOption, JsonOption
from risk_register import checklist
from risk_register.accounts import Action
from risk_register.checklist import ItemRecord, ItemStatus
from risk_register.errors import UnknownRecordError
from risk_register.exchange import ExchangeKind
from risk_register.store import Store

app = typer.Typer(no_args_is_help=True, help="The ethics checklist: list, attest, approve, import, export.")
ItemArgument = Annotated[str, typer.Argument(help="Id or reference of the item, such as EC-20.")]
COLUMNS = {
    "reference": "item",
    "item_id": "id",
    "stage": "stage",
    "state": "answer",
    "is_overdue": "overdue",
    "attested_by": "by",
    "attested_on": "on",
    "expires_on": "expires",
}


@app.command("list")
def list_items(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The items with their answers, and which are overdue."""
    acting = act(home, account, deployment, Action.VIEW)
    items = checklist.list_items(acting.store, acting.deployment_id, as_of=acting.at.date())
    show(items, COLUMNS, as_json=as_json, nothing=f"The checklist of {acting.deployment_id} is empty.")


@app.command()
def attest(
    *,
    item: ItemArgument,
    answer: Annotated[ItemStatus, typer.Argument(help="The answer.")],
    account: AsOption,
    evidence: Annotated[str, typer.Option(help="A file, an address or a hash; needed for met.")] = "",
    note: Annotated[str, typer.Option(help="Which exceptions, or why it does not apply.")] = "",
    expires: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Until when met holds.")
    ] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Answer an item; not_applicable waits for a second person."""
    acting = act(home, account, deployment, Action.ATTEST)
    found = _find(acting.store, acting.deployment_id, item, on=acting.at.date())
    checklist.attest(
        acting.store,
        deployment_id=acting.deployment_id,
        item_id=found.item_id,
        state=answer,
        evidence=evidence,
        note=note,
        actor=account,
        at=acting.at,
        expires_on=expires.date() if expires else None,
    )
    waits = answer is ItemStatus.NOT_APPLICABLE
    print(f"{found.reference}: " + ("waits for a second person." if waits else answer.value))


@app.command()
def approve(
    item: ItemArgument, account: AsOption, deployment: DeploymentOption = None, home: HomeOption = None
) -> None:
    """Confirm that an item does not concern the deployment, as the second person."""
    acting = act(home, account, deployment, Action.APPROVE_ATTESTATION)
    found = _find(acting.store, acting.deployment_id, item, on=acting.at.date())
    checklist.approve_not_applicable(
        acting.store, deployment_id=acting.deployment_id, item_id=found.item_id, actor=account, at=acting.at
    )
    print(f"{found.reference}: {ItemStatus.NOT_APPLICABLE.value}")


@app.command("export")
def export_checklist(
    out: Annotated[Path, typer.Argument(help="File to write: .yaml, .csv or .xlsx.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Write the answers; leaves a trace."""
    take_out(act(home, account, deployment, Action.EXPORT), ExchangeKind.CHECKLIST, out, reason=reason)


@app.command("import")
def import_checklist(
    source: Annotated[
        Path | None, typer.Argument(help="File that `checklist export` wrote; not with --approve.")
    ] = None,
    approve_number: Annotated[int | None, typer.Option("--approve", help="Let this import in.")] = None,
    *,
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Bring a checklist into a deployment without answers; another person lets it in with --approve."""
    if (source is None) == (approve_number is None):
        raise typer.BadParameter("name a file, or --approve NUMBER")
    if source is not None:
        bring(act(home, account, deployment, Action.ATTEST), ExchangeKind.CHECKLIST, source)
    if approve_number is not None:
        acting = act(home, account, deployment, Action.APPROVE_ATTESTATION)
        let_in(acting, ExchangeKind.CHECKLIST, approve_number)


def _find(store: Store, deployment_id: str, name: str, *, on: dt.date) -> ItemRecord:
    for item in checklist.list_items(store, deployment_id, as_of=on):
        if name in (item.item_id, item.reference):
            return item
    raise UnknownRecordError(f"The checklist of {deployment_id} has no item {name}.")
