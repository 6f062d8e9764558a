"""Who there is: accounts, whether they are open, and which of them belong to one person.

What an account has been given is `grants`, how it proves itself `credentials` and `identities`, what is open
`sessions`, what a role allows `permissions`. The names that callers need most are found here.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from risk_register.account.credentials import issue_link, redeem_link, set_password, verify_password
from risk_register.account.grants import check_not_oneself, grant, grants, revoke
from risk_register.account.name import check_name
from risk_register.account.permissions import Action, Grant, Role, check_may, deployments_of, may
from risk_register.account.record import AccountRecord, find_account
from risk_register.account.sessions import end_all_within
from risk_register.database.model import Account, AccountGrant, OneTimeLink
from risk_register.database.store import Store
from risk_register.database.tables.account import AccessToken, AccountIdentity
from risk_register.errors import NotAllowedError

__all__ = [
    "AccountRecord",
    "Action",
    "Grant",
    "Role",
    "check_may",
    "create_account",
    "deployments_of",
    "disable_account",
    "enable_account",
    "grant",
    "grants",
    "issue_link",
    "join_person",
    "list_accounts",
    "may",
    "redeem_link",
    "revoke",
    "set_password",
    "verify_password",
]


def create_account(store: Store, *, name: str, actor: str, at: dt.datetime) -> None:
    """An account without password and without grants: it can do nothing yet.

    Raises:
        NotAllowedError: the name is taken, is not a name, or stands for a command or stage.
    """
    check_name(name)
    with store.write(actor=actor, at=at) as write:
        if write.session.get(Account, name) is not None:
            raise NotAllowedError(f"There is an account {name} already.")
        write.session.add(Account(name=name, created_at=at))
        write.record("account_created", subject=name)


def disable_account(store: Store, *, name: str, actor: str, at: dt.datetime) -> None:
    """Shut an account: its sessions end, it has no grants, and no link or token opens it again.

    Its past decisions stay under its name.
    """
    with store.write(actor=actor, at=at) as write:
        find_account(write, name).is_disabled = True
        end_all_within(write, name)
        for link in write.session.scalars(select(OneTimeLink).filter_by(name=name, redeemed_at=None)):
            link.expires_at = min(link.expires_at, at)
        for token in write.session.scalars(select(AccessToken).filter_by(name=name, revoked_at=None)):
            token.revoked_at = at
        write.record("account_disabled", subject=name)


def enable_account(store: Store, *, name: str, actor: str, at: dt.datetime) -> None:
    """Open a shut account again, with the grants that it had.

    Raises:
        NotAllowedError: it is open.
        SelfApprovalError: it is one's own.
    """
    with store.write(actor=actor, at=at) as write:
        account = find_account(write, name)
        check_not_oneself(write, name)
        if not account.is_disabled:
            raise NotAllowedError(f"The account {name} is open already.")
        account.is_disabled = False
        account.failed_count, account.locked_until = 0, None
        write.record("account_enabled", subject=name)


def join_person(store: Store, *, name: str, same_as: str, actor: str, at: dt.datetime) -> None:
    """Say that two accounts belong to one person; neither approves the other's work from then on.

    Raises:
        NotAllowedError: it is the same account twice.
        UnknownRecordError: one of them does not exist.
    """
    if name == same_as:
        raise NotAllowedError(f"{name} is one account; name two that belong to one person.")
    with store.write(actor=actor, at=at) as write:
        mine, theirs = find_account(write, name), find_account(write, same_as)
        person = theirs.person or theirs.name
        former = mine.person or mine.name
        for row in write.session.scalars(select(Account)):
            if (row.person or row.name) == former:
                row.person = person
        write.record("accounts_joined", subject=name, same_as=same_as, person=person)


def list_accounts(store: Store) -> tuple[AccountRecord, ...]:
    """All accounts, by name."""
    with store.read() as session:
        given: dict[str, set[Grant]] = {}
        for row in session.scalars(select(AccountGrant)):
            given.setdefault(row.name, set()).add(Grant(Role(row.role), row.deployment_id))
        known = set(session.scalars(select(AccountIdentity.name)))
        return tuple(
            AccountRecord(
                name=account.name,
                has_password=account.password_hash is not None,
                has_identity=account.name in known,
                is_disabled=account.is_disabled,
                locked_until=account.locked_until,
                created_at=account.created_at,
                person=account.person or account.name,
                vouched_by=account.vouched_by,
                grants=frozenset(given.get(account.name, ())),
            )
            for account in session.scalars(select(Account).order_by(Account.name))
        )
