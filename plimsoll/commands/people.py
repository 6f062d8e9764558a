"""`plimsoll users`: accounts, grants, links and who is who, through the same rules as the dashboard.

Whoever runs commands on the machine may set up the first administrator of a deployment; from then on an
administrator acts, by name.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from pipelines.settings import Home
from plimsoll.commands.acting import as_document
from plimsoll.commands.option import HomeOption, JsonOption, open_home, write_json
from risk_register.account import accounts, administration, sessions
from risk_register.account.accounts import Grant, Role
from risk_register.account.administration import COMMAND_LINE
from risk_register.account.identities import link_identity, list_identities
from risk_register.account.tokens import issue_token, list_tokens, revoke_token
from risk_register.database.store import Store, open_store
from risk_register.register.deployments import ensure_deployment

app = typer.Typer(no_args_is_help=True)
LINK_HOURS = 24
NameArgument = Annotated[str, typer.Argument(help="Name of the account.")]
RoleOption = Annotated[Role, typer.Option(help="Role.")]
DeploymentOption = Annotated[str, typer.Option(help="Deployment the role is for.")]
AdministratorOption = Annotated[
    str | None,
    typer.Option("--as", help="The administrator who acts; needed once the deployment has one."),
]


@app.command()
def add(
    name: NameArgument,
    role: RoleOption,
    deployment: DeploymentOption,
    account: AdministratorOption = None,
    home: HomeOption = None,
) -> None:
    """Create an account if it is new, and grant it a role on a deployment."""
    store, now = _open(home)
    administration.check_manages(store, actor=account, deployment_ids=[deployment])
    if name not in {known.name for known in accounts.list_accounts(store)}:
        accounts.create_account(store, name=name, actor=account or COMMAND_LINE, at=now)
    has_ended = accounts.grant(
        store, name=name, role=role, deployment_id=deployment, actor=account or COMMAND_LINE, at=now
    )
    _make_known(open_home(home), store, deployment, actor=account or COMMAND_LINE, at=now)
    ended = "; what somebody else had let it in by has ended, make a link"
    print(f"{name}: {role} of {deployment}{ended if has_ended else ''}")


@app.command()
def revoke(
    name: NameArgument,
    role: RoleOption,
    deployment: DeploymentOption,
    account: AdministratorOption = None,
    home: HomeOption = None,
) -> None:
    """Take a role on a deployment away."""
    store, now = _open(home)
    administration.check_manages(store, actor=account, deployment_ids=[deployment])
    accounts.revoke(
        store, name=name, role=role, deployment_id=deployment, actor=account or COMMAND_LINE, at=now
    )
    print(f"{name}: no longer {role} of {deployment}")


@app.command()
def link(
    name: NameArgument,
    base: Annotated[
        str, typer.Option(envvar="PLIMSOLL_ADDRESS", help="Where readers reach the dashboard.")
    ] = "http://127.0.0.1:8050",
    account: AdministratorOption = None,
    home: HomeOption = None,
) -> None:
    """Print a link that signs this account in once."""
    store, now = _open(home)
    if account is not None:
        administration.check_manages_account(store, actor=account, name=name)
    issuer = account or administration.check_lets_in(store, name=name)
    token = accounts.issue_link(
        store, name=name, at=now, valid_for=dt.timedelta(hours=LINK_HOURS), actor=issuer
    )
    print(f"{base.rstrip('/')}/sign-in?token={token}")


@app.command()
def disable(name: NameArgument, account: AdministratorOption = None, home: HomeOption = None) -> None:
    """Shut an account: its sessions end, its grants rest, its decisions stay."""
    store, now = _open(home)
    administration.check_manages_account(store, actor=account, name=name)
    accounts.disable_account(store, name=name, actor=account or COMMAND_LINE, at=now)
    print(f"{name}: disabled")


@app.command()
def enable(name: NameArgument, account: AdministratorOption = None, home: HomeOption = None) -> None:
    """Open a shut account again."""
    store, now = _open(home)
    administration.check_manages_account(store, actor=account, name=name)
    accounts.enable_account(store, name=name, actor=account or COMMAND_LINE, at=now)
    print(f"{name}: open")


@app.command("end-sessions")
def end_sessions(name: NameArgument, account: AdministratorOption = None, home: HomeOption = None) -> None:
    """End every open session of an account."""
    store, now = _open(home)
    administration.check_manages_account(store, actor=account, name=name)
    count = sessions.end_sessions(store, name=name, actor=account or COMMAND_LINE, at=now)
    print(f"{name}: {count} sessions ended")


@app.command()
def join(
    name: NameArgument,
    same_as: Annotated[str, typer.Argument(help="The other account of the same person.")],
    account: AdministratorOption = None,
    home: HomeOption = None,
) -> None:
    """Say that two accounts belong to one person: neither approves the other's work from then on."""
    store, now = _open(home)
    for each in (name, same_as):
        administration.check_manages_account(store, actor=account, name=each)
    accounts.join_person(store, name=name, same_as=same_as, actor=account or COMMAND_LINE, at=now)
    print(f"{name} and {same_as} are one person")


@app.command()
def identify(
    name: NameArgument,
    issuer: Annotated[str, typer.Option(help="Address of the identity provider.")],
    subject: Annotated[str, typer.Option(help="The subject, as the provider says it.")],
    account: AdministratorOption = None,
    home: HomeOption = None,
) -> None:
    """Let a subject of the identity provider into an account that exists already."""
    store, now = _open(home)
    administration.check_manages_account(store, actor=account, name=name)
    link_identity(store, name=name, issuer=issuer, subject=subject, actor=account or COMMAND_LINE, at=now)
    print(f"{name}: {subject} of {issuer}")


@app.command()
def token(
    name: NameArgument,
    label: Annotated[str, typer.Option(help="What the token is for, such as the name of the CI job.")],
    days: Annotated[int, typer.Option(help="Days that it holds, at most 366.")] = 90,
    account: AdministratorOption = None,
    home: HomeOption = None,
) -> None:
    """Print a token with which a machine announces changes as this account; it is shown once."""
    store, now = _open(home)
    administration.check_manages_account(store, actor=account, name=name)
    print(
        issue_token(
            store,
            name=name,
            label=label,
            valid_for=dt.timedelta(days=days),
            actor=account or COMMAND_LINE,
            at=now,
        )
    )


@app.command("revoke-token")
def take_token(
    name: NameArgument,
    label: Annotated[str, typer.Option(help="The label it was given.")],
    account: AdministratorOption = None,
    home: HomeOption = None,
) -> None:
    """Take the tokens of an account with this label out of use."""
    store, now = _open(home)
    administration.check_manages_account(store, actor=account, name=name)
    found = [
        one for one in list_tokens(store) if (one.name, one.label, one.revoked_at) == (name, label, None)
    ]
    for one in found:
        revoke_token(store, token_hash=one.token_hash, actor=account or COMMAND_LINE, at=now)
    print(f"{name}: {len(found)} tokens out of use")


@app.command("list")
def list_users(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """The accounts and what they may."""
    store, _ = _open(home)
    found = accounts.list_accounts(store)
    if as_json:
        known = list_identities(store)
        write_json(
            [
                {
                    **as_document(account),
                    "grants": [as_document(each) for each in sorted(account.grants, key=_name)],
                    "identities": [as_document(each) for each in known if each.name == account.name],
                }
                for account in found
            ]
        )
        return
    if not found:
        print("Nobody yet. The first: plimsoll users add NAME --role administrator --deployment ID")
    for account in found:
        held = [] if account.is_disabled else sorted(_name(each) for each in account.grants)
        state = " (disabled)" if account.is_disabled else ""
        print(f"{account.name}{state}: {', '.join(held) or 'no grant'}")


def _name(given: Grant) -> str:
    return f"{given.role}@{given.deployment_id}"


def _make_known(home: Home, store: Store, deployment_id: str, *, actor: str, at: dt.datetime) -> None:
    """What logs were delivered of can be decided on before the first run computes anything."""
    from pipelines.lake.lake import Lake  # Arrow takes a while to load

    rows = Lake(home.lake).read("ledger.deployment")
    for row in [] if rows is None else rows.to_pylist():
        if row["deployment_id"] == deployment_id:
            ensure_deployment(store, deployment_id=deployment_id, title=row["title"], actor=actor, at=at)


def _open(home: Path | None) -> tuple[Store, dt.datetime]:
    store = open_store(open_home(home).governance_url)
    return store, dt.datetime.now(dt.UTC)
