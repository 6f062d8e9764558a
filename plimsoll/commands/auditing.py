"""`plimsoll audit`: verify the chain, export it, and who read words of people."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Annotated

import typer

from plimsoll.commands.acting import Acting, AsOption, DeploymentOption, ReasonOption, act, as_document, show
from plimsoll.commands.option import HomeOption, JsonOption, write_json
from risk_register.account import accounts
from risk_register.account.accounts import Action
from risk_register.account.administration import find_month_end, list_text_readers
from risk_register.database import audit
from risk_register.errors import NotAllowedError, StoreError
from risk_register.register.deployments import list_deployments

app = typer.Typer(no_args_is_help=True)
READER_COLUMNS = {"actor": "who", "total": "times", "first_at": "first", "last_at": "last", "counts": "what"}

COVERED = (
    "The chain covers the entries of the audit; it does not show that a row of another table was changed in "
    "the database around it."
)


@app.command("verify")
def verify_audit(
    account: AsOption,
    head: Annotated[str | None, typer.Option(help="A head that was kept elsewhere.")] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check every link of the chain; keep the head that it prints elsewhere."""
    acting = act(home, account, deployment, Action.VIEW_AUDIT)
    check = audit.verify_chain(acting.store, expected_head=head, deployment_id=acting.deployment_id)
    if as_json:
        write_json(as_document(check))
    if not check.is_intact:
        where = "" if check.broken_at is None else f" at entry {check.broken_at}"
        raise StoreError(f"The audit is broken{where}: {check.problem}")
    if not as_json:
        print(
            f"{check.entry_count} entries of {acting.deployment_id}, every link of the chain holds. "
            f"Head: {check.head}\n{COVERED}"
        )


@app.command("export")
def export_audit(
    account: AsOption,
    reason: ReasonOption,
    is_whole: Annotated[
        bool, typer.Option("--whole", help="Every deployment and account, with what checks every link.")
    ] = False,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
) -> None:
    """Write the deployment's entries as JSON lines, oldest first; leaves a trace."""
    acting = act(home, account, deployment, Action.VIEW_AUDIT)
    if is_whole:
        _check_sees_all(acting)
    audit.record_access(
        acting.store,
        action="audit_exported",
        subject=acting.deployment_id,
        deployment_id=acting.deployment_id,
        reason=reason,
        actor=account,
        at=acting.at,
    )
    wanted = None if is_whole else acting.deployment_id
    for line in audit.write_entries(acting.store, deployment_id=wanted):
        sys.stdout.buffer.write(line)


def _check_sees_all(acting: Acting) -> None:
    given = accounts.grants(acting.store, acting.account)
    if not all(
        accounts.may(given, Action.VIEW_AUDIT, one.deployment_id) for one in list_deployments(acting.store)
    ):
        raise NotAllowedError(
            f"{acting.account} may not read the audit of everything in this home; leave --whole out."
        )


@app.command("readers")
def list_readers(
    account: AsOption,
    month: Annotated[
        dt.datetime | None, typer.Option(formats=["%Y-%m"], help="The month, such as 2026-11; else this one.")
    ] = None,
    deployment: DeploymentOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Who read words of people in a month, and how often; for administrators."""
    acting = act(home, account, deployment, Action.MANAGE_ACCOUNTS)
    first = (month.date() if month else acting.at.date()).replace(day=1)
    found = list_text_readers(
        acting.store, deployment_id=acting.deployment_id, first=first, last=find_month_end(first)
    )
    nothing = f"Nobody read words of people of {acting.deployment_id} in {first:%Y-%m}."
    show(found, READER_COLUMNS, as_json=as_json, nothing=nothing)
