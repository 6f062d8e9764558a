"""`plimsoll checklist evidence`, `waive` and `tasks`: what shows an answer, and what data say against it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from plimsoll.commands.acting import Acting, AsOption, DeploymentOption, ReasonOption, act, show
from plimsoll.commands.items import read_items
from plimsoll.commands.option import HomeOption, JsonOption
from risk_register.account.accounts import Action
from risk_register.errors import NotAllowedError, UnknownRecordError
from risk_register.item import checklist
from risk_register.item import evidence as item_evidence
from risk_register.item import tasks as item_tasks
from risk_register.item.checklist import ItemRecord
from risk_register.item.evidence import EvidenceKind
from risk_register.item.evidence_files import check_file, keep_file

app = typer.Typer()
evidence = typer.Typer(no_args_is_help=True, help="Evidence: add a file, an address or an indicator.")
app.add_typer(evidence, name="evidence")
ItemArgument = Annotated[str, typer.Argument(help="Id or reference of the item, such as EC-20.")]
TASK_COLUMNS = {
    "task_id": "task",
    "item_id": "item",
    "indicator_ids": "contradicted by",
    "opened_at": "opened",
    "closed_by": "closed by",
    "outcome": "outcome",
}


@evidence.command("list")
def list_evidence(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """The evidence of every item; a kept file is compared with its SHA-256."""
    acting = act(home, account, deployment, Action.VIEW)
    found = item_evidence.list_evidence(acting.store, acting.deployment_id)
    columns = {"item_id": "item", "number": "number", "kind": "kind", "location": "where", "added_by": "by",
               "content_hash": "sha256", "withdrawn_by": "withdrawn by"}  # fmt: skip
    show(found, columns, as_json=as_json, nothing="There is no evidence.")
    if as_json:
        return
    for each in found:
        if each.content_hash and (state := check_file(acting.home.evidence, each.content_hash)) != "kept":
            print(f"{each.item_id} {each.number}: the file {each.location} is {state}")


@evidence.command("add")
def add_evidence(
    *,
    item: ItemArgument,
    account: AsOption,
    file: Annotated[Path | None, typer.Option(help="File to keep; at most 20 MiB.")] = None,
    link: Annotated[str, typer.Option(help="Address that shows it.")] = "",
    indicator: Annotated[str, typer.Option(help="Id of an indicator that shows it.")] = "",
    title: Annotated[str, typer.Option(help="What it is.")] = "",
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Put evidence beside an item: one file, address or indicator."""
    acting = act(home, account, deployment, Action.ATTEST)
    found = find_item(acting, item)
    if [bool(file), bool(link), bool(indicator)].count(True) != 1:
        raise typer.BadParameter("name one of --file, --link and --indicator")
    kind = EvidenceKind.FILE if file else EvidenceKind.LINK if link else EvidenceKind.INDICATOR
    kept = keep_file(acting.home.evidence, _read(file)) if file else None
    number = item_evidence.add_evidence(
        acting.store, deployment_id=acting.deployment_id, item_id=found.item_id, kind=kind, title=title,
        location=file.name if file else link or indicator, actor=account, at=acting.at, file=kept,
    )  # fmt: skip
    print(f"{found.reference}: evidence {number}" + (f", sha256 {kept.content_hash}" if kept else ""))


@evidence.command("withdraw")
def withdraw_evidence(
    *,
    item: ItemArgument,
    number: Annotated[int, typer.Argument(help="Number within the item.")],
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say that something no longer shows it; the record stays."""
    acting = act(home, account, deployment, Action.ATTEST)
    found = find_item(acting, item)
    item_evidence.withdraw_evidence(
        acting.store, deployment_id=acting.deployment_id, item_id=found.item_id, number=number, reason=reason,
        actor=account, at=acting.at,
    )  # fmt: skip
    print(f"{found.reference}: evidence {number} withdrawn")


@app.command()
def waive(
    *,
    item: ItemArgument,
    account: AsOption,
    until: Annotated[dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Last day of the waiver.")],
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Ask that an item need not be met until a day; another person approves it."""
    acting = act(home, account, deployment, Action.ATTEST)
    found = find_item(acting, item)
    checklist.propose_waiver(
        acting.store, deployment_id=acting.deployment_id, item_id=found.item_id, reason=reason,
        until=until.date(), actor=account, at=acting.at, expected_version=found.version,
    )  # fmt: skip
    print(f"{found.reference}: the waiver waits for a second person.")


@app.command()
def decline(
    item: ItemArgument,
    account: AsOption,
    reason: ReasonOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Leave an item as it is, although somebody proposed otherwise."""
    acting = act(home, account, deployment, Action.ATTEST)
    found = find_item(acting, item)
    checklist.decline_pending(
        acting.store, deployment_id=acting.deployment_id, item_id=found.item_id, reason=reason, actor=account,
        at=acting.at,
    )  # fmt: skip
    print(f"{found.reference}: stays as it is.")


@app.command("tasks")
def list_tasks(
    account: AsOption,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answers that data contradict, and what came of looking."""
    acting = act(home, account, deployment, Action.VIEW)
    found = item_tasks.list_tasks(acting.store, acting.deployment_id)
    show(found, TASK_COLUMNS, as_json=as_json, nothing="Data contradict no answer.")


@app.command("close-task")
def close_task(
    task: Annotated[int, typer.Argument(help="Number of the task.")],
    account: AsOption,
    outcome: Annotated[str, typer.Option(help="What was found, and what was done.")],
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Say what came of a task."""
    acting = act(home, account, deployment, Action.ATTEST)
    item_tasks.close_task(
        acting.store, deployment_id=acting.deployment_id, task_id=task, outcome=outcome, actor=account,
        at=acting.at,
    )  # fmt: skip
    print(f"Task {task} closed.")


def find_item(acting: Acting, name: str) -> ItemRecord:
    """The item of the deployment that a name means.

    Raises:
        UnknownRecordError: it has none of that name.
    """
    for item in read_items(acting):
        if name in (item.item_id, item.reference):
            return item
    raise UnknownRecordError(f"The checklist of {acting.deployment_id} has no item {name}.")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise NotAllowedError(f"{path}: cannot be read: {error.strerror}") from error
