"""Who acts on the command line: an account with grants, checked as on the pages. Without a grant nothing.

The commands of governance take `--as ACCOUNT`; whoever may run them on a machine may act as its accounts, and
the audit names the account. Which deployment is meant is never guessed among several.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel

from pipelines.settings import Home
from plimsoll.commands.option import open_home, write_json
from risk_register.account import accounts
from risk_register.account.accounts import Action
from risk_register.database.store import Store, open_store
from risk_register.errors import NotAllowedError

AsOption = Annotated[str, typer.Option("--as", help="The account that acts.")]
MaybeAsOption = Annotated[
    str | None, typer.Option("--as", help="The account that acts; else the audit names the command line.")
]
DeploymentOption = Annotated[
    str | None, typer.Option("--deployment", help="The deployment; needed where the account has several.")
]
ReasonOption = Annotated[str, typer.Option("--reason", help="Why; a later reader must be able to follow it.")]


@dataclass(frozen=True)
class Acting:
    """Somebody who may do what they asked, on a deployment, now."""

    home: Home
    store: Store
    account: str
    deployment_id: str
    at: dt.datetime


def act(home: Path | None, account: str, deployment: str | None, action: Action) -> Acting:
    """The account, if a grant allows the action.

    Raises:
        NotAllowedError: the account has no such grant; whether the deployment exists is not said.
    """
    place = open_home(home)
    store = open_store(place.governance_url)
    given = accounts.grants(store, account)
    if deployment is None:
        own = accounts.deployments_of(given)
        if len(own) > 1:
            raise typer.BadParameter(f"one of {', '.join(own)}", param_hint="--deployment")
        if not own:
            raise NotAllowedError(
                f"{account} has no grant; an administrator gives one with `plimsoll users add`."
            )
        deployment = own[0]
    if not accounts.may(given, action, deployment):
        raise NotAllowedError(
            f"{account} may not {action.value.replace('_', ' ')} on {deployment}: no grant allows it. "
            "`plimsoll users add` gives one."
        )
    return Acting(place, store, account, deployment, dt.datetime.now(dt.UTC))


def show(records: Iterable[Any], columns: Mapping[str, str], *, as_json: bool, nothing: str) -> None:
    """Records as one JSON list with every field, or as aligned columns (heading by field)."""
    rows = list(records)
    if as_json:
        write_json(as_document(rows))
        return
    if not rows:
        print(nothing)
        return
    table = [tuple(columns.values()), *(tuple(_say(row, name) for name in columns) for row in rows)]
    widths = [max(len(line[position]) for line in table) for position in range(len(columns))]
    for line in table:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())


def as_document(value: Any) -> Any:
    """Records, and what they hold, as plain lists and mappings."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if is_dataclass(value):
        return {field.name: as_document(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): as_document(entry) for key, entry in value.items()}
    return [as_document(entry) for entry in value] if isinstance(value, list | tuple) else value


def _say(row: Any, path: str) -> str:
    value = row
    for name in path.split("."):
        value = None if value is None else getattr(value, name)
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, Mapping):
        return ", ".join(f"{str(name).replace('_', ' ')} {entry}" for name, entry in value.items()) or "-"
    return " ".join(str(value).split())
