"""`plimsoll checklist`: what a deployment answers to the ethics checklist, through the rules of the pages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.commands import evidencing
from plimsoll.commands.acting import AsOption, DeploymentOption, ReasonOption, act, show
from plimsoll.commands.evidencing import ItemArgument, find_item
from plimsoll.commands.items import read_items
from plimsoll.commands.option import HomeOption, JsonOption
from risk_register.account.accounts import Action
from risk_register.exchange.document import ExchangeKind
from risk_register.item import checklist
from risk_register.item.checklist import ItemStatus

app = typer.Typer(no_args_is_help=True)
app.add_typer(evidencing.app)
COLUMNS = {
    "reference": "item",
    "item_id": "id",
    "stage": "stage",
    "state": "answer",
    "is_evidence_withdrawn": "evidence withdrawn",
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
    show(
        read_items(acting),
        COLUMNS,
        as_json=as_json,
        nothing=f"The checklist of {acting.deployment_id} is empty.",
    )


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
    version: Annotated[
        str, typer.Option(help='Version of model or prompt that the answer is about, as "prompt 2".')
    ] = "",
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Answer an item; not_applicable waits for a second person."""
    acting = act(home, account, deployment, Action.ATTEST)
    found = find_item(acting, item)
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
        for_version=version,
        expected_version=found.version,
    )
    waits = answer is ItemStatus.NOT_APPLICABLE
    print(f"{found.reference}: " + ("waits for a second person." if waits else answer.value))


@app.command()
def approve(
    item: ItemArgument, account: AsOption, deployment: DeploymentOption = None, home: HomeOption = None
) -> None:
    """Confirm what was proposed of an item, that it does not apply or is waived, as the second person."""
    acting = act(home, account, deployment, Action.APPROVE_ATTESTATION)
    found = find_item(acting, item)
    is_waiver = found.pending is not None and found.pending.kind is checklist.PendingKind.WAIVER
    confirm = checklist.approve_waiver if is_waiver else checklist.approve_not_applicable
    confirm(
        acting.store, deployment_id=acting.deployment_id, item_id=found.item_id, actor=account, at=acting.at,
        expected_version=found.version,
    )  # fmt: skip
    print(f"{found.reference}: {'waived' if is_waiver else ItemStatus.NOT_APPLICABLE.value}")


@app.command("export")
def export_checklist(
    out: Annotated[Path, typer.Argument(help="File to write: .yaml, .csv or .xlsx.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Write the answers; leaves a trace."""
    from plimsoll.commands.exchanging import take_out  # spreadsheets take long to load

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
    from plimsoll.commands.exchanging import bring_or_let_in  # spreadsheets take long to load

    kind = ExchangeKind.CHECKLIST
    bring_or_let_in(home, account, deployment, kind, source=source, number=approve_number)
