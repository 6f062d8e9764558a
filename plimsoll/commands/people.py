"""`plimsoll users`: accounts, grants and one-time links, through the same rules as the dashboard."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from plimsoll.commands.option import HomeOption, open_home
from risk_register import accounts
from risk_register.accounts import Role
from risk_register.store import Store

app = typer.Typer(no_args_is_help=True, help="Accounts of the dashboard.")
ACTOR = "command_line"
LINK_HOURS = 24


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Name of the account.")],
    role: Annotated[Role, typer.Option(help="Role.")],
    deployment: Annotated[str, typer.Option(help="Deployment the role is for.")],
    home: HomeOption = None,
) -> None:
    """Create an account if it is new, and grant it a role on a deployment."""
    store, now = _store(home), dt.datetime.now(dt.UTC)
    if name not in {account.name for account in accounts.list_accounts(store)}:
        accounts.create_account(store, name=name, actor=ACTOR, at=now)
    accounts.grant(store, name=name, role=role, deployment_id=deployment, actor=ACTOR, at=now)
    print(f"{name}: {role} of {deployment}")


@app.command()
def link(
    name: Annotated[str, typer.Argument(help="Name of the account.")],
    base: Annotated[str, typer.Option(help="Address of the dashboard.")] = "http://127.0.0.1:8050",
    home: HomeOption = None,
) -> None:
    """Print a link that signs this account in once."""
    token = accounts.issue_link(
        _store(home),
        name=name,
        at=dt.datetime.now(dt.UTC),
        valid_for=dt.timedelta(hours=LINK_HOURS),
        actor=ACTOR,
    )
    print(f"{base}/sign-in?token={token}")


@app.command("list")
def list_users(home: HomeOption = None) -> None:
    """The accounts and what they may."""
    store = _store(home)
    for account in accounts.list_accounts(store):
        held = sorted(f"{grant.role}@{grant.deployment_id}" for grant in accounts.grants(store, account.name))
        print(f"{account.name}: {', '.join(held) or 'no grant'}")


def _store(home: HomeOption) -> Store:
    store = Store(open_home(home).governance_url)
    store.upgrade()
    return store
